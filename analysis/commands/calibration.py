"""Calibration of confidence: reliability curve, Brier score, over-confidence."""

from __future__ import annotations

import argparse

from analysis.commands.options import add_alpha, chosen, read_ratings
from analysis.results import Result


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_alpha(parser)
    parser.add_argument(
        "--scale",
        type=float,
        nargs=2,
        metavar=("LOW", "HIGH"),
        help="ratings that stand for the probabilities 0 and 1 that the case is synthetic (0 100)",
    )
    parser.add_argument("--bins", type=int, default=10, metavar="N", help="bins of equal width (10)")


def run(options: argparse.Namespace) -> Result:
    """Hold confidence against what was right."""
    from analysis.readers.calibration import calibration_of_confidence

    choices = chosen(options, "bins", "phase", "modality", "alpha")
    scale = None if options.scale is None else tuple(options.scale)
    return calibration_of_confidence(read_ratings(options), scale=scale, **choices)
