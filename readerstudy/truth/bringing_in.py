"""Bringing images in from the pages: what lies ready is checked, then imported by a background job."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.urls import reverse

from readerstudy.accounts.models import User
from readerstudy.cohorts import dicomweb
from readerstudy.cohorts.csv_table import TableError
from readerstudy.cohorts.importing import CohortLockedError
from readerstudy.cohorts.models import Case, Cohort, Source
from readerstudy.cohorts.services import CohortNameError
from readerstudy.cohorts.sources import SourceUnavailableError
from readerstudy.jobs.context import JobContext
from readerstudy.jobs.models import Job
from readerstudy.jobs.services import enqueue, newest_job, open_job
from readerstudy.truth import services
from readerstudy.truth.importing import CasesImport, import_cases
from readerstudy.truth.staging import StagedFile, Staging
from readerstudy.truth.table import TruthRow, normalised, read_truth_table

KIND = "cohorts.import"
TOLD = (TableError, CohortNameError, CohortLockedError, SourceUnavailableError, services.TruthError)
_SHOWN = 200
_MOST_TABLE_BYTES = 16 * 2**20


class NotReadyError(Exception):
    """An import cannot begin; the message says why and what to do."""


@dataclass
class Readiness:
    """What lies ready for a cohort, and what stands in the way of importing it.

    Attributes
    ----------
    images, archives : int
        Whole files, and those of them that are zip archives.
    begun : int
        Files that are not whole yet.
    table : str
        Name of the truth table; empty where there is none.
    problems : list of str
        Faults of the table: nothing can be imported before they are mended.
    remarks : list of str
        What does not fit, but may be meant.
    """

    images: int = 0
    archives: int = 0
    begun: int = 0
    size: int = 0
    table: str = ""
    rows: int = 0
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def can_start(self) -> bool:
        """Whether an import can begin."""
        return bool(self.images or self.table) and not self.begun and not self.problems


def target_of(cohort: Cohort) -> str:
    """Name a cohort as jobs and the audit log do."""
    return f"cohort:{cohort.slug}"


def open_import(cohort: Cohort) -> Job | None:
    """Give the import into a cohort that waits or runs."""
    return open_job(kind=KIND, target=target_of(cohort))


def newest_import(cohort: Cohort) -> Job | None:
    """Give the newest import into a cohort."""
    return newest_job(kind=KIND, target=target_of(cohort))


def readiness(cohort: Cohort) -> Readiness:
    """Look at what lies ready for a cohort, and hold the truth table against it."""
    staging = Staging(cohort.slug)
    files = staging.files()
    images = [file for file in files if file.is_whole and not _is_table(file)]
    archives = [file for file in images if file.name.lower().endswith(".zip")]
    ready = Readiness(
        images=len(images), archives=len(archives), begun=sum(not file.is_whole for file in files),
        size=sum(file.received for file in files),
    )  # fmt: skip
    try:
        path = _table_of(staging, files)
        table = read_truth_table(path) if path else {}
    except TableError as error:
        ready.problems = str(error).splitlines()
        return ready
    ready.table, ready.rows = path.name if path else "", len(table)
    if path and not archives:
        names = [file.name for file in images] or _known_names(cohort)
        ready.remarks = _misfits(table, names)
    elif not path and images:
        ready.remarks = ["There is no truth table: cases without their truth cannot be read in a study."]
    return ready


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
        raise NotReadyError(ready.problems[0] if ready.problems else "Add files first, and let them arrive.")
    Staging(cohort.slug).mark_started()
    return _start(cohort, actor, title=f"Import into {cohort.title}", arguments={"from": "upload"})


def start_archive(*, cohort: Cohort, studies: Sequence[str], actor: User) -> Job:
    """Begin to fetch and import studies of the operator's archive.

    Raises
    ------
    NotReadyError
        No study was chosen, no archive is set, or an import runs already.
    """
    _refuse_while_busy(cohort)
    if not settings.DICOMWEB_URL:
        raise NotReadyError("No archive is set up: whoever runs the server sets DICOMWEB_URL.")
    if not studies or not all(dicomweb.is_uid(uid) for uid in studies):
        raise NotReadyError("Choose the studies to fetch.")
    title = f"Fetch {len(studies)} stud{'y' if len(studies) == 1 else 'ies'} for {cohort.title}"
    return _start(cohort, actor, title=title, arguments={"from": "archive", "studies": sorted(set(studies))})


def _start(cohort: Cohort, actor: User, *, title: str, arguments: Mapping[str, Any]) -> Job:
    page = reverse("truth:import", args=[cohort.slug])
    return enqueue(
        kind=KIND, arguments={"cohort": cohort.slug, **arguments}, target=target_of(cohort), title=title, page=page,
        actor=actor,
    )  # fmt: skip


def _refuse_while_busy(cohort: Cohort) -> None:
    if open_import(cohort):
        raise NotReadyError("An import into this cohort is under way: let it end, or stop it.")
    if cohort.is_locked:
        raise NotReadyError("A locked study reads this cohort: make a new cohort for more cases.")


def run_import(job: JobContext) -> dict[str, Any]:
    """Import what lies ready for a cohort, or studies of the archive; the handler of the job."""
    slug = job.arguments["cohort"]
    if job.arguments["from"] == "archive":
        return _run_archive(job, slug)
    staging = Staging(slug)
    if staging.is_empty and job.attempt > 1:  # killed after everything was done, before it could say so
        return {"finished_before": True}
    table = _table_of(staging, staging.files())
    if table and all(_is_table(file) for file in staging.files()):
        result = _write_truth_alone(slug, table, job.actor)
    else:
        imported = import_cases(
            source=str(staging.folder), name=slug, truth=table, actor=job.actor,
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
    if not job.heard_stop:
        dicomweb.forget(settings.DICOMWEB_URL, studies)
    return _as_result(imported)


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
    by_name = {normalised(name): row for name, row in rows.items()}
    said: dict[Case, TruthRow] = {}
    for source in Source.objects.filter(cohort=cohort, case__excluded_at=None).select_related("case"):
        found = [by_name[name] for name in source.names if name in by_name]
        if found:
            said[source.case] = found[0]
    if not said:
        raise services.TruthError("The truth table names none of the files that this cohort was imported from.")
    services.write_truth(cohort=cohort, rows=said, actor=actor)
    problems = []
    try:
        services.seal_truth(cohort=cohort, actor=actor)
    except services.TruthError as error:
        problems.append(str(error))
    return {
        "cohort": slug, "imported": 0, "duplicates": 0, "rejected": [], "rejected_in_all": 0,
        "truth": {"written": len(said)}, "problems": problems, "sealed": not problems,
    }  # fmt: skip


def _is_table(file: StagedFile) -> bool:
    return file.name.lower().endswith(".csv")


def _table_of(staging: Staging, files: Sequence[StagedFile]) -> Path | None:
    """Give the truth table: `truth.csv`, or the only table there is, or the one within an archive.

    Raises
    ------
    TableError
        There are several, and none or more than one is called so.
    """
    tables = [file.name for file in files if file.is_whole and _is_table(file)]
    called_so = [name for name in tables if PurePosixPath(name).name.lower() == "truth.csv"]
    if len(tables) == 1 or len(called_so) == 1:
        return staging.folder / (called_so or tables)[0]
    if tables:
        raise TableError([f"Which is the truth table? There are {', '.join(sorted(tables))}: keep one, as truth.csv."])
    for file in files:
        if file.is_whole and file.name.lower().endswith(".zip") and (found := _table_within(staging, file)):
            return found
    return None


def _table_within(staging: Staging, file: StagedFile) -> Path | None:
    """Take the truth table out of a zip archive; what else may be wrong with the archive shows at the import."""
    try:
        with zipfile.ZipFile(staging.folder / file.name) as archive:
            for entry in archive.infolist():
                if PurePosixPath(entry.filename).name == "truth.csv" and entry.file_size <= _MOST_TABLE_BYTES:
                    taken_out = staging.folder.parent / "truth.csv"
                    with archive.open(entry) as member:
                        taken_out.write_bytes(member.read(_MOST_TABLE_BYTES))
                    return taken_out
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError):
        return None
    return None


def _known_names(cohort: Cohort) -> list[str]:
    return [name for source in Source.objects.filter(cohort=cohort) for name in source.names]


def _misfits(table: Mapping[str, TruthRow], names: Sequence[str]) -> list[str]:
    """Say which files have no row, and which rows no file, by path or by an unambiguous bare name."""
    rows = {_without_frame(normalised(name)) for name in table}
    bare = Counter(PurePosixPath(name).name for name in names)
    told = {name: {name, PurePosixPath(name).name} & rows for name in names if bare[PurePosixPath(name).name] == 1}
    told |= {name: {name} & rows for name in names if name not in told}
    remarks = []
    if missing := [name for name in names if not told[name]]:
        remarks.append(f"The truth table has no row for {_listed(missing)}.")
    if unknown := sorted(rows - set().union(*told.values())):
        remarks.append(f"The truth table names files that are not here: {_listed(unknown)}.")
    return remarks


def _without_frame(name: str) -> str:
    """Leave the frame of a multi-frame file off (`clip.dcm#3`)."""
    stem, hash_sign, frame = name.rpartition("#")
    return stem if hash_sign and frame.isdigit() else name


def _listed(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
