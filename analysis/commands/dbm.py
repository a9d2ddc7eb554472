"""Mean squares and variance components of the pseudovalues (Dorfman, Berbaum and Metz); its tests are those of mrmc."""

from __future__ import annotations

import argparse

from analysis.commands.options import chosen, read_ratings
from analysis.results import Result


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--metric", default="auc", help="any metric of mrmc")
    parser.add_argument(
        "--threshold", type=float, metavar="T", help="call synthetic what is rated at or above T, instead of the calls"
    )


def run(options: argparse.Namespace) -> Result:
    """Analyse the pseudovalues."""
    from analysis.mrmc.pseudovalues import dorfman_berbaum_metz

    return dorfman_berbaum_metz(read_ratings(options), **chosen(options, "metric", "threshold", "phase", "modality"))
