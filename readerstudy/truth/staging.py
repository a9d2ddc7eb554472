"""Files that a browser sends, on their way into a cohort: kept in parts until they are whole, deleted once imported.

Under DATA_DIR/uploads/<cohort>/<batch>/ lie `files/` (whole ones, by their own relative names) and `parts/` (begun
ones, by the digest of their name). A name is checked before it touches a path; a part grows only at its end.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from readerstudy.cohorts.source_image import MAX_BYTES

MAX_CHUNK = 2 * 2**20
LONGEST_NAME = 255
_LONGEST_PART_OF_NAME = 255  # bytes, on every usual file system


class UploadError(Exception):
    """A piece of a file cannot be taken; the message says why.

    Attributes
    ----------
    status : int
        HTTP status that says the same.
    received : int or None
        How much of the file is there: where to go on.
    """

    def __init__(self, message: str, status: int = 400, received: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.received = received


@dataclass(frozen=True)
class StagedFile:
    """A file that was sent, or is being sent.

    Attributes
    ----------
    stamp : int
        When it was last changed where it came from, in milliseconds: tells a corrected file from the one before.
    """

    name: str
    size: int
    received: int
    stamp: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is missing."""
        return self.received == self.size


class Staging:
    """What lies ready for one cohort."""

    def __init__(self, slug: str) -> None:
        self.root = Path(settings.DATA_DIR) / "uploads" / slug

    def receive(self, *, name: str, size: int, stamp: int, offset: int, pieces: Iterable[bytes]) -> int:
        """Append to a file, begun here if it is new, and give how much of it is there now.

        Raises
        ------
        UploadError
            A name or size that is not taken, no room left, or an offset that is not where the file ends here.
        """
        _check_name(name)
        _check_size(name, size, stamp)
        with self._held():
            part = self._part(name, size, stamp)
        if part is None:
            if offset != size:
                raise UploadError(_("is here already"), 409, size)
            return size
        received = _append(part, size, offset, pieces)
        if received == size:
            with self._held():
                self._finish(part, name, stamp)
        return received

    def files(self) -> list[StagedFile]:
        """List what is here, whole or not, by name."""
        folder = self.folder
        whole = [_whole(path, folder) for path in folder.rglob("*") if path.is_file()]
        begun = [_begun(path) for path in self._parts.glob("*.json")]
        return sorted([*whole, *(file for file in begun if file)], key=lambda file: file.name)

    def remove(self, name: str) -> None:
        """Take one file away again."""
        _check_name(name)
        with self._held():
            if self._forget(name):
                self._renew()

    def clear(self) -> None:
        """Take everything away."""
        shutil.rmtree(self.root, ignore_errors=True)

    @property
    def folder(self) -> Path:
        """Where the whole files lie; it is another one after something that an import has seen was changed."""
        return self._batch / "files"

    @property
    def is_empty(self) -> bool:
        """Whether no whole file is here."""
        return not any(path.is_file() for path in self.folder.rglob("*"))

    def mark_started(self) -> None:
        """Remember that an import has begun to look at these files."""
        (self._batch / "started").touch()

    @property
    def _batch(self) -> Path:
        batches = sorted(self.root.glob("batch-*"))
        return batches[0] if batches else self.root / f"batch-{secrets.token_hex(4)}"

    @property
    def _parts(self) -> Path:
        return self._batch / "parts"

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Let one request at a time change what lies here."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            batch = self._batch
            for folder in (batch / "files", batch / "parts"):
                folder.mkdir(parents=True, exist_ok=True)
            yield

    def _part(self, name: str, size: int, stamp: int) -> Path | None:
        """Give the part of a file, new or begun; None where the whole file is here."""
        whole = self.folder / name
        part = self._parts / hashlib.sha256(name.encode()).hexdigest()
        if part.exists() and _begun(part.with_suffix(".json")) == StagedFile(name, size, part.stat().st_size, stamp):
            return part
        if whole.is_file() and (file := _whole(whole, self.folder)).size == size and file.stamp == stamp:
            return None
        if self._forget(name):
            self._renew()
            part = self._parts / part.name
        self._make_room(size)
        part.with_suffix(".json").write_text(json.dumps({"name": name, "size": size, "stamp": stamp}))
        part.touch()
        return part

    def _finish(self, part: Path, name: str, stamp: int) -> None:
        target = self.folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            os.utime(part, ns=(stamp * 10**6, stamp * 10**6))
            part.replace(target)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            raise UploadError(_("has the name of a folder, or lies in what is a file: rename one of them")) from None
        except FileNotFoundError:
            if not target.is_file():  # else another window has finished it
                raise UploadError(_("was removed while it was being sent"), 409, 0) from None
        part.with_suffix(".json").unlink(missing_ok=True)

    def _forget(self, name: str) -> bool:
        """Delete a file and its part; give whether a whole one was there. Keep count."""
        whole, part = self.folder / name, self._parts / hashlib.sha256(name.encode()).hexdigest()
        was_whole = whole.is_file()
        sizes = [whole.stat().st_size] if was_whole else []
        if begun := _begun(part.with_suffix(".json")):
            sizes.append(begun.size)
        if was_whole:
            whole.unlink()
        part.unlink(missing_ok=True)
        part.with_suffix(".json").unlink(missing_ok=True)
        self._count(-len(sizes), -sum(sizes))
        return was_whole

    def _renew(self) -> None:
        """Make this another batch if an import has seen it: what it found out of a file may no longer hold."""
        batch = self._batch
        if (batch / "started").exists():
            (batch / "started").unlink()
            batch.rename(self.root / f"batch-{secrets.token_hex(4)}")

    def _make_room(self, size: int) -> None:
        tally = self._tally()
        if tally["files"] >= settings.UPLOAD_MAX_FILES:
            raise UploadError(
                _("is one file too many: at most %(most)s at a time. Import these first.")
                % {"most": settings.UPLOAD_MAX_FILES},
                413,
            )
        if tally["bytes"] + size > settings.UPLOAD_MAX_BYTES:
            raise UploadError(
                _("is too much: at most %(mb)s MB at a time. Import these first.")
                % {"mb": settings.UPLOAD_MAX_BYTES // 2**20},
                413,
            )
        if size + settings.UPLOAD_SPARE_BYTES > shutil.disk_usage(self.root).free:
            raise UploadError(_("has no room: the server's disk is nearly full. Tell whoever runs the server."), 507)
        self._count(1, size)

    def _tally(self) -> dict[str, int]:
        path = self._batch / "tally.json"
        if path.exists():
            return dict(json.loads(path.read_text()))
        files = self.files()
        return {"files": len(files), "bytes": sum(file.size for file in files)}

    def _count(self, files: int, size: int) -> None:
        tally = self._tally()
        changed = {"files": max(0, tally["files"] + files), "bytes": max(0, tally["bytes"] + size)}
        (self._batch / "tally.json").write_text(json.dumps(changed))


def _append(part: Path, size: int, offset: int, pieces: Iterable[bytes]) -> int:
    """Write at the end of a part, and give its new length."""
    try:
        with part.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            received = file.seek(0, os.SEEK_END)
            if offset != received:
                raise UploadError(_("goes on elsewhere"), 409, received)
            for piece in pieces:
                if received + len(piece) > size:
                    file.truncate(offset)
                    raise UploadError(
                        _("is longer than the %(size)s bytes that were announced") % {"size": size}, 400, offset
                    )
                received += file.write(piece)
            return received
    except BlockingIOError:
        raise UploadError(_("is being sent by another window"), 409, part.stat().st_size) from None
    except FileNotFoundError:
        raise UploadError(_("was removed or finished by another window"), 409, 0) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise UploadError(_("has no room: the server's disk is full. Tell whoever runs the server."), 507) from None
        raise


def _whole(path: Path, folder: Path) -> StagedFile:
    about = path.stat()
    return StagedFile(path.relative_to(folder).as_posix(), about.st_size, about.st_size, about.st_mtime_ns // 10**6)


def _begun(about: Path) -> StagedFile | None:
    try:
        said: dict[str, Any] = json.loads(about.read_text())
        received = about.with_suffix("").stat().st_size
    except (FileNotFoundError, ValueError):
        return None
    return StagedFile(said["name"], said["size"], received, said["stamp"])


def _check_name(name: str) -> None:
    """Refuse a name that is no plain relative path, or that could not be stored or shown."""
    parts = name.split("/")
    if not name.isprintable() or "\\" in name or any(part in ("", ".", "..") for part in parts):
        raise UploadError(_("has a name that is no plain path: rename it"))
    if any(part.startswith(".") for part in parts):
        raise UploadError(_("is hidden: files whose names begin with a dot are not imported"))
    if len(name) > LONGEST_NAME or any(len(part.encode()) > _LONGEST_PART_OF_NAME for part in parts):
        raise UploadError(_("has a path of more than %(most)s characters: shorten it") % {"most": LONGEST_NAME})


def _check_size(name: str, size: int, stamp: int) -> None:
    if size < 0 or not 0 <= stamp < 2**53:
        raise UploadError(_("has no size or date that could be"))
    if size > MAX_BYTES and not name.lower().endswith(".zip"):
        raise UploadError(_("is larger than %(mb)s MB") % {"mb": MAX_BYTES // 2**20}, 413)
