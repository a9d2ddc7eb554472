"""Peak memory of a process that validates and summarises 10 million ratings."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

pytestmark = pytest.mark.bench
READERS, CASES = 100, 100_000
FORMATS = ["csv", "parquet"]

SUMMARISE = """
import json, sys, time
from pathlib import Path
from analysis import read
from analysis.summary import summary
start = time.process_time()
ratings = read(sys.argv[1])
checked = time.process_time()
found = summary(ratings)
# Not getrusage: its peak counts the process that this one was forked from as well.
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
peak = int(status["VmHWM"].split()[0]) / 1024 ** 2
print(json.dumps({"reads": found.reads, "peak": peak, "read": checked - start, "all": time.process_time() - start}))
"""


def lines() -> Iterator[str]:
    """The table as the application writes it, with every column."""
    generator = np.random.default_rng(1)
    cases, truth = [f"C{number:06d}" for number in range(CASES)], np.arange(CASES) % 2
    yield "reader,kind,case,modality,phase,truth,rating,call,confidence,seconds,position,reread,diagnosis_correct\n"
    for reader in range(1, READERS + 1):
        confidence = generator.integers(1, 101, CASES)
        call = (generator.random(CASES) < 0.2 + 0.6 * truth).astype(int)
        rating = 50 + np.where(call, 1, -1) * confidence / 2
        seconds, position = np.round(generator.exponential(20, CASES), 1), generator.permutation(CASES) + 1
        numbers = zip(truth, rating, call, confidence, seconds, position, strict=True)
        for case, (t, r, c, k, s, p) in zip(cases, map(tuple, numbers), strict=True):
            yield f"R{reader:03d},human,{case},unaided,test,{t},{r},{c},{k},{s},{p},0,\n"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("big") / "ratings.csv"
    with path.open("w") as file:
        file.writelines(lines())
    yield path
    path.unlink()


@pytest.mark.parametrize("format", FORMATS)
def test_ten_million_ratings_fit_into_two_gigabytes(
    format: str, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table.with_suffix(f".{format}")
    if path != table:
        command = [sys.executable, "-m", "analysis", "convert", str(table), str(path)]
        subprocess.run(command, cwd=settings.BASE_DIR, check=True, capture_output=True)
    command = [sys.executable, "-c", SUMMARISE, str(path)]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    with capsys.disabled():
        print(  # noqa: T201
            f"\n10 million ratings, {format}, {path.stat().st_size / 1e6:.0f} MB: peak memory {found['peak']:.2f} GB, "
            f"{found['read']:.1f} s CPU to read and check, {found['all'] - found['read']:.1f} s to summarise"
        )
    assert found["reads"] == READERS * CASES
    assert found["peak"] <= 2
