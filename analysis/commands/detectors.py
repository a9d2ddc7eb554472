"""Each detector against the readers' mean."""

from __future__ import annotations

import argparse

from analysis.commands.options import METHOD_OPTIONS, add_alpha, add_method, chosen, needed_columns, read_ratings
from analysis.results import Result


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_alpha(parser)
    add_method(parser, metric=None)
    parser.add_argument("--detector", metavar="NAME", help="take this reader as the only detector")


def run(options: argparse.Namespace) -> Result:
    """Compare the detectors with the readers."""
    from analysis.mrmc.detectors import compare_detectors

    choices = chosen(options, *METHOD_OPTIONS, "detector", "phase", "modality", "alpha")
    return compare_detectors(read_ratings(options, *needed_columns(options)), **choices)
