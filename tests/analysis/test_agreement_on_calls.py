"""Agreement of the calls is Fleiss' kappa with an interval over cases."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_kappa

from analysis import RatingsError, fleiss_kappa
from analysis.agreement.fleiss import fleiss_kappa_of_counts
from tests.analysis.tables import made_up_study, with_detector


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 6), st.integers(0, 10**6))
def test_kappa_is_that_of_statsmodels_for_complete_ratings(readers: int, seed: int) -> None:
    counts = np.random.default_rng(seed).multinomial(readers, [0.5, 0.3, 0.2], size=15)

    assert fleiss_kappa_of_counts(counts).estimate == pytest.approx(statsmodels_kappa(counts))


def test_the_interval_is_close_to_that_of_the_jackknife_over_cases() -> None:
    drawn = np.random.default_rng(3).multinomial(5, [0.6, 0.4], size=300)
    counts = drawn + np.outer(np.arange(300) % 2, [3, 0])
    left_out = [fleiss_kappa_of_counts(np.delete(counts, i, axis=0)).estimate or 0 for i in range(len(counts))]
    jackknife = np.sqrt((len(counts) - 1) * np.var(left_out))

    assert fleiss_kappa_of_counts(counts).se == pytest.approx(jackknife, rel=0.02)


def test_missing_ratings_use_the_cases_with_at_least_two() -> None:
    counts = np.array([[2, 0], [0, 2], [1, 0], [1, 1], [0, 0]])
    found = fleiss_kappa_of_counts(counts)

    # Shares over the four rated cases: (1 + 0 + 1 + 1/2)/4 = .625; agreement over the three with two ratings: 2/3.
    expected = 0.625**2 + 0.375**2
    assert found.cases == 4
    assert found.observed == pytest.approx(2 / 3)
    assert found.estimate == pytest.approx((2 / 3 - expected) / (1 - expected))


def test_perfect_agreement_is_one_without_an_interval() -> None:
    found = fleiss_kappa_of_counts(np.array([[3, 0], [0, 3], [3, 0]]))

    assert (found.estimate, found.se, found.ci) == (1, 0, None)


def test_kappa_is_undefined_when_all_calls_are_the_same() -> None:
    result = fleiss_kappa(made_up_study().assign(call=1))

    assert result.fleiss_kappa.estimate is None
    assert any("not defined" in warning for warning in result.warnings)
    json.dumps(result.to_dict(), allow_nan=False)


def test_detectors_do_not_count_as_readers() -> None:
    alone, beside = fleiss_kappa(made_up_study()), fleiss_kappa(with_detector(made_up_study()))

    assert beside.fleiss_kappa == alone.fleiss_kappa


def test_missing_calls_are_named() -> None:
    table = made_up_study().astype({"call": float})
    table.loc[5, "call"] = None

    assert "Some calls are missing" in str(fleiss_kappa(table))


def test_agreement_needs_calls_and_two_readers() -> None:
    with pytest.raises(RatingsError, match="column 'call': no read has a call"):
        fleiss_kappa(made_up_study().drop(columns="call"))
    with pytest.raises(RatingsError, match="R1 is the only reader with calls"):
        fleiss_kappa(made_up_study(readers=1))
