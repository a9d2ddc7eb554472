"""A detector copied for each reader, as a second modality, gives the comparison with one detector: also with gaps."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis import compare_detectors, obuchowski_rockette
from tests.analysis.tables import made_up_study, with_detector


@pytest.mark.parametrize("covariance", ["delong", "jackknife", "unbiased"])
@pytest.mark.parametrize("seed", [0, 2, 4])
def test_with_a_fifth_of_the_reads_missing_both_agree(covariance: str, seed: int) -> None:
    study = with_detector(made_up_study(readers=4, cases=60, seed=seed))
    human = study["kind"] == "human"
    reads = study[human].sample(frac=0.8, random_state=seed).sort_index()
    scores = study[~human & study["case"].isin(reads["case"])]
    copies = [scores.assign(kind="human", reader=reader) for reader in reads["reader"].unique()]

    [found] = compare_detectors(pd.concat([reads, scores]), covariance=covariance).detectors
    crossed = obuchowski_rockette(pd.concat([reads, *copies]), covariance=covariance)

    [expected] = crossed.differences
    assert crossed.design == "incomplete"
    assert found.difference == pytest.approx(expected.estimate, rel=1e-12)
    assert (found.se, found.df, found.p) == pytest.approx((expected.se, expected.df, expected.p), rel=1e-10)
    assert crossed.test is not None
    assert found.statistic is not None
    assert found.statistic**2 == pytest.approx(crossed.test.value, rel=1e-10)
