"""Balanced blocks, and cases that are shown again: late enough, never in the same block, each stratum its share."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from readerstudy.studies.ordering import in_blocks, with_rereads

codes = st.text("23456789ABCDEFGHJKMNPQRSTUVWXYZ", min_size=8, max_size=8)
cohorts = st.dictionaries(codes, st.integers(0, 3), min_size=1, max_size=100)
seeds = st.text(max_size=12)
percents = st.integers(0, 50)


@given(cases=cohorts, block_size=st.integers(1, 30), seed=seeds)
def test_every_block_has_what_any_other_has_of_every_stratum_or_one_more(
    cases: dict[str, int], block_size: int, seed: str
) -> None:
    blocks = in_blocks(cases, block_size=block_size, seed=seed)
    assert sorted(case for block in blocks for case in block) == sorted(cases)
    assert max(map(len, blocks)) <= block_size
    assert max(map(len, blocks)) - min(map(len, blocks)) <= 1
    for stratum, size in Counter(cases.values()).items():
        counts = [sum(cases[case] == stratum for case in block) for block in blocks]
        assert all(abs(count - Fraction(size, len(blocks))) < 1 for count in counts)


def test_within_a_block_every_order_is_as_likely() -> None:
    """χ² over the six orders of three cases and 3000 fixed seeds."""
    cases = {"A": 0, "B": 0, "C": 1}
    orders = Counter(tuple(in_blocks(cases, block_size=3, seed=str(seed))[0]) for seed in range(3000))
    assert len(orders) == 6
    assert chisquare(list(orders.values())).pvalue > 0.001


@given(cases=cohorts, percent=percents, seed=seeds)
def test_the_first_showings_stay_as_they_are_and_the_share_comes_again_once(
    cases: dict[str, int], percent: int, seed: str
) -> None:
    order = sorted(cases)
    hung = with_rereads([[case] for case in order], strata=cases, percent=percent, seed=seed)
    again = [case for case, reread in hung if reread]
    assert [case for case, reread in hung if not reread] == order
    assert len(again) == len(set(again)) == -(-len(cases) * percent // 100)


@given(cases=cohorts, percent=percents, block_size=st.integers(1, 60), seed=seeds)
def test_a_case_comes_again_late_enough_and_never_in_the_same_block(
    cases: dict[str, int], percent: int, block_size: int, seed: str
) -> None:
    blocks = in_blocks(cases, block_size=block_size, seed=seed)
    hung = with_rereads(blocks, strata=cases, percent=percent, seed=seed)
    block_of = {case: number for number, block in enumerate(blocks) for case in block}
    first = {case: place for place, (case, again) in enumerate(hung) if not again}
    for place, (case, again) in enumerate(hung):
        if again:
            between = [other for other, seen in hung[first[case] + 1 : place] if not seen]
            assert case not in between
            assert len(between) >= min(20, len(cases) // 2)
            followers = [block_of[other] for other, seen in hung[place:] if not seen]
            assert all(block > block_of[case] for block in followers)


def test_each_stratum_is_shown_again_in_its_share() -> None:
    """60 cases of a stratum and 30 of another, 20 %: 12 and 6, with each of 200 seeds."""
    cases = {f"CASE{number:02d}": int(number >= 60) for number in range(90)}
    for seed in range(200):
        blocks = in_blocks(cases, block_size=9, seed=str(seed))
        hung = with_rereads(blocks, strata=cases, percent=20, seed=str(seed))
        assert Counter(cases[case] for case, again in hung if again) == {0: 12, 1: 6}


def test_what_a_stratum_lacks_among_the_early_cases_the_others_give() -> None:
    """The second stratum stands last, where nothing can come again late enough."""
    cases = {f"CASE{number}": int(number >= 5) for number in range(10)}
    hung = with_rereads([[case] for case in sorted(cases)], strata=cases, percent=50, seed="7")
    assert {case for case, again in hung if again} == {f"CASE{number}" for number in range(5)}


def test_cases_come_again_all_over_the_later_part_and_not_only_at_the_end() -> None:
    cases = {f"CASE{number:03d}": 0 for number in range(100)}
    places = Counter[int]()
    for seed in range(100):
        hung = with_rereads([[case] for case in sorted(cases)], strata=cases, percent=10, seed=str(seed))
        places.update(place // 10 for place, (_, again) in enumerate(hung) if again)
    assert all(places[tenth] > 0 for tenth in range(3, 11))
    assert places[10] < sum(places.values()) / 2
