"""Binormal and partial areas, d′ and criterion: each against its definition, and the jackknife written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import ndtr
from scipy.stats import norm

from analysis import Ratings, RatingsError, obuchowski_rockette, validate
from analysis.measures import binormal, single
from analysis.measures.measurement import METRIC_NAMES, measure
from tests.analysis.tables import made_up_study

FloatArray = NDArray[np.float64]
scores = st.lists(st.integers(1, 5), min_size=3, max_size=25).map(lambda found: np.array(found, dtype=float))
SINGLE: dict[str, dict[str, Any]] = {
    "binormal": {},
    "pauc": {},
    "dprime": {"threshold": 3},
    "criterion": {"threshold": 3},
}


def area_by_slices(above: FloatArray, below: FloatArray, low: float, high: float) -> float:
    """The partial area as the mean height of the interpolated curve in a great many thin slices."""
    thresholds = np.concatenate([[np.inf], np.unique(np.concatenate([above, below]))[::-1]])
    fpf = np.array([(below >= t).mean() for t in thresholds])
    tpf = np.array([(above >= t).mean() for t in thresholds])
    at = 1 - high + (high - low) * (np.arange(200_000) + 0.5) / 200_000
    starts = np.searchsorted(fpf, at, "right") - 1
    ends = np.searchsorted(fpf, at, "left")
    share = (at - fpf[starts]) / np.where(fpf[ends] > fpf[starts], fpf[ends] - fpf[starts], 1)
    return float(np.mean(tpf[starts] + share * (tpf[ends] - tpf[starts])) * (high - low))


@given(above=scores, below=scores, low=st.floats(0, 0.7), width=st.floats(0.1, 0.3))
def test_the_partial_area_is_that_under_the_interpolated_curve(
    above: FloatArray, below: FloatArray, low: float, width: float
) -> None:
    assert single.partial_auc(low, low + width)(above, below) == pytest.approx(
        area_by_slices(above, below, low, low + width), abs=2e-5
    )


@given(above=scores, below=scores)
def test_over_all_specificities_it_is_the_whole_area(above: FloatArray, below: FloatArray) -> None:
    whole = np.mean((above[:, None] > below) + 0.5 * (above[:, None] == below))
    assert single.partial_auc(0, 1)(above, below) == pytest.approx(whole, abs=1e-12)
    assert single.partial_auc(0, 1, standardized=True)(above, below) == pytest.approx(whole, abs=1e-12)


def test_the_standardised_area_of_a_guess_is_one_half_and_of_perfection_one() -> None:
    figure = single.partial_auc(0.8, 1, standardized=True)
    same = np.arange(10.0)
    assert figure(same, same) == pytest.approx(0.5)
    assert figure(same + 10, same) == 1.0


def likelihood_of(above: FloatArray, below: FloatArray) -> float:
    """The maximal log likelihood of the binormal model, found by a general optimiser."""
    values = np.unique(np.concatenate([above, below]))
    positive, negative = (np.array([(x == v).sum() for v in values]) for x in (above, below))

    def loss(parameters: FloatArray) -> float:
        a, b = parameters[0], np.exp(parameters[1])
        cuts = np.cumsum(np.concatenate([parameters[2:3], np.exp(parameters[3:])]))
        of_positive = np.diff(ndtr(b * cuts - a), prepend=0, append=1)
        of_negative = np.diff(ndtr(cuts), prepend=0, append=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return -float(np.nansum(positive * np.log(of_positive)) + np.nansum(negative * np.log(of_negative)))

    start = np.concatenate([[1.0, 0.0, -1.0], np.zeros(len(values) - 2)])
    return -float(minimize(loss, start, method="Nelder-Mead", options={"maxiter": 40_000, "xatol": 1e-9}).fun)


@pytest.mark.parametrize("seed", range(4))
def test_no_other_binormal_curve_is_more_likely(seed: int) -> None:
    rng = np.random.default_rng(seed)
    above = np.digitize(rng.normal(1.2, 1.4, 80), [-0.5, 0.3, 1.0, 1.8]).astype(float)
    below = np.digitize(rng.normal(0.0, 1.0, 90), [-0.5, 0.3, 1.0, 1.8]).astype(float)
    found = binormal.fit(above, below)
    counts = binormal.category_counts(above, below, binormal.boundaries(above, below))
    cuts = fitted_cuts(found, *counts)
    positive, negative = counts
    mine = positive @ np.log(np.diff(ndtr(found.b * cuts - found.a), prepend=0, append=1))
    mine += negative @ np.log(np.diff(ndtr(cuts), prepend=0, append=1))
    assert found.proper
    assert mine >= likelihood_of(above, below) - 1e-6


def fitted_cuts(found: binormal.BinormalFit, positive: FloatArray, negative: FloatArray) -> FloatArray:
    """The boundaries that are the most likely for the fitted a and b."""

    def loss(parameters: FloatArray) -> float:
        cuts = np.cumsum(np.concatenate([parameters[:1], np.exp(parameters[1:])]))
        of_positive = np.diff(ndtr(found.b * cuts - found.a), prepend=0, append=1)
        of_negative = np.diff(ndtr(cuts), prepend=0, append=1)
        return -float(positive @ np.log(of_positive + 1e-300) + negative @ np.log(of_negative + 1e-300))

    start = np.concatenate([[-1.0], np.zeros(len(positive) - 2)])
    best = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 40_000, "xatol": 1e-10, "fatol": 1e-12}).x
    return np.asarray(np.cumsum(np.concatenate([best[:1], np.exp(best[1:])])))


def test_continuous_ratings_of_a_binormal_world_give_its_area() -> None:
    rng = np.random.default_rng(5)
    above, below = rng.normal(1.0, 1.5, 4_000), rng.normal(0.0, 1.0, 4_000)
    assert binormal.area(above, below) == pytest.approx(norm.cdf(1.0 / np.sqrt(1 + 1.5**2)), abs=0.015)
    assert binormal.area(np.exp(above), np.exp(below)) == binormal.area(above, below)  # only the order counts


def test_the_binormal_curve_of_hanley_and_mcneil() -> None:
    """Radiology 1982;143:29, table I: 58 normal and 51 abnormal CT scans; their maximum likelihood area is .911."""
    ratings = np.arange(5.0)
    above, below = np.repeat(ratings, [3, 2, 2, 11, 33]), np.repeat(ratings, [33, 6, 6, 11, 2])
    assert round(binormal.area(above, below), 3) == 0.911


def test_classes_that_do_not_overlap_have_an_area_of_one() -> None:
    found = binormal.fit(np.array([3.0, 4, 5]), np.array([1.0, 2, 2]))
    assert (found.area, found.proper) == (1.0, False)
    assert binormal.area(np.array([1.0, 2, 2]), np.array([3.0, 4, 5])) == 0.0
    assert binormal.area(np.array([2.0, 2, 2]), np.array([2.0, 2, 2])) == 0.5


def test_calls_alone_give_the_curve_of_equal_spreads_through_the_one_point() -> None:
    above, below = np.array([1.0] * 8 + [0.0] * 2), np.array([1.0] * 3 + [0.0] * 7)
    found = binormal.fit(above, below)
    assert found.area == pytest.approx(norm.cdf((norm.ppf(0.8) - norm.ppf(0.3)) / np.sqrt(2)))
    assert not found.proper


def test_d_prime_and_criterion_are_those_of_hautus_example() -> None:
    above, below = np.array([1.0] * 20), np.array([0.0] * 20)  # 20 of 20 hits, no false alarm
    z = norm.ppf(20.5 / 21)
    assert single.d_prime(above, below) == pytest.approx(2 * z)
    assert single.criterion(above, below) == pytest.approx(0)
    assert single.criterion(np.zeros(20), below) == pytest.approx(z)  # never calls synthetic


@pytest.mark.parametrize("metric", SINGLE)
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_the_jackknife_leaves_out_every_case_once(metric: str, missing: float) -> None:
    table = made_up_study(readers=2, cases=14, modalities=("a", "b"))
    table = table[np.random.default_rng(3).random(len(table)) >= missing]
    whole = measure(validate(table).human_reads(), metric, **SINGLE[metric])
    left = []
    for case in table["case"].unique():
        rest = validate(table[table["case"] != case]).human_reads()
        left.append(measure(rest, metric, **SINGLE[metric]).estimates)
    left_out = np.column_stack(left)
    moved = left_out - left_out.mean(axis=1, keepdims=True)
    n = left_out.shape[1]
    assert whole.covariances == pytest.approx((n - 1) / n * moved @ moved.T, abs=1e-9)


def every_metric() -> list[Any]:
    return [pytest.param(name, SINGLE.get(name, {}), id=name) for name in METRIC_NAMES]


@pytest.mark.parametrize(("metric", "more"), every_metric())
def test_the_order_of_rows_has_no_say(metric: str, more: dict[str, Any]) -> None:
    table = made_up_study(readers=3, cases=24, modalities=("a", "b"))
    shuffled = table.sample(frac=1, random_state=1)
    one, other = (obuchowski_rockette(each, metric=metric, **more) for each in (table, shuffled))
    names = {item.modality: item.estimate for item in other.modalities}
    assert {item.modality: item.estimate for item in one.modalities} == pytest.approx(names)
    assert one.test is not None
    assert other.test is not None
    assert one.test.p == pytest.approx(other.test.p)


@pytest.mark.parametrize(("metric", "more"), every_metric())
def test_a_difference_the_other_way_round_has_the_other_sign(metric: str, more: dict[str, Any]) -> None:
    table = made_up_study(readers=3, cases=24, modalities=("a", "b"))
    turned = pd.concat([table[table["modality"] == "b"], table[table["modality"] == "a"]])
    [one], [other] = (obuchowski_rockette(each, metric=metric, **more).differences for each in (table, turned))
    assert (one.a, one.b) == (other.b, other.a)
    assert one.estimate == pytest.approx(-other.estimate)
    assert (one.se, one.p) == pytest.approx((other.se, other.p))


@pytest.mark.parametrize("metric", ["auc", "binormal", "pauc"])
@pytest.mark.parametrize("transform", [np.exp, lambda x: 1e12 * x - 3e15, lambda x: x**3 * 1e-9], ids=str)
def test_only_the_order_of_ratings_counts(metric: str, transform: Callable[[Any], Any]) -> None:
    table = made_up_study(readers=3, cases=24, modalities=("a", "b"))
    one = obuchowski_rockette(table, metric=metric)
    other = obuchowski_rockette(table.assign(rating=transform(table["rating"])), metric=metric)
    assert one.test is not None
    assert other.test is not None
    assert one.test.value == pytest.approx(other.test.value, rel=1e-9)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"metric": "pauc", "spec_range": (0.9, 0.2)}, "specificity range 0.9 to 0.2"),
        ({"metric": "pauc", "spec_range": (0.5, 1.5)}, "specificity range 0.5 to 1.5"),
        ({"metric": "auc", "spec_range": (0.5, 1.0)}, "choose the metric pauc"),
        ({"metric": "pauc", "covariance": "delong"}, "DeLong's covariance is of the AUC only"),
        ({"metric": "binormal", "covariance": "unbiased"}, "no unbiased covariance of the binormal AUC"),
        ({"metric": "binormal", "threshold": 2.0}, "binormal AUC has no threshold"),
    ],
)
def test_what_does_not_go_together_is_said(choices: dict[str, Any], message: str) -> None:
    with pytest.raises(RatingsError, match=message):
        obuchowski_rockette(made_up_study(modalities=("a", "b")), **choices)


def test_a_figure_without_bounds_is_not_clipped() -> None:
    result = obuchowski_rockette(made_up_study(cases=12), metric="dprime")
    assert any(item.ci is not None and item.ci[1] > 1 for item in result.per_reader)
    assert not any("beyond possible values" in warning for warning in result.warnings)


def test_a_partial_area_cannot_be_more_than_its_width() -> None:
    result = obuchowski_rockette(made_up_study(cases=60), metric="pauc", spec_range=(0.6, 0.9))
    assert all(0 <= item.estimate <= 0.3 and item.ci is not None and item.ci[1] <= 0.3 for item in result.per_reader)


def test_ratings_stay_as_they_were(ratings_of: Ratings) -> None:
    before = ratings_of.frame.copy()
    measure(ratings_of.human_reads(), "binormal")
    pd.testing.assert_frame_equal(ratings_of.frame, before)


@pytest.fixture
def ratings_of() -> Ratings:
    return validate(made_up_study())
