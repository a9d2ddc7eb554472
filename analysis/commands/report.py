"""The whole report as a folder: one page that holds everything, results.json, charts and tables."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

from analysis.commands.options import add_alpha, read_ratings, read_tables, table_path
from analysis.errors import RatingsError
from analysis.results import Result


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_alpha(parser)
    parser.add_argument("--out", required=True, metavar="DIR", help="the folder to write into")
    parser.add_argument("--title", default="Reader study", metavar="T", help="title of the report")
    parser.add_argument(
        "--plan", metavar="F", help="analysis plan (JSON; plan.json of the study): its endpoints come first"
    )
    for option, whose in (("--scale", "readers' ratings"), ("--detector-scale", "detectors' scores")):
        words = f"{whose} that stand for the probabilities 0 and 1"
        parser.add_argument(option, type=float, nargs=2, metavar=("LOW", "HIGH"), help=words)


def run(options: argparse.Namespace) -> Result:
    """Compute all sections and write the folder."""
    from analysis.report.files import write_report
    from analysis.report.plan import plan_from
    from analysis.report.report import gather
    from analysis.report.study import Study

    readers, cases = read_tables(options)
    scale, detector_scale = (tuple(ends) if ends else None for ends in (options.scale, options.detector_scale))
    study = Study(read_ratings(options), readers, cases, options.alpha, scale, detector_scale)
    plan = _plan(options)
    report = gather(study, phases=options.phase, modality=options.modality, plan=plan_from(plan) if plan else None)
    tables = _tables(options) | ({"plan.json": plan} if plan else {})
    return write_report(report, Path(options.out), tables=tables, title=options.title)


def _plan(options: argparse.Namespace) -> bytes | None:
    if options.plan is None:
        return None
    try:
        return Path(options.plan).read_bytes()
    except OSError as error:
        raise RatingsError(f"{options.plan}: cannot be read ({error.strerror})") from None


def _tables(options: argparse.Namespace) -> dict[str, bytes]:
    """The tables as they are; ratings in another format as CSV."""
    from analysis.table.files import read, recognised, write

    path = Path(options.ratings)
    if recognised(path) == "csv" and path.suffix.lower() == ".csv":
        tables = {"ratings.csv": path.read_bytes()}
    else:
        text = io.BytesIO()
        write(read(path), text, format="csv")
        tables = {"ratings.csv": text.getvalue()}
    for key in ("reader", "case"):
        if beside := table_path(options, key):
            tables[f"{key}s.csv"] = beside.read_bytes()
    return tables
