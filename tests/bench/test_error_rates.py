"""Type I error and interval coverage in simulated studies: the table of docs/statistics.md.

`.venv/bin/pytest -m bench -s tests/bench/test_error_rates.py`; 2,000 studies for each figure, so that one of 5 % has a
standard error of 0.5 %.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.planning.roe_metz import RoeMetz
from analysis.planning.studies import Study, run

pytestmark = pytest.mark.bench
STUDIES, SEED, EFFECT = 2_000, 2026, 0.04

# Roe and Metz (1997): variances of the cases high or low in correlation, of the readers high, by their AUC.
HIGH = {"case": 0.3, "modality_case": 0.3, "reader_case": 0.2, "rest": 0.2}
LOW = {"case": 0.1, "modality_case": 0.1, "reader_case": 0.2, "rest": 0.6}
READERS_VARIANCE = {0.702: 0.011, 0.855: 0.03, 0.962: 0.056}
STRUCTURES = [("HH", HIGH, 0.702), ("HH", HIGH, 0.855), ("LH", LOW, 0.855), ("LH", LOW, 0.962)]


def model(cases: dict[str, float], auc: float, *, detector: bool = False) -> RoeMetz:
    reader = READERS_VARIANCE[auc]
    if detector:
        return RoeMetz((auc,), reader=reader, modality_reader=reader, **cases, detector_auc=auc)
    return RoeMetz((auc, auc), reader=reader, modality_reader=reader, **cases)


def shifted(study: Study) -> Study:
    """The same study with a true difference, downwards where there is no room above."""
    auc = study.model.aucs[0]
    other = auc + EFFECT if auc + EFFECT < 0.97 else auc - EFFECT
    if study.method == "detector":
        return replace(study, model=replace(study.model, detector_auc=other))
    return replace(study, model=replace(study.model, aucs=(auc, other)))


def rates(study: Study) -> tuple[float, float]:
    """Share of true null hypotheses rejected, and of intervals that contain a true difference."""
    return (
        run(study, studies=STUDIES, seed=SEED, jobs=-1).rejected,
        run(shifted(study), studies=STUDIES, seed=SEED + 1, jobs=-1).covered,
    )


def row(label: str, study: Study) -> tuple[str, list[float]]:
    """A line of the table: crossed, then with 30 % of the reads missing."""
    found = [rate for missing in (0.0, 0.3) for rate in rates(replace(study, missing=missing))]
    return f"| {label} | " + " | ".join(f"{100 * rate:.1f}" for rate in found) + " |", found


def test_two_modalities(capsys: pytest.CaptureFixture[str]) -> None:
    lines = []
    methods: dict[str, dict[str, Any]] = {
        "jackknife": {"covariance": "jackknife"},
        "unbiased": {"covariance": "unbiased"},
        "U-statistics": {"method": "u-statistics"},
    }
    for name, cases, auc in STRUCTURES:
        for readers, each in ((4, 25), (8, 50)):
            study = Study(model(cases, auc), readers, each, each)
            lines.append(row(f"DeLong, {name} {auc:g}, {readers} readers, {each} + {each} cases", study))
    for label, change in methods.items():
        study = replace(Study(model(HIGH, 0.855), 8, 50, 50), **change)
        lines.append(row(f"{label}, HH 0.855, 8 readers, 50 + 50 cases", study))
    show(capsys, lines)
    for _, (error, coverage, error_with_gaps, coverage_with_gaps) in lines:
        assert max(error, error_with_gaps) < 0.075
        assert min(coverage, coverage_with_gaps) > 0.92


def test_detector_against_readers(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        row(
            f"{random}, LH 0.855, {readers} readers, 50 + 50 cases",
            Study(model(LOW, 0.855, detector=True), readers, 50, 50, method="detector", random=random),
        )
        for random in ("both", "readers", "cases")
        for readers in (4, 8, 16)
    ]
    show(capsys, lines)
    for text, (error, coverage, error_with_gaps, coverage_with_gaps) in lines:
        if text.startswith("| both"):
            assert max(error, error_with_gaps) < 0.075
            assert min(coverage, coverage_with_gaps) > 0.92
        else:
            assert max(error, error_with_gaps) > 0.055


def show(capsys: pytest.CaptureFixture[str], lines: list[tuple[str, list[float]]]) -> None:
    with capsys.disabled():
        print("\n| | crossed: rejects | covers | 30 % missing: rejects | covers |\n|---|---|---|---|---|")  # noqa: T201
        for text, _ in lines:
            print(text)  # noqa: T201
