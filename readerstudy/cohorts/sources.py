"""Where images come from: a folder, a file or a zip archive here, or a DICOMweb server (dicomweb.py)."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from readerstudy.cohorts.source_image import MAX_BYTES, RejectedImageError

# Left behind by operating systems and archives, never by a person.
_DROPPINGS = {"thumbs.db", "desktop.ini", "__macosx", "dicomdir"}
# Tables lie beside images (truth.csv, scores.csv) and are not meant to be read as such.
_TABLES = {".csv"}
_WITH_FRAME = re.compile(r"(.+)#([1-9][0-9]{0,5})", re.DOTALL)

Frames = Mapping[str, Sequence[int]]


class SourceUnavailableError(Exception):
    """Nothing can be read from the source at all; the message says what to do."""


@dataclass(frozen=True)
class SourceFile:
    """One file, or one frame of a file, that may become a case.

    Attributes
    ----------
    name : str
        Its path relative to the source, with `/`, and `#3` for the third frame; or the SOP Instance UID on a DICOMweb
        server.
    read : callable
        Gives the bytes of the whole file, or raises RejectedImageError.
    frame : int, optional
        The frame that is meant, from 1.
    size : int, optional
        Bytes of the file, where they are known before it is read.
    """

    name: str
    read: Callable[[], bytes]
    frame: int | None = None
    size: int | None = None


def list_files(source: str | Path, frames: Frames | None = None) -> Sequence[SourceFile]:
    """List a source, before anything is written.

    Parameters
    ----------
    source : str or Path
        A folder (zip archives in it are opened), a file, a zip archive, or the http(s) address of a DICOMweb root.
    frames : mapping of str to sequence of int, optional
        The frames that are wanted of multi-frame files, by path within the source, or by bare name where that is
        unambiguous (`frames_named`). Each becomes a file of its own, named as in `clip.dcm#3`.

    Raises
    ------
    SourceUnavailableError
        There is nothing to list; the message says what to do.
    """
    # These two list sources and build on this module, which says what a source is.
    from readerstudy.cohorts import dicomweb, zip_archive

    if str(source).startswith(("http://", "https://")):
        return with_frames(dicomweb.list_instances(str(source)), frames or {})
    if zip_archive.is_zip(Path(source)):
        return with_frames(zip_archive.list_members(Path(source)), frames or {})
    return with_frames(_opened(Path(source)), frames or {})


def _opened(source: Path) -> list[SourceFile]:
    """List a folder, and what is in its zip archives in their place."""
    from readerstudy.cohorts import zip_archive

    files: list[SourceFile] = []
    for file in local_files(source):
        path = source / file.name
        if path.suffix.lower() == ".zip" and zip_archive.is_zip(path):
            files += _members(file, path)
        else:
            files.append(file)
    return files


def _members(archive: SourceFile, path: Path) -> list[SourceFile]:
    """List an archive in a folder; one that is damaged is one rejected file."""
    from readerstudy.cohorts import zip_archive

    try:
        return [replace(one, name=f"{archive.name}/{one.name}") for one in zip_archive.list_members(path)]
    except SourceUnavailableError as error:
        return [replace(archive, read=_refusal(f"is an archive that cannot be opened. {error}"))]


def _refusal(words: str) -> Callable[[], bytes]:
    def read() -> bytes:
        raise RejectedImageError(words)

    return read


def frames_named(names: Iterable[str]) -> dict[str, list[int]]:
    """Collect the frames that names such as `clip.dcm#3` ask for, by the name before the `#`."""
    found: dict[str, list[int]] = {}
    for name in names:
        if match := _WITH_FRAME.fullmatch(name):
            found.setdefault(match[1], []).append(int(match[2]))
    return found


def with_frames(files: Sequence[SourceFile], frames: Frames) -> list[SourceFile]:
    """Put one file for each frame in the place of every file of which frames are wanted."""
    bare_names = Counter(PurePosixPath(file.name).name for file in files)

    def wanted(name: str) -> Sequence[int]:
        bare = PurePosixPath(name).name
        return frames.get(name) or (frames.get(bare, ()) if bare_names[bare] == 1 else ())

    return [one for file in files for one in _each_frame(file, wanted(file.name))]


def _each_frame(file: SourceFile, numbers: Sequence[int]) -> list[SourceFile]:
    return [replace(file, name=f"{file.name}#{one}", frame=one) for one in sorted(set(numbers))] or [file]


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
        raise SourceUnavailableError(
            _("%(source)s cannot be read: %(strerror)s.") % {"source": source, "strerror": error.strerror}
        ) from None


def _listed(source: Path) -> Sequence[SourceFile]:
    if source.is_file():
        return [_local_file(source.parent, Path(source.name))]
    if not source.is_dir():
        raise SourceUnavailableError(_("There is no folder or file %(source)s.") % {"source": source})
    names = sorted(path.relative_to(source) for path in source.rglob("*") if path.is_file())
    files = [_local_file(source, name) for name in names if not is_passed_over(name)]
    if not files:
        raise SourceUnavailableError(_("There are no image files in %(source)s.") % {"source": source})
    return files


def _local_file(source: Path, name: Path) -> SourceFile:
    # A name in another encoding than UTF-8 can be neither stored nor printed as it is.
    printable = os.fsencode(name.as_posix()).decode(errors="replace")
    return SourceFile(printable, lambda: _read(source / name), size=(source / name).stat().st_size)


def is_passed_over(name: Path | PurePosixPath) -> bool:
    """Tell whether a file is hidden, left behind by an operating system, or a table."""
    parts = [part.lower() for part in name.parts]
    hidden = any(part.startswith(".") and part != ".." for part in parts)
    return hidden or any(part in _DROPPINGS for part in parts) or name.suffix.lower() in _TABLES


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise RejectedImageError(f"cannot be opened: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise RejectedImageError(f"is larger than {MAX_BYTES // 2**20} MB")
    return data
