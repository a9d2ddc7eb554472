"""The 2026 study replayed whole: 17 readers of the published abilities, 264 phantoms, every judgement by HTTP.

Its figures must lie where chance leaves them; its capsule must be verified where there is no application. The command
itself is documented in docs/replication.md. It takes about half an hour of two processors.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from scipy.special import ndtri

from analysis.replication import published
from fixtures.rsna2026 import CASES, DETECTORS, rsna2026_readers
from readerstudy.demo.replaying import SLUG
from readerstudy.demo.simulation import CASE_SHARE

pytestmark = pytest.mark.bench
READERS = rsna2026_readers()
# What docs/replication.md has people install to check a capsule.
NEEDED = [
    "numpy", "pandas", "scipy", "statsmodels", "scikit-learn", "altair", "jinja2", "vl-convert-python", "pyarrow",
    "openpyxl",
]  # fmt: skip
REPETITIONS, WITHIN = 2000, 3.3  # standard deviations: one figure in a thousand falls outside by chance


ROOT = Path(settings.BASE_DIR)


def run(*command: str, folder: Path = ROOT, data: Path | None = None) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    if data:
        environment["DATA_DIR"] = str(data)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Play the study, write its report and its capsule."""
    folder = tmp_path_factory.mktemp("replay")
    began = time.monotonic()
    for command in (["migrate"], ["replay_rsna2026", "--out", folder], ["export_study", SLUG, folder / "study.zip"]):
        run(sys.executable, "manage.py", *map(str, command), data=folder / "data")
    (folder / "seconds").write_text(f"{time.monotonic() - began:.0f}")
    return folder


def repeated(accuracies: list[float], cases: int) -> np.ndarray:
    """Means over readers of many studies with these abilities: other cases, and other moments, each time."""
    rng = np.random.default_rng(1)
    means = []
    for _ in range(REPETITIONS):
        shared, own = rng.standard_normal(cases), rng.standard_normal((len(accuracies), cases))
        seen = ndtri(accuracies)[:, None] + CASE_SHARE**0.5 * shared + (1 - CASE_SHARE) ** 0.5 * own
        means.append((seen > 0).mean())
    return np.array(means)


def diagnosed(shares: list[float], cases: int) -> np.ndarray:
    rng = np.random.default_rng(2)
    return np.array([(rng.random((len(shares), cases)) < np.array(shares)[:, None]).mean() for _ in range(REPETITIONS)])


def test_every_mean_is_the_published_one_but_for_chance(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = str(folder / "ratings.csv")
    found: dict[str, Any] = json.loads(
        run(sys.executable, "-m", "analysis", "rsna", table, "--json", folder=Path.cwd())
    )
    with capsys.disabled():
        print(f"\nFrom phantoms to capsule: {(folder / 'seconds').read_text()} s")  # noqa: T201
        print(run(sys.executable, "-m", "analysis", "rsna", table))  # noqa: T201
    first, second, third = found["phases"]
    chance = {
        "phase 2: mean accuracy": (second["accuracy"], repeated([one.phase_2 for one in READERS], CASES["A"])),
        "phase 3: mean accuracy": (third["accuracy"], repeated([one.phase_3 for one in READERS], CASES["B"])),
        "phase 1: diagnostic accuracy, synthetic cases": (
            first["by_class"]["synthetic"], diagnosed([one.diagnosis_synthetic for one in READERS], CASES["A"] // 2)
        ),
        "phase 1: diagnostic accuracy, authentic cases": (
            first["by_class"]["authentic"], diagnosed([one.diagnosis_authentic for one in READERS], CASES["A"] // 2)
        ),
    }  # fmt: skip
    values = {figure.figure: figure.value for figure in published.FIGURES}
    for name, (here, studies) in chance.items():
        assert studies.mean() == pytest.approx(values[name], abs=4 * studies.std() / REPETITIONS**0.5 + 1e-4)
        assert abs(here - values[name]) <= WITHIN * studies.std(), name
    assert (found["unprompted"]["n"], found["unprompted"]["of"]) == (7, 17)
    rights = {(row["detector"], row["phase"]): row["right"] for row in found["detectors"]}
    assert rights == {
        (f"{name} simulated", phase): right
        for name, both in DETECTORS.items()
        for phase, right in zip(("phase-2", "phase-3"), both, strict=True)
    }


def test_the_capsule_is_verified_where_there_is_no_application(folder: Path) -> None:
    elsewhere = folder / "elsewhere"
    venv.create(elsewhere / "venv", with_pip=True)
    python = str(elsewhere / "venv" / "bin" / "python")
    pins = str(ROOT / "requirements.txt")
    run(python, "-m", "pip", "install", "--quiet", "--constraint", pins, *NEEDED, folder=elsewhere)
    shutil.copytree(ROOT / "analysis", elsewhere / "analysis")
    assert run(python, "-c", "import importlib.util as u; print(u.find_spec('django'))", folder=elsewhere) == "None\n"
    said = json.loads(run(python, "-m", "analysis", "verify", str(folder / "study.zip"), "--json", folder=elsewhere))
    assert (said["ok"], said["broken"], said["differing"], said["audit"]["broken"]) == (True, [], [], None)
