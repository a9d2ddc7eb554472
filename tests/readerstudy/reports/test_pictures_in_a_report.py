"""Pictures of cases and heat maps of marks: for coordinators, once the study is unblinded, and for nobody else."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from django.test import Client

from readerstudy.accounts.models import Role, User
from readerstudy.reading.models import Mark, Reading
from readerstudy.reports.capsule import capsule
from readerstudy.reports.exports import FILES, report_html
from readerstudy.reports.heat_maps import marks_by_case
from readerstudy.reports.models import Report
from readerstudy.reports.ratings_table import StillBlindedError
from readerstudy.reports.services import make_report
from readerstudy.studies.models import Member, Reader, Study, TeamRole
from readerstudy.truth.models import Truth
from tests.readerstudy.makers import always_authentic, close_and_unblind, read
from tests.readerstudy.unpictured import a_person, an_unpictured_study, draw_frames

pytestmark = pytest.mark.django_db
PICTURE = "data:image/png;base64,"


def mark(study: Study) -> None:
    """Let every reader mark the first case of the cohort twice, and the first reader the second case."""
    question = study.phases.get(name="phase-1").questions.all()[0]
    codes = sorted(Truth.objects.values_list("case__code", flat=True))
    for reader in study.readers.all():
        judgements = {one.case.code: one.judgements.get() for one in _readings(reader)}
        for number, x in enumerate((0.5, 0.52)):
            Mark.objects.create(judgement=judgements[codes[0]], question=question, number=number, kind="point",
                                points=[[x, 0.5]], reason="too smooth")  # fmt: skip
    first = study.readers.get(number=1)
    judgement = next(one.judgements.get() for one in _readings(first) if one.case.code == codes[1])
    Mark.objects.create(judgement=judgement, question=question, number=0, kind="box",
                        points=[[0.1, 0.1], [0.2, 0.3]], reason="text")  # fmt: skip


def _readings(reader: Reader) -> list[Reading]:
    return list(Reading.objects.filter(session__reader=reader).select_related("case"))


@pytest.fixture
def study(db: None) -> Study:
    """A running study that three readers have read, deceived by every synthetic case; they left marks."""
    study = an_unpictured_study("s", readers=[a_person(f"r{n}") for n in range(3)], consent=True, cases=6)
    draw_frames(study)
    for reader in study.readers.all():
        read(reader, always_authentic)
    mark(study)
    return study


@pytest.fixture
def report(study: Study) -> Report:
    return make_report(study=close_and_unblind(study), actor=None)


def a_member(study: Study, role: str) -> Client:
    person = a_person(f"the-{role}", Role.OBSERVER)
    Member.objects.create(study=study, role=role, user=person)
    browser = Client()
    browser.force_login(person)
    return browser


def test_the_most_marked_case_comes_first_with_its_readers_and_reasons(report: Report) -> None:
    first, second = report.document["marks"]["cases"]
    assert (first["marks"], first["readers"], first["reasons"], first["map"]["most"]) == (6, 3, [["too smooth", 6]], 3)
    assert (second["marks"], second["readers"], second["map"]["most"]) == (1, 1, 1)


def test_nothing_is_counted_before_unblinding(study: Study) -> None:
    with pytest.raises(StillBlindedError):
        marks_by_case(study)


def test_marks_of_a_reader_who_has_withdrawn_are_in_no_map(study: Study) -> None:
    from django.utils import timezone

    study.readers.filter(number=1).update(withdrawn_at=timezone.now())
    cases = marks_by_case(close_and_unblind(study))["cases"]
    assert [(one["marks"], one["readers"]) for one in cases] == [(4, 2)]


def test_coordinators_get_maps_and_deceptive_cases_on_the_page_and_in_the_file(report: Report, desk: Client) -> None:
    page = desk.get("/studies/s/results/").content.decode()
    file = desk.get("/studies/s/export/report.html").content.decode()
    assert "Where readers marked" in page
    assert "up to 3 readers marked the same place" in page
    assert "/thumbnail" in page
    for text in (page, file):
        assert "deceived all 3 readers" in text
        assert "too smooth" in text
    assert PICTURE in file
    assert "/thumbnail" not in file
    assert "<script" not in file


def test_statisticians_get_the_counts_and_no_picture(report: Report) -> None:
    browser = a_member(report.study, TeamRole.STATISTICIAN)
    for address in ("/studies/s/results/", "/studies/s/export/report.html"):
        text = browser.get(address).content.decode()
        assert "too smooth (6)" in text
        assert PICTURE not in text
        assert "/thumbnail" not in text
        assert "Where readers marked" not in text
        assert "deceived all" not in text


def test_monitors_and_readers_get_no_report_at_all(report: Report) -> None:
    reader = Client()
    reader.force_login(User.objects.get(username="r0"))
    for browser in (a_member(report.study, TeamRole.MONITOR), reader):
        for address in ("results/", "export/report.html", "export/capsule/", "export/marks.csv"):
            response = browser.get(f"/studies/s/{address}")
            assert response.status_code in (302, 403, 404)
            assert PICTURE.encode() not in response.content


def test_nobody_gets_a_picture_before_unblinding(study: Study, desk: Client) -> None:
    assert "Where readers marked" not in desk.get("/studies/s/results/").content.decode()
    assert desk.get("/studies/s/export/report.html").status_code == 404
    assert not study.reports.exists()


def test_what_is_passed_on_by_default_holds_no_picture(report: Report) -> None:
    with zipfile.ZipFile(BytesIO(capsule(report))) as archive:
        assert PICTURE not in archive.read("report.html").decode()
    assert PICTURE not in report_html(report)
    assert PICTURE.encode() not in FILES["report.html"].bytes_of(report)
