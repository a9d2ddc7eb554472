"""How fast images come in, and how much memory that takes, with 1,000 and with 10,000 images."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from PIL import Image

from fixtures.cohort import write_cohort
from readerstudy.cohorts.perceptual_hash import close_pairs
from readerstudy.truth.importing import import_cases

CASES = 20
SIDE = 256
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


# Run by itself, so that the peak of memory is that of an import and of nothing else.
IMPORT = """
import json, sys, time
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
from readerstudy.truth.importing import import_cases
call_command("migrate", verbosity=0)
start = time.perf_counter()
done = import_cases(source=sys.argv[1], name="b", truth=None, actor=None)
seconds = time.perf_counter() - start
# Not getrusage: its peak counts the process that this one was forked from as well.
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
peak = int(status["VmHWM"].split()[0]) / 1024
print(json.dumps({"imported": len(done.images.imported), "seconds": seconds, "peak": peak}))
"""


def draw_perturbed(folder: Path, phantoms: list[Path], number: int) -> None:
    """Write so many 8-bit pictures: a few phantoms, shifted and with other grain each time."""
    rng = np.random.default_rng(1)
    bases = [np.asarray(Image.open(path).convert("L").resize((SIDE, SIDE))).astype(np.int16) for path in phantoms]
    folder.mkdir()
    for each in range(number):
        shifted = np.roll(bases[each % len(bases)], rng.integers(-40, 40, 2), axis=(0, 1))
        grainy = (shifted + rng.normal(0, 3, shifted.shape)).clip(0, 255).astype(np.uint8)
        Image.fromarray(grainy).save(folder / f"{each:05d}.png", compress_level=1)


@pytest.mark.parametrize("number", [1_000, 10_000])
def test_many_images(number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_cohort(tmp_path / "phantoms", cases=4)
    images = tmp_path / "images"
    draw_perturbed(images, sorted((tmp_path / "phantoms").glob("*.png")), number)
    environment = {**os.environ, "DATA_DIR": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "readerstudy.settings"}
    environment["DATABASE_URL"] = f"sqlite:///{tmp_path}/bench.sqlite3"
    command = [sys.executable, "-c", IMPORT, str(images)]
    done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["imported"] == number
    _remove(images, tmp_path / "var")
    with capsys.disabled():
        rate = number / found["seconds"]
        print(f"\nimport of {number:,}: {rate:.1f} images/s, peak memory {found['peak']:.0f} MB")  # noqa: T201


def _remove(*folders: Path) -> None:
    """Give the disk its room back at once: 10,000 frames take 10 GB."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                path.unlink()


def test_pairs_among_ten_thousand(capsys: pytest.CaptureFixture[str]) -> None:
    digits = np.random.default_rng(1).integers(0, 256, (10_000, 32), dtype=np.uint8)
    hashes = [row.tobytes().hex() for row in digits]
    seconds = timed(lambda: close_pairs(hashes))
    with capsys.disabled():
        print(f"\nnear duplicates among 10,000 images: {seconds:.1f} s")  # noqa: T201
