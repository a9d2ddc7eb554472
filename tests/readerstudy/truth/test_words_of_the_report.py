"""The de-identification report is said in the language of its page, and read by machines in English."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from readerstudy.accounts.models import Role
from readerstudy.cohorts import deidentify
from readerstudy.cohorts.models import Source
from readerstudy.truth.templatetags.report_words import KNOWN, said
from tests.readerstudy.unpictured import a_person, an_unpictured_cohort

PATIENT = {"path": "PatientName", "name": "PatientName", "vr": "PN", "private": False, "times": 1}


@pytest.fixture
def desk(db: None) -> Client:
    """A coordinator's browser, and a cohort of which a file named its patient."""
    cohort = an_unpictured_cohort("mine", cases=2)
    case = cohort.cases.all()[0]
    Source.objects.create(
        case=case, cohort=cohort, name="a.dcm", format="DICOM", rows=64, columns=48, bits=12, removed=[PATIENT]
    )
    client = Client(headers={"Accept-Language": "de"})
    client.force_login(a_person("desk", Role.COORDINATOR))
    return client


def test_every_word_that_a_report_can_say_is_known() -> None:
    kinds = {*deidentify._KINDS.values(), *deidentify._REPLACED.values()}
    assert kinds - KNOWN == set()


def test_every_known_word_is_said_in_german_and_anything_else_stays() -> None:
    with translation.override("de"):
        assert [word for word in KNOWN if said(word) == word] == []
        assert said("MONOCHROME2") == "MONOCHROME2"
    assert [word for word in KNOWN if said(word) != word] == []


def test_the_page_says_it_in_german_and_the_files_in_english(desk: Client) -> None:
    page = desk.get("/cohorts/mine/deidentification/").content.decode()
    assert "der Name einer Person" in page
    assert "a person's name" not in page.replace("&#x27;", "'")
    for form in ("json", "csv"):
        assert "a person's name" in desk.get(f"/cohorts/mine/deidentification.{form}").content.decode()
