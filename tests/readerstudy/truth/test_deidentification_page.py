"""The de-identification report of a cohort can be read, printed and taken away."""

from __future__ import annotations

import csv
import json
from io import StringIO

import pytest
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.cohorts.deidentify import report
from readerstudy.cohorts.models import Cohort, Source
from readerstudy.cohorts.services import create_cohort
from tests.readerstudy.makers import MakeCohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(make_cohort: MakeCohort) -> Cohort:
    """Two sources with headers, of which parts were removed."""
    cohort = make_cohort("mine", cases=2)
    removed = [
        {"path": "", "name": "PatientName", "vr": "PN", "private": False, "times": 1},
        {"path": "ReferencedStudySequence", "name": "=cmd()", "vr": "LO", "private": True, "times": 3},
    ]
    Source.objects.filter(cohort=cohort).update(removed=removed, attributes={"KVP": 70, "Modality": "DX"})
    return cohort


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def test_the_page_tells_what_was_removed_what_remains_and_what_readers_get(desk: Client, cohort: Cohort) -> None:
    text = desk.get("/cohorts/mine/deidentification/").content.decode()
    for words in ("PatientName", "KVP", "Basic Application Level Confidentiality Profile", "What readers get"):
        assert words in text
    for name in report(cohort).readers_get:
        assert f"<td>{name}</td>" in text


def test_the_report_is_taken_away_as_json(desk: Client, cohort: Cohort) -> None:
    response = desk.get("/cohorts/mine/deidentification.json")
    assert "mine-deidentification.json" in response.headers["Content-Disposition"]
    assert json.loads(response.content) == json.loads(json.dumps(report(cohort).as_json()))


def test_what_was_removed_is_taken_away_as_a_table_in_which_nothing_is_a_formula(desk: Client, cohort: Cohort) -> None:
    response = desk.get("/cohorts/mine/deidentification.csv")
    rows = list(csv.DictReader(StringIO(response.content.decode())))
    assert {row["name"] for row in rows} == {"PatientName", "'=cmd()"}
    assert [(row["files"], row["times"]) for row in rows] == [("2", "2"), ("2", "6")]


def test_an_empty_cohort_has_nothing_to_report(desk: Client) -> None:
    create_cohort(name="mine", actor=None)
    assert "No files yet" in desk.get("/cohorts/mine/deidentification/").content.decode()


def test_another_cohort_is_in_no_report(desk: Client, cohort: Cohort, make_cohort: MakeCohort) -> None:
    make_cohort("other", cases=2)
    assert "ReferencedStudySequence" not in desk.get("/cohorts/other/deidentification/").content.decode()
