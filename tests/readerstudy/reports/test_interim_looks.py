"""Results before the end are a recorded act: with a reason, by password, and every report says so ever after."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import timezone

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.jobs.models import Job
from readerstudy.jobs.services import work_off
from readerstudy.reports import exports
from readerstudy.reports.computing import NoResultsError
from readerstudy.reports.interim import looks_of, take_interim_look
from readerstudy.reports.models import InterimReport
from readerstudy.reports.ratings_table import StillBlindedError, ratings_table
from readerstudy.reports.services import make_report
from readerstudy.studies.models import InterimLook, Study
from readerstudy.studies.services import StudyError, close_study
from tests.readerstudy.conftest import PASSWORD
from tests.readerstudy.makers import close_and_unblind, enrol, read
from tests.readerstudy.unpictured import an_unpictured_study

pytestmark = pytest.mark.django_db
PAGE = "/studies/s/interim/"
ACT = {"reason": "as planned", "password": PASSWORD}


@pytest.fixture
def study(reader_user: User, colleague_user: User) -> Study:
    """A running study that one reader has read, and another has begun."""
    study = an_unpictured_study(cases=8)
    read(enrol(study, reader_user, consent=True))
    read(enrol(study, colleague_user, consent=True), at_most=2)
    return study


def looked(desk: Client) -> str:
    """Look by the page, let the worker compute, and give the page."""
    assert "Waiting for a worker" in desk.post(PAGE, ACT, follow=True).content.decode()
    assert work_off() == 1
    return desk.get(PAGE).content.decode()


def test_a_look_shows_what_was_read_so_far_and_stands_on_record(study: Study, coordinator: User) -> None:
    report = take_interim_look(study=study, reason=" as planned ", actor=coordinator)
    assert [phase["phase"] for phase in report.results["phases"]] == ["phase-1"]
    assert looks_of(study)[0]["judgements"] == 10
    look = InterimLook.objects.get()
    assert (look.reason, look.made_by) == ("as planned", coordinator)
    assert Event.objects.latest("pk").detail == {"look": look.pk, "reason": "as planned"}


def test_a_look_opens_nothing_else(study: Study) -> None:
    look = take_interim_look(study=study, reason="as planned", actor=None).look
    with pytest.raises(StillBlindedError):
        ratings_table(study)
    with pytest.raises(StillBlindedError):
        make_report(study=study, actor=None)
    with pytest.raises(StillBlindedError):
        ratings_table(an_unpictured_study("other", cases=2), look=look)
    assert not study.reports.exists()


def test_the_report_says_ever_after_that_somebody_looked(study: Study) -> None:
    take_interim_look(study=study, reason="as planned", actor=None)
    report = make_report(study=close_and_unblind(study), actor=None)
    (look,) = json.loads(exports.results_json(report))["interim_looks"]
    assert (look["reason"], look["judgements"]) == ("as planned", 10)
    assert "Results were looked at before the study was unblinded" in exports.report_html(report)


def test_a_report_without_looks_says_that_there_was_none(study: Study) -> None:
    report = make_report(study=close_and_unblind(study), actor=None)
    assert json.loads(exports.results_json(report))["interim_looks"] == []
    assert "looked at before" not in exports.report_html(report)


@pytest.mark.parametrize("state", ["draft", "unblinded"])
def test_there_is_nothing_to_look_at_before_the_opening_and_no_need_after_unblinding(state: str) -> None:
    study = an_unpictured_study(cases=2, locked=state != "draft")
    if state == "unblinded":
        close_and_unblind(study)
    with pytest.raises(StudyError, match=f"The study s is {state}: an interim look is taken"):
        take_interim_look(study=study, reason="as planned", actor=None)


def test_a_look_asks_for_a_reason(study: Study) -> None:
    with pytest.raises(StudyError, match="An interim look asks for a reason"):
        take_interim_look(study=study, reason=" ", actor=None)


def test_a_look_at_nothing_is_none() -> None:
    study = an_unpictured_study(cases=2)
    with pytest.raises(NoResultsError):
        take_interim_look(study=study, reason="as planned", actor=None)
    assert not InterimLook.objects.exists()
    assert not Event.objects.filter(verb="studies.interim_look").exists()


def test_the_page_shows_no_figure_before_somebody_looks(client: Client, coordinator: User, study: Study) -> None:
    client.force_login(coordinator)
    text = client.get(PAGE).content.decode()
    assert "Every look raises the chance of a false finding" in text
    assert "Mean AUC" not in text


def test_the_page_looks_by_reason_and_password(client: Client, coordinator: User, study: Study) -> None:
    client.force_login(coordinator)
    for wrong, words in (
        ({**ACT, "password": "guessed"}, "This is not your password."),
        ({**ACT, "reason": ""}, "This field is required"),
    ):
        text = client.post(PAGE, wrong, follow=True).content.decode()
        assert words in text
        assert "Mean AUC" not in text
    assert not InterimReport.objects.exists()
    text = looked(client)
    assert "Mean AUC" in text
    assert "These figures are no result of the study." in text
    assert "as planned" in client.get("/studies/s/protocol/").content.decode()


def test_a_look_is_on_record_before_anything_is_computed(client: Client, coordinator: User, study: Study) -> None:
    client.force_login(coordinator)
    client.post(PAGE, ACT)
    assert Event.objects.filter(verb="studies.interim_look", target="study:s").exists()
    assert not InterimReport.objects.exists()
    assert "Mean AUC" not in client.get(PAGE).content.decode()


def test_while_a_look_is_computed_no_second_one_is_taken(client: Client, coordinator: User, study: Study) -> None:
    client.force_login(coordinator)
    for _ in range(2):
        client.post(PAGE, ACT)
    assert (InterimLook.objects.count(), work_off()) == (1, 1)


def test_a_job_that_is_started_again_after_a_kill_shows_the_same_look(
    client: Client, coordinator: User, study: Study
) -> None:
    client.force_login(coordinator)
    looked(client)
    Job.objects.update(status="queued")
    assert (work_off(), InterimReport.objects.count()) == (1, 1)
    assert Job.objects.get().status == "done"


def test_a_look_that_shows_nothing_says_why(client: Client, coordinator: User, study: Study) -> None:
    client.force_login(coordinator)
    client.post(PAGE, ACT)
    study.readers.update(withdrawn_at=timezone.now())  # before the worker came to it
    work_off()
    assert "Nobody has judged a case in this study yet" in client.get(PAGE).content.decode()


def test_the_results_page_stays_blinded_after_a_look(client: Client, coordinator: User, study: Study) -> None:
    take_interim_look(study=study, reason="as planned", actor=None)
    client.force_login(coordinator)
    assert "Blinded" in client.get("/studies/s/results/").content.decode()
    assert client.get("/studies/s/export/ratings.csv").status_code == 404


def test_a_closed_study_can_be_looked_at_before_it_is_unblinded(
    client: Client, coordinator: User, study: Study
) -> None:
    close_study(study=study, actor=None)
    client.force_login(coordinator)
    assert "Mean AUC" in looked(client)


def test_a_look_at_nothing_says_so_on_the_page(client: Client, coordinator: User) -> None:
    an_unpictured_study(cases=2)
    client.force_login(coordinator)
    assert "Nobody has judged a case in this study yet" in client.post(PAGE, ACT).content.decode()
