"""CPU seconds of whole commands, start-up included, beside those of the libraries that they stand on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.bench.test_statistics_speed import CASES, MODALITIES, READERS, drawn_table

pytestmark = pytest.mark.bench
IMPORT_ONLY = "import pandas"
IMPORT_AND_READ = "import sys, pandas, scipy.stats; pandas.read_csv(sys.argv[1])"
IMPORT_ANALYSIS = "import pandas, analysis"


def cpu_of(*arguments: str) -> float:
    """The least user and system seconds of a few runs of Python with these arguments."""
    took = []
    for _ in range(5):
        with subprocess.Popen(
            [sys.executable, *arguments], cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        took.append(used.ru_utime + used.ru_stime)
    return min(took)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("table") / "ratings.csv"
    drawn_table().to_csv(path, index=False)
    return path


def test_mrmc_takes_at_most_twice_as_long_as_importing_and_reading(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = cpu_of("-c", IMPORT_AND_READ, str(table))
    command = cpu_of("-m", "analysis", "mrmc", str(table))
    with capsys.disabled():
        size = READERS * CASES * len(MODALITIES)
        print(  # noqa: T201
            f"\nmrmc of {size:,} ratings, the whole command: {command:.2f} s CPU, {command / reference:.2f} x "
            "importing pandas and scipy.stats and reading the file"
        )
    assert command <= 2 * reference


def test_importing_the_library_costs_little_more_than_pandas(capsys: pytest.CaptureFixture[str]) -> None:
    pandas, library = cpu_of("-c", IMPORT_ONLY), cpu_of("-c", IMPORT_ANALYSIS)
    with capsys.disabled():
        print(f"\nimport analysis: {library - pandas:.3f} s CPU more than pandas ({pandas:.2f} s)")  # noqa: T201
    assert library - pandas <= 0.5
