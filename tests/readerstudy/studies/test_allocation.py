"""A hanging list: decided by stored seeds alone, fair over seeds, and as the phase's plan says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from readerstudy.studies.allocation import OrderPlan, Place, arm_of, draw, latin_square, session_seed

codes = st.text("23456789ABCDEFGHJKMNPQRSTUVWXYZ", min_size=8, max_size=8)
cohorts = st.dictionaries(codes, st.integers(0, 3), min_size=1, max_size=60)
seeds = st.integers(0, 2**31 - 1)
plans = st.builds(
    OrderPlan,
    modality=st.sampled_from(["unaided", "aided"]),
    order=st.sampled_from(["random", "blocked", "same"]),
    block_size=st.integers(1, 20),
    allocation=st.sampled_from(["crossed", "split-plot", "latin-square"]),
    parts=st.integers(1, 4),
    anchors=st.integers(0, 10),
    case_count=st.none() | st.integers(1, 70),
    reread_percent=st.integers(0, 50),
    aid=st.sampled_from(["none", "concurrent", "sequential"]),
)
TWENTY = {f"CASE{number:02d}": number % 2 for number in range(20)}


def hung(
    plan: OrderPlan,
    cases: dict[str, int] = TWENTY,
    *,
    study_seed: int = 7,
    reader: int = 1,
    arm: int = 0,
    period: int = 0,
) -> list[Place]:
    """Draw a list of phase-1 for reader 1 of a study with the seed 7, unless said otherwise."""
    return draw(plan, cases=cases, study_seed=study_seed, phase="phase-1", reader=reader, arm=arm, period=period)


def first_showings(places: list[Place]) -> list[str]:
    return [place.case for place in places if not place.reread]


@given(plan=plans, cases=cohorts, seed=seeds, reader=st.integers(1, 40), chance=st.randoms())
def test_the_seed_alone_decides_and_not_the_order_in_which_cases_are_given(
    plan: OrderPlan, cases: dict[str, int], seed: int, reader: int, chance: Random
) -> None:
    codes = list(cases)
    chance.shuffle(codes)
    other = {code: cases[code] for code in codes}
    assert hung(plan, other, study_seed=seed, reader=reader) == hung(plan, cases, study_seed=seed, reader=reader)


@given(
    plan=plans, cases=cohorts, seed=seeds, reader=st.integers(1, 40), arm=st.integers(0, 3), period=st.integers(0, 3)
)
def test_no_case_is_shown_twice_in_the_same_way(
    plan: OrderPlan, cases: dict[str, int], seed: int, reader: int, arm: int, period: int
) -> None:
    plan = replace(plan, modality="aided") if plan.aid == "sequential" else plan
    places = hung(plan, cases, study_seed=seed, reader=reader, arm=arm, period=period)
    assert len(set(places)) == len(places)
    times = Counter((place.case, place.modality, place.reread) for place in places)
    assert set(times.values()) <= {1}
    assert {place.case for place in places} <= set(cases)


@given(plan=plans, cases=cohorts, seed=seeds)
def test_a_case_has_the_same_companion_wherever_it_hangs(plan: OrderPlan, cases: dict[str, int], seed: int) -> None:
    beside = [
        (place.case, place.companion)
        for reader in (1, 2, 3)
        for place in draw(plan, cases=cases, companions=["X", "Y"], study_seed=seed, phase="p", reader=reader)
    ]
    assert len(set(beside)) == len(dict(beside))
    assert {picture for _, picture in beside} <= {"X", "Y"}


@given(cases=cohorts, seed=seeds)
def test_in_a_crossed_phase_everybody_reads_every_case(cases: dict[str, int], seed: int) -> None:
    for reader in (1, 2, 3):
        places = hung(OrderPlan(), cases, study_seed=seed, reader=reader)
        assert sorted(place.case for place in places) == sorted(cases)


@given(cases=cohorts, seed=seeds, count=st.integers(1, 70), order=st.sampled_from(["random", "blocked", "same"]))
def test_a_subset_is_the_same_for_every_reader_and_in_every_phase_of_its_size(
    cases: dict[str, int], seed: int, count: int, order: str
) -> None:
    plan = OrderPlan(case_count=count, order=order)
    sets = [
        {place.case for place in draw(plan, cases=cases, study_seed=seed, phase=phase, reader=reader)}
        for phase in ("phase-1", "phase-2")
        for reader in (1, 2)
    ]
    assert all(one == sets[0] for one in sets)
    assert len(sets[0]) == min(count, len(cases))


def test_each_reader_and_each_phase_has_an_order_of_its_own() -> None:
    orders = {
        tuple(draw(OrderPlan(), cases=TWENTY, study_seed=7, phase=phase, reader=reader))
        for reader in range(1, 51)
        for phase in ("phase-1", "phase-2")
    }
    assert len(orders) == 100


def test_the_same_order_for_all_is_the_same_for_all_but_not_in_every_phase_or_study() -> None:
    plan = OrderPlan(order="same", reread_percent=20)
    assert len({tuple(hung(plan, reader=reader)) for reader in range(1, 9)}) == 1
    assert draw(plan, cases=TWENTY, study_seed=7, phase="phase-2", reader=1) != hung(plan)
    assert hung(plan, study_seed=8) != hung(plan)


def test_readers_of_different_parts_meet_their_common_cases_in_the_same_order_where_it_is_the_same_for_all() -> None:
    plan = OrderPlan(order="same", allocation="split-plot", parts=2, anchors=8)
    one, two = (first_showings(hung(plan, reader=reader)) for reader in (1, 2))
    assert [case for case in one if case in two] == [case for case in two if case in one]
    assert len(set(one) & set(two)) == 8


@given(cases=cohorts, seed=seeds, parts=st.integers(1, 4), anchors=st.integers(0, 10))
def test_in_a_split_plot_readers_go_to_the_parts_in_turn(
    cases: dict[str, int], seed: int, parts: int, anchors: int
) -> None:
    plan = OrderPlan(allocation="split-plot", parts=parts, anchors=anchors)
    read = [{place.case for place in hung(plan, cases, study_seed=seed, reader=reader)} for reader in range(1, 9)]
    for number, mine in enumerate(read):
        assert mine == read[number % parts]
    assert set().union(*read[:parts]) == set(cases)


@given(seed=seeds, arms=st.integers(1, 4), parts=st.integers(1, 4), times=st.integers(1, 2))
def test_in_a_split_plot_each_arm_has_as_many_readers_in_every_part(
    seed: int, arms: int, parts: int, times: int
) -> None:
    plan = OrderPlan(allocation="split-plot", parts=parts)
    cells: Counter[tuple[int, frozenset[str]]] = Counter()
    for reader in range(1, times * arms * parts + 1):
        arm = arm_of(reader, arms=arms, seed=seed)
        places = draw(plan, cases=TWENTY, study_seed=seed, phase="p", reader=reader, arm=arm, arms=arms)
        cells[arm, frozenset(place.case for place in places)] += 1
    assert len(cells) == arms * parts
    assert set(cells.values()) == {times}


@given(cases=cohorts, seed=seeds, parts=st.integers(1, 4))
def test_in_a_latin_square_every_case_is_read_in_every_phase_and_no_arm_reads_it_twice(
    cases: dict[str, int], seed: int, parts: int
) -> None:
    plan = OrderPlan(allocation="latin-square", parts=parts)
    for phase in range(parts):
        by_arm = [hung(plan, cases, study_seed=seed, arm=arm, period=phase) for arm in range(parts)]
        assert sorted(place.case for places in by_arm for place in places) == sorted(cases)
    for arm in range(parts):
        by_phase = [
            draw(plan, cases=cases, study_seed=seed, phase=f"phase-{period}", reader=1, arm=arm, period=period)
            for period in range(parts)
        ]
        assert sorted(place.case for places in by_phase for place in places) == sorted(cases)


def test_sequential_aid_shows_each_case_twice_in_a_row_first_without_the_aid() -> None:
    places = hung(OrderPlan(modality="aided", aid="sequential", reread_percent=10))
    assert len(places) == 2 * (20 + 2)
    for before, after in zip(places[::2], places[1::2], strict=True):
        assert (before.modality, before.aided, after.modality, after.aided) == ("unaided", False, "aided", True)
        assert (before.case, before.reread) == (after.case, after.reread)


def test_concurrent_aid_shows_each_case_once_with_the_aid() -> None:
    places = hung(OrderPlan(modality="aided", aid="concurrent"))
    assert len(places) == 20
    assert {(place.modality, place.aided) for place in places} == {("aided", True)}


@given(arms=st.integers(1, 5), seed=seeds, readers=st.integers(1, 60))
def test_at_no_time_do_two_arms_differ_by_more_than_one_reader(arms: int, seed: int, readers: int) -> None:
    sizes = Counter(dict.fromkeys(range(arms), 0))
    for number in range(1, readers + 1):
        sizes[arm_of(number, arms=arms, seed=seed)] += 1
        assert len(sizes) == arms
        assert max(sizes.values()) - min(sizes.values()) <= 1


def test_over_seeds_every_reader_is_in_every_arm_equally_often() -> None:
    """χ² over 3000 fixed seeds."""
    for number in (1, 2, 3, 7):
        arms = Counter(arm_of(number, arms=3, seed=seed) for seed in range(3000))
        assert chisquare(list(arms.values())).pvalue > 0.001


@pytest.mark.parametrize("size", range(1, 9))
def test_in_a_latin_square_each_number_is_once_in_every_row_and_column(size: int) -> None:
    square = latin_square(size)
    for line in [*square, *map(list, zip(*square, strict=True))]:
        assert sorted(line) == list(range(size))


@pytest.mark.parametrize("size", [2, 4, 6, 8])
def test_with_an_even_size_every_number_follows_every_other_exactly_once(size: int) -> None:
    pairs = Counter((row[place], row[place + 1]) for row in latin_square(size) for place in range(size - 1))
    assert set(pairs.values()) == {1}
    assert len(pairs) == size * (size - 1)


def test_the_square_of_four_is_the_published_one() -> None:
    """Williams 1949, in the usual writing: the first row runs 1, 2, n, 3 and each next row adds one."""
    assert [[number + 1 for number in row] for row in latin_square(4)] == [
        [1, 2, 4, 3], [2, 3, 1, 4], [3, 4, 2, 1], [4, 1, 3, 2],
    ]  # fmt: skip


@given(study_seed=seeds, first=st.integers(1, 99), second=st.integers(1, 99))
def test_no_two_readers_and_no_two_phases_share_a_seed(study_seed: int, first: int, second: int) -> None:
    one = session_seed(study_seed=study_seed, reader=first, phase="phase-1")
    assert (one == session_seed(study_seed=study_seed, reader=second, phase="phase-1")) == (first == second)
    assert one != session_seed(study_seed=study_seed, reader=first, phase="phase-2")


def test_a_stored_seed_gives_the_same_list_in_years_to_come() -> None:
    """Another list here would make stored seeds worthless to whoever draws again."""
    plan = OrderPlan(order="blocked", block_size=3, reread_percent=20)
    places = draw(plan, cases=dict(zip("ABCDEF", [0, 1] * 3, strict=True)), study_seed=1, phase="phase-1", reader=1)
    assert "".join(place.case.lower() if place.reread else place.case for place in places) == "CDFEcABf"


def test_over_seeds_every_case_comes_first_equally_often() -> None:
    """χ² over 10 cases and 3000 fixed seeds for each order; these seeds give the same figure on every run."""
    cases = {f"CASE{number}": number % 2 for number in range(10)}
    for plan in (OrderPlan(), OrderPlan(order="blocked", block_size=4), OrderPlan(order="same")):
        first = Counter(hung(plan, cases, study_seed=seed)[0].case for seed in range(3000))
        assert chisquare([first[case] for case in cases]).pvalue > 0.001
