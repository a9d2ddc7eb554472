"""Several images of a patient are one piece of evidence, not several."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import RatingsError, obuchowski_rockette, validate
from analysis.measures.measurement import measure
from tests.analysis.tables import made_up_study


def grouped(table: pd.DataFrame, size: int) -> pd.DataFrame:
    """The table with `size` neighbouring cases to a patient."""
    number = table["case"].str[1:].astype(int)
    return table.assign(patient="P" + (number // size).astype(str))


@pytest.mark.parametrize("covariance", ["delong", "jackknife"])
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_patients_with_one_image_each_are_cases(covariance: str, missing: float) -> None:
    table = grouped(made_up_study(readers=3, modalities=("a", "b")), 1)
    table = table[np.random.default_rng(4).random(len(table)) >= missing]
    alone = obuchowski_rockette(table, covariance=covariance)
    clustered = obuchowski_rockette(table, covariance=covariance, cluster="patient")
    tolerance = {"delong": 1e-12, "jackknife": 1e-9}[covariance]
    assert vars(clustered.components) == pytest.approx(vars(alone.components), abs=tolerance)


def test_the_variance_is_obuchowskis_written_out() -> None:
    """Biometrics 1997;53:567: sums of placement values within patients, of both classes and across them."""
    table = grouped(made_up_study(readers=1, cases=30), 3)
    reads = validate(table).human_reads()
    above, below = table[table["truth"] == 1], table[table["truth"] == 0]
    wins = (above["rating"].to_numpy()[:, None] > below["rating"].to_numpy()) + 0.5 * (
        above["rating"].to_numpy()[:, None] == below["rating"].to_numpy()
    )
    area, m, n = wins.mean(), len(above), len(below)
    v10 = pd.Series(wins.mean(axis=1) - area).groupby(above["patient"].to_numpy()).sum()
    v01 = pd.Series(wins.mean(axis=0) - area).groupby(below["patient"].to_numpy()).sum()
    patients = table["patient"].unique()
    s10 = len(v10) / (len(v10) - 1) * (v10**2).sum() / m
    s01 = len(v01) / (len(v01) - 1) * (v01**2).sum() / n
    both = v10.reindex(patients, fill_value=0) * v01.reindex(patients, fill_value=0)
    s11 = len(patients) / (len(patients) - 1) * both.sum()
    expected = s10 / m + s01 / n + 2 * s11 / (m * n)
    assert measure(reads, "auc", cluster="patient").covariances[0, 0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("metric", "more"),
    [("auc", {"covariance": "jackknife"}), ("accuracy", {}), ("sensitivity", {}), ("pauc", {}), ("dprime", {})],
)
def test_the_jackknife_leaves_out_whole_patients(metric: str, more: dict[str, Any]) -> None:
    table = grouped(made_up_study(readers=2, cases=40), 4)
    whole = measure(validate(table).human_reads(), metric, cluster="patient", **more)
    left = [
        measure(validate(table[table["patient"] != patient]).human_reads(), metric, **more).estimates
        for patient in table["patient"].unique()
    ]
    moved = np.column_stack(left) - np.mean(left, axis=0)[:, None]
    assert whole.covariances == pytest.approx(moved @ moved.T * (len(left) - 1) / len(left), abs=1e-12)


def test_the_same_image_twice_tells_nothing_new() -> None:
    table = made_up_study(readers=3, modalities=("a", "b")).assign(patient=lambda t: t["case"])
    twice = pd.concat([table, table.assign(case=table["case"] + "b")])
    once, naive = obuchowski_rockette(table), obuchowski_rockette(twice)
    clustered = obuchowski_rockette(twice, cluster="patient")
    assert naive.components.error < 0.6 * once.components.error
    assert clustered.components.error == pytest.approx(once.components.error, rel=0.05)
    assert "cases in clusters" in clustered.method


def test_a_cluster_that_cannot_be_is_said() -> None:
    table = grouped(made_up_study(), 3)
    with pytest.raises(RatingsError, match=r"column 'hospital': .*do not have it"):
        obuchowski_rockette(table, cluster="hospital")
    with pytest.raises(RatingsError, match=r"column 'patient': case C7 has none; fill it"):
        obuchowski_rockette(table.assign(patient=table["patient"].where(table["case"] != "C7")), cluster="patient")
    two = table.assign(patient=table["patient"].where(table["reader"] != "R2", "P0"))
    with pytest.raises(RatingsError, match=r"column 'patient': case C3 has more than one"):
        obuchowski_rockette(two, cluster="patient")
    with pytest.raises(RatingsError, match="no unbiased covariance for cases in clusters"):
        obuchowski_rockette(table, cluster="patient", covariance="unbiased")
