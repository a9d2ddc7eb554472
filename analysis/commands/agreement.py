"""Agreement among readers, and of readers with themselves where cases were read again."""

from __future__ import annotations

import argparse

from analysis.commands.options import add_alpha, chosen, read_ratings
from analysis.results import Result


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_alpha(parser)
    parser.add_argument("--level", default="nominal", help="nominal, ordinal or interval")
    parser.add_argument("--on", default="call", help="call or rating: what is compared")


def run(options: argparse.Namespace) -> Result:
    """Measure how far the readers agree."""
    from analysis.agreement.among_readers import reader_agreement

    return reader_agreement(read_ratings(options), **chosen(options, "level", "on", "phase", "modality", "alpha"))
