"""A watchman asks /healthz: one word on each part, and a status that a load balancer understands."""

from __future__ import annotations

import shutil
from collections import namedtuple
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from readerstudy.cohorts import frames
from readerstudy.jobs.models import Job, Status
from tests.readerstudy.makers import a_sealed_cohort

pytestmark = pytest.mark.django_db
ALL_WELL = {"database": "ok", "files": "ok", "disk": "ok", "worker": "ok"}


def asked(client: Client) -> tuple[int, dict[str, Any]]:
    response = client.get("/healthz")
    return response.status_code, response.json()


def test_all_is_well_and_anybody_may_know(client: Client) -> None:
    assert asked(client) == (200, {"status": "ok", "checks": ALL_WELL})


def test_without_its_database_the_server_says_so_in_the_same_form(client: Client) -> None:
    def nobody_answers(*_: object) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(nobody_answers):
        status, said = asked(client)
    assert (status, said["status"], said["checks"]["database"]) == (503, "failed", "failed")


def test_a_frame_that_is_gone_is_a_failure(client: Client) -> None:
    a_sealed_cohort(cases=2)
    assert asked(client)[0] == 200
    shutil.rmtree(frames.folder())
    status, said = asked(client)
    assert (status, said["status"], said["checks"]["files"]) == (503, "failed", "failed")


def test_a_job_that_nobody_begins_tells_that_the_worker_is_late(client: Client) -> None:
    job = Job.objects.create(kind="k", target="cohort:c", title="A job")
    assert asked(client)[1]["checks"]["worker"] == "ok"
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(minutes=6))
    assert asked(client) == (200, {"status": "degraded", "checks": {**ALL_WELL, "worker": "late"}})


def test_a_job_whose_worker_died_tells_that_too(client: Client) -> None:
    long_ago = timezone.now() - timedelta(minutes=6)
    Job.objects.create(kind="k", target="cohort:c", title="A job", status=Status.RUNNING, lease_until=long_ago)
    assert asked(client)[1]["checks"]["worker"] == "late"


def test_little_room_is_said_while_readers_are_served(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")

    def nearly_full(_: str | Path) -> Any:
        return usage(100, 99, 1)

    monkeypatch.setattr(shutil, "disk_usage", nearly_full)
    assert asked(client) == (200, {"status": "degraded", "checks": {**ALL_WELL, "disk": "low"}})
