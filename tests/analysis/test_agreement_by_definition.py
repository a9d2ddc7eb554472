"""Every coefficient against its definition, written out pair by pair; standard errors against leaving cases out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from scipy.stats import friedmanchisquare

from analysis.agreement import chance
from analysis.agreement.coefficient import Coefficient
from analysis.agreement.intraclass import intraclass
from analysis.agreement.kendall import kendall_w
from analysis.agreement.krippendorff import Metric, krippendorff
from analysis.agreement.scale import FloatArray
from analysis.agreement.weights import Kind

KINDS: tuple[Kind, ...] = ("identity", "ordinal", "linear", "quadratic", "ratio")


def drawn(readers: int = 5, cases: int = 40, missing: float = 0.3, seed: int = 1) -> FloatArray:
    """Ratings 1, 2, 4, 5 and 9 with a common part, some of them missing, and one case without any."""
    generator = np.random.default_rng(seed)
    seen = generator.normal(size=cases) + generator.normal(size=(readers, cases))
    scores = np.array([1.0, 2.0, 4.0, 5.0, 9.0])[np.digitize(seen, [-1.5, -0.4, 0.4, 1.5])]
    scores[generator.random(scores.shape) < missing] = np.nan
    scores[:, 7] = np.nan if missing else scores[:, 7]
    return scores


def weight(kind: Kind, values: list[float], x: float, y: float) -> float:
    low, high, apart = values[0], values[-1], abs(values.index(x) - values.index(y))
    q = len(values)
    weights: dict[Kind, float] = {
        "identity": float(x == y),
        "ordinal": 1 - apart * (apart + 1) / (q * (q - 1)),
        "linear": 1 - abs(x - y) / (high - low),
        "quadratic": 1 - (x - y) ** 2 / (high - low) ** 2,
        "ratio": 1 - ((x - y) / (x + y) / ((high - low) / (high + low))) ** 2,
    }
    return weights[kind]


def by_definition(scores: FloatArray, kind: Kind) -> dict[str, float]:
    cases = [case[~np.isnan(case)].tolist() for case in scores.T if not np.isnan(case).all()]
    values = sorted({value for case in cases for value in case})
    q = len(values)

    def w(x: float, y: float) -> float:
        return weight(kind, values, x, y)

    observed = np.mean([np.mean([w(x, y) for x, y in permutations(case, 2)]) for case in cases if len(case) > 1])
    share = {value: np.mean([case.count(value) / len(case) for case in cases]) for value in values}
    of_reader = [[np.mean(reader[~np.isnan(reader)] == value) for value in values] for reader in scores]
    fleiss = sum(w(x, y) * share[x] * share[y] for x in values for y in values)
    gwet = sum(w(x, y) for x in values for y in values) * sum(p * (1 - p) for p in share.values()) / (q * (q - 1))
    conger = np.mean(
        [
            sum(w(x, y) * one[values.index(x)] * other[values.index(y)] for x in values for y in values)
            for one, other in permutations(of_reader, 2)
        ]
    )
    return {
        name: (float(observed) - by_chance) / (1 - by_chance)
        for name, by_chance in (("fleiss", fleiss), ("gwet", gwet), ("conger", float(conger)))
    }


def alpha_by_definition(scores: FloatArray, metric: Metric) -> float:
    cases = [case[~np.isnan(case)].tolist() for case in scores.T if (~np.isnan(case)).sum() > 1]
    pooled = sorted(value for case in cases for value in case)

    def apart(x: float, y: float) -> float:
        between = sum(min(x, y) < value < max(x, y) for value in pooled) + (pooled.count(x) + pooled.count(y)) / 2
        apart_by: dict[Metric, float] = {
            "nominal": float(x != y),
            "ordinal": (x != y) * between**2,
            "interval": (x - y) ** 2,
            "ratio": ((x - y) / (x + y)) ** 2,
        }
        return apart_by[metric]

    observed = sum(sum(apart(x, y) for x, y in permutations(case, 2)) / (len(case) - 1) for case in cases)
    expected = sum(apart(x, y) for x, y in permutations(pooled, 2)) / (len(pooled) - 1)
    return float(1 - observed / expected)


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("kind", KINDS)
def test_kappas_and_gwets_coefficient_are_their_definitions(kind: Kind, missing: float) -> None:
    scores = drawn(missing=missing)
    table = chance.tabulate(scores, kind)

    for name, value in by_definition(scores, kind).items():
        assert getattr(chance, name)(table, 0.05).estimate == pytest.approx(value, rel=1e-12), name


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_is_its_definition(metric: Metric, missing: float) -> None:
    scores = drawn(cases=15, missing=missing)

    assert krippendorff(scores, metric, 0.05).estimate == pytest.approx(alpha_by_definition(scores, metric), rel=1e-12)


def test_w_is_friedmans_statistic_over_its_greatest_value() -> None:
    scores = drawn(missing=0.0)
    readers, cases = scores.shape

    peer = friedmanchisquare(*scores.T).statistic / (readers * (cases - 1))
    assert kendall_w(scores, 0.05).estimate == pytest.approx(peer, rel=1e-12)


def test_intraclass_correlations_are_ratios_of_variance_components() -> None:
    """From the two-way mean squares of McGraw and Wong's table 4, by sums over all cells."""
    scores = drawn(readers=4, cases=25, missing=0.0)
    k, n = scores.shape
    cases, readers, mean = scores.mean(axis=0), scores.mean(axis=1, keepdims=True), scores.mean()
    of_cases = k * ((cases - mean) ** 2).sum() / (n - 1)
    of_readers = n * ((readers - mean) ** 2).sum() / (k - 1)
    error = ((scores - cases - readers + mean) ** 2).sum() / ((n - 1) * (k - 1))
    within = ((scores - cases) ** 2).sum() / (n * (k - 1))
    between = (of_cases - error) / k
    found = {form: item.estimate for form, item in intraclass(scores, 0.05).items()}

    assert found["1"] == pytest.approx((of_cases - within) / (of_cases + (k - 1) * within))
    assert found["C1"] == pytest.approx(between / (between + error))
    assert found["A1"] == pytest.approx(between / (between + error + (of_readers - error) / n))
    assert found["1k"] == pytest.approx(1 - within / of_cases)
    assert found["Ck"] == pytest.approx(between / (between + error / k))
    assert found["Ak"] == pytest.approx(between / (between + (error + (of_readers - error) / n) / k))


def test_the_mean_of_readers_who_disagree_more_than_by_chance_has_no_correlation() -> None:
    found = intraclass(np.array([[1.0, 2, 3], [3.0, 2, 1]]), 0.05)

    assert (found["C1"].estimate, found["Ck"].estimate, found["Ck"].ci) == (-1, None, None)


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize(
    "coefficient",
    [
        lambda scores: chance.fleiss(chance.tabulate(scores, "identity"), 0.05),
        lambda scores: chance.conger(chance.tabulate(scores, "quadratic"), 0.05),
        lambda scores: chance.gwet(chance.tabulate(scores, "ordinal"), 0.05),
        lambda scores: krippendorff(scores, "nominal", 0.05),
        lambda scores: krippendorff(scores, "ordinal", 0.05),
        lambda scores: krippendorff(scores, "ratio", 0.05),
        lambda scores: kendall_w(scores, 0.05),
    ],
    ids=["fleiss", "conger", "gwet", "alpha-nominal", "alpha-ordinal", "alpha-ratio", "w"],
)
def test_standard_errors_are_close_to_those_of_the_jackknife(
    coefficient: Callable[[FloatArray], Coefficient], missing: float
) -> None:
    scores = drawn(cases=300, missing=missing, seed=2)
    scores = scores[:, (~np.isnan(scores)).any(axis=0)]
    n = scores.shape[1]
    left_out = [coefficient(np.delete(scores, case, axis=1)).estimate or 0 for case in range(n)]

    assert coefficient(scores).se == pytest.approx(np.sqrt((n - 1) * np.var(left_out)), rel=0.02)


def test_values_of_zero_have_no_distance_on_a_ratio_scale() -> None:
    scores = np.array([[0.0, 1.0, 2.0, 0.0], [0.0, 1.0, 4.0, 0.0]])

    # One case differs, by (2/6)²; of the ordered pairs of all values, zero and another differ by 1.
    pairs = 2 * (4 * 4 + 2 * (1 / 3) ** 2 + 2 * (3 / 5) ** 2 + (1 / 3) ** 2) / 7
    assert krippendorff(scores, "ratio", 0.05).estimate == pytest.approx(1 - 2 / 9 / pairs)
