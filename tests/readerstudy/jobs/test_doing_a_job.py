"""A job is done once, tells how far it is, stops when asked, and says in words why it failed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.jobs import reaper, registry, running
from readerstudy.jobs.context import JobContext, SupersededError, shutting_down
from readerstudy.jobs.models import Job, Status
from readerstudy.jobs.services import enqueue, newest_job, open_job, request_stop, work_off
from tests.readerstudy.jobs.conftest import a_job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("handlers")]


def after_work(job: Job) -> Job:
    work_off()
    job.refresh_from_db()
    return job


def verbs() -> list[str]:
    return list(Event.objects.filter(verb__startswith="jobs.").order_by("pk").values_list("verb", flat=True))


def test_a_job_is_done_and_its_result_kept(coordinator: User) -> None:
    job = enqueue(kind="double", arguments={"number": 4}, target="cohort:c", title="Double", actor=coordinator)
    assert job.status == Status.QUEUED
    after_work(job)
    assert (job.status, job.result, job.attempt) == (Status.DONE, {"number": 8}, 1)
    assert verbs() == ["jobs.enqueued", "jobs.done"]
    event = Event.objects.latest("pk")
    assert (event.actor_id, event.target, event.detail) == (
        coordinator.pk, f"job:{job.pk}", {"kind": "double", "of": "cohort:c"},
    )  # fmt: skip


def test_a_message_that_comes_twice_does_the_job_once() -> None:
    job = after_work(a_job())
    running.run(job.pk, renew=False)
    job.refresh_from_db()
    assert job.attempt == 1


def test_a_kind_that_nobody_does_is_refused_at_once() -> None:
    with pytest.raises(registry.UnknownKindError, match="'nonsense'"):
        a_job("nonsense")
    assert Job.objects.count() == 0


def test_a_kind_that_nobody_does_any_more_fails_with_words() -> None:
    job = Job.objects.create(kind="of-an-older-version", title="Old", target="cohort:c")
    assert "of-an-older-version" in after_work(job).error


def test_a_failure_with_words_for_people_tells_them() -> None:
    job = after_work(a_job("refuse"))
    assert (job.status, job.error) == (Status.FAILED, "The folder is empty: choose another.")
    assert verbs()[-1] == "jobs.failed"


def test_an_unforeseen_failure_goes_to_the_log_and_not_to_people(caplog: pytest.LogCaptureFixture) -> None:
    job = after_work(a_job("break"))
    assert job.status == Status.FAILED
    assert f"log tells more under job {job.pk}" in job.error
    assert "secret" not in job.error
    assert "secret inner workings" in caplog.text


def test_a_waiting_job_that_is_stopped_is_never_begun(coordinator: User) -> None:
    job = a_job()
    request_stop(job=job, actor=coordinator)
    assert after_work(job).status == Status.STOPPED
    assert job.attempt == 0
    assert verbs() == ["jobs.enqueued", "jobs.stopped"]


def stopping(job: JobContext) -> dict[str, Any]:
    """Be asked to stop in the middle, and hear of it."""
    job.progress(1, 3)
    request_stop(job=Job.objects.get(pk=job.pk), actor=None)
    return {"steps": 1} if job.stop_requested() else {"steps": 3}


def test_a_running_job_that_is_asked_to_stop_keeps_what_it_did() -> None:
    registry.register("stopping", stopping)
    job = after_work(a_job("stopping"))
    assert (job.status, job.result, job.done, job.total) == (Status.STOPPED, {"steps": 1}, 1, 3)
    assert verbs() == ["jobs.enqueued", "jobs.stop_asked", "jobs.stopped"]


def test_a_job_that_finishes_before_it_hears_of_the_stop_is_done() -> None:
    def deaf(job: JobContext) -> dict[str, Any]:
        request_stop(job=Job.objects.get(pk=job.pk), actor=None)
        return {"all": True}

    registry.register("deaf", deaf)
    assert after_work(a_job("deaf")).status == Status.DONE


def test_a_job_that_is_over_cannot_be_stopped() -> None:
    job = after_work(a_job())
    request_stop(job=job, actor=None)
    assert job.status == Status.DONE
    assert verbs()[-1] == "jobs.done"


def test_a_worker_that_is_told_to_end_hands_its_job_back() -> None:
    def interrupted(job: JobContext) -> dict[str, Any]:
        if job.attempt == 1:
            shutting_down.set()
        return {"heard": job.stop_requested()}

    registry.register("interrupted", interrupted)
    job = a_job("interrupted")
    try:
        running.run(job.pk, renew=False)
    finally:
        shutting_down.clear()
    job.refresh_from_db()
    assert (job.status, job.lease_until, job.deaths) == (Status.QUEUED, None, 0)
    assert (after_work(job).status, job.result) == (Status.DONE, {"heard": False})


def test_a_worker_that_was_superseded_stores_nothing() -> None:
    def slow(job: JobContext) -> dict[str, Any]:
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        reaper.sweep()
        running.run(job.pk, renew=False)  # the second worker, which finishes first
        return {"late": True}

    def once(job: JobContext) -> dict[str, Any]:
        return slow(job) if job.attempt == 1 else {"second": True}

    registry.register("slow", once)
    job = after_work(a_job("slow"))
    assert (job.status, job.result, job.attempt) == (Status.DONE, {"second": True}, 2)
    assert verbs() == ["jobs.enqueued", "jobs.done"]


def test_a_superseded_worker_hears_of_it_at_its_next_step() -> None:
    job = a_job()
    Job.objects.filter(pk=job.pk).update(status=Status.RUNNING, attempt=2)
    old = JobContext(Job(pk=job.pk, attempt=1, arguments={}))
    with pytest.raises(SupersededError):
        old.progress(1, 2)


def test_the_rate_is_that_of_the_newest_attempt() -> None:
    now = timezone.now()
    job = Job(
        status=Status.RUNNING, done=150, total=200, done_before=100, started_at=now - timedelta(seconds=10),
        finished_at=now,
    )  # fmt: skip
    assert job.rate == 5
    assert job.seconds_left == 10
    assert Job(status=Status.RUNNING, total=5).rate is None
    assert Job(status=Status.RUNNING, total=5).seconds_left is None


def test_the_open_and_the_newest_job_about_something_are_found() -> None:
    first, second = a_job(), a_job("refuse")
    assert open_job(kind="double", target="cohort:c") == first
    assert open_job(kind="double", target="cohort:other") is None
    after_work(second)
    assert open_job(kind="double", target="cohort:c") is None
    assert newest_job(kind="double", target="cohort:c") == first


def expire(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(
        status=Status.RUNNING, attempt=job.attempt + 1, lease_until=timezone.now() - timedelta(seconds=1)
    )
    job.refresh_from_db()


def test_a_job_whose_lease_is_fresh_is_left_alone() -> None:
    job = a_job()
    Job.objects.filter(pk=job.pk).update(status=Status.RUNNING, lease_until=timezone.now() + running.LEASE)
    assert reaper.sweep() == 0


def test_a_job_that_kills_its_workers_fails_the_third_time_with_words() -> None:
    job = a_job()
    for deaths in (1, 2):
        expire(job)
        assert reaper.sweep() == 1
        job.refresh_from_db()
        assert (job.status, job.deaths) == (Status.QUEUED, deaths)
    expire(job)
    assert reaper.sweep() == 0
    job.refresh_from_db()
    assert job.status == Status.FAILED
    assert "died 3 times" in job.error
    assert verbs() == ["jobs.enqueued", "jobs.failed"]


def test_a_job_that_was_to_stop_is_over_when_its_worker_dies() -> None:
    job = a_job()
    Job.objects.filter(pk=job.pk).update(stop_requested=True)
    job.refresh_from_db()
    expire(job)
    reaper.sweep()
    job.refresh_from_db()
    assert job.status == Status.STOPPED


def test_a_job_whose_message_went_down_with_a_worker_is_announced_again() -> None:
    job = a_job()
    DBTaskResult.objects.update(status="RUNNING")  # claimed by a worker that died before it claimed the job
    assert reaper.sweep() == 1
    assert reaper.sweep() == 0
    assert DBTaskResult.objects.get(status="READY").args_kwargs["args"] == [job.pk]


def test_old_messages_are_cleared_and_fresh_ones_kept() -> None:
    a_job()
    old = timezone.now() - timedelta(days=2)
    for fields in ({"finished_at": old}, {"started_at": old - timedelta(days=7), "status": "RUNNING"}):
        a_job()
        DBTaskResult.objects.filter(pk=DBTaskResult.objects.latest("enqueued_at").pk).update(**fields)
    assert DBTaskResult.objects.count() == 3
    assert reaper.prune() == 2
    assert DBTaskResult.objects.get().status == "READY"
