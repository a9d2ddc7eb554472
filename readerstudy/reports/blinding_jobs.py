"""The blinding audit as a job."""

from __future__ import annotations

from typing import Any

from readerstudy.accounts.models import User
from readerstudy.cohorts.models import Cohort
from readerstudy.jobs import services
from readerstudy.jobs.context import JobContext
from readerstudy.jobs.models import Job
from readerstudy.reports.blinding_audit import audit_blinding
from readerstudy.reports.models import BlindingAudit

KIND = "reports.blinding_audit"


class _StoppedError(Exception):
    """Somebody asked to stop; nothing was stored yet."""


def ask_for_audit(*, cohort: Cohort, page: str, actor: User | None) -> Job:
    """Let a worker audit a cohort; while one does, no second is asked for."""
    return services.open_job(kind=KIND, target=_target(cohort)) or services.enqueue(
        kind=KIND, arguments={"cohort": cohort.slug}, target=_target(cohort),
        title=f"Blinding audit of {cohort.title}", page=page, actor=actor,
    )  # fmt: skip


def newest_job(cohort: Cohort) -> Job | None:
    """Give the newest audit job of a cohort."""
    return services.newest_job(kind=KIND, target=_target(cohort))


def run(job: JobContext) -> dict[str, Any]:
    """Audit the cohort that the job names; a second start after a kill finds what the first one stored."""
    cohort = Cohort.objects.get(slug=job.arguments["cohort"])
    audit = _stored_by(job, cohort)
    if audit is None:
        try:
            audit = audit_blinding(cohort=cohort, actor=job.actor, progress=lambda *told: _tell(job, *told))
        except _StoppedError:
            return {"stopped": True}
    return {"audit": audit.pk, "verdict": audit.verdict}


def _tell(job: JobContext, done: int, total: int, words: str) -> None:
    if job.stop_requested():
        raise _StoppedError
    job.progress(done, total, words)


def _stored_by(job: JobContext, cohort: Cohort) -> BlindingAudit | None:
    """Give an audit of the cohort as it is now that was made since the job was asked for."""
    since = Job.objects.get(pk=job.pk).created_at
    made = BlindingAudit.objects.filter(cohort=cohort, created_by=job.actor, created_at__gte=since)
    return made.filter(state=cohort.state_digest()).first()


def _target(cohort: Cohort) -> str:
    return f"cohort:{cohort.slug}"
