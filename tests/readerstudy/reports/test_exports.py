"""What is taken away of a report: a page that says what each file is, a workbook, and formats of other programs."""

from __future__ import annotations

from html import unescape
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.test import Client

from analysis import obuchowski_rockette
from analysis.table.files import read as read_ratings
from readerstudy.reports import exports
from readerstudy.reports.computing import stored_table
from readerstudy.reports.export_formats import FORMS, rated_phases, workbook
from readerstudy.reports.models import Report
from readerstudy.reports.services import make_report
from readerstudy.studies.models import Reader, Study
from tests.readerstudy.makers import close_and_unblind
from tests.readerstudy.protocols import QUALITY, a_draft, a_phase, run_with
from tests.readerstudy.reports.conftest import score_by_code
from tests.readerstudy.reports.reading_through import read_through
from tests.readerstudy.unpictured import a_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(finished: Study) -> Report:
    """The report of a study that three readers have read."""
    return make_report(study=finished, actor=None)


def test_the_page_names_every_file_and_what_it_is(desk: Client, report: Report) -> None:
    page = unescape(desk.get("/studies/s/export/").content.decode())
    for name, words in exports.described():
        assert f'href="/studies/s/export/{name}"' in page
        assert str(words) in page
    assert report.ratings_sha256 in page


def test_every_file_of_the_page_comes(desk: Client, report: Report) -> None:
    for name, _ in exports.described():
        answer = desk.get(f"/studies/s/export/{name}")
        assert (answer.status_code, bool(answer.content)) == (200, True), name
        assert f'attachment; filename="s-{name}"' in answer["Content-Disposition"]


@pytest.mark.parametrize("form", FORMS)
def test_each_format_of_another_program_gives_the_same_results(
    desk: Client, report: Report, tmp_path: Path, form: str
) -> None:
    [phase] = rated_phases(report)
    answer = desk.get(f"/studies/s/export/{phase}/{form}/")
    path = tmp_path / f"ratings.{FORMS[form]}"
    path.write_bytes(answer.content)
    expected = obuchowski_rockette(stored_table(report.ratings_csv), phase=phase)
    found = obuchowski_rockette(read_ratings(path))
    assert found.modalities[0].estimate == pytest.approx(expected.modalities[0].estimate, rel=1e-12)
    assert found.modalities[0].se == pytest.approx(expected.modalities[0].se, rel=1e-12)
    assert (found.readers, found.reads) == (expected.readers, expected.reads)


def test_the_workbook_holds_every_table_and_takes_no_text_for_a_formula(report: Report) -> None:
    reader = report.study.readers.get(code="R01")
    Reader.objects.filter(pk=reader.pk).update(subspecialty='=HYPERLINK("x")', country="-1")
    book = openpyxl.load_workbook(BytesIO(workbook(report)))
    assert book.sheetnames == ["ratings", "readers", "cases", "answers", "marks", "end_answers"]
    assert book["ratings"].max_row == 1 + len(stored_table(report.ratings_csv))
    cells = {cell.value: cell.data_type for row in book["readers"].iter_rows() for cell in row}
    assert cells['\'=HYPERLINK("x")'] == cells["'-1"] == "s"
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def test_the_tables_for_machines_are_not_escaped(report: Report) -> None:
    Reader.objects.filter(study=report.study, code="R01").update(country="=1+1")
    assert b",=1+1" in exports.FILES["readers.csv"].bytes_of(report)


def test_detectors_have_no_place_in_formats_of_reads(finished: Study, tmp_path: Path) -> None:
    score_by_code(finished.phases.get(purpose="informed").cohort, tmp_path)
    report = make_report(study=finished, actor=None)
    assert (stored_table(report.ratings_csv)["kind"] == "detector").any()
    assert len(rated_phases(report)) == 1


@pytest.mark.parametrize("address", ["nothing/imrmc/", "phase-1/excel/", "nothing.csv"])
def test_what_there_is_not_is_not_found(desk: Client, report: Report, address: str) -> None:
    assert desk.get(f"/studies/s/export/{address}").status_code == 404


def test_before_there_is_a_report_the_page_says_what_to_do(desk: Client, finished: Study) -> None:
    assert "unblind the study and make one first" in unescape(desk.get("/studies/s/export/").content.decode())


def test_a_study_without_ratings_says_so(desk: Client, db: None) -> None:
    phase = a_phase("quality", purpose="purpose-blinded", questions=[QUALITY], undo_seconds=0)
    study = run_with(a_draft(phase, cases=2), a_person("reader"))
    read_through(study)
    make_report(study=close_and_unblind(study), actor=None)
    assert "No phase of this study has ratings." in unescape(desk.get("/studies/s/export/").content.decode())
