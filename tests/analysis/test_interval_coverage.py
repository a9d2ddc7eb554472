"""Intervals of a mean contain the known AUC about as often as they promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from analysis.measures.measurement import measure_curves
from analysis.mrmc.obuchowski_rockette import analyse
from analysis.planning.roe_metz import RoeMetz, draw

AUC = 0.76
MODEL = RoeMetz((AUC,), reader=0.03, modality_reader=0.0, case=0.3, modality_case=0.0, reader_case=0.0, rest=0.7)


@pytest.mark.parametrize("missing", [0, 0.3])
@pytest.mark.parametrize("covariance", ["delong", "jackknife", "unbiased"])
def test_the_interval_with_readers_and_cases_random_contains_the_true_auc(covariance: str, missing: float) -> None:
    rng = np.random.default_rng(2026)
    trials, contained = 300, 0
    for _ in range(trials):
        curves = draw(MODEL, rng, readers=5, positive=25, negative=25, missing=missing)
        [mean] = analyse(measure_curves(curves, "auc", covariance), random="both", alpha=0.05).modalities
        contained += mean.ci is not None and mean.ci[0] <= AUC <= mean.ci[1]

    least, most = binom.interval(0.999, trials, 0.95)
    assert least <= contained <= most
