"""Real worker processes: killed in the middle, told to end, and several on one queue."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

import pytest
from pytest_django import Settings

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.audit.services import first_broken_event
from readerstudy.cohorts.models import Case, Source
from readerstudy.cohorts.services import create_cohort
from readerstudy.jobs.models import Job, Status
from readerstudy.jobs.services import request_stop
from readerstudy.truth import bringing_in
from readerstudy.truth.staging import Staging
from tests.readerstudy.jobs.conftest import StartWorker, a_job, is_over, wait_until
from tests.readerstudy.makers import draw_folder

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("handlers")]


def test_a_killed_workers_job_is_taken_up_and_has_one_result(start_worker: StartWorker, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    job = a_job("count", trace=str(trace), steps=40, pause=0.1, goes_on=True)
    first = start_worker()
    wait_until(lambda: trace.exists() and len(trace.read_text().splitlines()) >= 5)
    first.kill()
    first.wait()
    start_worker()
    wait_until(lambda: is_over(job))
    assert (job.status, job.result, job.attempt, job.deaths) == (Status.DONE, {"steps": 40}, 2, 1)
    steps = [line.split()[1:3] for line in trace.read_text().splitlines()]
    assert [step for _, step in steps] == [str(step) for step in range(40)]
    assert {attempt for attempt, _ in steps} == {"1", "2"}
    assert Event.objects.filter(verb="jobs.done").count() == 1


def test_two_workers_share_twenty_jobs_and_do_none_twice(start_worker: StartWorker, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    jobs = [a_job("count", trace=str(trace), steps=1, pause=0.2) for _ in range(20)]
    start_worker()
    start_worker()
    wait_until(lambda: is_over(*jobs))
    assert {job.status for job in jobs} == {Status.DONE}
    lines = [line.split() for line in trace.read_text().splitlines()]
    assert Counter(pk for pk, *_ in lines) == {str(job.pk): 1 for job in jobs}
    assert len({process for *_, process in lines}) == 2
    assert first_broken_event() is None


def test_a_worker_that_is_told_to_end_hands_back_what_it_does(start_worker: StartWorker, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    job = a_job("count", trace=str(trace), steps=600, pause=0.1)
    worker = start_worker()
    wait_until(lambda: trace.exists())
    worker.send_signal(signal.SIGTERM)
    worker.wait(timeout=20)
    job.refresh_from_db()
    assert (job.status, job.deaths) == (Status.QUEUED, 0)


def test_a_running_job_stops_when_a_person_asks(start_worker: StartWorker, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    job = a_job("count", trace=str(trace), steps=600, pause=0.1)
    start_worker()
    wait_until(lambda: trace.exists())
    request_stop(job=job, actor=None)
    wait_until(lambda: is_over(job))
    assert job.status == Status.STOPPED
    assert 0 < job.result["steps"] < 600


def test_a_job_that_takes_three_workers_along_is_given_up(start_worker: StartWorker) -> None:
    job = a_job("die")
    for _ in range(3):
        start_worker().wait(timeout=60)
    start_worker()
    wait_until(lambda: is_over(job))
    assert (job.status, job.deaths) == (Status.FAILED, 3)
    assert Job.objects.count() == 1


def test_an_import_whose_worker_was_killed_goes_on_and_imports_everything_once(
    start_worker: StartWorker, tmp_path: Path, settings: Settings, coordinator: User
) -> None:
    settings.DATA_DIR = tmp_path / "var"
    cohort, staging = create_cohort(name="killed", actor=None), Staging("killed")
    for path in draw_folder(tmp_path / "drawn", cases=60).parent.iterdir():
        data = path.read_bytes()
        staging.receive(name=path.name, size=len(data), stamp=0, offset=0, pieces=[data])
    job = bringing_in.start_staged(cohort=cohort, actor=coordinator)
    first = start_worker()
    wait_until(lambda: Case.objects.filter(cohort=cohort).count() >= 5)
    first.kill()
    first.wait()
    assert Case.objects.filter(cohort=cohort).count() < 60
    start_worker()
    wait_until(lambda: is_over(job))
    assert (job.status, job.attempt, job.result["imported"], job.result["duplicates"]) == (Status.DONE, 2, 60, 0)
    assert job.result["sealed"]
    assert Source.objects.filter(cohort=cohort).count() == 60
    assert Event.objects.filter(verb="cohorts.imported").count() == 1
