"""A balanced sample: exact prevalence, the same strata in both classes, whole pairs, one case per patient."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from readerstudy.truth.apportioning import evenly, in_proportion
from readerstudy.truth.design import Design, PoolCase, SamplingError
from readerstudy.truth.sampling import Drawn, draw

VALUES = ("authentic", "synthetic")


def pool_of(**counts: int) -> list[PoolCase]:
    """Make so many cases of each `class_anatomy`."""
    cases = []
    for name, count in counts.items():
        value, _, anatomy = name.partition("_")
        for number in range(count):
            cases.append(PoolCase(f"{name}-{number:03d}", value, covariates={"anatomy": anatomy}))
    return cases


@st.composite
def pools(draw_from: st.DrawFn) -> list[PoolCase]:
    """Pools of 30 to 60 cases in which patients and pairs run across strata and classes."""
    size = draw_from(st.integers(30, 60))
    some = st.sampled_from
    return [
        PoolCase(
            f"C{number:03d}",
            draw_from(some(VALUES)),
            patient=draw_from(some(["", *(f"P{n}" for n in range(25))])),
            pair=draw_from(some(["", *(f"pair-{n}" for n in range(15))])),
            covariates={
                "anatomy": draw_from(some(["chest", "hand"])),
                "view": draw_from(some(["PA", "lateral", ""])),
                "generator": draw_from(some(["G1", "G2"])),
            },
        )
        for number in range(size)
    ]


designs = st.builds(
    lambda cases, prevalence, by, one_per_patient: Design(
        cases * prevalence.denominator, prevalence, tuple(by), one_per_patient
    ),
    st.integers(1, 4),
    st.sampled_from([Fraction(1, 2), Fraction(1, 2), Fraction(1, 3), Fraction(3, 4), Fraction(1, 10)]),
    st.lists(st.sampled_from(["anatomy", "view", "generator"]), unique=True),
    st.booleans(),
)
paired_designs = st.builds(
    lambda pairs, by, one_per_patient: Design(2 * pairs, by=tuple(by), one_per_patient=one_per_patient, pairs=True),
    st.integers(1, 3),
    st.lists(st.sampled_from(["anatomy", "view", "generator"]), unique=True),
    st.booleans(),
)


def drawn_or_skip(pool: list[PoolCase], design: Design, seed: int = 1) -> tuple[Drawn, list[PoolCase]]:
    """Draw, and give the cases that were drawn; a pool with too few is no example."""
    try:
        drawn = draw(pool, design, seed)
    except SamplingError:
        assume(False)
    by_code = {case.code: case for case in pool}
    return drawn, [by_code[code] for code in drawn.codes]


@given(pools(), designs)
def test_size_and_prevalence_are_exact(pool: list[PoolCase], design: Design) -> None:
    drawn, cases = drawn_or_skip(pool, design)
    assert len(set(drawn.codes)) == design.size
    assert Fraction(sum(case.value == "synthetic" for case in cases), design.size) == design.prevalence


@given(pools(), designs)
def test_every_stratum_has_the_same_share_in_both_classes(pool: list[PoolCase], design: Design) -> None:
    _, cases = drawn_or_skip(pool, design)
    counts = {
        value: Counter(tuple(c.covariates[name] for name in design.shared) for c in cases if c.value == value)
        for value in VALUES
    }
    small, large = sorted(VALUES, key=design.count)
    for stratum in counts["authentic"] | counts["synthetic"]:
        share = Fraction(counts[large][stratum] * design.count(small), design.count(large))
        assert abs(counts[small][stratum] - share) < 1


@given(st.one_of(designs, paired_designs), pools())
def test_a_patient_is_there_once_where_that_was_asked_for(design: Design, pool: list[PoolCase]) -> None:
    _, cases = drawn_or_skip(pool, dataclasses.replace(design, one_per_patient=True))
    if design.pairs:
        seen = [patient for _, patient in {(c.pair, c.patient) for c in cases if c.patient}]
    else:
        seen = [case.patient for case in cases if case.patient]
    assert len(seen) == len(set(seen))


@given(pools(), paired_designs)
def test_pairs_are_drawn_whole_or_not_at_all(pool: list[PoolCase], design: Design) -> None:
    _, cases = drawn_or_skip(pool, design)
    assert Counter(case.pair for case in cases) == dict.fromkeys({case.pair for case in cases}, 2)
    for pair in {case.pair for case in cases}:
        members = [case for case in cases if case.pair == pair]
        assert {case.value for case in members} == set(VALUES)
        assert len({tuple(case.covariates[name] for name in design.shared) for case in members}) == 1


@given(pools(), st.one_of(designs, paired_designs), st.integers(0, 2**31 - 1), st.randoms())
def test_the_same_seed_draws_the_same_whatever_the_order_of_the_pool(
    pool: list[PoolCase], design: Design, seed: int, order: random.Random
) -> None:
    drawn, _ = drawn_or_skip(pool, design, seed)
    mixed = list(pool)
    order.shuffle(mixed)
    assert draw(mixed, design, seed) == drawn


@given(pools(), st.one_of(designs, paired_designs))
def test_the_table_counts_the_pool_what_was_wanted_and_what_was_drawn(pool: list[PoolCase], design: Design) -> None:
    drawn, cases = drawn_or_skip(pool, design)
    assert sum(row["had"] for row in drawn.table) == len(pool)
    for value in VALUES:
        of_class = [row for row in drawn.table if row["value"] == value]
        assert sum(row["drawn"] for row in of_class) == sum(case.value == value for case in cases)


@given(pools(), designs)
def test_a_smaller_sample_can_always_be_drawn_of_what_gave_a_larger_one(pool: list[PoolCase], design: Design) -> None:
    design = dataclasses.replace(design, size=2 * design.size, prevalence=Fraction(1, 2))
    drawn_or_skip(pool, design)
    for size in range(2, design.size, 2):
        draw(pool, dataclasses.replace(design, size=size), 1)


def test_other_seeds_draw_other_cases() -> None:
    pool = pool_of(authentic_chest=30, synthetic_chest=30)
    draws = {draw(pool, Design(20), seed).codes for seed in range(20)}
    assert len(draws) == 20


def test_every_case_has_the_same_chance() -> None:
    pool = pool_of(authentic_chest=10, synthetic_chest=10)
    counts = Counter(code for seed in range(2000) for code in draw(pool, Design(10), seed).codes)
    # Each is drawn in half of 2,000: a standard deviation of 22; five of them hold for all 20 but once in 90,000 times.
    assert all(abs(counts[case.code] - 1000) < 112 for case in pool)


def drawn_of(drawn: Drawn) -> dict[str, int]:
    return {f"{row['value']} {' '.join(row['stratum'])}": row["drawn"] for row in drawn.table}


def test_strata_give_even_parts() -> None:
    pool = pool_of(authentic_chest=50, authentic_hand=9, synthetic_chest=12, synthetic_hand=40)
    drawn = draw(pool, Design(24, by=("anatomy",)), 3)
    assert set(drawn_of(drawn).values()) == {6}
    assert drawn.is_even


def test_what_a_stratum_lacks_the_others_give_in_both_classes_and_the_table_says_so() -> None:
    pool = pool_of(authentic_chest=50, authentic_hand=2, synthetic_chest=50, synthetic_hand=40)
    drawn = draw(pool, Design(24, by=("anatomy",)), 3)
    assert drawn_of(drawn) == {"authentic chest": 10, "authentic hand": 2, "synthetic chest": 10, "synthetic hand": 2}
    assert not drawn.is_even
    assert {row["wanted"] for row in drawn.table} == {6}


def test_a_stratum_that_one_class_lacks_gives_none() -> None:
    pool = pool_of(authentic_chest=9, authentic_foot=9, synthetic_chest=9)
    drawn = draw(pool, Design(10, by=("anatomy",)), 3)
    assert drawn_of(drawn) == {"authentic chest": 5, "authentic foot": 0, "synthetic chest": 5}


def test_generators_give_even_parts_of_the_synthetic_cases() -> None:
    generators = ["G1"] * 20 + ["G2"] * 20 + ["G3"] * 3
    synthetic = [PoolCase(f"s{n}", "synthetic", covariates={"generator": g}) for n, g in enumerate(generators)]
    drawn = draw([*pool_of(authentic=30), *synthetic], Design(30, by=("generator",)), 3)
    assert {row["generator"]: row["drawn"] for row in drawn.table} == {"": 15, "G1": 6, "G2": 6, "G3": 3}


def test_one_image_per_patient_is_found_where_only_one_choice_of_images_gives_it() -> None:
    # P1 must give the hand, as P2 has a chest only; a draw without second thoughts fails at every other seed.
    def case(code: str, value: str, patient: str, anatomy: str) -> PoolCase:
        return PoolCase(code, value, patient, covariates={"anatomy": anatomy})

    pool = [
        case("a1", "authentic", "P1", "chest"), case("a2", "authentic", "P1", "hand"),
        case("a3", "authentic", "P2", "chest"), case("s1", "synthetic", "P3", "chest"),
        case("s2", "synthetic", "P4", "hand"),
    ]  # fmt: skip
    for seed in range(20):
        drawn = draw(pool, Design(4, by=("anatomy",), one_per_patient=True), seed)
        assert drawn.codes == ("a2", "a3", "s1", "s2")


def test_what_is_short_is_named_with_how_many_there_are() -> None:
    pool = pool_of(authentic_chest=50, authentic_hand=2, synthetic_chest=4, synthetic_hand=40)
    with pytest.raises(SamplingError) as refusal:
        draw(pool, Design(24, by=("anatomy",)), 1)
    assert str(refusal.value) == (
        "The pool cannot give 24 such cases: authentic, hand has 2 of 6; synthetic, chest has 4 of 6. "
        "At most 12 can be drawn."
    )
    assert len(draw(pool, Design(12, by=("anatomy",)), 1).codes) == 12


def test_a_shortage_of_pairs_or_patients_says_that_they_were_asked_for() -> None:
    pool = [PoolCase(f"a{n}", "authentic", "P1", "x") for n in range(5)]
    pool += [PoolCase(f"s{n}", "synthetic", "P2", "x") for n in range(5)]
    with pytest.raises(SamplingError, match=r"in whole pairs, one per patient\): authentic has 1 of 2; synthetic"):
        draw(pool, Design(4, one_per_patient=True, pairs=True), 1)
    with pytest.raises(SamplingError, match=r"\(one per patient\): authentic has 1 of 2; .* At most 2 can be drawn"):
        draw(pool, Design(4, one_per_patient=True), 1)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"size": 10, "by": ("colour",)}, "no stratum 'colour'. Known: anatomy, view"),
        ({"size": 10, "prevalence": Fraction(0)}, "between 0 and 1"),
        ({"size": 10, "prevalence": Fraction(1)}, "between 0 and 1"),
        ({"size": 0}, "two cases at least"),
        ({"size": 10, "prevalence": Fraction(1, 5), "pairs": True}, "Matched pairs make a prevalence of 0.5"),
        ({"size": 10, "prevalence": Fraction(1, 4)}, "ask for 8 or 12."),
        ({"size": 3, "prevalence": Fraction(1, 4)}, "ask for 4."),
    ],
)
def test_a_design_that_cannot_be_is_refused_with_what_can(asked: dict[str, Any], words: str) -> None:
    with pytest.raises(SamplingError) as refusal:
        Design(**asked)
    assert words in str(refusal.value)


@given(st.integers(0, 200), st.dictionaries(st.text(max_size=3), st.integers(0, 60), min_size=1, max_size=8))
def test_parts_are_as_even_as_the_room_allows(total: int, room: dict[str, int]) -> None:
    parts = evenly(total, room)
    if parts is None:
        assert sum(room.values()) < total
        return
    assert sum(parts.values()) == total
    assert all(0 <= parts[key] <= room[key] for key in room)
    smallest_with_room = min((parts[key] for key in room if parts[key] < room[key]), default=max(parts.values()))
    assert max(parts.values()) <= smallest_with_room + 1


@given(st.integers(0, 200), st.dictionaries(st.text(max_size=3), st.integers(0, 60), min_size=1, max_size=8))
def test_parts_in_proportion_are_less_than_one_away_from_the_exact_ones(total: int, shares: dict[str, int]) -> None:
    assume(sum(shares.values()))
    parts = in_proportion(total, shares)
    assert sum(parts.values()) == total
    for key, share in shares.items():
        assert abs(parts[key] - Fraction(total * share, sum(shares.values()))) < 1
