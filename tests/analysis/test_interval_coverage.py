"""Intervals contain the known AUC about as often as they promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from analysis.measures.curves import Curves
from analysis.measures.measurement import measure_curves
from analysis.mrmc.obuchowski_rockette import analyse

# Roe and Metz (Acad Radiol 1997;4:298): normal ratings with reader, case and remaining variance, by class.
READER, CASE, REST, SHIFT, READERS, CASES = 0.03, 0.3, 0.7, 1.0, 5, 25


def drawn(rng: np.random.Generator, missing: float) -> Curves:
    positive = np.arange(2 * CASES) < CASES
    scores = (
        positive * (SHIFT + rng.normal(0, READER**0.5, (READERS, 1)))
        + ~positive * rng.normal(0, READER**0.5, (READERS, 1))
        + rng.normal(0, CASE**0.5, 2 * CASES)
        + rng.normal(0, REST**0.5, (READERS, 2 * CASES))
    )
    scores[rng.random(scores.shape) < missing] = np.nan
    return Curves(tuple(("1", f"R{j}") for j in range(READERS)), scores, positive)


@pytest.mark.parametrize("missing", [0, 0.3])
@pytest.mark.parametrize("covariance", ["delong", "jackknife", "unbiased"])
def test_the_interval_with_readers_and_cases_random_contains_the_true_auc(covariance: str, missing: float) -> None:
    true_auc = norm.cdf(SHIFT / (2 * (READER + CASE + REST)) ** 0.5)
    rng = np.random.default_rng(2026)
    trials, contained = 300, 0
    for _ in range(trials):
        [mean] = analyse(measure_curves(drawn(rng, missing), "auc", covariance), random="both", alpha=0.05).modalities
        contained += mean.ci is not None and mean.ci[0] <= true_auc <= mean.ci[1]

    # 95 % of 300 are 285, with a standard deviation of 3.8.
    assert 270 <= contained <= 297
