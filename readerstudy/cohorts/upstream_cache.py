"""Instances that were fetched from a DICOMweb server and are not imported yet: a stopped import fetches none twice.

The newest few are kept: an import that goes on skips what it has dealt with, so older ones are not asked for again.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from django.conf import settings

MOST_FILES = 64


def kept(url: str, study: str, name: str, fetch: Callable[[], bytes]) -> bytes:
    """Give what was kept under a name, or else fetch and keep it."""
    path = _folder(url) / _digest(study) / _digest(name)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    data = fetch()
    _write(path, data)
    _make_room(_folder(url))
    return data


def forget(url: str, studies: Sequence[str] = ()) -> None:
    """Delete what was kept of some studies of a server, or of all."""
    for folder in [_folder(url) / _digest(study) for study in studies] or [_folder(url)]:
        shutil.rmtree(folder, ignore_errors=True)


def _folder(url: str) -> Path:
    return Path(settings.DATA_DIR) / "upstream" / _digest(url.rstrip("/"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]


def _write(path: Path, data: bytes) -> None:
    """Write whole or not at all; a full disk only costs the second fetch."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as draft:
            try:
                draft.write(data)
                Path(draft.name).replace(path)
            except OSError:
                Path(draft.name).unlink(missing_ok=True)


def _make_room(folder: Path) -> None:
    with suppress(OSError):  # another import may be clearing the same folder
        oldest_first = sorted(folder.glob("*/*"), key=lambda path: path.stat().st_mtime_ns)
        for path in oldest_first[:-MOST_FILES]:
            path.unlink(missing_ok=True)
