"""Opening a capsule: a zip archive, or the folder that it was unpacked to. An archive can come from anybody."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from analysis.capsule.crate import METADATA
from analysis.errors import RatingsError

MOST_FILES = 10_000
MOST_BYTES = 2**32
MOST_RATIO = 200
_SMALL = 2**24  # below this, no ratio can do harm


class Files(Mapping[str, bytes]):
    """Files of a folder, by their paths with slashes, each read when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self._paths = {
            path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()
        }

    def __getitem__(self, path: str) -> bytes:
        return self._paths[path].read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class Members(Mapping[str, bytes]):
    """Files of an archive, each unpacked into memory when it is asked for."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        infos = [info for info in archive.infolist() if not info.is_dir()]
        _refuse_harm(infos)
        self._infos = {info.filename: info for info in infos}

    def __getitem__(self, path: str) -> bytes:
        info = self._infos[path]
        try:
            return self._archive.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            raise RatingsError(f"{path}: cannot be unpacked; the capsule is damaged") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._infos)

    def __len__(self) -> int:
        return len(self._infos)


@contextmanager
def opened(path: Path) -> Iterator[Mapping[str, bytes]]:
    """Give the files of a capsule.

    Raises
    ------
    RatingsError
        When there is none at `path`, or it could do harm.
    """
    if path.is_dir():
        yield _described(Files(path), path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise RatingsError(f"{path}: no such file") from None
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        raise RatingsError(f"{path}: is no sound zip archive; take the capsule from the study again") from None
    with archive:
        yield _described(Members(archive), path)


def _described(files: Mapping[str, bytes], path: Path) -> Mapping[str, bytes]:
    if METADATA not in files:
        raise RatingsError(f"{path}: is no capsule, as {METADATA} is missing in it; export one (export_study)")
    return files


def _refuse_harm(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MOST_BYTES:
        raise RatingsError(f"the archive holds more than {MOST_FILES:,} files or 4 GiB, which no capsule does")
    names = [info.filename for info in infos]
    for info in infos:
        if PurePosixPath(info.filename).is_absolute() or ".." in PurePosixPath(info.filename).parts:
            raise RatingsError(f"the archive holds {info.filename!r}, a path that leads out of it; no capsule does")
        if info.file_size > max(_SMALL, MOST_RATIO * info.compress_size):
            raise RatingsError(f"{info.filename}: unpacks to far more than it holds; no capsule does")
    if len(set(names)) < len(names):
        raise RatingsError("the archive holds two files of the same name; no capsule does")
