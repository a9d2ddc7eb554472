"""Modalities compared by the Obuchowski-Rockette method, or one modality alone."""

from __future__ import annotations

import argparse

from analysis.commands.options import METHOD_OPTIONS, add_alpha, add_method, chosen, needed_columns, read_ratings
from analysis.results import Result


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_alpha(parser)
    add_method(parser, metric="auc")
    parser.add_argument("--margin", type=float, metavar="D", help="test non-inferiority and equivalence with it")
    parser.add_argument("--against", type=float, metavar="V", help="compare the mean of one modality with this value")
    parser.add_argument("--holm", action="store_true", help="adjust p values of differences for their number")


def run(options: argparse.Namespace) -> Result:
    """Compare the modalities."""
    from analysis.mrmc.obuchowski_rockette import obuchowski_rockette

    choices = chosen(options, *METHOD_OPTIONS, "margin", "against", "holm", "phase", "modality", "alpha")
    return obuchowski_rockette(read_ratings(options, *needed_columns(options)), **choices)
