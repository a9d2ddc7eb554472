"""Printing a report as a job: once, then the PDF is kept beside the data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.cohorts import filestore
from readerstudy.jobs import services as jobs
from readerstudy.jobs.context import JobContext
from readerstudy.jobs.models import Job
from readerstudy.reports.exports import report_html
from readerstudy.reports.models import Report
from readerstudy.reports.printing import printed

KIND = "reports.pdf"


def ask_for_pdf(*, report: Report, page: str, actor: User | None) -> Job:
    """Let a worker print a report; while one does, no second is asked for."""
    waiting = jobs.open_job(kind=KIND, target=_target(report))
    if waiting and waiting.arguments == {"report": report.pk}:
        return waiting
    return jobs.enqueue(
        kind=KIND, arguments={"report": report.pk}, target=_target(report),
        title=_("PDF of the report of %(study)s") % {"study": report.study.title}, page=page, actor=actor,
    )  # fmt: skip


def newest_job(report: Report) -> Job | None:
    """Give the job that prints this report, if the newest one does."""
    job = jobs.newest_job(kind=KIND, target=_target(report))
    return job if job and job.arguments == {"report": report.pk} else None


def pdf_of(report: Report) -> bytes | None:
    """Give the PDF of a report; None where it was not printed yet."""
    path = _path(report)
    return path.read_bytes() if path.is_file() else None


def is_printed(report: Report) -> bool:
    """Whether there is a PDF of a report."""
    return _path(report).is_file()


def run(job: JobContext) -> dict[str, Any]:
    """Print the report and keep the PDF; a second start prints it again into the same file."""
    report = Report.objects.get(pk=job.arguments["report"])
    job.progress(0, 1, "printing")
    content = printed(report_html(report))
    filestore.write_as(_path(report), content)
    audit.record(actor=job.actor, verb="reports.printed", target=_target(report), report=report.pk)
    return {"report": report.pk, "bytes": len(content)}


def _path(report: Report) -> Path:
    return Path(settings.DATA_DIR) / "figures" / str(report.pk) / "report.pdf"


def _target(report: Report) -> str:
    return f"study:{report.study.slug}"
