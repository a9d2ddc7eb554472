"""The files of a report."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from django.template.loader import render_to_string
from django.utils import translation

from readerstudy.reports import charts
from readerstudy.reports.answers import answer_table, end_answer_table, mark_table, view_log_table
from readerstudy.reports.blinding_audit import newest_audit
from readerstudy.reports.gaps import not_analysed
from readerstudy.reports.models import Report
from readerstudy.reports.ratings_table import case_table, reader_table
from readerstudy.studies.models import UNTESTED, Study


def results_json(report: Report) -> str:
    """Give the results, with the hash of the table that they come from."""
    said = {"study": report.study.slug, "ratings_sha256": report.ratings_sha256, **report.results}
    with translation.override("en"):
        said["not_analysed"] = not_analysed(report.study)
    return json.dumps(said, indent=2) + "\n"


def report_html(report: Report) -> str:
    """Give the report as one file that needs no other and prints well.

    It is in English whoever asks for it: it goes with its tables, and the methods in them are named in English.
    """
    drawn = [
        (phase, charts.inline_svgs(report, phase["phase"], phase.get("modality", "")))
        for phase in report.results["phases"]
    ]
    context = {"study": report.study, "report": report, "drawn": drawn}
    with translation.override("en"):
        context |= caveats(report.study)
        return render_to_string("reports/report.html", context)


def caveats(study: Study) -> dict[str, Any]:
    """Give what page and report say before any figure.

    That pictures are phantoms, that it was a trial run, that readers are simulated, what the blinding audit found, or
    why there was none, and what enters no figure.
    """
    notes = study.phases.order_by("position").values_list("cohort__note", flat=True)
    return {
        "notes": [note for note in dict.fromkeys(notes) if note],
        "is_pilot": study.is_pilot,
        "simulated": study.readers.filter(is_simulated=True).exists(),
        "unaudited_because": study.unaudited_because,
        "audits": blinding_audits(study),
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


def _as_csv(table: Callable[[Study], pd.DataFrame]) -> tuple[str, Callable[[Report], str]]:
    return _CSV, lambda report: table(report.study).to_csv(index=False)


_CSV = "text/csv; charset=utf-8"
FILES: dict[str, tuple[str, Callable[[Report], str]]] = {
    "ratings.csv": (_CSV, lambda report: report.ratings_csv),
    "readers.csv": _as_csv(reader_table),
    "cases.csv": _as_csv(case_table),
    "answers.csv": _as_csv(answer_table),
    "marks.csv": _as_csv(mark_table),
    "end_answers.csv": _as_csv(end_answer_table),
    "view_log.csv": _as_csv(view_log_table),
    "blinding_audit.json": ("application/json", lambda report: blinding_json(report.study)),
    "results.json": ("application/json", results_json),
    "report.html": ("text/html; charset=utf-8", report_html),
}


def write_files(report: Report, folder: Path) -> list[str]:
    """Write all files of a report into a folder, and give their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (_, make_content) in FILES.items():
        (folder / name).write_text(make_content(report), encoding="utf-8")
    return list(FILES)
