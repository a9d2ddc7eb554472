"""Presenting a cohort by another profile, in the background."""

from __future__ import annotations

from typing import Any

from readerstudy.accounts.models import User
from readerstudy.cohorts.models import Cohort
from readerstudy.cohorts.presenting import PresentingError, represent_cohort
from readerstudy.cohorts.profiles import PresentationProfile
from readerstudy.jobs.context import JobContext
from readerstudy.jobs.models import Job
from readerstudy.jobs.services import enqueue

KIND = "cohorts.represent"
TOLD = (PresentingError,)


class _StoppedError(Exception):
    """A person asked to stop: all stays as it was."""


def enqueue_presenting(*, cohort: Cohort, profile: PresentationProfile, page: str, actor: User | None) -> Job:
    """Put it into the queue."""
    return enqueue(
        kind=KIND,
        arguments={"cohort": cohort.slug, "recipe": profile.as_recipe()},
        target=f"cohort:{cohort.slug}",
        title=f"Present {cohort.title} by {profile.name}",
        page=page,
        actor=actor,
    )


def run_presenting(job: JobContext) -> dict[str, Any]:
    """Do it; started again after a kill, it begins anew, as nothing was switched before all was made."""
    cohort = Cohort.objects.get(slug=job.arguments["cohort"])
    profile = PresentationProfile.from_recipe(job.arguments["recipe"])

    def progress(done: int, total: int) -> None:
        job.progress(done, total)
        if job.stop_requested():
            raise _StoppedError

    try:
        images = represent_cohort(cohort=cohort, profile=profile, actor=job.actor, progress=progress)
    except _StoppedError:
        return {"images": 0}
    return {"images": images, "profile": profile.name}
