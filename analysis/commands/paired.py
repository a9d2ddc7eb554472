"""Calls of two readers, or of a reader in two modalities, on the same cases: McNemar's tests and Tango's intervals."""

from __future__ import annotations

import argparse

from analysis.commands.options import add_alpha, chosen, read_ratings
from analysis.results import Result


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_alpha(parser)


def run(options: argparse.Namespace) -> Result:
    """Compare the calls case by case."""
    from analysis.readers.paired import paired_calls

    return paired_calls(read_ratings(options), **chosen(options, "phase", "modality", "alpha"))
