"""CPU seconds of the main analyses, as ratios to sorting the same numbers once in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from analysis.agreement.among_readers import reader_agreement
from analysis.agreement.intraclass import intraclass
from analysis.agreement.krippendorff import krippendorff
from analysis.mrmc.bootstrap import bootstrap
from analysis.mrmc.obuchowski_rockette import obuchowski_rockette
from analysis.mrmc.u_statistics import u_statistics
from analysis.planning.pilots import from_model
from analysis.planning.power import power, power_surface
from analysis.planning.roe_metz import RoeMetz, simulate
from analysis.readers.roc import reader_rocs
from analysis.table.ratings import validate

pytestmark = pytest.mark.bench
READERS, CASES, MODALITIES = 20, 2_000, ("a", "b")


def cpu(work: Callable[[], object], times: int = 5) -> float:
    """The least CPU seconds of a few runs."""
    took = []
    for _ in range(times):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return min(took)


def drawn_table(readers: int = READERS, cases: int = CASES) -> pd.DataFrame:
    generator = np.random.default_rng(1)
    index = pd.MultiIndex.from_product([range(readers), MODALITIES, range(cases)], names=["reader", "modality", "case"])
    table = index.to_frame(index=False)
    table["truth"] = table["case"] % 2
    table["rating"] = generator.normal(table["truth"], 1.0)
    return table


def test_cpu_seconds_of_the_main_analyses(capsys: pytest.CaptureFixture[str]) -> None:
    table = drawn_table()
    ratings = validate(table)
    reference = cpu(lambda: np.sort(table["rating"].to_numpy()))
    work: dict[str, Callable[[], object]] = {
        "validate": lambda: validate(table),
        "Obuchowski-Rockette, DeLong": lambda: obuchowski_rockette(ratings),
        "Obuchowski-Rockette, jackknife": lambda: obuchowski_rockette(ratings, covariance="jackknife"),
        "ROC curves of all readers": lambda: reader_rocs(ratings, modality="a"),
        "U-statistics": lambda: u_statistics(ratings),
    }
    seconds = {name: cpu(job) for name, job in work.items()}
    with capsys.disabled():
        print(f"\nstatistics, {READERS} readers x {CASES} cases x {len(MODALITIES)} modalities:")  # noqa: T201
        for name, took in seconds.items():
            print(f"  {name}: {took:.3f} s CPU, {took / reference:.0f} x one sort of all ratings")  # noqa: T201
    assert seconds["Obuchowski-Rockette, DeLong"] <= 0.1


def test_cpu_seconds_of_a_paired_delong_test_of_100_000_cases(capsys: pytest.CaptureFixture[str]) -> None:
    table = drawn_table(readers=1, cases=100_000)
    ratings = validate(table)
    reference = cpu(lambda: np.sort(table["rating"].to_numpy()))
    work: dict[str, Callable[[], object]] = {
        "with random cases": lambda: obuchowski_rockette(ratings, random="cases"),
        "beside both ROC curves": lambda: reader_rocs(ratings),
    }
    seconds = {name: cpu(job) for name, job in work.items()}
    with capsys.disabled():
        for name, took in seconds.items():
            words = f"{took:.3f} s CPU, {took / reference:.0f} x one sort"
            print(f"\n  paired DeLong, 100,000 cases, {name}: {words}", end="")  # noqa: T201
    assert max(seconds.values()) <= 0.1


def test_cpu_seconds_of_bootstrap_and_planning(capsys: pytest.CaptureFixture[str]) -> None:
    model = RoeMetz((0.75, 0.85), 0.011, 0.011, case=0.3, modality_case=0.3, reader_case=0.2, rest=0.2)
    ratings = validate(simulate(model, readers=6, positive=60, negative=60, points=5))
    source = from_model(model, 60, 60)
    work: dict[str, Callable[[], object]] = {
        "2,000 bootstraps of readers and cases, 6 x 120 x 2": lambda: bootstrap(ratings, draws=2000),
        "power with cases and readers needed": lambda: power(source, readers=6, cases=120, effect=0.1),
        "power surface, 20 x 20": lambda: power_surface(
            source, readers=range(3, 23), cases=range(20, 420, 20), effect=0.1
        ),
    }
    seconds = {name: cpu(job) for name, job in work.items()}
    with capsys.disabled():
        for name, took in seconds.items():
            print(f"\n  {name}: {took:.3f} s CPU", end="")  # noqa: T201
    assert next(iter(seconds.values())) <= 0.1


def test_cpu_seconds_of_agreement(capsys: pytest.CaptureFixture[str]) -> None:
    generator = np.random.default_rng(1)
    scores = generator.normal(size=1_000) + generator.normal(size=(10, 1_000))
    table = drawn_table().query("modality == 'a'").assign(call=lambda frame: (frame["rating"] > 0.5).astype(int))
    ratings = validate(table)
    reference = cpu(lambda: np.sort(scores.ravel()))
    work: dict[str, Callable[[], object]] = {
        "ICC and alpha, 1,000 x 10": lambda: (intraclass(scores, 0.05), krippendorff(scores, "interval", 0.05)),
        "every coefficient of the calls, 2,000 x 20": lambda: reader_agreement(ratings),
        "every coefficient of the ratings, 2,000 x 20": lambda: reader_agreement(
            ratings, on="rating", level="interval"
        ),
    }
    seconds = {name: cpu(job) for name, job in work.items()}
    with capsys.disabled():
        for name, took in seconds.items():
            print(f"\n  {name}: {took:.4f} s CPU, {took / reference:.0f} x one sort of 10,000 ratings", end="")  # noqa: T201
    assert next(iter(seconds.values())) <= 0.05
