"""Making a report as a job: computed, stored, then drawn; or drawing one that is stored already."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.jobs import services as jobs
from readerstudy.jobs.context import JobContext
from readerstudy.jobs.models import Job
from readerstudy.reports import charts
from readerstudy.reports.models import Report
from readerstudy.reports.services import make_report
from readerstudy.studies.models import Study

KIND = "reports.report"
FIGURES = "reports.figures"


def ask_for_report(*, study: Study, page: str, actor: User | None) -> Job:
    """Let a worker make the report of a study; while one does, no second is asked for."""
    return jobs.open_job(kind=KIND, target=_target(study)) or jobs.enqueue(
        kind=KIND, arguments={"study": study.slug}, target=_target(study),
        title=_("Report of %(study)s") % {"study": study.title}, page=page, actor=actor,
    )  # fmt: skip


def ask_for_figures(*, report: Report, page: str, actor: User | None) -> Job:
    """Let a worker draw the figures of a report ahead; until then, each is drawn when somebody asks for it."""
    return jobs.enqueue(
        kind=FIGURES, arguments={"report": report.pk}, target=_target(report.study),
        title=_("Figures of %(study)s") % {"study": report.study.title}, page=page, actor=actor,
    )  # fmt: skip


def newest_job(study: Study) -> Job | None:
    """Give the newest job that makes a report of a study."""
    return jobs.newest_job(kind=KIND, target=_target(study))


def run(job: JobContext) -> dict[str, Any]:
    """Make the report; a second start after a kill goes on with the one that the first start stored."""
    study = Study.objects.get(slug=job.arguments["study"])
    job.progress(0, 1, "computing")
    report = _stored_by(job, study) or make_report(study=study, actor=job.actor)
    return _draw(report, job)


def run_figures(job: JobContext) -> dict[str, Any]:
    """Draw what is not drawn yet; a second start goes on where the first one was killed."""
    return _draw(Report.objects.get(pk=job.arguments["report"]), job)


def _draw(report: Report, job: JobContext) -> dict[str, Any]:
    charts.draw_all(report, lambda done, total: job.progress(done, total, "drawing"))
    return {"report": report.pk}


def _stored_by(job: JobContext, study: Study) -> Report | None:
    since = Job.objects.get(pk=job.pk).created_at
    return study.reports.filter(created_by=job.actor, created_at__gte=since).first()


def _target(study: Study) -> str:
    return f"study:{study.slug}"
