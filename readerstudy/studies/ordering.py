"""The order in which a reader's cases hang: by chance, in balanced blocks, and with some shown again later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from readerstudy.studies.lots import lot, number_below, shuffled
from readerstudy.studies.partitioning import deal, sample

# A case that comes back too soon is remembered rather than read again.
LEAST_GAP = 20


def in_blocks(cases: Mapping[str, int], *, block_size: int, seed: str) -> list[list[str]]:
    """Put cases in a random order within blocks of at most `block_size`, each with its even share of every stratum.

    Randomised block design (permuted blocks: ICH E9, 1998, section 2.3.2), so that neither class piles up early, when
    readers are fresh, or late. The blocks are as even in size as they can be.
    """
    blocks = deal(cases, max(1, -(-len(cases) // block_size)), seed=f"{seed}/blocks")
    return [shuffled(block, seed=f"{seed}/block {number}") for number, block in enumerate(blocks)]


def with_rereads(
    blocks: Sequence[Sequence[str]], *, strata: Mapping[str, int], percent: int, seed: str
) -> list[tuple[str, int]]:
    """Hang a share of the cases a second time among the later ones.

    Parameters
    ----------
    blocks : sequence of sequences of str
        The first showings, block by block; an order without blocks is given as blocks of one.
    strata : mapping of str to int
        The stratum of each case.
    percent : int
        The share that is shown again, 0 to 50, balanced by stratum to within one where the gap leaves the choice.

    Returns
    -------
    list of (str, int)
        Case and 0, or 1 where it is shown again: never in the block of its first showing, and with at least
        min(20, half of the cases) first showings of others between.
    """
    order = [case for block in blocks for case in block]
    gap = min(LEAST_GAP, len(order) // 2)
    places, ends = {case: place for place, case in enumerate(order)}, _ends_of_blocks(blocks)
    hung: list[tuple[int, int, str, str]] = [(place, 0, "", case) for place, case in enumerate(order)]
    for case in _to_show_again(order[: len(order) - gap], strata=strata, percent=percent, seed=seed):
        earliest = max(places[case] + gap, ends[case])
        after = earliest + number_below(len(order) - earliest, seed=f"{seed}/again/{case}")
        hung.append((after, 1, lot(seed, case), case))
    return [(case, again) for _, again, _, case in sorted(hung)]


def _ends_of_blocks(blocks: Sequence[Sequence[str]]) -> dict[str, int]:
    """Give the place of the last case of each case's block."""
    ends, end = {}, -1
    for block in blocks:
        end += len(block)
        ends.update(dict.fromkeys(block, end))
    return ends


def _to_show_again(early: Sequence[str], *, strata: Mapping[str, int], percent: int, seed: str) -> list[str]:
    """Choose among the cases that come early enough; what a stratum lacks among them, the others give."""
    count = min(-(-len(strata) * percent // 100), len(early))
    left = Counter(strata[case] for case in sample(strata, count, seed=f"{seed}/shares")) if count else Counter()
    chosen: list[str] = []
    spare: list[str] = []
    for case in shuffled(early, seed=f"{seed}/choice"):
        takes = left[strata[case]] > 0
        left[strata[case]] -= takes
        (chosen if takes else spare).append(case)
    return chosen + spare[: count - len(chosen)]
