"""The report as a folder: the page, the results, the tables that they come from, charts and tables one by one."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import results
from analysis.charts import svg_png
from analysis.errors import RatingsError
from analysis.report.document import Figure, Table
from analysis.report.latex import latex_document, latex_tables
from analysis.report.page import page, svg_for_paper
from analysis.report.plain import placed
from analysis.report.report import Report
from analysis.report.writing import csv_rows

PNG_SCALE = 3  # image pixels to a point of the page: sharp in print


@dataclass(frozen=True)
class ReportFiles(results.Result):
    """What was written into `directory`, and the SHA-256 of the tables that it comes from, by their names."""

    directory: str
    files: tuple[str, ...]
    sha256: Mapping[str, str]

    def to_frame(self) -> pd.DataFrame:
        """One row for each file."""
        return pd.DataFrame({"file": self.files})

    def __str__(self) -> str:
        digests = [f"{name}, SHA-256: {digest}" for name, digest in self.sha256.items()]
        return results.paragraphs(f"{results.counted(len(self.files), 'file')} in {self.directory}", "\n".join(digests))


def write_report(report: Report, directory: Path, *, tables: Mapping[str, bytes], title: str) -> ReportFiles:
    """Write the report.

    Parameters
    ----------
    report : Report
    directory : Path
        Made where it is not there; files of the same names are replaced.
    tables : mapping of str to bytes
        The files that the report comes from, by their names (``ratings.csv`` at least): copied as they are.
    title : str

    Returns
    -------
    ReportFiles

    Raises
    ------
    RatingsError
        When the folder cannot be written.

    Notes
    -----
    ``results.json`` holds the numbers with sorted keys and nothing that changes from run to run, so that it can be
    computed again from the copied tables and compared.
    """
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in tables.items()}
    written: dict[str, bytes] = dict(tables)
    written["results.json"] = results_json(report, digests)
    draw = cache(svg_for_paper)  # once, for the page and for the files
    written |= {**dict(_figures(report, draw)), **dict(_tables(report))}
    written["tables.tex"] = latex_document(report, title=title).encode()
    beside = [name for name in written if "/" not in name]
    written["report.html"] = page(report, title=title, draw=draw, digests=list(digests.items()), files=beside).encode()
    _write(directory, written)
    return ReportFiles(str(directory), tuple(sorted(written)), digests)


def results_json(report: Report, digests: Mapping[str, str]) -> bytes:
    """Every number of the report, with the digests of the tables that it comes from."""
    document = report.results() | {"sha256": dict(digests)}
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _figures(report: Report, draw: Callable[[Figure], str]) -> Iterator[tuple[str, bytes]]:
    for where, section in placed(report):
        for figure in section.figures:
            svg = draw(figure)
            name = f"figures/{_file_name(where, figure.name)}"
            yield f"{name}.svg", svg.encode()
            yield f"{name}.png", svg_png(svg, PNG_SCALE)


def _tables(report: Report) -> Iterator[tuple[str, bytes]]:
    for where, section in placed(report):
        for table in section.tables:
            yield f"tables/{_file_name(where, table.name)}.csv", _csv(table)
    for where, table, written in latex_tables(report):
        yield f"tables/{_file_name(where, table.name)}.tex", written.encode()


def _csv(table: Table) -> bytes:
    rows: Sequence[dict[str, Any]] = list(csv_rows(table))
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _file_name(where: str, name: str) -> str:
    """A name that every file system takes; letters of any alphabet stay."""
    return re.sub(r"[^\w.]+", "-", f"{where}-{name}").strip("-.")


def _write(directory: Path, written: Mapping[str, bytes]) -> None:
    try:
        for name, content in written.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        raise RatingsError(f"{error.filename}: cannot be written ({error.strerror})") from None
