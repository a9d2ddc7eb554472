"""Areas of single cues: known values, the variance for clustered cases, and what must not change them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from analysis import RatingsError, reader_rocs
from analysis.intervals import newcombe
from analysis.leakage.areas import area

CLASSES = np.array([False] * 6 + [True] * 5)
VALUES = hnp.arrays(float, 11, elements=st.integers(-20, 20).map(float))


@given(st.integers(2, 30), st.integers(2, 30), st.floats(-1e6, 1e6))
def test_a_constant_measure_has_an_area_of_exactly_a_half(m: int, n: int, level: float) -> None:
    found = area(np.full(m + n, level), np.arange(m + n) < m)
    assert found.auc == 0.5
    assert found.higher_in == "neither"
    assert found.ci[0] < 0.5 < found.ci[1]
    assert found.ci == newcombe(0.5, m, n, 0.05)
    assert not found.tells


@given(VALUES)
def test_with_one_case_a_patient_it_is_delongs_interval(values: NDArray[np.float64]) -> None:
    table = pd.DataFrame({"reader": "R1", "case": range(11), "truth": CLASSES.astype(int), "rating": values})
    expected, found = reader_rocs(table).readers[0], area(values, CLASSES, oriented=False)
    assert found.auc == pytest.approx(expected.auc)
    assert found.ci == pytest.approx(tuple(expected.ci or ()))


def test_two_images_a_patient_by_the_definition_written_out() -> None:
    """Obuchowski (1997), section 3, with the sums written as loops over patients and their cases."""
    generator = np.random.default_rng(3)
    patients = np.repeat(np.arange(20), 2)
    positive = generator.random(40) < 0.5
    scores = generator.normal(size=40) + positive + generator.normal(size=20)[patients]
    wins = np.array([[float(x > y) + 0.5 * (x == y) for y in scores[~positive]] for x in scores[positive]])
    theta, (m, n) = wins.mean(), wins.shape
    above = {p: (wins.mean(axis=1)[patients[positive] == p] - theta).sum() for p in range(20)}
    below = {p: (wins.mean(axis=0)[patients[~positive] == p] - theta).sum() for p in range(20)}
    with_above, with_below = len(set(patients[positive])), len(set(patients[~positive]))
    s10 = with_above / ((with_above - 1) * m) * sum(value**2 for value in above.values())
    s01 = with_below / ((with_below - 1) * n) * sum(value**2 for value in below.values())
    s11 = 20 / 19 * sum(above[p] * below[p] for p in range(20))
    se = (s10 / m + s01 / n + 2 * s11 / (m * n)) ** 0.5
    found = area(scores, positive, patients, oriented=False)
    assert found.auc == pytest.approx(theta)
    assert found.ci == pytest.approx((theta - 1.959964 * se, min(theta + 1.959964 * se, 1)), abs=1e-6)


def test_images_of_one_patient_count_less_than_as_many_patients() -> None:
    generator = np.random.default_rng(4)
    positive = np.arange(30) % 2 == 0
    once = generator.normal(size=30) + positive
    scores, classes = np.tile(once, 3), np.tile(positive, 3)
    as_strangers = area(scores, classes)
    as_twins = area(scores, classes, np.tile(np.arange(30), 3))
    assert as_twins.ci[1] - as_twins.ci[0] > 1.5 * (as_strangers.ci[1] - as_strangers.ci[0])
    assert as_twins.ci[0] == pytest.approx(area(once, positive).ci[0], abs=0.01)


@given(VALUES)
def test_a_monotone_scale_and_the_order_of_cases_change_nothing(values: NDArray[np.float64]) -> None:
    found = area(values, CLASSES)
    assert area(np.exp(values / 10), CLASSES) == found
    turned = area(values[::-1], CLASSES[::-1])
    assert turned.auc == found.auc
    assert turned.ci == pytest.approx(found.ci)


@given(VALUES)
def test_a_cue_is_as_good_in_either_direction(values: NDArray[np.float64]) -> None:
    found, turned = area(values, CLASSES), area(-values, CLASSES)
    assert found.auc >= 0.5
    assert turned.auc == pytest.approx(found.auc)
    assert turned.ci == pytest.approx(found.ci)
    assert {found.higher_in, turned.higher_in} in ({"neither"}, {"synthetic", "authentic"})


def test_classes_that_are_apart_have_an_interval_below_one() -> None:
    found = area(np.arange(11), CLASSES)
    assert (found.auc, found.ci[1], found.higher_in) == (1.0, 1.0, "synthetic")
    assert 0.5 < found.ci[0] < 1
    assert found.tells


def test_one_patient_with_a_whole_class_has_an_interval_all_the_same() -> None:
    found = area([1, 2, 3, 4, 2, 3], [True, True, True, False, False, False], ["a", "a", "a", "b", "c", "d"])
    assert 0 <= found.ci[0] < found.auc < found.ci[1] <= 1


@pytest.mark.parametrize(
    ("values", "classes", "words"),
    [
        ([1, 2, 3], [True, True, True], "at least two cases"),
        ([1.0, float("nan"), 3, 4], [True, True, False, False], "not finite"),
    ],
)
def test_what_has_no_area_is_refused(values: list[float], classes: list[bool], words: str) -> None:
    with pytest.raises(RatingsError, match=words):
        area(values, classes)


def test_intervals_of_no_cue_hold_a_half_as_often_as_they_say() -> None:
    generator = np.random.default_rng(5)
    classes = np.arange(60) % 2 == 0
    held = [area(generator.normal(size=60), classes, oriented=False).ci for _ in range(600)]
    share = np.mean([low <= 0.5 <= high for low, high in held])
    assert 0.92 <= share <= 0.975  # 95 %, give or take three standard errors and what DeLong misses at this size
