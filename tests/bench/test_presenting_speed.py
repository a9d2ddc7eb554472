"""Milliseconds and bytes of presenting and keeping real radiographs, by every ready-made profile."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from readerstudy.cohorts.decoding import decode
from readerstudy.cohorts.harmonise import frame_bytes, present
from readerstudy.cohorts.masters import as_bytes, from_bytes
from readerstudy.cohorts.profiles import PROFILES
from readerstudy.cohorts.source_image import RejectedImageError, SourceImage

pytestmark = pytest.mark.bench


def milliseconds(work: Callable[[], object], times: int = 3) -> float:
    """The least of a few runs."""
    took = []
    for _ in range(times):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return min(took) * 1000


@pytest.fixture(scope="module")
def radiographs(shared_data: Path) -> list[SourceImage]:
    """Real radiographs from DICOM files, 0.3 to 4 million pixels."""
    return [decode(file.read_bytes()) for file in sorted((shared_data / "dicom").glob("*.dcm"))]


def test_masters(radiographs: list[SourceImage], capsys: pytest.CaptureFixture[str]) -> None:
    packed = [as_bytes(one) for one in radiographs]
    stored = sum(one.pixels.size * (1 if one.bits <= 8 else 2) for one in radiographs)
    pixels = sum(one.pixels.size for one in radiographs) / 1e6
    write = sum(milliseconds(lambda one=one: as_bytes(one)) for one in radiographs)  # type: ignore[misc]
    read = sum(milliseconds(lambda one=one: from_bytes(one)) for one in packed)  # type: ignore[misc]
    share = sum(map(len, packed)) / stored
    with capsys.disabled():
        print(  # noqa: T201
            f"\nmasters of {len(radiographs)} radiographs: {share:.0%} of their stored values, "
            f"{write / pixels:.0f} ms to pack and {read / pixels:.0f} ms to unpack a million pixels"
        )


def test_profiles(radiographs: list[SourceImage], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print("\nprofile: CPU of one radiograph, median; bytes of a frame, least to most")  # noqa: T201
        for name, profile in PROFILES.items():
            took, lengths = [], []
            for one in radiographs:
                try:
                    lengths.append(len(frame_bytes(present(one, profile), profile)))
                except RejectedImageError:  # some do not say their spacing
                    continue
                took.append(milliseconds(lambda one=one: frame_bytes(present(one, profile), profile), 1))  # type: ignore[misc]  # noqa: B023
            told = f"{median(took):.0f} ms; {min(lengths):,} to {max(lengths):,}" if took else "none has a spacing"
            print(f"  {name}: {told} ({len(took)} of {len(radiographs)})")  # noqa: T201
