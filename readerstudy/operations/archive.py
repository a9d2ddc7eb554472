"""What a backup file is: a zip of tables and files, and a manifest that says what each of them must be.

`manifest.json` comes last and names the version, the migrations, rows and SHA-256 of every table, size and SHA-256 of
every file, and the head of the audit log's chain. Files that share their content by hard links are stored once.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any

FORMAT = 1
MANIFEST = "manifest.json"
_PIECE = 2**20


class BackupError(Exception):
    """A backup cannot be made, read or restored as it is; the message says why and what to do."""


@dataclass(frozen=True)
class TableEntry:
    """One table: its columns in the order of the lines, how many rows, and the SHA-256 of the lines."""

    columns: list[str]
    rows: int
    sha256: str


@dataclass(frozen=True)
class FileEntry:
    """One file below DATA_DIR; `same_as` names the file that it is a hard link to."""

    path: str
    bytes: int
    sha256: str
    same_as: str | None = None


@dataclass(frozen=True)
class Manifest:
    """All that a backup holds."""

    format: int
    version: str
    made_at: str
    migrations: list[str]
    tables: dict[str, TableEntry]
    files: list[FileEntry]
    events: int
    head: str | None

    def as_json(self) -> str:
        """Write it for the zip."""
        return json.dumps(asdict(self), indent=1, sort_keys=True)

    @staticmethod
    def from_json(text: str) -> Manifest:
        """Read it back."""
        found: dict[str, Any] = json.loads(text)
        if found.get("format") != FORMAT:
            raise BackupError(f"The backup is of format {found.get('format')}; this version reads format {FORMAT}.")
        tables = {name: TableEntry(**entry) for name, entry in found["tables"].items()}
        return Manifest(**found | {"tables": tables, "files": [FileEntry(**entry) for entry in found["files"]]})


def table_member(name: str) -> str:
    """Name a table within the zip."""
    return f"tables/{name}.jsonl"


def file_member(path: str) -> str:
    """Name a file within the zip."""
    return f"files/{path}"


class Writer:
    """A backup file that is being written; it bears its name only once it is whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.part = path.with_name(f".{path.name}.part")
        opened = os.open(self.part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # it holds everything
        self._file = os.fdopen(opened, "wb")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._stored: dict[tuple[int, int], FileEntry] = {}

    def table(self, name: str, columns: list[str], lines: Iterator[str]) -> TableEntry:
        """Store a table."""
        digest, rows = sha256(), 0
        with self._zip.open(table_member(name), "w", force_zip64=True) as member:
            for line in lines:
                content = line.encode()
                digest.update(content)
                member.write(content)
                rows += 1
        return TableEntry(columns, rows, digest.hexdigest())

    def file(self, path: str, source: Path) -> FileEntry:
        """Store a file, or that it is another name of one that is stored."""
        digest, size = sha256(), 0
        with source.open("rb") as read:
            facts = os.fstat(read.fileno())
            same = self._stored.get((facts.st_dev, facts.st_ino))
            if same:
                return FileEntry(path, same.bytes, same.sha256, same.path)
            with self._zip.open(file_member(path), "w", force_zip64=True) as member:
                while piece := read.read(_PIECE):
                    digest.update(piece)
                    member.write(piece)
                    size += len(piece)
        entry = FileEntry(path, size, digest.hexdigest())
        self._stored[facts.st_dev, facts.st_ino] = entry
        return entry

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, bring everything to the disk, and give the file its name."""
        self._zip.writestr(MANIFEST, manifest.as_json())
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self.part.replace(self.path)

    def abandon(self) -> None:
        """Leave nothing behind."""
        with suppress(OSError):  # a full disk takes no ending either
            self._zip.close()
        self._file.close()
        self.part.unlink(missing_ok=True)


class Reader:
    """A backup file that was written before.

    Raises
    ------
    BackupError
        There is no such file, or it is not a whole backup.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
            self.manifest = Manifest.from_json(self._zip.read(MANIFEST).decode())
        except FileNotFoundError:
            raise BackupError(f"There is no file {path}.") from None
        except OSError as error:
            raise BackupError(f"{path} cannot be read: {error.strerror}.") from None
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError):
            raise BackupError(f"{path} is no whole backup. Take another one.") from None

    def lines(self, name: str) -> Iterator[str]:
        """Give the rows of a table."""
        with self._zip.open(table_member(name)) as member:
            yield from TextIOWrapper(member, encoding="utf-8", newline="\n")

    def open_file(self, path: str) -> IO[bytes]:
        """Read a file that is stored."""
        return self._zip.open(file_member(path))

    def check(self) -> None:
        """Read all of it, and compare with the manifest.

        Raises
        ------
        BackupError
            A part is missing or is not what it was.
        """
        wanted = {table_member(name): entry.sha256 for name, entry in self.manifest.tables.items()}
        wanted |= {file_member(entry.path): entry.sha256 for entry in self.manifest.files if entry.same_as is None}
        for member, digest in wanted.items():
            if self._digest(member) != digest:
                raise BackupError(f"{self.path} is damaged: {member} is not what was stored. Take another backup.")

    def _digest(self, member: str) -> str | None:
        digest = sha256()
        try:
            with self._zip.open(member) as read:
                while piece := read.read(_PIECE):
                    digest.update(piece)
        except (KeyError, zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError):
            return None
        return digest.hexdigest()
