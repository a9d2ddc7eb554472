"""Interim looks: results before a study is unblinded, each a recorded act of its own."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from analysis.report.plain import as_document
from readerstudy.accounts.models import User
from readerstudy.jobs import services as jobs
from readerstudy.jobs.context import JobContext
from readerstudy.jobs.models import Job
from readerstudy.reports.computing import NoResultsError, compute, stored_table
from readerstudy.reports.models import InterimReport
from readerstudy.reports.ratings_table import judgements_in, ratings_table, tested_phases
from readerstudy.studies import services as studies
from readerstudy.studies.models import InterimLook, Study

KIND = "reports.interim_look"


def ask_for_look(*, study: Study, reason: str, page: str, actor: User | None) -> Job:
    """Put a look on record, and let a worker compute what it shows.

    Raises
    ------
    StudyError, NoResultsError
        See :func:`begin_look`.
    """
    with transaction.atomic():
        look = begin_look(study=study, reason=reason, actor=actor)
        return jobs.enqueue(
            kind=KIND, arguments={"look": look.pk}, target=_target(study),
            title=_("Interim look at %(study)s") % {"study": study.title}, page=page, actor=actor,
        )  # fmt: skip


def newest_job(study: Study) -> Job | None:
    """Give the newest job that computes what a look at a study shows."""
    return jobs.newest_job(kind=KIND, target=_target(study))


def run(job: JobContext) -> dict[str, Any]:
    """Compute what a look shows; a second start after a kill does not compute what the first one stored."""
    look = InterimLook.objects.select_related("study").get(pk=job.arguments["look"])
    job.progress(0, 1, "computing")
    if not InterimReport.objects.filter(look=look).exists():
        show(look)
    job.progress(1, 1)
    return {"look": look.pk}


def take_interim_look(*, study: Study, reason: str, actor: User | None) -> InterimReport:
    """Look at results before the study is unblinded, and wait for them.

    Raises
    ------
    StudyError, NoResultsError
        See :func:`begin_look`.
    """
    return show(begin_look(study=study, reason=reason, actor=actor))


@transaction.atomic
def begin_look(*, study: Study, reason: str, actor: User | None) -> InterimLook:
    """Put a look on record before anything is computed: it stays there whatever it shows.

    Raises
    ------
    StudyError
        The study is in no state for it, or there is no reason.
    NoResultsError
        There is nothing to look at yet; nothing is recorded.
    """
    look = studies.record_interim_look(study=study, reason=reason, actor=actor)
    if not judgements_in(tested_phases(study)).exists():
        raise NoResultsError(_("Nobody has judged a case in this study yet, so there is nothing to analyse."))
    return look


def show(look: InterimLook) -> InterimReport:
    """Compute what a recorded look shows, and store it; nothing else waits for it meanwhile.

    Raises
    ------
    NoResultsError
        The judgements so far cannot be analysed.
    """
    text = ratings_table(look.study, look=look).to_csv(index=False)
    found = compute({"ratings.csv": text})
    return InterimReport.objects.create(
        look=look,
        judgements=int((stored_table(text)["kind"] == "human").sum()),
        ratings_csv=text,
        ratings_sha256=hashlib.sha256(text.encode()).hexdigest(),
        results=found.results(),
        document=as_document(found),
    )


def looks_of(study: Study) -> list[dict[str, Any]]:
    """Give the interim looks at a study for its report: when, why, and how many judgements there were."""
    seen = InterimReport.objects.filter(look__study=study).select_related("look").order_by("look")
    return [
        {
            "at": one.look.made_at.isoformat(timespec="seconds"),
            "reason": one.look.reason,
            "judgements": one.judgements,
        }
        for one in seen.defer("ratings_csv", "results", "document")
    ]


def _target(study: Study) -> str:
    return f"study:{study.slug}"
