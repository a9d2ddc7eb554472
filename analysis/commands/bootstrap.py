"""Bootstrap of readers and cases: a sensitivity check beside mrmc."""

from __future__ import annotations

import argparse

from analysis.commands.options import add_alpha, chosen, needed_columns, read_ratings
from analysis.results import Result


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_alpha(parser)
    parser.add_argument("--metric", default="auc", help="auc, accuracy, sensitivity or specificity")
    parser.add_argument(
        "--threshold", type=float, metavar="T", help="call synthetic what is rated at or above T, instead of the calls"
    )
    parser.add_argument(
        "--cluster", metavar="COLUMN", help="draw all cases with the same value of this column together"
    )
    parser.add_argument("--random", default="both", help="what is drawn: both (readers and cases), readers, or cases")
    parser.add_argument("--draws", type=int, default=2000, metavar="N", help="number of bootstrap samples (2000)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the same seed gives the same figures (0)")


def run(options: argparse.Namespace) -> Result:
    """Draw and look."""
    from analysis.mrmc.bootstrap import bootstrap

    choices = chosen(options, "metric", "threshold", "cluster", "random", "draws", "seed", "phase", "modality", "alpha")
    return bootstrap(read_ratings(options, *needed_columns(options)), **choices)
