"""The files of a report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from analysis.report.page import page, svg_for_paper
from readerstudy.reports.answers import answer_table, end_answer_table, mark_table, view_log_table
from readerstudy.reports.blinding_audit import newest_audit
from readerstudy.reports.computing import gathered
from readerstudy.reports.export_formats import tables_in_latex, workbook
from readerstudy.reports.gaps import not_analysed
from readerstudy.reports.interim import looks_of
from readerstudy.reports.models import Report
from readerstudy.reports.pictures import pictures_html
from readerstudy.reports.ratings_table import case_table, reader_table
from readerstudy.studies.models import UNTESTED, Study

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


def results_json(report: Report) -> str:
    """Give the results, with the hash of the table that they come from."""
    said = {"study": report.study.slug, "ratings_sha256": report.ratings_sha256, **report.results}
    with translation.override("en"):
        said["not_analysed"] = not_analysed(report.study)
    said["interim_looks"] = looks_of(report.study)
    return json.dumps(said, indent=2) + "\n"


def report_html(report: Report, *, with_pictures: bool = False) -> str:
    """Give the report as one file that needs no other and prints well.

    It is in English whoever asks for it: it goes with its tables, and the methods in them are named in English.

    Parameters
    ----------
    with_pictures : bool
        Whether images of cases go in: for coordinators alone, never into what is passed on by default.
    """
    with translation.override("en"):
        front = render_to_string("reports/remarks.html", {"study": report.study, **caveats(report.study)})
        marks = render_to_string("reports/marks.html", {"marks": report.document.get("marks")})
        back = (pictures_html(report) if with_pictures else "") + marks
    digests = [(name, hashlib.sha256(text.encode()).hexdigest()) for name, text in report.tables.items() if text]
    return page(
        gathered(report), title=report.study.title, draw=cache(svg_for_paper), digests=digests, front=front, back=back
    )


def caveats(study: Study) -> dict[str, Any]:
    """Give what page and report say before any figure.

    That pictures are phantoms, that it was a trial run, that readers are simulated, what the blinding audit found, or
    why there was none, who looked at results before the end, and what enters no figure.
    """
    notes = study.phases.order_by("position").values_list("cohort__note", flat=True)
    return {
        "notes": [note for note in dict.fromkeys(notes) if note],
        "is_pilot": study.is_pilot,
        "simulated": study.readers.filter(is_simulated=True).exists(),
        "unaudited_because": study.unaudited_because,
        "audits": blinding_audits(study),
        "looks": looks_of(study),
        "not_analysed": not_analysed(study),
    }


def blinding_audits(study: Study) -> list[dict[str, Any]]:
    """Give what the newest blinding audit of each cohort of the test found."""
    phases = study.phases.exclude(purpose__in=UNTESTED).order_by("position").select_related("cohort")
    cohorts = dict.fromkeys(phase.cohort for phase in phases)
    return [audit.result for cohort in cohorts if (audit := newest_audit(cohort))]


def blinding_json(study: Study) -> str:
    """Give the blinding audits of a study, or the reason why it was locked without."""
    said = {"study": study.slug, "unaudited_because": study.unaudited_because, "audits": blinding_audits(study)}
    return json.dumps(said, indent=2) + "\n"


def data_dictionary(_report: Report) -> str:
    """Say what every column means."""
    return (Path(settings.BASE_DIR) / "docs" / "data-dictionary.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class File:
    """A file of a report: what it is, in words, and how it is made."""

    words: StrPromise
    content_type: str
    make: Callable[[Report], str | bytes]

    def bytes_of(self, report: Report) -> bytes:
        """Make it."""
        content = self.make(report)
        return content.encode() if isinstance(content, str) else content


def _as_csv(table: Callable[[Study], pd.DataFrame], words: StrPromise) -> File:
    return File(words, _CSV, lambda report: table(report.study).to_csv(index=False))


_CSV = "text/csv; charset=utf-8"
_JSON = "application/json"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES = {
    "report.html": File(_("The report: one file that needs no other"), "text/html; charset=utf-8", report_html),
    "results.json": File(_("Every figure of the report"), _JSON, results_json),
    "ratings.csv": File(
        _("The ratings table that everything is computed from"), _CSV, lambda report: report.ratings_csv
    ),
    "readers.csv": _as_csv(reader_table, _("What readers told of themselves")),
    "cases.csv": _as_csv(case_table, _("What is known of each case, its truth included")),
    "answers.csv": _as_csv(answer_table, _("Answers to questions with each case")),
    "marks.csv": _as_csv(mark_table, _("Marks on the images")),
    "end_answers.csv": _as_csv(end_answer_table, _("Answers at the end of each phase")),
    "view_log.csv": _as_csv(view_log_table, _("What readers did with the image")),
    "tables.xlsx": File(_("All these tables as one workbook, without the log of the view"), _XLSX, workbook),
    "tables.tex": File(_("The tables of the report in LaTeX, for a manuscript"), "application/x-tex", tables_in_latex),
    "blinding_audit.json": File(_("What the blinding audit found"), _JSON, lambda report: blinding_json(report.study)),
    "data-dictionary.md": File(_("What every column means"), "text/markdown; charset=utf-8", data_dictionary),
}


def described() -> list[tuple[str, StrPromise]]:
    """Give the name of every file, with what it is."""
    return [(name, file.words) for name, file in FILES.items()]


def write_files(report: Report, folder: Path) -> list[str]:
    """Write all files of a report into a folder, and give their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in FILES.items():
        (folder / name).write_bytes(file.bytes_of(report))
    return list(FILES)
