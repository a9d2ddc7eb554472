"""Files under random names, written whole or not at all: frames and masters are kept in such folders."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Container
from pathlib import Path


def write(folder: Path, content: bytes, suffix: str) -> str:
    """Store bytes under a random name and give the name.

    The bytes and the name have reached the disk when this returns: a row that refers to them can be committed.
    """
    name = f"{secrets.token_hex(16)}{suffix}"
    write_as(folder / name, content)
    return name


def write_as(path: Path, content: bytes) -> None:
    """Store bytes in a file, in place of what was there before; they have reached the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with unfinished.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync(path.parent)


def remove(folder: Path, name: str) -> None:
    """Take a file away; one that is gone already is no fault."""
    (folder / name).unlink(missing_ok=True)


def tidy(folder: Path, named: Container[str], *, seconds: float) -> int:
    """Remove files that nothing names and that are older than so many seconds, and give their number.

    Younger ones may belong to rows that are just being written.
    """
    if not folder.is_dir():
        return 0
    limit = time.time() - seconds
    orphans = [file for file in folder.iterdir() if file.name not in named and file.stat().st_mtime < limit]
    for file in orphans:
        file.unlink(missing_ok=True)
    return len(orphans)


def link(folder: Path, name: str) -> str:
    """Give a file a second random name, and give that; `sync` afterwards, once for many.

    Each name can be removed without the other. Where the disk knows no hard links, the file is copied.

    Raises
    ------
    FileNotFoundError
        The file is missing.
    """
    second = f"{secrets.token_hex(16)}{Path(name).suffix}"
    try:
        os.link(folder / name, folder / second)
        os.utime(folder / second)  # or `tidy` would take it for an old orphan before its row is committed
    except FileNotFoundError:
        raise
    except OSError:
        return write(folder, (folder / name).read_bytes(), Path(name).suffix)
    return second


def sync(folder: Path) -> None:
    """Bring new names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
