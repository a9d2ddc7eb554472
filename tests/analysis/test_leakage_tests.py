"""Rank and permutation tests: known p values, Holm, numbers of cases, and alarms under no effect."""

from __future__ import annotations

from itertools import pairwise, permutations
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from analysis.intervals import holm
from analysis.leakage.tests import (
    SHUFFLES,
    cases_for_power,
    cases_to_reach,
    characters_p,
    family,
    rank_p,
    runs_p,
)

HALF = np.arange(40) % 2 == 0
LETTERS = list("23456789ABCDEFGHJKMNPQRSTUVWXYZ")


def test_classes_that_are_apart_have_the_p_value_of_two_layouts() -> None:
    for m in (3, 5, 8):
        assert rank_p(range(2 * m), [False] * m + [True] * m) == pytest.approx(2 / comb(2 * m, m))


def test_a_large_sample_has_the_normal_p_value_of_the_rank_sum() -> None:
    values = np.random.default_rng(1).normal(size=200)
    classes = np.arange(200) < 100
    expected = mannwhitneyu(values[:100], values[100:], method="asymptotic").pvalue
    assert rank_p(values, classes) == pytest.approx(expected)


def test_a_constant_says_nothing() -> None:
    assert rank_p([3.0] * 40, HALF) == 1.0
    assert characters_p(["ABCD"] * 40, HALF) == 1.0


def test_the_p_value_of_runs_is_that_of_all_orders() -> None:
    """Among the C(8, 4) orders of four and four, those with at least as many runs, and at most, are counted."""
    shown = (True, True, False, False, True, True, False, False)
    runs = [1 + sum(a != b for a, b in pairwise(order)) for order in set(permutations(shown))]
    expected = min(1.0, 2 * min(np.mean([r >= 4 for r in runs]), np.mean([r <= 4 for r in runs])))
    assert runs_p(shown) == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("order", [np.sort(HALF), HALF])
def test_blocks_and_strict_turns_have_as_small_a_p_value_as_there_is(order: np.ndarray) -> None:
    assert runs_p(order) == pytest.approx(2 / (1 + SHUFFLES))


def test_a_rank_test_is_blind_to_turns() -> None:
    assert rank_p(range(40), HALF) > 0.5


def test_one_telling_character_is_found_wherever_it_stands() -> None:
    generator = np.random.default_rng(2)
    for place in range(8):
        codes = ["".join(generator.choice(LETTERS, 8)) for _ in range(40)]
        marked = [c[:place] + ("A" if h else "B") + c[place + 1 :] for c, h in zip(codes, HALF, strict=True)]
        assert characters_p(marked, HALF) == pytest.approx(1 / (1 + SHUFFLES))


def test_holm_steps_down() -> None:
    """Worked by hand: 4 × 0.005, 3 × 0.01, 2 × 0.03, and 0.04 held up to what comes before it."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_never_lowers_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(0 <= p <= a <= 1 for p, a in zip(p_values, adjusted, strict=True))
    order = np.argsort(p_values, kind="stable")
    assert np.all(np.diff(np.array(adjusted)[order]) >= 0)


@given(st.floats(1e-5, 0.2), st.floats(0.2, 0.8))
def test_fewer_cases_than_needed_cannot_reach_the_level(level: float, share: float) -> None:
    needed = cases_to_reach(level, share)
    positives = min(max(round(needed * share), 1), needed - 1)
    assert 4 / comb(needed, positives) <= level
    fewer = needed - 1
    if fewer >= 2:
        assert 4 / comb(fewer, min(max(round(fewer * share), 1), fewer - 1)) > level


def test_noethers_number_of_cases() -> None:
    """Noether (1987): N = (1.96 + 0.8416)² / (12 · ¼ · 0.3²) = 29.07."""
    assert cases_for_power(0.05, 0.5) == 30


def test_noethers_number_gives_the_power_that_it_promises() -> None:
    generator = np.random.default_rng(6)
    needed = cases_for_power(0.05, 0.5)
    classes = np.arange(needed) % 2 == 0
    shift = 1.1902  # √2 · Φ⁻¹(0.8): an AUC of 0.8 between two normals
    found = [rank_p(generator.normal(size=needed) + shift * classes, classes) <= 0.05 for _ in range(800)]
    assert 0.72 <= np.mean(found) <= 0.88


def test_a_family_says_what_is_significant_and_where_there_are_too_few() -> None:
    few = family({"a": 0.0001, "b": 0.5}, positives=3, negatives=3)
    assert all(test.too_few and test.n_needed > 6 for test in few)
    many = {test.feature: test for test in family({"a": 0.004, "b": 0.5}, positives=20, negatives=20)}
    assert many["a"].significant
    assert many["a"].adjusted_p == pytest.approx(0.008)
    assert not many["a"].too_few
    assert not many["b"].significant


@pytest.mark.parametrize("test", ["rank", "runs", "characters"])
def test_p_values_of_no_effect_are_no_smaller_than_they_say(test: str) -> None:
    generator = np.random.default_rng(7)
    p_values = []
    for _ in range(300):
        classes = generator.permutation(np.arange(24) % 2 == 0)
        if test == "rank":
            p_values.append(rank_p(generator.normal(size=24), classes))
        elif test == "runs":
            p_values.append(runs_p(classes))
        else:
            p_values.append(characters_p(["".join(generator.choice(LETTERS, 4)) for _ in range(24)], classes))
    for level in (0.05, 0.2):
        limit = level + 3 * (level * (1 - level) / 300) ** 0.5
        assert np.mean(np.array(p_values) <= level) <= limit
