"""Who has withdrawn enters no table and no figure, everything says so by code and count, and nothing is deleted."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from analysis.capsule.verifying import verify
from readerstudy.reading.models import Judgement
from readerstudy.reports import exports
from readerstudy.reports.capsule import capsule
from readerstudy.reports.models import Report
from readerstudy.reports.services import make_report
from readerstudy.studies.models import Study
from readerstudy.studies.services import withdraw_reader
from tests.readerstudy.makers import close_and_unblind, read
from tests.readerstudy.reports.conftest import by_habit

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(running: Study) -> Report:
    """A report on three readers, of whom R02 withdrew after having judged twelve cases."""
    for reader in running.readers.all():
        read(reader, by_habit)
    withdraw_reader(reader=running.readers.get(number=2), reason="asked to", actor=None)
    return make_report(study=close_and_unblind(running), actor=None)


def readers_in(text: str) -> set[str]:
    return {row["reader"] for row in csv.DictReader(io.StringIO(text))}


def test_no_table_holds_a_row_of_theirs_and_no_judgement_is_deleted(report: Report) -> None:
    for name in ("ratings.csv", "readers.csv"):
        assert readers_in(exports.FILES[name].bytes_of(report).decode()) == {"R01", "R03"}
    for name in ("answers.csv", "marks.csv", "end_answers.csv", "view_log.csv"):
        assert "R02" not in exports.FILES[name].bytes_of(report).decode()
    assert Judgement.objects.filter(reading__session__reader__number=2, revision=1).count() >= 12


def test_the_results_count_two_readers_and_name_the_third(report: Report) -> None:
    assert report.results["phases"][0]["summary"]["readers"] == 2
    assert report.results["withdrawn"] == {"R02": 12}
    assert any("R02 has withdrawn: 12" in words for words in json.loads(exports.results_json(report))["not_analysed"])


def test_the_flow_and_the_text_of_the_report_say_who_is_left_out(report: Report) -> None:
    page = exports.report_html(report)
    assert "R02 has withdrawn: 12 judgements are kept, and enter no table and no figure." in page
    assert "3 readers took part" in page
    assert "withdrew: R02" in page
    assert "2 readers analysed" in page


def test_the_capsule_keeps_the_record_and_verifies(report: Report, tmp_path: Path) -> None:
    content = capsule(report)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert readers_in(archive.read("ratings.csv").decode()) == {"R01", "R03"}
        assert json.loads(archive.read("results.json"))["withdrawn"] == {"R02": 12}
        events = [json.loads(line) for line in archive.read("audit.jsonl").splitlines()]
    assert [e["detail"]["reader"] for e in events if e.get("verb") == "studies.reader_withdrawn"] == ["R02"]
    (file := tmp_path / "s.zip").write_bytes(content)
    found = verify(file)
    assert (found.ok, found.differing) == (True, ())
