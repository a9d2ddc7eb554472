"""The results page shows coordinators the synthetic cases that most readers took for authentic."""

from __future__ import annotations

import pytest
from django.test import Client

from readerstudy.accounts.models import Role, User
from readerstudy.reading.models import Reading
from readerstudy.reports.deceptive import Deceptive, deceptive_cases
from readerstudy.reports.models import Report
from readerstudy.reports.services import make_report
from readerstudy.studies.models import Study
from readerstudy.truth.models import Truth
from tests.readerstudy.makers import close_and_unblind, read
from tests.readerstudy.unpictured import a_person, an_unpictured_study

pytestmark = pytest.mark.django_db


def synthetic() -> list[str]:
    return sorted(truth.case.code for truth in Truth.objects.select_related("case") if truth.is_synthetic)


def fooled_by_two(reading: Reading) -> tuple[str, int]:
    """All miss the first synthetic case, the readers but R03 the second; whatever else they call is right."""
    first, second, *_others = synthetic()
    code, is_sharp = reading.case.code, reading.session.reader.code == "R03"
    missed = code == first or (code == second and not is_sharp)
    is_synthetic = Truth.objects.get(case=reading.case_id).is_synthetic
    return ("synthetic" if is_synthetic and not missed else "authentic"), 50


@pytest.fixture
def report(db: None) -> Report:
    people = [a_person(f"reader-{number}") for number in range(3)]
    study = an_unpictured_study("s", readers=people, consent=True, cases=12)
    for reader in study.readers.all():
        read(reader, fooled_by_two)
    return make_report(study=close_and_unblind(study), actor=None)


def figures(one: Deceptive) -> tuple[str, int, int]:
    return one.case.code, one.deceived, one.readers


def test_the_most_deceptive_come_first_and_what_most_saw_through_is_not_there(report: Report) -> None:
    ((name, found),) = deceptive_cases(report)
    first, second, *_others = synthetic()
    assert name == "phase-1"
    assert [figures(one) for one in found] == [(first, 3, 3), (second, 2, 3)]


def test_the_page_links_each_of_them_to_its_case(report: Report) -> None:
    desk = Client()
    desk.force_login(a_person("desk", Role.COORDINATOR))
    page = desk.get("/studies/s/results/").content.decode()
    first, second, third, *_others = synthetic()
    assert "deceived all 3 readers" in page
    assert "deceived 2 of 3 readers" in page
    for code in (first, second):
        assert f"/cases/{code}/" in page
    assert f"/cases/{third}/" not in page


def test_where_nobody_was_deceived_nothing_is_shown(finished: Study, coordinator: User) -> None:
    report = make_report(study=finished, actor=coordinator)
    report.results["phases"][0]["cases"]["cases"] = [
        {"case": code, "truth": 1, "readers": 3, "right": 0.5} for code in synthetic()
    ]
    assert deceptive_cases(report) == []
