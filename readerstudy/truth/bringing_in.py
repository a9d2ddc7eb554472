"""Bringing images in from the pages: what lies ready is checked, then imported by a background job."""

from __future__ import annotations

import zipfile
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
from readerstudy.cohorts.models import Cohort, Source
from readerstudy.cohorts.services import CohortNameError
from readerstudy.cohorts.sources import SourceUnavailableError, frames_named, list_files
from readerstudy.jobs.context import JobContext
from readerstudy.jobs.models import Job
from readerstudy.jobs.services import enqueue, newest_job, open_job
from readerstudy.truth import services
from readerstudy.truth.importing import CasesImport, OtherProfileError, import_cases, known_truth
from readerstudy.truth.matching import match, row_finder
from readerstudy.truth.models import Value
from readerstudy.truth.staging import StagedFile, Staging
from readerstudy.truth.table import TruthRow, read_truth_table

KIND = "cohorts.import"
TOLD = (TableError, CohortNameError, CohortLockedError, SourceUnavailableError, services.TruthError, OtherProfileError)
_SHOWN = 200
_MOST_TABLE_BYTES = 16 * 2**20


class NotReadyError(Exception):
    """An import cannot begin; the message says why and what to do."""


@dataclass
class Readiness:
    """What lies ready for a cohort, and what stands in the way of importing it.

    Attributes
    ----------
    images : int
        Files, members of archives and frames that an import would take.
    archives : int
        Zip archives that they lie in.
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
    ready = Readiness(
        begun=sum(not file.is_whole for file in files), size=sum(file.received for file in files),
        archives=sum(file.is_whole and _is_archive(file) for file in files),
    )  # fmt: skip
    try:
        path = _table_of(staging, files)
        table = read_truth_table(path) if path else {}
        ready.table, ready.rows = path.name if path else "", len(table)
        names = _names(staging, files, table)
    except (TableError, SourceUnavailableError) as error:
        ready.problems = str(error).splitlines()
        return ready
    ready.images = len(names)
    if path:
        ready.remarks = _misfits(table, names or _known_names(cohort))
    elif names:
        ready.remarks = ["There is no truth table: cases without their truth cannot be read in a study."]
    return ready


def _names(staging: Staging, files: Sequence[StagedFile], table: Mapping[str, TruthRow]) -> list[str]:
    """Name what an import would take: files, what is in archives, and frames that the table asks for."""
    if not any(file.is_whole and not _is_table(file) for file in files):
        return []
    return [file.name for file in list_files(_source(staging, files), frames_named(table))]


def _source(staging: Staging, files: Sequence[StagedFile]) -> str:
    """Give what is imported: the folder, or the one archive that is all there is."""
    images = [file for file in files if file.is_whole and not _is_table(file)]
    alone = len(images) == 1 and _is_archive(images[0])
    return str(staging.folder / images[0].name if alone else staging.folder)


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
        raise NotReadyError("No archive is set up: whoever runs the server sets DICOMWEB_URL.")
    if not studies or not all(dicomweb.is_uid(uid) for uid in studies):
        raise NotReadyError("Choose the studies to fetch.")
    if truth not in ("", *Value.values):
        raise NotReadyError("Say what the images are: authentic, synthetic, or told later.")
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
        raise NotReadyError("An import into this cohort is under way: let it end, or stop it.")
    if cohort.is_locked:
        raise NotReadyError("A locked study reads this cohort: make a new cohort for more cases.")


def run_import(job: JobContext) -> dict[str, Any]:
    """Import what lies ready for a cohort, or studies of the archive; the handler of the job."""
    slug = job.arguments["cohort"]
    if job.arguments["from"] == "archive":
        return _run_archive(job, slug)
    staging = Staging(slug)
    files = staging.files()
    if not files and job.attempt > 1:  # killed after everything was done, before it could say so
        return {"finished_before": True}
    table = _table_of(staging, files)
    if table and all(_is_table(file) for file in files):
        result = _write_truth_alone(slug, table, job.actor)
    else:
        imported = import_cases(
            source=_source(staging, files), name=slug, truth=table, actor=job.actor,
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
        raise services.TruthError("The truth table names none of the files that this cohort was imported from.")
    services.write_truth(cohort=cohort, rows=matched.rows, withdrawn=list(matched.contradictions), actor=actor)
    problems = [*matched.contradictions.values(), *_sealed(cohort, actor)]
    return {
        "cohort": slug, "imported": 0, "duplicates": 0, "rejected": [], "rejected_in_all": 0,
        "truth": {"written": len(matched.rows)}, "problems": problems, "sealed": cohort.is_sealed,
    }  # fmt: skip


def _is_table(file: StagedFile) -> bool:
    return file.name.lower().endswith(".csv")


def _is_archive(file: StagedFile) -> bool:
    return file.name.lower().endswith(".zip")


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
        if file.is_whole and _is_archive(file) and (found := _table_within(staging, file)):
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
    """Say which files have no row, and which rows no file."""
    row_of = row_finder(table, names)
    remarks = []
    if missing := [name for name in names if row_of(name) is None]:
        remarks.append(f"The truth table has no row for {_listed(missing)}.")
    if unknown := sorted(set(table) - {row.file for name in names if (row := row_of(name))}):
        remarks.append(f"The truth table names files that are not here: {_listed(unknown)}.")
    return remarks


def _listed(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
