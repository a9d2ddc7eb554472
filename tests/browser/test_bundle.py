"""What a browser fetches before the first image: the reading page's scripts and styles, as they are served."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from django.conf import settings

from tests.conftest import missing

LIMIT = 600_000
"""Bytes, compressed: two seconds at 2.4 Mbit/s."""


def files_of(entry: str, manifest: dict[str, Any]) -> set[str]:
    """Name the files that a page needs at once: its script, its styles, and what they import."""
    own = manifest[entry]
    files = {own["file"], *own.get("css", [])}
    for other in own.get("imports", []):
        files |= files_of(other, manifest)
    return files


def test_the_reading_page_is_light_enough(capsys: pytest.CaptureFixture[str]) -> None:
    path = settings.FRONTEND_DIST / ".vite" / "manifest.json"
    if not path.exists():
        missing("The built front end")
    files = files_of("src/reading.ts", json.loads(path.read_text()))
    assert any(name.endswith(".css") for name in files)
    size = sum(len(gzip.compress((settings.FRONTEND_DIST / name).read_bytes())) for name in files)
    with capsys.disabled():
        print(f"\nbundle of the reading page: {size / 1000:.0f} kB gzip in {len(files)} files")  # noqa: T201
    assert size <= LIMIT
