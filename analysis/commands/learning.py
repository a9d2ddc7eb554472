"""Learning and tiring: accuracy and seconds over the position in the reading order."""

from __future__ import annotations

import argparse

from analysis.commands.options import add_alpha, add_sample, add_threshold, chosen, needed_columns, read_ratings
from analysis.results import Result


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_alpha(parser)
    add_threshold(parser)
    add_sample(parser)
    parser.add_argument("--blocks", type=int, default=4, metavar="N", help="blocks of as many reads each (4)")


def run(options: argparse.Namespace) -> Result:
    """Follow the readers through the session."""
    from analysis.effects.learning import learning_over_position

    choices = chosen(options, "blocks", "threshold", "random", "cluster", "phase", "modality", "alpha")
    return learning_over_position(read_ratings(options, *needed_columns(options)), **choices)
