"""Readers who decide together with a detector or with each other, against each alone."""

from __future__ import annotations

import argparse

from analysis.commands.options import add_alpha, add_sample, chosen, needed_columns, read_ratings
from analysis.results import Result


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_alpha(parser)
    add_sample(parser)
    parser.add_argument("--detector", metavar="NAME", help="take this reader as the only detector")
    for option, whose, usual in (("--scale", "ratings", "0 100"), ("--detector-scale", "scores", "0 1")):
        parser.add_argument(
            option,
            type=float,
            nargs=2,
            metavar=("LOW", "HIGH"),
            help=f"{whose} that stand for the probabilities 0 and 1 ({usual})",
        )
    parser.add_argument(
        "--detector-threshold",
        type=float,
        metavar="T",
        help="it calls synthetic what it scores at or above T",
    )
    parser.add_argument("--rule", action="append", metavar="RULE", help="only this rule (may be repeated)")
    parser.add_argument("--size", action="append", type=int, metavar="N", help="readers in teams of readers (3, 5)")
    parser.add_argument("--folds", type=int, default=5, metavar="N", help="folds of the fitted rule (5)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of folds and of drawn teams (0)")


def run(options: argparse.Namespace) -> Result:
    """Put opinions together, and compare."""
    from analysis.readers.panels import SIZES
    from analysis.readers.team_rules import RULES
    from analysis.readers.teams import compare_teams

    scale, detector_scale = (found and tuple(found) for found in (options.scale, options.detector_scale))
    names = ("detector", "detector_threshold", "folds", "seed", "random", "cluster", "phase", "modality", "alpha")
    return compare_teams(
        read_ratings(options, *needed_columns(options)),
        rules=options.rule or tuple(RULES),
        sizes=options.size or SIZES,
        scale=scale,
        detector_scale=detector_scale,
        **chosen(options, *names),
    )
