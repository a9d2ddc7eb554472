"""How every hostile file ends, how 20,000 damaged ones do, and what a process for each file costs."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from readerstudy.cohorts import sandbox
from readerstudy.cohorts.decoding import decode
from readerstudy.cohorts.examining import examine
from readerstudy.cohorts.profiles import DEFAULT_PROFILE
from readerstudy.cohorts.source_image import RejectedImageError
from tests.readerstudy.cohorts.hostile import hostile_files, mutants
from tests.readerstudy.cohorts.misbehaviour import length, matrix_of
from tests.readerstudy.cohorts.samples import as_file, radiograph

MUTANTS = 20_000
CALLS = 100
pytestmark = pytest.mark.bench


def ending(data: bytes) -> tuple[float, str]:
    """Examine a file and give the seconds that it took and how it ended."""
    start = time.perf_counter()
    try:
        words = f"becomes a case ({examine(data, DEFAULT_PROFILE).format})"
    except RejectedImageError as error:
        words = str(error)
    return time.perf_counter() - start, words


def test_how_every_hostile_file_ends(capsys: pytest.CaptureFixture[str]) -> None:
    files = hostile_files()
    with capsys.disabled():
        print(f"\n{len(files)} hostile files")  # noqa: T201
        for name, data in files.items():
            seconds, words = ending(data)
            print(f"  {name:<62} {len(data) / 1e6:6.2f} MB {seconds:5.2f} s  {words[:120]}")  # noqa: T201
            assert seconds < 20


def test_how_damaged_files_end(capsys: pytest.CaptureFixture[str]) -> None:
    with ThreadPoolExecutor(2) as pool:
        endings = list(pool.map(lambda mutant: ending(mutant[1]), mutants(MUTANTS, seed=2)))
    kinds = Counter(words.split(":")[0].split("(")[0][:70] for _, words in endings)
    with capsys.disabled():
        print(f"\n{len(endings):,} damaged files; the slowest took {max(endings)[0]:.1f} s")  # noqa: T201
        for words, count in kinds.most_common():
            print(f"  {count:6,}  {words}")  # noqa: T201


def test_what_a_process_for_each_file_costs(capsys: pytest.CaptureFixture[str]) -> None:
    data = as_file(radiograph(1024, 1024))
    sandbox.run(length, b"")
    seconds = {
        "nothing": _mean(lambda: sandbox.run(length, b"")),
        "decode in the sandbox": _mean(lambda: sandbox.run(matrix_of, data)),
        "decode without it": _mean(lambda: decode(data)),
    }
    with capsys.disabled():
        for what, mean in seconds.items():
            print(f"\nsandbox, {what}: {1000 * mean:.1f} ms", end="")  # noqa: T201


def _mean(work: object) -> float:
    assert callable(work)
    start = time.perf_counter()
    for _ in range(CALLS):
        work()
    return (time.perf_counter() - start) / CALLS
