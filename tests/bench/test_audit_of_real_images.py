"""The blinding audit on real and synthetic radiographs by each ready-made profile, as a table; and its duration."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import Any

import pytest

from readerstudy.cohorts.models import Cohort
from readerstudy.cohorts.presenting import represent_cohort
from readerstudy.cohorts.profiles import PROFILES
from readerstudy.reports.blinding_audit import audit_blinding
from readerstudy.truth.importing import import_cases
from tests.blinding import planting
from tests.readerstudy.makers import write_table

pytestmark = pytest.mark.bench
SHOWN = ("aspect", "sd", "levels", "high_frequency", "blockiness", "spectrum_slope", "noise")
# Needs a spacing, which these files do not say.
LEFT_OUT = {"calibrated-1024-8bit/1"}


def truth_of(manifest: Path, target: Path, *, tier: str = "") -> tuple[Path, list[str]]:
    """Write truth.csv of the images of a tier, or of all, with their patients."""
    with manifest.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if tier in ("", row["tier"])]
    truths = {"real": "authentic", "synthetic": "synthetic"}
    names = [Path(row["filename"]).name for row in rows]
    table = [
        {"file": name, "truth": truths[row["truth"]], "patient": row["group"]}
        for name, row in zip(names, rows, strict=True)
    ]
    return write_table(target, table), names


def areas(result: dict[str, Any], stage: str) -> list[str]:
    joint = result["picture"]["joint"].get(stage)
    together = f"{joint['auc']:.3f} ({joint['ci'][0]:.3f}–{joint['ci'][1]:.3f})" if joint else "–"
    by_name = {one["feature"]: one["auc"] for one in result["picture"]["features"] if one["stage"] == stage}
    return [together, *(f"{by_name[name]:.2f}" if name in by_name else "–" for name in SHOWN)]


@pytest.mark.parametrize("tier", ["main", ""])
def test_audit_before_and_after_each_profile(
    transactional_db: None, shared_data: Path, tmp_path: Path, tier: str, capsys: pytest.CaptureFixture[str]
) -> None:
    truth, names = truth_of(shared_data / "manifest.csv", tmp_path / "truth.csv", tier=tier)
    folder = tmp_path / "images"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes((shared_data / "images" / name).read_bytes())
    cohort = import_cases(source=str(folder), name="real", truth=truth, actor=None).cohort
    lines: list[list[str]] = []
    for name, profile in PROFILES.items():
        if name in LEFT_OUT:
            continue
        represent_cohort(cohort=cohort, profile=profile, actor=None)
        result = audit_blinding(cohort=Cohort.objects.get(pk=cohort.pk), actor=None).result
        if not lines:
            lines.append(["at source", "–", *areas(result, "source")])
        lines.append([name, result["container"]["verdict"], *areas(result, "presentation")])
    with capsys.disabled():
        print(f"\nblinding audit of {len(names)} images ({tier or 'all'}), AUC:")  # noqa: T201
        print("| profile | verdict | all together (95 % interval) | " + " | ".join(SHOWN) + " |")  # noqa: T201
        print("|" + "---|" * (len(SHOWN) + 3))  # noqa: T201
        for line in lines:
            print("| " + " | ".join(line) + " |")  # noqa: T201


def test_seconds_for_500_images(transactional_db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = planting.noisy_folder(tmp_path / "images", cases=500, side=1024)
    cohort = import_cases(source=str(folder), name="many", truth=folder / "truth.csv", actor=None).cohort
    wall, cpu = time.perf_counter(), time.process_time()
    audit_blinding(cohort=cohort, actor=None)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    with capsys.disabled():
        print(f"\nblinding audit of 500 images of 1024 × 1024: {wall:.0f} s, {cpu:.0f} s of CPU")  # noqa: T201
