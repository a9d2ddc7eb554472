"""Doing one job: claim it, keep its lease, store its one result."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from readerstudy.audit.services import record
from readerstudy.jobs import registry
from readerstudy.jobs.context import JobContext, SupersededError, shutting_down
from readerstudy.jobs.models import Job, Status

# A killed worker's job is taken up after the lease and one round of the reaper: well within a minute.
LEASE = timedelta(seconds=25)
_SECONDS_BETWEEN_RENEWALS = 5.0

logger = logging.getLogger(__name__)


def run(pk: int, *, renew: bool = True) -> None:
    """Do a job if it still waits to be done; of several workers one does it.

    Parameters
    ----------
    renew : bool
        Renew the lease from a thread. Tests that live in one transaction cannot.
    """
    job = _claim(pk)
    if job is None:
        return
    context = JobContext(job)
    try:
        with _kept_lease(context) if renew else _nothing():
            _store(job, context, **_outcome(job, context))
    except SupersededError:
        logger.warning("job %s was taken up by another worker; this one's work is dropped", pk)


def _claim(pk: int) -> Job | None:
    """Start a new attempt at a queued job; None where somebody else was quicker or it is over."""
    now = timezone.now()
    won = Job.objects.filter(pk=pk, status=Status.QUEUED).update(
        status=Status.RUNNING, attempt=F("attempt") + 1, lease_until=now + LEASE, started_at=now, done_before=F("done")
    )
    return Job.objects.select_related("created_by").get(pk=pk) if won else None


def _outcome(job: Job, context: JobContext) -> dict[str, Any]:
    """Let the handler work and give how the job ended, as fields of its row."""
    try:
        kind = registry.find(job.kind)
    except registry.UnknownKindError as error:
        return {"status": Status.FAILED, "error": str(error)}
    try:
        result = kind.handler(context)
    except (SupersededError, OperationalError, InterfaceError):
        # A database that is away is as good as a killed worker: the lease ends and the job is taken up again.
        raise
    except kind.told as error:
        return {"status": Status.FAILED, "error": str(error)}
    except Exception:
        logger.exception("job %s (%s) failed", job.pk, job.kind)
        return {"status": Status.FAILED, "error": _unforeseen(job.pk)}
    if not context.heard_stop:
        return {"status": Status.DONE, "result": result}
    if shutting_down.is_set() and not context.mine().filter(stop_requested=True).exists():
        return {"status": Status.QUEUED}
    return {"status": Status.STOPPED, "result": result}


def _unforeseen(pk: int) -> str:
    """Give the words for a failure that nobody foresaw."""
    return (
        "Something went wrong that this program did not foresee. Nothing is half-written; starting again is safe. "
        f"The server's log tells more under job {pk}."
    )


@transaction.atomic
def _store(job: Job, context: JobContext, *, status: Status, **fields: Any) -> None:
    """Write how the attempt ended, unless a newer one has begun."""
    over = {} if status == Status.QUEUED else {"finished_at": timezone.now()}
    if not context.mine().update(status=status, lease_until=None, **over, **fields):
        raise SupersededError
    if over:
        record(actor=job.created_by, verb=f"jobs.{status.value}", target=f"job:{job.pk}", kind=job.kind, of=job.target)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _kept_lease(context: JobContext) -> Iterator[None]:
    """Renew the lease in the background, as long as this process lives."""
    over = threading.Event()
    thread = threading.Thread(target=_renew, args=(context, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _renew(context: JobContext, over: threading.Event) -> None:
    while not over.wait(_SECONDS_BETWEEN_RENEWALS):
        try:
            context.mine().update(lease_until=timezone.now() + LEASE)
        except DatabaseError:
            logger.warning("the lease of job %s could not be renewed; trying again", context.pk)
            connection.close()
    connection.close()
