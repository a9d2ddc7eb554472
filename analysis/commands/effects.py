"""What moves accuracy: experience, subspecialty, kinds of cases, order, time, phase."""

from __future__ import annotations

import argparse

from analysis.commands.options import add_alpha, add_sample, add_threshold, chosen, needed_columns, read_ratings
from analysis.results import Result


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_alpha(parser)
    add_threshold(parser)
    add_sample(parser)
    parser.add_argument(
        "--by", action="append", required=True, metavar="COLUMN", help="column to look at (may be repeated)"
    )
    parser.add_argument(
        "--groups", action="append", default=[], metavar="COLUMN", help="its numbers are names of groups"
    )
    parser.add_argument("--log", action="append", default=[], metavar="COLUMN", help="take its logarithm to base 2")


def run(options: argparse.Namespace) -> Result:
    """Look at each column alone, and at all of them in one regression."""
    from analysis.effects.accuracy import effects_on_accuracy

    names = ("by", "groups", "log", "threshold", "random", "cluster", "phase", "modality", "alpha")
    return effects_on_accuracy(read_ratings(options, *options.by, *needed_columns(options)), **chosen(options, *names))
