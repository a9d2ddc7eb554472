"""Which cases a reader reads: subsets, parts and common anchors, each with its even share of every stratum."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle

from readerstudy.studies.lots import by_stratum, number_below, shuffled


def sample(cases: Mapping[str, int], count: int, *, seed: str) -> list[str]:
    """Draw a subset in which every stratum has its share, to within one case.

    The cases stand in line by stratum, and every (N / count)-th is taken from a random start: systematic sampling
    (W. G. Madow & L. H. Madow, Ann. Math. Statist. 15:1–24, 1944), by which a stratum of k cases gives k · count / N,
    rounded up or down.

    Parameters
    ----------
    cases : mapping of str to int
        The stratum of each case code.
    count : int
        How many to take; all of them where there are no more.
    """
    line = by_stratum(cases, seed=seed)
    if count >= len(line):
        return line
    start = number_below(len(line), seed=f"{seed}/start")
    return [line[(start + step * len(line)) // count] for step in range(count)]


def deal(cases: Mapping[str, int], parts: int, *, seed: str) -> list[list[str]]:
    """Deal cases into parts: no two parts differ by more than one case, in all and in any stratum.

    The cases stand in line by stratum and are dealt like cards; a stratum is a run of the line, so each part gets of
    it what any other gets, or one more.
    """
    hands: list[list[str]] = [[] for _ in range(parts)]
    order = shuffled(map(str, range(parts)), seed=f"{seed}/hands")
    for case, hand in zip(by_stratum(cases, seed=seed), cycle(order), strict=False):
        hands[int(hand)].append(case)
    return hands


def share_of(cases: Mapping[str, int], *, parts: int, anchors: int, part: int, seed: str) -> dict[str, int]:
    """Give the cases of one part: the anchors, which all parts have in common, and its own.

    Returns
    -------
    dict of str to int
        The part's case codes with their strata.
    """
    common = set(sample(cases, anchors, seed=f"{seed}/anchors")) if anchors else set()
    own = deal({case: stratum for case, stratum in cases.items() if case not in common}, parts, seed=f"{seed}/parts")
    return {case: cases[case] for case in [*common, *own[part]]}


def companions_of(cases: Mapping[str, int], companions: list[str], *, seed: str) -> dict[str, str]:
    """Give every case a reference picture, each picture equally often (to within one), also within every stratum.

    So the picture at its side says nothing of the case.
    """
    if not companions:
        return dict.fromkeys(cases, "")
    hands = deal(cases, len(companions), seed=f"{seed}/companions")
    return {case: picture for picture, hand in zip(sorted(companions), hands, strict=True) for case in hand}
