"""The command line: one module for each command, each with its options and what it does."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from analysis.commands.options import shared_options
from analysis.errors import RatingsError
from analysis.results import Result

# In the order of the help. Each module has `add_options(parser)` and `run(options)`; its docstring is the help.
COMMANDS = (
    "summary",
    "roc",
    "paired",
    "mrmc",
    "ustats",
    "bootstrap",
    "dbm",
    "detectors",
    "agreement",
    "calibration",
    "teams",
    "effects",
    "learning",
    "power",
    "rsna",
    "report",
    "verify",
    "convert",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it worked, 1 when what it checked does not hold.

    2, with a message on stderr, when the input did not allow it.
    """
    options = _parser().parse_args(arguments)
    try:
        result: Result = options.run(options)
    except RatingsError as error:
        print(f"analysis: error: {error}", file=sys.stderr)
        return 2
    try:
        print(json.dumps(result.to_dict(), indent=2, allow_nan=False) if options.json else result, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0 if getattr(result, "ok", True) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis",
        description="Statistics of a reader study from its ratings table (docs/statistics.md).",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(required=True, metavar="{" + ",".join(COMMANDS) + "}")
    shared = shared_options()
    for name in COMMANDS:
        module = import_module(f"analysis.commands.{name}")
        help_text = (module.__doc__ or "").replace("%", "%%")
        parents = [] if getattr(module, "STANDS_ALONE", False) else [shared]
        added = commands.add_parser(name, help=help_text, description=help_text, parents=parents, allow_abbrev=False)
        added.set_defaults(run=module.run)
        module.add_options(added)
    return parser
