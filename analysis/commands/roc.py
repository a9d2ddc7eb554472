"""AUC of each reader with its DeLong interval, and paired tests."""

from __future__ import annotations

import argparse

from analysis.commands.options import add_alpha, chosen, read_ratings
from analysis.results import Result


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_alpha(parser)


def run(options: argparse.Namespace) -> Result:
    """Draw and compare the readers' curves."""
    from analysis.readers.roc import reader_rocs

    return reader_rocs(read_ratings(options), **chosen(options, "phase", "modality", "alpha"))
