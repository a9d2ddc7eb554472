"""Readers' means of accuracy, sensitivity, specificity and AUC, and their agreement."""

from __future__ import annotations

import argparse

from analysis.commands.options import chosen, read_tables
from analysis.results import Result


def add_options(parser: argparse.ArgumentParser) -> None:
    """The shared ones are all."""


def run(options: argparse.Namespace) -> Result:
    """Summarise the ratings."""
    from analysis.summary import summary
    from analysis.table.files import read

    readers, cases = read_tables(options)
    return summary(read(options.ratings), readers, cases, **chosen(options, "phase", "modality"))
