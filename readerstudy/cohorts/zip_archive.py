"""Zip archives as a source: members are read one by one where they lie, and nothing is ever unpacked to disk.

The list of members comes from Python's zipfile; where their bytes lie is checked here, since an archive can claim the
same bytes many times over.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from django.utils.translation import gettext as _

from readerstudy.cohorts.source_image import MAX_BYTES, RejectedImageError
from readerstudy.cohorts.sources import SourceFile, SourceUnavailableError, is_passed_over

MAX_MEMBERS = 10_000
MAX_RATIO = 100
_SMALL = 2**20  # below this, no ratio can do harm
_MAX_DIRECTORY_BYTES = 20 * 2**20
_BEGINNINGS = (b"PK\3\4", b"PK\5\6", b"PK\6\6")
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # others may ask for gigabytes to unpack a byte
_IS_ENCRYPTED = 0x1
# APPNOTE.TXT 6.3.10, 4.3.7, 4.3.16, 4.3.15 and 4.3.14
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_END = struct.Struct("<4s8xLL")
_LOCATOR = struct.Struct("<4s4xQ")
_END_64 = struct.Struct("<4s36xQ")
_LOCATOR_BYTES = 20
_LONGEST_COMMENT = 65_535
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True)
class _Member:
    """Where a member's bytes lie, and what they must become."""

    start: int
    packed: int
    size: int
    checksum: int
    method: int


def is_zip(path: Path) -> bool:
    """Tell by its first bytes whether a file is a zip archive."""
    try:
        with path.open("rb") as file:
            return file.read(4) in _BEGINNINGS
    except OSError:
        return False


def list_members(path: Path) -> Sequence[SourceFile]:
    """List the files of an archive; hidden files, droppings of operating systems and .csv tables are passed over.

    What is wrong with one member is told when it is read; what is wrong with the archive, here.

    Raises
    ------
    SourceUnavailableError
        The archive is damaged, has no or too many files, or its files overlap.
    """
    try:
        with path.open("rb") as file:
            infos, starts = _directory(file)
    except (OSError, zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, RecursionError) as error:
        raise SourceUnavailableError(
            _("%(name)s is no sound zip archive: make it again.") % {"name": path.name}
        ) from error
    seen: set[str] = set()
    listed = [_source_file(path, info, start, seen) for info, start in zip(infos, starts, strict=True)]
    files = [file for file in listed if not is_passed_over(PurePosixPath(file.name))]
    if not files:
        raise SourceUnavailableError(_("There are no image files in %(name)s.") % {"name": path.name})
    if len(files) > MAX_MEMBERS:
        raise SourceUnavailableError(
            _("%(name)s holds more than %(most)s files: make several archives.")
            % {"name": path.name, "most": f"{MAX_MEMBERS:,}"}
        )
    return files


def _directory(file: BinaryIO) -> tuple[list[zipfile.ZipInfo], list[int]]:
    """Give the files of an archive and where their data begin."""
    if _directory_size(file) > _MAX_DIRECTORY_BYTES:
        raise SourceUnavailableError(
            _("The archive lists far more than %(most)s files: make several archives.") % {"most": f"{MAX_MEMBERS:,}"}
        )
    with zipfile.ZipFile(file) as archive:
        end = archive.start_dir
        infos = [info for info in archive.infolist() if not info.is_dir()]
        starts = [_data_start(file, info) for info in infos]
    extents = sorted(
        (info.header_offset, start + info.compress_size) for info, start in zip(infos, starts, strict=True)
    )
    if any(stop > following for (_, stop), (following, _) in pairwise([*extents, (end, end)])):
        raise SourceUnavailableError(_("The archive's files overlap: it is damaged, or made to do harm."))
    return infos, starts


def _directory_size(file: BinaryIO) -> int:
    """Read from the archive's end how long its list of files is, before that is read."""
    file.seek(0, 2)
    tail_start = max(0, file.tell() - _LONGEST_COMMENT - _END.size - 2)
    file.seek(tail_start)
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    _, size, _offset = _END.unpack_from(tail, at) if at >= 0 else (b"", 0, 0)
    if size == 0xFFFFFFFF and at >= _LOCATOR_BYTES:
        _, end_64 = _LOCATOR.unpack_from(tail, at - _LOCATOR_BYTES)
        file.seek(end_64)
        _, size = _END_64.unpack(file.read(_END_64.size))
    return int(size)


def _data_start(file: BinaryIO, info: zipfile.ZipInfo) -> int:
    file.seek(info.header_offset)
    signature, name_length, extra_length = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    if signature != b"PK\3\4":
        raise zipfile.BadZipFile("a member has no header")
    return info.header_offset + _LOCAL_HEADER.size + int(name_length) + int(extra_length)


def _source_file(path: Path, info: zipfile.ZipInfo, start: int, seen: set[str]) -> SourceFile:
    name = info.orig_filename.replace("\\", "/")
    fault = _fault(info, name, seen)
    seen.add(name)
    printable = "".join(letter if letter.isprintable() else "\ufffd" for letter in name)
    member = _Member(start, info.compress_size, info.file_size, info.CRC, info.compress_type)
    return SourceFile(printable, (lambda: _refuse(fault)) if fault else (lambda: _read(path, member)), size=member.size)


def _fault(info: zipfile.ZipInfo, name: str, seen: set[str]) -> str:
    if not name.isprintable():
        return "has a name with control characters"
    if name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
        return "has a name that leads out of the archive"
    if name in seen:
        return "has the name of another file of the archive: rename it"
    if info.flag_bits & _IS_ENCRYPTED:
        return "is encrypted: make the archive without a password"
    if info.compress_type not in _METHODS:
        return f"is packed by a method that is not accepted ({info.compress_type}): make an ordinary zip archive"
    if info.file_size > MAX_BYTES or info.compress_size > MAX_BYTES:
        return f"is larger than {MAX_BYTES // 2**20} MB"
    if info.file_size > _SMALL and info.file_size > MAX_RATIO * info.compress_size:
        return f"would grow to more than {MAX_RATIO} times its packed size, which no radiograph does"
    return ""


def _refuse(fault: str) -> bytes:
    raise RejectedImageError(fault)


def _read(path: Path, member: _Member) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(member.start)
            data = _unpacked(file.read(member.packed), member)
    except OSError as error:
        raise RejectedImageError(f"cannot be read from the archive: {error.strerror}") from error
    except zlib.error as error:
        raise RejectedImageError("is damaged inside the archive: make the archive again") from error
    if len(data) != member.size or zlib.crc32(data) != member.checksum:
        raise RejectedImageError("is damaged inside the archive, or not as long as it says: make the archive again")
    return data


def _unpacked(packed: bytes, member: _Member) -> bytes:
    if member.method == zipfile.ZIP_STORED:
        return packed
    # One byte more than there should be is enough to catch a lie.
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, member.size + 1)
