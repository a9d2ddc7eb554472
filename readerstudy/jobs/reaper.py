"""Taking up what a killed worker left behind, and clearing what the queue no longer needs."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from readerstudy.audit.services import record
from readerstudy.jobs.models import Job, Status
from readerstudy.jobs.tasks import run_job

MOST_DEATHS = 3
_KEPT = timedelta(days=1)


def sweep() -> int:
    """Queue jobs again whose worker died, and those whose message got lost with one; give how many.

    Any number of workers may sweep at the same time.
    """
    dead = Job.objects.filter(status=Status.RUNNING, lease_until__lt=timezone.now())
    taken_up = sum(_take_up(job) for job in dead.select_related("created_by"))
    return taken_up + _send_again()


@transaction.atomic
def _take_up(job: Job) -> bool:
    """Queue a job of a dead worker again; one that killed its workers thrice, or was to stop, is over."""
    still_dead = Job.objects.filter(
        pk=job.pk, status=Status.RUNNING, attempt=job.attempt, lease_until__lt=timezone.now()
    )
    over = {"lease_until": None, "finished_at": timezone.now()}
    if job.stop_requested:
        ended = bool(still_dead.update(status=Status.STOPPED, **over)) and "stopped"
    elif job.deaths + 1 >= MOST_DEATHS:
        ended = bool(still_dead.update(status=Status.FAILED, deaths=F("deaths") + 1, error=_DIED, **over)) and "failed"
    else:
        again = still_dead.update(status=Status.QUEUED, deaths=F("deaths") + 1, lease_until=None)
        if again:
            run_job.enqueue(job.pk)
        return bool(again)
    if ended:
        record(actor=job.created_by, verb=f"jobs.{ended}", target=f"job:{job.pk}", kind=job.kind, of=job.target)
    return False


_DIED = (
    f"The worker that did this died {MOST_DEATHS} times. It may have had too little memory: "
    "see the server's log, then start again; what was done before is kept."
)


def _send_again() -> int:
    """Send the message of every queued job anew that has none; one too many does no harm."""
    ready = DBTaskResult.objects.filter(status="READY", task_path=run_job.module_path)
    announced = {message["args"][0] for message in ready.values_list("args_kwargs", flat=True)}
    lost = Job.objects.filter(status=Status.QUEUED).exclude(pk__in=announced).values_list("pk", flat=True)
    for pk in lost:
        run_job.enqueue(pk)
    return len(lost)


def prune() -> int:
    """Delete messages that were dealt with, also those that a worker took to its grave; give how many."""
    old = timezone.now() - _KEPT
    stale = Q(finished_at__lt=old) | Q(status="RUNNING", started_at__lt=old - 6 * _KEPT)
    return DBTaskResult.objects.filter(stale, task_path=run_job.module_path).delete()[0]
