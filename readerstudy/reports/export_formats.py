"""The tables of a report for other programs: one workbook for people, and the formats of the field's own programs."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import pandas as pd
from django.utils.translation import gettext as _

from analysis.errors import RatingsError
from analysis.report.latex import latex_document
from analysis.table.files import FORMATS, write
from readerstudy.audit.spreadsheets import harmless
from readerstudy.reports.answers import answer_table, end_answer_table, mark_table
from readerstudy.reports.computing import gathered, stored_table
from readerstudy.reports.models import Report
from readerstudy.reports.ratings_table import case_table, reader_table

# What can be asked for: the ending of the file's name. The view log is left out of the workbook: it may have more rows
# than a sheet.
FORMS = {"imrmc": "imrmc", "lrc": "lrc", "mrmcaov": "csv", "jafroc": "xlsx"}


class NoExportError(Exception):
    """The format cannot hold these reads; the message says why."""


@dataclass(frozen=True)
class Exported:
    """A file, and what of the ratings it cannot carry."""

    content: bytes
    left_out: tuple[str, ...]


def rated_phases(report: Report) -> list[str]:
    """Name the phases with human ratings, which alone the other programs know."""
    table = stored_table(report.ratings_csv)
    rated = table[(table["kind"] == "human") & table["rating"].notna()]
    return [str(phase) for phase in rated["phase"].unique()]


def in_format(report: Report, phase: str, form: str) -> Exported:
    """Write the first reads of one phase for another program.

    Raises
    ------
    NoExportError
        They cannot stand in this format.
    """
    file = BytesIO()
    try:
        written = write(stored_table(report.ratings_csv), file, format=form, phase=phase)
    except RatingsError as error:
        words = _("%(format)s cannot hold these reads: %(why)s")
        raise NoExportError(words % {"format": FORMATS[form].words, "why": error}) from None
    return Exported(file.getvalue(), written.left_out)


def workbook(report: Report) -> bytes:
    """Give the tables as sheets of one Excel workbook, in which no text is taken for a formula."""
    tables = {
        "ratings": stored_table(report.ratings_csv),
        "readers": reader_table(report.study),
        "cases": case_table(report.study),
        "answers": answer_table(report.study),
        "marks": mark_table(report.study),
        "end_answers": end_answer_table(report.study),
    }
    file = BytesIO()
    with pd.ExcelWriter(file, engine="openpyxl") as writer:
        for name, table in tables.items():
            # As objects: an apostrophe may come before a text in a column of any type.
            table.astype(object).map(harmless).to_excel(writer, sheet_name=name, index=False)
    return file.getvalue()


def tables_in_latex(report: Report) -> str:
    """Give the tables of the report, with their methods, as a document for LaTeX."""
    return latex_document(gathered(report), title=report.study.title)
