"""Asking for background work, and stopping it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from readerstudy.accounts.models import User
from readerstudy.audit.services import record
from readerstudy.jobs import registry, running
from readerstudy.jobs.models import Job, Status
from readerstudy.jobs.tasks import run_job


@transaction.atomic
def enqueue(
    *, kind: str, arguments: Mapping[str, Any], target: str, title: str, page: str = "", actor: User | None
) -> Job:
    """Put a job into the queue; a worker takes it up within seconds.

    Parameters
    ----------
    kind : str
        What is to be done, as registered by the room that does it.
    arguments : mapping
        What its handler needs; JSON must be able to hold it.
    target : str
        What it is about, as `kind:code`.
    title, page : str
        What people call it, and the address where they find what came of it.

    Raises
    ------
    UnknownKindError
        No room does this kind of job.
    """
    registry.find(kind)
    job = Job.objects.create(
        kind=kind, arguments=dict(arguments), target=target[:200], title=title[:200], page=page, created_by=actor
    )
    record(actor=actor, verb="jobs.enqueued", target=f"job:{job.pk}", kind=kind, of=job.target)
    run_job.enqueue(job.pk)
    return job


@transaction.atomic
def request_stop(*, job: Job, actor: User | None) -> None:
    """Stop a waiting job at once, or ask the worker of a running one to put it down; one that is over stays so."""
    waiting = Job.objects.filter(pk=job.pk, status=Status.QUEUED)
    running_now = Job.objects.filter(pk=job.pk, status=Status.RUNNING)
    if waiting.update(status=Status.STOPPED, stop_requested=True, finished_at=timezone.now()):
        record(actor=actor, verb="jobs.stopped", target=f"job:{job.pk}", kind=job.kind, of=job.target)
    elif running_now.filter(stop_requested=False).update(stop_requested=True):
        record(actor=actor, verb="jobs.stop_asked", target=f"job:{job.pk}", kind=job.kind, of=job.target)
    job.refresh_from_db()


def open_job(*, kind: str, target: str) -> Job | None:
    """Give the job of this kind about something that waits or runs, if there is one."""
    return Job.objects.filter(kind=kind, target=target, status__in=(Status.QUEUED, Status.RUNNING)).first()


def newest_job(*, kind: str, target: str) -> Job | None:
    """Give the newest job of this kind about something, over or not."""
    return Job.objects.filter(kind=kind, target=target).select_related("created_by").first()


def work_off() -> int:
    """Do all queued jobs in this process, one after the other, and give their number; for tests and the shell."""
    done = 0
    while job := Job.objects.filter(status=Status.QUEUED).order_by("pk").first():
        running.run(job.pk, renew=False)
        done += 1
    return done
