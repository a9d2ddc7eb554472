"""The evaluation of the 2026 Radiology study: unprompted share, three phases, detectors, next to what was published."""

from __future__ import annotations

import argparse

from analysis.commands.options import add_alpha, chosen, read_ratings, read_tables
from analysis.results import Result


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_alpha(parser)
    parser.add_argument(
        "--phases",
        default="phase-1,phase-2,phase-3",
        metavar="A,B,C",
        help="the purpose-blinded phase and the two informed ones (phase-1,phase-2,phase-3); empty where missing",
    )


def run(options: argparse.Namespace) -> Result:
    """Evaluate the three phases, or those of them that are chosen."""
    from analysis.replication.rsna import rsna

    readers, _ = read_tables(options)
    phases = tuple(name.strip() for name in options.phases.split(","))
    if options.phase:
        phases = tuple(name if name in options.phase else "" for name in phases)
    return rsna(read_ratings(options), readers, phases=phases, **chosen(options, "modality", "alpha"))
