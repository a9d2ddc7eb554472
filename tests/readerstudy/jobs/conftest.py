"""Kinds of jobs for tests, and real worker processes on the test's database."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from readerstudy.jobs import registry
from readerstudy.jobs.context import JobContext
from readerstudy.jobs.models import Job
from readerstudy.jobs.services import enqueue

StartWorker = Callable[[], subprocess.Popen[bytes]]


class ToldError(Exception):
    """A failure with words for people."""


@pytest.fixture
def handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register the kinds of jobs that tests do, for as long as the test lasts."""
    monkeypatch.setattr(registry, "_KINDS", dict(registry._KINDS))
    registry.register("double", double)
    registry.register("refuse", refuse, told=(ToldError,))
    registry.register("break", break_down)
    registry.register("count", double)  # done by the worker process, in its own way
    registry.register("die", double)


def double(job: JobContext) -> dict[str, Any]:
    """Double a number."""
    return {"number": 2 * job.arguments["number"]}


def refuse(job: JobContext) -> dict[str, Any]:
    """Fail with words for people."""
    raise ToldError("The folder is empty: choose another.")


def break_down(job: JobContext) -> dict[str, Any]:
    """Fail as nobody foresaw."""
    raise ZeroDivisionError("secret inner workings")


def a_job(kind: str = "double", **arguments: Any) -> Job:
    """Put a job into the queue."""
    arguments = arguments or {"number": 21}
    return enqueue(kind=kind, arguments=arguments, target="cohort:c", title=f"A job: {kind}", actor=None)


@pytest.fixture
def start_worker(transactional_db: None) -> Iterator[StartWorker]:
    """Give the function that starts a worker process on this test's database."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        script = Path(__file__).with_name("worker_process.py")
        environment = os.environ | {
            "DATABASE_URL": _address(),
            "DATA_DIR": str(settings.DATA_DIR),
            "SECRET_KEY": settings.SECRET_KEY,
            "LOG_LEVEL": "CRITICAL",
        }
        started.append(subprocess.Popen([sys.executable, str(script)], env=environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def _address() -> str:
    """Give the address of the test's own database."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"


def wait_until(condition: Callable[[], bool], *, seconds: float = 60) -> None:
    """Wait for something that other processes bring about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.1)


def is_over(*jobs: Job) -> bool:
    """Look whether jobs are over."""
    for job in jobs:
        job.refresh_from_db()
    return all(job.is_over for job in jobs)
