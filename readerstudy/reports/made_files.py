"""The files of a report that take their time, PDF and capsule: made by a job, then kept beside the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.cohorts import filestore
from readerstudy.jobs import services as jobs
from readerstudy.jobs.context import JobContext
from readerstudy.jobs.models import Job
from readerstudy.reports.capsule import capsule
from readerstudy.reports.charts import folder_of
from readerstudy.reports.exports import report_html
from readerstudy.reports.models import Report
from readerstudy.reports.printing import printed


@dataclass(frozen=True)
class MadeFile:
    """One such file.

    Attributes
    ----------
    kind : str
        Of the job that makes it.
    ending : str
        What the study's name is followed by where it is downloaded.
    verb : str
        What the audit log calls its making.
    title : str
        Of the job, with the place ``study``.
    """

    kind: str
    ending: str
    content_type: str
    verb: str
    title: str | Promise
    make: Callable[[Report], bytes]

    def ask_for(self, *, report: Report, page: str, actor: User | None) -> Job:
        """Let a worker make it; while one does, no second is asked for."""
        waiting = jobs.open_job(kind=self.kind, target=_target(report))
        if waiting and waiting.arguments == {"report": report.pk}:
            return waiting
        return jobs.enqueue(
            kind=self.kind, arguments={"report": report.pk}, target=_target(report),
            title=str(self.title) % {"study": report.study.title}, page=page, actor=actor,
        )  # fmt: skip

    def newest_job(self, report: Report) -> Job | None:
        """Give the job that makes it of this report, if the newest one does."""
        job = jobs.newest_job(kind=self.kind, target=_target(report))
        return job if job and job.arguments == {"report": report.pk} else None

    def made_at(self, report: Report) -> datetime | None:
        """Give when it was made; None where it was not yet."""
        path = self._path(report)
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.is_file() else None

    def content_of(self, report: Report) -> bytes | None:
        """Give the file; None where it was not made yet."""
        path = self._path(report)
        return path.read_bytes() if path.is_file() else None

    def run(self, job: JobContext) -> dict[str, Any]:
        """Make and keep it; a second start makes it again into the same file."""
        report = Report.objects.get(pk=job.arguments["report"])
        job.progress(0, 1, "making the file")
        content = self.make(report)
        filestore.write_as(self._path(report), content)
        audit.record(actor=job.actor, verb=self.verb, target=_target(report), report=report.pk)
        return {"report": report.pk, "bytes": len(content)}

    def _path(self, report: Report) -> Path:
        return folder_of(report) / f"made{self.ending}"


def _on_paper(report: Report) -> bytes:
    return printed(report_html(report))


PDF = MadeFile(
    "reports.pdf", "-report.pdf", "application/pdf", "reports.printed", _("PDF of the report of %(study)s"), _on_paper
)
CAPSULE = MadeFile("reports.capsule", ".zip", "application/zip", "reports.packed", _("Capsule of %(study)s"), capsule)
FILES = {"pdf": PDF, "capsule": CAPSULE}


def _target(report: Report) -> str:
    return f"study:{report.study.slug}"
