"""Fleiss' kappa of the readers' calls."""

from __future__ import annotations

import argparse

from analysis.commands.options import add_alpha, chosen, read_ratings
from analysis.errors import RatingsError
from analysis.results import Result


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_alpha(parser)
    parser.add_argument("--level", default="nominal", help="nominal")
    parser.add_argument("--on", default="call", help="call")


def run(options: argparse.Namespace) -> Result:
    """Measure how far the readers agree."""
    from analysis.agreement.fleiss import fleiss_kappa

    if (options.level, options.on) != ("nominal", "call"):
        raise RatingsError(
            f"agreement at level {options.level!r} on {options.on!r} is not available; use --level nominal --on call"
        )
    return fleiss_kappa(read_ratings(options), **chosen(options, "phase", "modality", "alpha"))
