"""Coordinators see what runs, how far it is, and can stop it; nobody else sees that there is anything."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from readerstudy.accounts.models import User
from readerstudy.jobs.models import Job, Status
from readerstudy.jobs.services import work_off
from readerstudy.jobs.templatetags.durations import duration
from readerstudy.studies.services import create_study
from tests.readerstudy.jobs.conftest import a_job
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("handlers")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def test_the_list_names_the_jobs_or_says_that_there_are_none(desk: Client) -> None:
    assert "No jobs yet" in desk.get("/jobs/").content.decode()
    a_job()
    assert "A job: double" in desk.get("/jobs/").content.decode()


def test_a_waiting_job_says_so_and_renews_itself(desk: Client) -> None:
    text = desk.get(f"/jobs/{a_job().pk}/", headers=HTMX).content.decode()
    assert "Waiting for a worker" in text
    assert 'hx-trigger="every 2s"' in text
    assert "<html" not in text


def test_a_running_job_tells_how_far_how_fast_and_how_long(desk: Client) -> None:
    job = a_job()
    started = timezone.now() - timedelta(seconds=100)
    Job.objects.filter(pk=job.pk).update(
        status=Status.RUNNING, done=200, total=500, started_at=started, words="case-7.png"
    )
    text = desk.get(f"/jobs/{job.pk}/").content.decode()
    for told in ('<b class="number">200</b>', "2.0 per second", "2 min 30 s left", "case-7.png", "/stop/"):
        assert told in text


def test_a_part_of_a_job_that_is_over_has_the_whole_page_come_anew(desk: Client) -> None:
    job = a_job()
    work_off()
    answer = desk.get(f"/jobs/{job.pk}/", headers=HTMX)
    assert (answer.headers["HX-Refresh"], answer.content) == ("true", b"")
    assert "hx-get" not in desk.get(f"/jobs/{job.pk}/").content.decode()


def test_a_failure_is_told_on_the_page(desk: Client) -> None:
    job = a_job("refuse")
    work_off()
    assert "The folder is empty: choose another." in desk.get(f"/jobs/{job.pk}/").content.decode()


def test_the_stop_button_stops_and_leads_back(desk: Client) -> None:
    job = a_job()
    assert desk.post(f"/jobs/{job.pk}/stop/")["Location"] == f"/jobs/{job.pk}/"
    job.refresh_from_db()
    assert job.status == Status.STOPPED
    assert desk.get(f"/jobs/{job.pk}/stop/").status_code == 405


def test_the_stop_button_on_another_page_leads_back_there(desk: Client) -> None:
    job = a_job()
    Job.objects.filter(pk=job.pk).update(page="/cohorts/c/import/")
    assert desk.post(f"/jobs/{job.pk}/stop/")["Location"] == "/cohorts/c/import/"


def test_readers_find_no_jobs(client: Client, reader_user: User) -> None:
    job = a_job()
    client.force_login(reader_user)
    assert [client.get(path).status_code for path in ("/jobs/", f"/jobs/{job.pk}/")] == [404, 404]
    assert client.post(f"/jobs/{job.pk}/stop/").status_code == 404


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (7500, "2 h 5 min")]
)
def test_lengths_of_time_are_told_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_jobs_about_a_study_are_seen_and_stopped_by_its_coordinators_alone(desk: Client, coordinator: User) -> None:
    job = a_job()
    Job.objects.filter(pk=job.pk).update(target="study:theirs", title="About their study")
    assert "About their study" not in desk.get("/jobs/").content.decode()
    assert desk.get(f"/jobs/{job.pk}/").status_code == desk.post(f"/jobs/{job.pk}/stop/").status_code == 404
    create_study(slug="theirs", preset="single-phase", cohorts=[an_unpictured_cohort()], actor=coordinator)
    assert "About their study" in desk.get("/jobs/").content.decode()
    assert desk.post(f"/jobs/{job.pk}/stop/").status_code == 302
