"""A capsule checked: files, results computed again from its tables, audit log. Exit 1 where it does not hold."""

from __future__ import annotations

import argparse

from analysis.results import Result

STANDS_ALONE = True


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("capsule", metavar="CAPSULE", help="zip archive of a study, or the folder it was unpacked to")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--tolerance", type=float, default=1e-9, metavar="R", help="relative difference allowed (1e-9)")


def run(options: argparse.Namespace) -> Result:
    """Check the capsule."""
    from analysis.capsule.verifying import verify

    return verify(options.capsule, relative=options.tolerance)
