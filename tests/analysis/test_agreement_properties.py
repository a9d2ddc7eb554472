"""What holds for every coefficient of agreement, whatever the ratings."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.agreement import chance
from analysis.agreement.intraclass import intraclass
from analysis.agreement.kendall import kendall_w
from analysis.agreement.krippendorff import Metric, krippendorff
from analysis.agreement.scale import FloatArray
from analysis.agreement.weights import Kind

Coefficients = dict[str, Callable[[FloatArray], float | None]]

NOMINAL: Coefficients = {
    "fleiss": lambda scores: chance.fleiss(chance.tabulate(scores, "identity"), 0.05).estimate,
    "conger": lambda scores: chance.conger(chance.tabulate(scores, "identity"), 0.05).estimate,
    "gwet": lambda scores: chance.gwet(chance.tabulate(scores, "identity"), 0.05).estimate,
    "alpha": lambda scores: krippendorff(scores, "nominal", 0.05).estimate,
}
ORDINAL: Coefficients = {
    "fleiss, ordinal": lambda scores: chance.fleiss(chance.tabulate(scores, "ordinal"), 0.05).estimate,
    "gwet, ordinal": lambda scores: chance.gwet(chance.tabulate(scores, "ordinal"), 0.05).estimate,
    "alpha, ordinal": lambda scores: krippendorff(scores, "ordinal", 0.05).estimate,
    "W": lambda scores: kendall_w(scores, 0.05).estimate,
}
INTERVAL: Coefficients = {
    "conger, quadratic": lambda scores: chance.conger(chance.tabulate(scores, "quadratic"), 0.05).estimate,
    "gwet, linear": lambda scores: chance.gwet(chance.tabulate(scores, "linear"), 0.05).estimate,
    "alpha, interval": lambda scores: krippendorff(scores, "interval", 0.05).estimate,
    "ICC(1)": lambda scores: intraclass(scores, 0.05)["1"].estimate,
    "ICC(A,1)": lambda scores: intraclass(scores, 0.05)["A1"].estimate,
    "ICC(C,1)": lambda scores: intraclass(scores, 0.05)["C1"].estimate,
}
EVERY = NOMINAL | ORDINAL | INTERVAL

METRICS: tuple[Metric, ...] = ("nominal", "ordinal", "interval", "ratio")

missing_or_not = st.sampled_from([1.0, 2.0, 3.0, 4.0, np.nan])


@st.composite
def ratings(draw: st.DrawFn) -> FloatArray:
    shape = draw(st.tuples(st.integers(2, 5), st.integers(2, 12)))
    return draw(arrays(float, shape, elements=missing_or_not))


def same(one: float | None, other: float | None) -> bool:
    return one == other if one is None or other is None else one == pytest.approx(other, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(ratings(), st.randoms(use_true_random=False))
@pytest.mark.parametrize("name", EVERY)
def test_the_order_of_readers_and_cases_does_not_matter(name: str, scores: FloatArray, random: Random) -> None:
    readers, cases = list(range(scores.shape[0])), list(range(scores.shape[1]))
    random.shuffle(readers)
    random.shuffle(cases)

    assert same(EVERY[name](scores[readers][:, cases]), EVERY[name](scores))


@settings(max_examples=60, deadline=None)
@given(ratings(), st.permutations([1.0, 2.0, 3.0, 4.0]))
@pytest.mark.parametrize("name", NOMINAL)
def test_nominal_coefficients_do_not_ask_for_the_names_of_categories(
    name: str, scores: FloatArray, names: list[float]
) -> None:
    renamed = np.array([*names, np.nan])[np.where(np.isnan(scores), 5, scores).astype(int) - 1]

    assert same(NOMINAL[name](renamed), NOMINAL[name](scores))


@settings(max_examples=60, deadline=None)
@given(ratings())
@pytest.mark.parametrize("name", ORDINAL)
def test_ordinal_coefficients_ask_for_the_order_only_in_either_direction(name: str, scores: FloatArray) -> None:
    assert same(ORDINAL[name](np.exp(scores)), ORDINAL[name](scores))
    assert same(ORDINAL[name](-scores), ORDINAL[name](scores))


@settings(max_examples=60, deadline=None)
@given(ratings(), st.floats(-1e6, 1e6), st.floats(1e-3, 1e3))
@pytest.mark.parametrize("name", INTERVAL)
def test_interval_coefficients_ask_for_neither_origin_nor_unit(
    name: str, scores: FloatArray, origin: float, unit: float
) -> None:
    assert same(INTERVAL[name](scores * unit), INTERVAL[name](scores))
    assert INTERVAL[name](scores + round(origin)) == pytest.approx(INTERVAL[name](scores), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 5), arrays(float, st.integers(2, 12), elements=st.sampled_from([1.0, 2.0, 5.0])))
@pytest.mark.parametrize("name", EVERY)
def test_perfect_agreement_is_one(name: str, readers: int, scores: FloatArray) -> None:
    found = EVERY[name](np.tile(scores, (readers, 1)))

    if len(np.unique(scores)) > 1 or name.startswith("gwet"):
        assert found == pytest.approx(1)
    else:
        assert found is None


@settings(max_examples=60, deadline=None)
@given(ratings())
@pytest.mark.parametrize("name", EVERY)
def test_no_coefficient_exceeds_one(name: str, scores: FloatArray) -> None:
    found = EVERY[name](scores)

    assert found is None or found <= 1 + 1e-12


@settings(max_examples=60, deadline=None)
@given(
    arrays(float, (3, 8), elements=st.floats(-50, 50)),
    arrays(float, (3, 1), elements=st.floats(-50, 50)),
)
def test_consistency_does_not_ask_for_the_levels_of_readers(scores: FloatArray, levels: FloatArray) -> None:
    scores = np.round(scores) + np.arange(8) * 10
    shifted = intraclass(scores + levels, 0.05)
    found = intraclass(scores, 0.05)

    assert same(shifted["C1"].estimate, found["C1"].estimate)
    assert shifted["Ck"].ci == pytest.approx(found["Ck"].ci, abs=1e-6)
    of_equal_levels = intraclass(scores - scores.mean(axis=1, keepdims=True), 0.05)
    assert (of_equal_levels["A1"].estimate or 0) >= (shifted["A1"].estimate or 0) - 1e-9


@settings(max_examples=60, deadline=None)
@given(ratings())
@pytest.mark.parametrize("kind", ["identity", "ordinal", "linear", "quadratic", "ratio"])
def test_congers_kappa_of_two_readers_is_cohens(kind: Kind, scores: FloatArray) -> None:
    both = scores[:2][:, ~np.isnan(scores[:2]).any(axis=0)]
    table = chance.tabulate(both, kind)

    assert same(chance.cohen(table, 0.05).estimate, chance.conger(table, 0.05).estimate)


@settings(max_examples=60, deadline=None)
@given(ratings(), st.integers(1, 3))
def test_krippendorffs_alpha_does_not_see_what_cannot_be_paired(scores: FloatArray, cases: int) -> None:
    alone = np.full((scores.shape[0], cases), np.nan)
    alone[0] = 4.0

    for metric in METRICS:
        found = krippendorff(np.hstack([scores, alone]), metric, 0.05)
        assert found == krippendorff(scores, metric, 0.05)
