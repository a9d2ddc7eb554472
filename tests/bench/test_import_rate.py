"""How fast images come in, as a ratio to decoding and resampling alone in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from fixtures.cohort import write_cohort
from readerstudy.truth.importing import import_cases

CASES = 20
pytestmark = pytest.mark.bench


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def test_images_per_second(transactional_db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_cohort(tmp_path, cases=CASES)
    pictures = sorted(tmp_path.glob("*.png"))

    def decode_and_resample() -> None:
        for path in pictures:
            Image.open(path).convert("F").resize((1024, 1024), Image.Resampling.LANCZOS)

    reference = timed(decode_and_resample) / len(pictures)
    seconds = timed(lambda: import_cases(source=str(tmp_path), name="b", truth=tmp_path / "truth.csv", actor=None))
    with capsys.disabled():
        each = seconds / CASES
        print(f"\nimport: {1 / each:.1f} images/s, {each / reference:.1f} × decoding and resampling alone")  # noqa: T201
