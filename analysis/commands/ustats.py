"""Modalities compared by one-shot U-statistics of the AUC: a second opinion beside mrmc."""

from __future__ import annotations

import argparse

from analysis.commands.options import add_alpha, chosen, read_ratings
from analysis.results import Result


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_alpha(parser)
    parser.add_argument(
        "--not-centred", action="store_false", dest="centred", help="take success scores as they are, as iMRMC does"
    )


def run(options: argparse.Namespace) -> Result:
    """Compare the modalities."""
    from analysis.mrmc.u_statistics import u_statistics

    return u_statistics(read_ratings(options), **chosen(options, "centred", "phase", "modality", "alpha"))
