"""What lies ready for a cohort, and whether it can be imported: told before anything is written."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from readerstudy.cohorts.csv_table import TableError
from readerstudy.cohorts.models import Cohort, Source
from readerstudy.cohorts.sources import SourceUnavailableError, frames_named, list_files
from readerstudy.truth.matching import row_finder
from readerstudy.truth.staging import StagedFile, Staging
from readerstudy.truth.table import TruthRow, read_truth_table

_MOST_TABLE_BYTES = 16 * 2**20


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


def readiness(cohort: Cohort) -> Readiness:
    """Look at what lies ready for a cohort, and hold the truth table against it."""
    staging = Staging(cohort.slug)
    files = staging.files()
    ready = Readiness(
        begun=sum(not file.is_whole for file in files), size=sum(file.received for file in files),
        archives=sum(file.is_whole and _is_archive(file) for file in files),
    )  # fmt: skip
    try:
        path = table_of(staging, files)
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
        ready.remarks = [_("There is no truth table: cases without their truth cannot be read in a study.")]
    return ready


def _names(staging: Staging, files: Sequence[StagedFile], table: Mapping[str, TruthRow]) -> list[str]:
    """Name what an import would take: files, what is in archives, and frames that the table asks for."""
    if not any(file.is_whole and not is_table(file) for file in files):
        return []
    return [file.name for file in list_files(source_of(staging, files), frames_named(table))]


def source_of(staging: Staging, files: Sequence[StagedFile]) -> str:
    """Give what is imported: the folder, or the one archive that is all there is."""
    images = [file for file in files if file.is_whole and not is_table(file)]
    alone = len(images) == 1 and _is_archive(images[0])
    return str(staging.folder / images[0].name if alone else staging.folder)


def is_table(file: StagedFile) -> bool:
    return file.name.lower().endswith(".csv")


def _is_archive(file: StagedFile) -> bool:
    return file.name.lower().endswith(".zip")


def table_of(staging: Staging, files: Sequence[StagedFile]) -> Path | None:
    """Give the truth table: `truth.csv`, or the only table there is, or the one within an archive.

    Raises
    ------
    TableError
        There are several, and none or more than one is called so.
    """
    tables = [file.name for file in files if file.is_whole and is_table(file)]
    called_so = [name for name in tables if PurePosixPath(name).name.lower() == "truth.csv"]
    if len(tables) == 1 or len(called_so) == 1:
        return staging.folder / (called_so or tables)[0]
    if tables:
        raise TableError(
            [
                _("Which is the truth table? There are %(names)s: keep one, as truth.csv.")
                % {"names": ", ".join(sorted(tables))}
            ]
        )
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
        remarks.append(_("The truth table has no row for %(files)s.") % {"files": _listed(missing)})
    if unknown := sorted(set(table) - {row.file for name in names if (row := row_of(name))}):
        remarks.append(_("The truth table names files that are not here: %(files)s.") % {"files": _listed(unknown)})
    return remarks


def _listed(names: Sequence[str], most: int = 5) -> str:
    more = _(" and %(count)s more") % {"count": len(names) - most} if len(names) > most else ""
    return ", ".join(names[:most]) + more
