"""Where images come from: a folder or file here, or a DICOMweb server (dicomweb.py)."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from readerstudy.cohorts.source_image import MAX_BYTES, RejectedImageError

# Left behind by operating systems and archives, never by a person.
_DROPPINGS = {"thumbs.db", "desktop.ini", "__macosx", "dicomdir"}
# Tables lie beside images (truth.csv, scores.csv) and are not meant to be read as such.
_TABLES = {".csv"}


class SourceUnavailableError(Exception):
    """Nothing can be read from the source at all; the message says what to do."""


@dataclass(frozen=True)
class SourceFile:
    """One file that may become a case.

    Attributes
    ----------
    name : str
        Its path relative to the source, with `/`; or the SOP Instance UID on a DICOMweb server.
    read : callable
        Gives the bytes, or raises RejectedImageError.
    """

    name: str
    read: Callable[[], bytes]


def local_files(source: Path) -> Sequence[SourceFile]:
    """List a folder, with all that is below it, or one file.

    Hidden files, droppings of operating systems and .csv tables are passed over; everything else is tried, so that
    nothing goes missing without a reason.

    Raises
    ------
    SourceUnavailableError
        There is no such folder or file, or nothing in it.
    """
    try:
        return _listed(source)
    except OSError as error:
        raise SourceUnavailableError(f"{source} cannot be read: {error.strerror}.") from None


def _listed(source: Path) -> Sequence[SourceFile]:
    if source.is_file():
        return [_local_file(source.parent, Path(source.name))]
    if not source.is_dir():
        raise SourceUnavailableError(f"There is no folder or file {source}.")
    names = sorted(path.relative_to(source) for path in source.rglob("*") if path.is_file())
    files = [_local_file(source, name) for name in names if not _is_passed_over(name)]
    if not files:
        raise SourceUnavailableError(f"There are no image files in {source}.")
    return files


def _local_file(source: Path, name: Path) -> SourceFile:
    # A name in another encoding than UTF-8 can be neither stored nor printed as it is.
    printable = os.fsencode(name.as_posix()).decode(errors="replace")
    return SourceFile(printable, lambda: _read(source / name))


def _is_passed_over(name: Path) -> bool:
    parts = [part.lower() for part in name.parts]
    return any(part.startswith(".") or part in _DROPPINGS for part in parts) or name.suffix.lower() in _TABLES


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise RejectedImageError(f"cannot be opened: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise RejectedImageError(f"is larger than {MAX_BYTES // 2**20} MB")
    return data
