"""Covariances agree with their definitions, written out case by case."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu

from analysis.errors import RatingsError
from analysis.measures.covariance import COVARIANCES, delong, jackknife, unbiased
from analysis.measures.curves import Curves
from analysis.measures.figures import FIGURES, accuracy, auc, sensitivity, specificity
from tests.analysis.tables import curves_of

FloatArray = NDArray[np.float64]
UNREAD = float("nan")
few = settings(max_examples=20, deadline=None)


@st.composite
def studies(draw: st.DrawFn, *, missing: bool = False, values: int = 5) -> Curves:
    """Two to four readers, three to six cases of each class, few distinct ratings so that ties abound."""
    m, n, q = draw(st.integers(3, 6)), draw(st.integers(3, 6)), draw(st.integers(2, 4))
    rating = st.integers(0, values - 1).map(float)
    scores = draw(st.lists(st.lists(rating, min_size=m + n, max_size=m + n), min_size=q, max_size=q))
    if missing:  # at most one of each class, so that two of each remain
        for row in scores:
            row[draw(st.integers(0, m - 1))] = draw(st.sampled_from([UNREAD, 1.0]))
            row[m + draw(st.integers(0, n - 1))] = draw(st.sampled_from([UNREAD, 1.0]))
    return curves_of(scores, [1] * m + [0] * n)


def success(positive: float, negative: float) -> float:
    return 1.0 if positive > negative else 0.5 if positive == negative else 0.0


def plain_auc(scores: FloatArray, positive: NDArray[np.bool_]) -> float:
    pairs = [success(x, y) for x, y in product(scores[positive], scores[~positive]) if not np.isnan(x + y)]
    return float(np.mean(pairs))


def plain_delong(curves: Curves) -> FloatArray:
    """For complete reads: numpy's covariance of the mean successes."""
    positive = curves.positive
    v10 = [[np.mean([success(x, y) for y in row[~positive]]) for x in row[positive]] for row in curves.scores]
    v01 = [[np.mean([success(x, y) for x in row[positive]]) for y in row[~positive]] for row in curves.scores]
    return np.asarray(np.cov(v10) / positive.sum() + np.cov(v01) / (~positive).sum())


def plain_jackknife(curves: Curves) -> FloatArray:
    """Leave out one case after the other and compute the AUC anew."""
    n_cases = len(curves.positive)
    left_out = []
    for case in range(n_cases):
        scores = curves.scores.copy()
        scores[:, case] = UNREAD
        left_out.append([plain_auc(row, curves.positive) for row in scores])
    return np.asarray(np.cov(np.array(left_out).T, ddof=0) * (n_cases - 1))


def plain_unbiased(curves: Curves, a: int, b: int) -> float:
    """Product of the AUCs minus the mean product of successes that share no case."""
    positives, negatives = np.flatnonzero(curves.positive), np.flatnonzero(~curves.positive)
    one, other = curves.scores[a], curves.scores[b]
    apart = [
        success(one[k], one[j]) * success(other[h], other[i])
        for k, h, j, i in product(positives, positives, negatives, negatives)
        if k != h and j != i and not np.isnan(one[k] + one[j] + other[h] + other[i])
    ]
    return plain_auc(one, curves.positive) * plain_auc(other, curves.positive) - float(np.mean(apart))


@few
@given(studies())
def test_the_auc_is_that_of_mann_and_whitney(curves: Curves) -> None:
    statistics = mannwhitneyu(curves.scores[:, curves.positive], curves.scores[:, ~curves.positive], axis=1).statistic

    assert auc(curves).estimates == pytest.approx(statistics / (curves.positive.sum() * (~curves.positive).sum()))


@few
@given(studies(missing=True))
def test_the_auc_skips_unread_cases(curves: Curves) -> None:
    assert auc(curves).estimates == pytest.approx([plain_auc(row, curves.positive) for row in curves.scores])


@few
@given(studies())
def test_delong_is_the_covariance_of_the_mean_successes(curves: Curves) -> None:
    assert delong(curves, auc(curves)) == pytest.approx(plain_delong(curves), abs=1e-14)


@few
@given(studies(missing=True))
def test_the_jackknife_leaves_out_one_case_after_the_other(curves: Curves) -> None:
    assert jackknife(curves, auc(curves)) == pytest.approx(plain_jackknife(curves), abs=1e-14)


@few
@given(studies(missing=True))
def test_the_unbiased_covariance_is_the_product_minus_pairs_that_share_no_case(curves: Curves) -> None:
    q = len(curves.labels)
    plain = [[plain_unbiased(curves, a, b) for b in range(q)] for a in range(q)]

    assert unbiased(curves, auc(curves)) == pytest.approx(np.array(plain), abs=1e-13)


@few
@given(studies(values=2))
def test_for_proportions_jackknife_and_unbiased_agree(curves: Curves) -> None:
    for figure in (accuracy, sensitivity, specificity):
        placements = figure(curves)
        assert jackknife(curves, placements) == pytest.approx(unbiased(curves, placements), abs=1e-14)


@few
@given(studies(values=2))
def test_the_variance_of_a_proportion_is_that_of_a_sample_mean(curves: Curves) -> None:
    calls = curves.scores[:, curves.positive]

    variances = np.diag(jackknife(curves, sensitivity(curves)))

    assert variances == pytest.approx(np.var(calls, axis=1, ddof=1) / calls.shape[1], abs=1e-15)


@pytest.mark.parametrize("name", COVARIANCES)
@pytest.mark.parametrize("metric", FIGURES)
@few
@given(data=st.data())
def test_the_order_of_the_cases_does_not_matter(name: str, metric: str, data: st.DataObject) -> None:
    curves = data.draw(studies(missing=True, values=2))
    order = data.draw(st.permutations(range(len(curves.positive))))
    shuffled = Curves(curves.labels, curves.scores[:, order], curves.positive[order])
    covariance, figure = COVARIANCES[name], FIGURES[metric]

    assert figure(shuffled).estimates == pytest.approx(figure(curves).estimates)
    assert covariance(shuffled, figure(shuffled)) == pytest.approx(covariance(curves, figure(curves)), abs=1e-14)


@pytest.mark.parametrize("name", COVARIANCES)
@few
@given(curves=studies(missing=True))
def test_monotone_transforms_of_the_ratings_change_nothing(name: str, curves: Curves) -> None:
    transformed = Curves(curves.labels, np.exp(3 * curves.scores) - 7, curves.positive)
    covariance = COVARIANCES[name]

    assert auc(transformed).estimates.tolist() == auc(curves).estimates.tolist()
    assert covariance(transformed, auc(transformed)).tolist() == covariance(curves, auc(curves)).tolist()


@pytest.mark.parametrize("name", COVARIANCES)
@few
@given(data=st.data())
def test_reversing_the_scale_mirrors_the_auc_and_keeps_the_covariance(name: str, data: st.DataObject) -> None:
    # With missing reads the unbiased estimate depends on the direction: it is free of bias in each, and not the same.
    curves = data.draw(studies(missing=name != "unbiased"))
    reversed_ = Curves(curves.labels, -curves.scores, curves.positive)
    covariance = COVARIANCES[name]

    assert auc(reversed_).estimates == pytest.approx(1 - auc(curves).estimates)
    assert covariance(reversed_, auc(reversed_)) == pytest.approx(covariance(curves, auc(curves)), abs=1e-14)


@pytest.mark.parametrize("name", COVARIANCES)
def test_readers_without_a_common_case_are_uncorrelated(name: str) -> None:
    rows = [
        [4, 2, 3, UNREAD, UNREAD, UNREAD, 1, 3, 2, UNREAD, UNREAD, UNREAD],
        [UNREAD] * 3 + [4, 2, 3] + [UNREAD] * 3 + [1, 3, 2],
    ]
    curves = curves_of(rows, [1] * 6 + [0] * 6)

    covariances = COVARIANCES[name](curves, auc(curves))

    assert covariances[0, 1] == pytest.approx(0, abs=1e-15)
    assert covariances[0, 0] > 0


def test_delong_is_unbiased_for_the_covariance_of_projections_with_missing_reads() -> None:
    """Centred at each reader's own mean, products over common cases estimate what complete reads would."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(4000):
        values = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=7).T
        values[0, :2] = UNREAD
        values[1, 2] = UNREAD
        read = ~np.isnan(values)
        deviations = np.where(read, values - np.nanmean(values, axis=1)[:, None], 0)
        common, (n_a, n_b) = (read[0] & read[1]).sum(), read.sum(axis=1)
        found.append(deviations[0] @ deviations[1] / (n_a * n_b - n_a - n_b + common))

    expected = 0.6 * 4 / (5 * 6)  # four common cases, five and six reads
    assert np.mean(found) == pytest.approx(expected, abs=4 * np.std(found) / 4000**0.5)


def test_a_reader_with_one_case_of_a_class_is_refused_by_name() -> None:
    curves = curves_of([[4, UNREAD, 1, 2], [3, 4, 1, 2]], [1, 1, 0, 0])

    with pytest.raises(RatingsError, match=r"R1 \(modality unaided\) has read 1 positive \(synthetic\) case, and 2"):
        auc(curves)
