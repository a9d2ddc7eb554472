"""A study is locked on audited cohorts, or for a written reason that is kept."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.cohorts.models import Cohort, Image
from readerstudy.studies.models import Study
from readerstudy.studies.services import StudyError, create_study, lock_study, what_the_audit_misses
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db


def mark(cohort: Cohort, verdict: str = "pass", *, acknowledged: bool = True) -> None:
    """Write the marks that a blinding audit leaves on a cohort."""
    cohort.audit_verdict, cohort.audit_state = verdict, cohort.state_digest()
    cohort.audit_acknowledged = acknowledged
    cohort.save()


@pytest.fixture
def cohort() -> Cohort:
    return an_unpictured_cohort("main", cases=4)


@pytest.fixture
def study(cohort: Cohort) -> Study:
    """A draft that lacks nothing but the audit, with a practice that nobody audited either."""
    return create_study(slug="s", preset="single-phase", cohorts=[cohort, an_unpictured_cohort("easy", cases=2)])


def test_an_audited_and_acknowledged_cohort_needs_no_reason(study: Study, cohort: Cohort) -> None:
    mark(cohort)
    assert what_the_audit_misses(study) == []
    lock_study(study=study, actor=None)
    study.refresh_from_db()
    assert (study.status, study.unaudited_because) == ("running", "")


def test_a_reason_that_was_not_needed_is_not_kept(study: Study, cohort: Cohort) -> None:
    mark(cohort)
    lock_study(study=study, actor=None, unaudited_because="to be sure")
    study.refresh_from_db()
    assert study.unaudited_because == ""
    assert "unaudited_because" not in Event.objects.get(verb="studies.locked").detail


@pytest.mark.parametrize(
    ("verdict", "acknowledged", "words"),
    [
        ("", False, "Nobody has looked whether the cohort main is blinded: run the blinding audit"),
        ("fail", True, "The blinding audit of the cohort main failed"),
        ("pass", False, "Nobody has acknowledged the confound report of the cohort main"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_locked(
    study: Study, cohort: Cohort, verdict: str, acknowledged: bool, words: str
) -> None:
    mark(cohort, verdict, acknowledged=acknowledged)
    with pytest.raises(StudyError, match=words):
        lock_study(study=study, actor=None, unaudited_because="   ")
    study.refresh_from_db()
    assert study.status == "draft"
    assert not Cohort.objects.filter(is_locked=True).exists()


def change_a_picture() -> None:
    image = Image.objects.filter(case__cohort__slug="main")[:1].get()
    Image.objects.filter(pk=image.pk).update(sha256="0" * 64)


def change_the_profile() -> None:
    cohort = Cohort.objects.get(slug="main")
    Cohort.objects.filter(pk=cohort.pk).update(recipe={**cohort.recipe, "name": "another/1"})


def change_the_truth() -> None:
    Cohort.objects.filter(slug="main").update(sealed_digest="1" * 64)


@pytest.mark.parametrize("change", [change_a_picture, change_the_profile, change_the_truth])
def test_an_audit_of_something_else_than_what_is_there_now_does_not_count(
    study: Study, cohort: Cohort, change: object
) -> None:
    mark(cohort)
    assert callable(change)
    change()
    with pytest.raises(StudyError, match="The cohort main has changed since its blinding audit"):
        lock_study(study=study, actor=None)


def test_a_reason_stands_in_for_the_audit_and_is_kept_and_noted(study: Study) -> None:
    lock_study(study=study, actor=None, unaudited_because=" a pilot ")
    study.refresh_from_db()
    assert (study.status, study.unaudited_because) == ("running", "a pilot")
    assert Event.objects.get(verb="studies.locked").detail["unaudited_because"] == "a pilot"


def test_the_command_takes_the_reason(study: Study) -> None:
    with pytest.raises(CommandError, match="Or give a reason to lock without"):
        call_command("lock_study", "s")
    call_command("lock_study", "s", "--reason", "a pilot", "--json")
    study.refresh_from_db()
    assert study.unaudited_because == "a pilot"


def test_the_protocol_page_asks_for_the_reason_only_where_an_audit_is_missing(
    client: Client, coordinator: User, study: Study, cohort: Cohort
) -> None:
    client.force_login(coordinator)
    page = client.get("/studies/s/protocol/").content.decode()
    assert "Nobody has looked whether the cohort main is blinded" in page
    assert 'name="reason" required' in page
    mark(cohort)
    page = client.get("/studies/s/protocol/").content.decode()
    assert "Passed and acknowledged for every cohort of the test." in page
    assert 'name="reason"' not in page


def test_the_protocol_page_of_a_running_study_tells_the_reason(client: Client, coordinator: User, study: Study) -> None:
    client.force_login(coordinator)
    page = client.post("/studies/s/lock/", {"reason": "a pilot"}, follow=True).content.decode()
    assert "Locked without: a pilot" in page
