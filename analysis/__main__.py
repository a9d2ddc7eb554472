"""The command line: python -m analysis {summary,roc,mrmc,detectors,agreement} RATINGS."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from analysis.errors import RatingsError


class Result(Protocol):
    """What every command prints: as a table, or as one JSON document."""

    def to_dict(self) -> dict[str, Any]: ...


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it worked, 2 with a message on stderr when the input did not allow it."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], Result] = options.command
    try:
        _refuse_bad_tables(options)
        result = command(options)
    except RatingsError as error:
        print(f"analysis: error: {error}", file=sys.stderr)
        return 2
    try:
        print(json.dumps(result.to_dict(), indent=2, allow_nan=False) if options.json else result, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _refuse_bad_tables(options: argparse.Namespace) -> None:
    """Read the tables of readers and cases, also where a command has no use for them yet: a wrong name is an error."""
    from analysis.ratings import covariates

    for path, key in ((options.reader_table, "reader"), (options.case_table, "case")):
        if path:
            covariates(path, key)


def summary(options: argparse.Namespace) -> Result:
    """Readers' means of accuracy, sensitivity, specificity and AUC, and their agreement."""
    from analysis import ratings
    from analysis.summary import summary as summarise

    readers = ratings.covariates(options.reader_table, "reader") if options.reader_table else None
    cases = ratings.covariates(options.case_table, "case") if options.case_table else None
    table = ratings.read(options.ratings)
    return summarise(table, readers, cases, options.phase, modality=options.modality)


def roc(options: argparse.Namespace) -> Result:
    """AUC of each reader with its DeLong interval, and paired tests."""
    from analysis.ratings import read
    from analysis.roc import reader_rocs

    return reader_rocs(read(options.ratings), phase=options.phase, modality=options.modality, alpha=options.alpha)


def mrmc(options: argparse.Namespace) -> Result:
    """Modalities compared by the Obuchowski-Rockette method, or one modality alone."""
    from analysis.mrmc import obuchowski_rockette
    from analysis.ratings import read

    return obuchowski_rockette(read(options.ratings), **_choices(options))


def detectors(options: argparse.Namespace) -> Result:
    """Each detector against the readers' mean."""
    from analysis.detectors import compare_detectors
    from analysis.ratings import read

    return compare_detectors(read(options.ratings), detector=options.detector, **_choices(options))


def agreement(options: argparse.Namespace) -> Result:
    """Fleiss' kappa of the readers' calls."""
    from analysis.agreement import fleiss_kappa
    from analysis.ratings import read

    if (options.level, options.on) != ("nominal", "call"):
        raise RatingsError(
            f"agreement at level {options.level!r} on {options.on!r} is not available; use --level nominal --on call"
        )
    return fleiss_kappa(read(options.ratings), phase=options.phase, modality=options.modality, alpha=options.alpha)


def _choices(options: argparse.Namespace) -> dict[str, Any]:
    names = ("metric", "threshold", "covariance", "random", "phase", "modality", "alpha")
    return {name: getattr(options, name) for name in names}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis",
        description="Statistics of a reader study from its ratings table (docs/statistics.md).",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(required=True, metavar="{summary,roc,mrmc,detectors,agreement}")
    shared = _shared_options()
    for command in (summary, roc, mrmc, detectors, agreement):
        added = commands.add_parser(
            command.__name__, help=command.__doc__, description=command.__doc__, parents=[shared], allow_abbrev=False
        )
        added.set_defaults(command=command)
        if command is not summary:
            added.add_argument("--alpha", type=float, default=0.05, metavar="A", help="1 - confidence (0.05)")
        if command in (mrmc, detectors):
            _add_method_options(added, metric="auc" if command is mrmc else None)
        if command is detectors:
            added.add_argument("--detector", metavar="NAME", help="take this reader as the only detector")
        if command is agreement:
            added.add_argument("--level", default="nominal", help="nominal")
            added.add_argument("--on", default="call", help="call")
    return parser


def _shared_options() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    shared.add_argument("ratings", metavar="RATINGS", help="ratings table (CSV)")
    shared.add_argument("--json", action="store_true", help="print one JSON document")
    shared.add_argument("--phase", action="append", metavar="P", help="only this phase (may be repeated)")
    shared.add_argument("--modality", metavar="M", help="only this modality")
    shared.add_argument("--reader-table", metavar="F", help="table of readers; every reader must stand there")
    shared.add_argument("--case-table", metavar="F", help="table of cases; every case must stand there")
    return shared


def _add_method_options(parser: argparse.ArgumentParser, *, metric: str | None) -> None:
    parser.add_argument("--metric", default=metric, help="auc, accuracy, sensitivity or specificity")
    parser.add_argument(
        "--threshold", type=float, metavar="T", help="call synthetic what is rated at or above T, instead of the calls"
    )
    parser.add_argument("--covariance", help="delong (of the AUC only), jackknife or unbiased")
    parser.add_argument(
        "--random", default="both", help="what is a sample: both (readers and cases), readers, or cases"
    )


if __name__ == "__main__":
    sys.exit(main())
