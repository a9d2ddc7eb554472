"""Bringing images in from the pages: what lies ready is checked, then imported by a background job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.cohorts import dicomweb
from readerstudy.cohorts.csv_table import TableError
from readerstudy.cohorts.importing import CohortLockedError
from readerstudy.cohorts.models import Cohort, Source
from readerstudy.cohorts.services import CohortNameError
from readerstudy.cohorts.sources import SourceUnavailableError
from readerstudy.jobs.context import JobContext
from readerstudy.jobs.models import Job
from readerstudy.jobs.services import enqueue, newest_job, open_job
from readerstudy.truth import services
from readerstudy.truth.importing import CasesImport, OtherProfileError, import_cases, known_truth
from readerstudy.truth.matching import match
from readerstudy.truth.models import Value
from readerstudy.truth.readiness import is_table, readiness, source_of, table_of
from readerstudy.truth.staging import Staging
from readerstudy.truth.table import TruthRow, read_truth_table

KIND = "cohorts.import"
TOLD = (TableError, CohortNameError, CohortLockedError, SourceUnavailableError, services.TruthError, OtherProfileError)
_SHOWN = 200


class NotReadyError(Exception):
    """An import cannot begin; the message says why and what to do."""


def target_of(cohort: Cohort) -> str:
    """Name a cohort as jobs and the audit log do."""
    return f"cohort:{cohort.slug}"


def open_import(cohort: Cohort) -> Job | None:
    """Give the import into a cohort that waits or runs."""
    return open_job(kind=KIND, target=target_of(cohort))


def newest_import(cohort: Cohort) -> Job | None:
    """Give the newest import into a cohort."""
    return newest_job(kind=KIND, target=target_of(cohort))


def start_staged(*, cohort: Cohort, actor: User) -> Job:
    """Begin to import what lies ready.

    Raises
    ------
    NotReadyError
        Nothing is there, something is still being sent, the table has faults, or an import runs already.
    """
    _refuse_while_busy(cohort)
    ready = readiness(cohort)
    if not ready.can_start:
        raise NotReadyError(ready.problems[0] if ready.problems else _("Add files first, and let them arrive."))
    Staging(cohort.slug).mark_started()
    return _start(cohort, actor, title=f"Import into {cohort.title}", arguments={"from": "upload"})


def start_archive(*, cohort: Cohort, studies: Sequence[str], truth: str, actor: User) -> Job:
    """Begin to fetch and import studies of the operator's archive.

    Parameters
    ----------
    studies : sequence of str
        Study Instance UIDs.
    truth : str
        What all their images are; empty where a table will tell it later.

    Raises
    ------
    NotReadyError
        No study was chosen, no archive is set, or an import runs already.
    """
    _refuse_while_busy(cohort)
    if not settings.DICOMWEB_URL:
        raise NotReadyError(_("No archive is set up: whoever runs the server sets DICOMWEB_URL."))
    if not studies or not all(dicomweb.is_uid(uid) for uid in studies):
        raise NotReadyError(_("Choose the studies to fetch."))
    if truth not in ("", *Value.values):
        raise NotReadyError(_("Say what the images are: authentic, synthetic, or told later."))
    title = f"Fetch {len(studies)} stud{'y' if len(studies) == 1 else 'ies'} for {cohort.title}"
    arguments = {"from": "archive", "studies": sorted(set(studies)), "truth": truth}
    return _start(cohort, actor, title=title, arguments=arguments)


def _start(cohort: Cohort, actor: User, *, title: str, arguments: Mapping[str, Any]) -> Job:
    page = reverse("truth:import", args=[cohort.slug])
    return enqueue(
        kind=KIND, arguments={"cohort": cohort.slug, **arguments}, target=target_of(cohort), title=title, page=page,
        actor=actor,
    )  # fmt: skip


def _refuse_while_busy(cohort: Cohort) -> None:
    if open_import(cohort):
        raise NotReadyError(_("An import into this cohort is under way: let it end, or stop it."))
    if cohort.is_locked:
        raise NotReadyError(_("A locked study reads this cohort: make a new cohort for more cases."))


def run_import(job: JobContext) -> dict[str, Any]:
    """Import what lies ready for a cohort, or studies of the archive; the handler of the job."""
    slug = job.arguments["cohort"]
    if job.arguments["from"] == "archive":
        return _run_archive(job, slug)
    staging = Staging(slug)
    files = staging.files()
    if not files and job.attempt > 1:  # killed after everything was done, before it could say so
        return {"finished_before": True}
    table = table_of(staging, files)
    if table and all(is_table(file) for file in files):
        result = _write_truth_alone(slug, table, job.actor)
    else:
        imported = import_cases(
            source=source_of(staging, files), name=slug, truth=table, actor=job.actor,
            progress=job.progress, stop=job.stop_requested,
        )  # fmt: skip
        result = _as_result(imported)
    if not job.heard_stop:
        staging.clear()
    return result


def _run_archive(job: JobContext, slug: str) -> dict[str, Any]:
    studies = job.arguments["studies"]
    job.progress(0, 0, "Asking the archive what there is …")
    imported = import_cases(
        source=dicomweb.address_of_studies(settings.DICOMWEB_URL, studies), name=slug, truth=None, actor=job.actor,
        progress=job.progress, stop=job.stop_requested,
    )  # fmt: skip
    result = _as_result(imported)
    if job.heard_stop:
        return result
    dicomweb.forget(settings.DICOMWEB_URL, studies)
    return result | _say_truth_of_all(imported, job.arguments["truth"], job.actor)


def _say_truth_of_all(imported: CasesImport, value: str, actor: User | None) -> dict[str, Any]:
    """Write one truth for all images of an import; what is known of the same pixels must agree with it."""
    files = [(one.file, one.case) for one in [*imported.images.imported, *imported.images.duplicates]]
    if not value or not files:
        return {}
    table = {name: TruthRow(name, Value(value)) for name, _ in files}
    matched = match(table, files, known=known_truth(imported.cohort))
    services.write_truth(
        cohort=imported.cohort, rows=matched.rows, withdrawn=list(matched.contradictions), actor=actor
    )  # fmt: skip
    problems = [*matched.contradictions.values(), *_sealed(imported.cohort, actor)]
    return {"truth": {"written": len(matched.rows)}, "problems": problems, "sealed": imported.cohort.is_sealed}


def _sealed(cohort: Cohort, actor: User | None) -> list[str]:
    """Seal the truth of a cohort, or say why it cannot be yet."""
    try:
        services.seal_truth(cohort=cohort, actor=actor)
    except services.TruthError as error:
        return [str(error)]
    return []


def _as_result(imported: CasesImport) -> dict[str, Any]:
    """Give what an import did, bounded: a page shows it, and the ledger of the import has all of it."""
    result = imported.as_json()
    rejected = result["rejected"]
    truth = {key: value for key, value in result.pop("truth").items() if key == "written"}
    return {
        **result, "rejected": rejected[:_SHOWN], "rejected_in_all": len(rejected), "truth": truth,
        "problems": imported.problems[:_SHOWN],
    }  # fmt: skip


def _write_truth_alone(slug: str, table: Path, actor: User | None) -> dict[str, Any]:
    """Write what a table says of the cases that are there, without any file of theirs."""
    cohort = Cohort.objects.get(slug=slug)
    rows = read_truth_table(table)
    sources = Source.objects.filter(cohort=cohort, case__excluded_at=None).select_related("case")
    matched = match(rows, [(name, source.case) for source in sources for name in source.names])
    if not matched.rows:
        raise services.TruthError(_("The truth table names none of the files that this cohort was imported from."))
    services.write_truth(cohort=cohort, rows=matched.rows, withdrawn=list(matched.contradictions), actor=actor)
    problems = [*matched.contradictions.values(), *_sealed(cohort, actor)]
    return {
        "cohort": slug, "imported": 0, "duplicates": 0, "rejected": [], "rejected_in_all": 0,
        "truth": {"written": len(matched.rows)}, "problems": problems, "sealed": cohort.is_sealed,
    }  # fmt: skip
