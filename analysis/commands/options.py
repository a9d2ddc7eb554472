"""Options that several commands share, and the ratings table with the covariates that a command asks for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from analysis.table.ratings import Ratings

METHOD_OPTIONS = ("metric", "threshold", "spec_range", "standardized", "covariance", "cluster", "random")


def shared_options() -> argparse.ArgumentParser:
    """Options of every command that reads a ratings table."""
    shared = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    shared.add_argument("ratings", metavar="RATINGS", help="ratings (CSV, Parquet, iMRMC, LRC, MRMCaov, JAFROC)")
    shared.add_argument("--json", action="store_true", help="print one JSON document")
    shared.add_argument("--phase", action="append", metavar="P", help="only this phase (may be repeated)")
    shared.add_argument("--modality", metavar="M", help="only this modality")
    shared.add_argument("--reader-table", metavar="F", help="table of readers (readers.csv beside the ratings)")
    shared.add_argument("--case-table", metavar="F", help="table of cases (cases.csv beside the ratings)")
    return shared


def add_alpha(parser: argparse.ArgumentParser) -> None:
    """The confidence of intervals."""
    parser.add_argument("--alpha", type=float, default=0.05, metavar="A", help="1 - confidence (0.05)")


def add_method(parser: argparse.ArgumentParser, *, metric: str | None) -> None:
    """What is measured, and what is a sample from a population."""
    parser.add_argument(
        "--metric",
        default=metric,
        help="auc, binormal, pauc, accuracy, sensitivity, specificity, dprime or criterion",
    )
    add_threshold(parser)
    parser.add_argument(
        "--spec-range",
        type=float,
        nargs=2,
        metavar=("A", "B"),
        help="specificities between which the partial AUC is taken (0.8 1)",
    )
    parser.add_argument(
        "--mcclish", action="store_true", dest="standardized", help="standardise the partial AUC (McClish)"
    )
    parser.add_argument("--covariance", help="delong (of the AUC only), jackknife or unbiased")
    add_sample(parser)


def add_threshold(parser: argparse.ArgumentParser) -> None:
    """From ratings to calls."""
    parser.add_argument(
        "--threshold", type=float, metavar="T", help="call synthetic what is rated at or above T, instead of the calls"
    )


def add_sample(parser: argparse.ArgumentParser) -> None:
    """What is a sample from a population."""
    parser.add_argument(
        "--cluster", metavar="COLUMN", help="column of the ratings or cases: cases with the same value belong together"
    )
    parser.add_argument(
        "--random", default="both", help="what is a sample: both (readers and cases), readers, or cases"
    )


def read_ratings(options: argparse.Namespace, *covariates: str) -> Ratings:
    """The ratings table, with these columns of the tables of readers and cases where it lacks them itself."""
    from analysis.table.covariates import attach
    from analysis.table.files import read

    readers, cases = read_tables(options)
    return attach(read(options.ratings), readers=readers, cases=cases, columns=covariates)


def needed_columns(options: argparse.Namespace) -> tuple[str, ...]:
    """Columns that the chosen method asks for besides those of the reads."""
    return () if options.cluster is None else (options.cluster,)


def read_tables(options: argparse.Namespace) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Tables of readers and cases: as named, or those that lie beside the ratings; checked, also where not needed."""
    return _read_table(options, "reader"), _read_table(options, "case")


def chosen(options: argparse.Namespace, *names: str) -> dict[str, Any]:
    """The named options, as arguments of a function of the same names."""
    return {name: getattr(options, name) for name in names}


def table_path(options: argparse.Namespace, key: str) -> Path | None:
    """The table of readers or cases: as named, or the one that lies beside the ratings."""
    named: str | None = getattr(options, f"{key}_table")
    beside = Path(options.ratings).parent / f"{key}s.csv"
    if named is None and (not beside.is_file() or beside == Path(options.ratings)):
        return None
    return Path(named or beside)


def _read_table(options: argparse.Namespace, key: str) -> pd.DataFrame | None:
    from analysis.table.covariates import covariates

    path = table_path(options, key)
    return None if path is None else covariates(path, key)
