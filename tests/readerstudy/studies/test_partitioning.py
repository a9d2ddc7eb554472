"""Subsets, parts and companions have their even share of every stratum, and nothing but the seed decides them."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from readerstudy.studies.lots import by_stratum, lot, number_below, shuffled
from readerstudy.studies.partitioning import companions_of, deal, sample, share_of

codes = st.text("23456789ABCDEFGHJKMNPQRSTUVWXYZ", min_size=8, max_size=8)
cohorts = st.dictionaries(codes, st.integers(0, 4), min_size=1, max_size=80)
seeds = st.text(max_size=12)


def strata_of(chosen: list[str], cases: dict[str, int]) -> Counter[int]:
    return Counter(cases[case] for case in chosen)


def in_other_order(cases: dict[str, int], chance: Random) -> dict[str, int]:
    items = list(cases.items())
    chance.shuffle(items)
    return dict(items)


@given(cases=cohorts, count=st.integers(1, 90), seed=seeds)
def test_a_sample_has_its_size_and_every_stratum_its_share_to_within_one(
    cases: dict[str, int], count: int, seed: str
) -> None:
    drawn = sample(cases, count, seed=seed)
    assert len(drawn) == len(set(drawn)) == min(count, len(cases))
    assert set(drawn) <= set(cases)
    whole, part = Counter(cases.values()), strata_of(drawn, cases)
    for stratum, size in whole.items():
        assert abs(part[stratum] - Fraction(size * len(drawn), len(cases))) < 1


@given(cases=cohorts, parts=st.integers(1, 9), seed=seeds)
def test_parts_hold_every_case_once_and_differ_by_one_case_at_most_in_all_and_in_every_stratum(
    cases: dict[str, int], parts: int, seed: str
) -> None:
    hands = deal(cases, parts, seed=seed)
    assert sorted(case for hand in hands for case in hand) == sorted(cases)
    sizes = [len(hand) for hand in hands]
    assert max(sizes) - min(sizes) <= 1
    for stratum in set(cases.values()):
        counts = [strata_of(hand, cases)[stratum] for hand in hands]
        assert max(counts) - min(counts) <= 1


@given(cases=cohorts, parts=st.integers(1, 6), anchors=st.integers(0, 90), seed=seeds)
def test_parts_have_the_anchors_and_nothing_else_in_common(
    cases: dict[str, int], parts: int, anchors: int, seed: str
) -> None:
    shares = [set(share_of(cases, parts=parts, anchors=anchors, part=part, seed=seed)) for part in range(parts)]
    assert set().union(*shares) == set(cases)
    times = Counter(case for share in shares for case in share)
    common = min(anchors, len(cases))
    assert sorted(times.values()) == sorted([parts] * common + [1] * (len(cases) - common))


@given(cases=cohorts, companions=st.lists(codes, unique=True, min_size=1, max_size=9), seed=seeds)
def test_reference_pictures_are_used_equally_often_and_say_nothing_of_the_stratum(
    cases: dict[str, int], companions: list[str], seed: str
) -> None:
    beside = companions_of(cases, companions, seed=seed)
    assert set(beside) == set(cases)
    for group in [list(cases), *([case for case in cases if cases[case] == one] for one in set(cases.values()))]:
        uses = Counter(dict.fromkeys(companions, 0))
        uses.update(beside[case] for case in group)
        assert max(uses.values()) - min(uses.values()) <= 1


def test_where_a_phase_has_no_reference_pictures_no_case_has_one() -> None:
    assert companions_of({"A": 0, "B": 1}, [], seed="7") == {"A": "", "B": ""}


@given(cases=cohorts, seed=seeds, chance=st.randoms())
def test_the_order_in_which_cases_are_given_does_not_matter(cases: dict[str, int], seed: str, chance: Random) -> None:
    other = in_other_order(cases, chance)
    assert by_stratum(cases, seed=seed) == by_stratum(other, seed=seed)
    assert sample(cases, 7, seed=seed) == sample(other, 7, seed=seed)
    assert deal(cases, 3, seed=seed) == deal(other, 3, seed=seed)
    assert companions_of(cases, ["X", "Y"], seed=seed) == companions_of(other, ["Y", "X"], seed=seed)


@pytest.mark.parametrize("count", [7, 20])
def test_over_seeds_every_case_is_in_the_sample_equally_often(count: int) -> None:
    """χ² over 40 cases of unequal strata and 2000 fixed seeds; the figure is the same on every run."""
    cases = {f"CASE{number:02d}": (number > 9) + (number > 29) for number in range(40)}
    drawn = Counter(case for seed in range(2000) for case in sample(cases, count, seed=str(seed)))
    assert chisquare([drawn[case] for case in cases]).pvalue > 0.001


def test_over_seeds_every_case_is_in_every_part_equally_often() -> None:
    cases = {f"CASE{number:02d}": number % 2 for number in range(13)}
    first = Counter(case for seed in range(3000) for case in deal(cases, 3, seed=str(seed))[0])
    assert chisquare([first[case] for case in cases]).pvalue > 0.001


def test_lots_are_sha256_so_that_anybody_can_draw_them_again() -> None:
    """`printf 7/A | sha256sum` on any machine."""
    assert lot("7", "A") == "2cf721d4e5e072367f3ebf93ed5fc1f7d9951f12ad8fbe3caf751d2e5021138a"


@given(limit=st.integers(1, 10**6), seed=seeds)
def test_a_number_is_below_its_limit(limit: int, seed: str) -> None:
    assert 0 <= number_below(limit, seed=seed) < limit


def test_over_seeds_every_number_and_every_first_place_comes_equally_often() -> None:
    numbers = Counter(number_below(6, seed=str(seed)) for seed in range(6000))
    firsts = Counter(shuffled("ABCDEF", seed=str(seed))[0] for seed in range(6000))
    assert chisquare(list(numbers.values())).pvalue > 0.001
    assert chisquare(list(firsts.values())).pvalue > 0.001
