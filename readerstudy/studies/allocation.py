"""Who reads what in which order: pure functions of stored seeds.

Each list depends on the study's seed, the phase, the reader's number and the cases with their strata, on nothing else.
What must be the same for all readers, or in all phases of a study, is drawn without them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from readerstudy.studies import ordering, partitioning
from readerstudy.studies.lots import shuffled

UNAIDED = "unaided"


@dataclass(frozen=True)
class Place:
    """A place of a hanging list: what is shown there, and how.

    `reread` is 1 where the case is shown again; `companion` is the code of the reference picture beside it.
    """

    case: str
    modality: str
    aided: bool = False
    reread: int = 0
    companion: str = ""


@dataclass(frozen=True)
class OrderPlan:
    """What a phase says of who reads what in which order; the fields are those of a protocol's phase."""

    modality: str = UNAIDED
    order: str = "random"  # random | blocked | same
    block_size: int = 10
    allocation: str = "crossed"  # crossed | split-plot | latin-square
    parts: int = 1
    anchors: int = 0
    case_count: int | None = None
    reread_percent: int = 0
    aid: str = "none"  # none | concurrent | sequential


def draw(
    plan: OrderPlan,
    *,
    cases: Mapping[str, int],
    companions: Sequence[str] = (),
    study_seed: int,
    phase: str,
    reader: int,
    arm: int = 0,
    arms: int = 1,
    period: int = 0,
) -> list[Place]:
    """Draw the hanging list of one reader in one phase.

    Parameters
    ----------
    cases : mapping of str to int
        The opaque stratum of every case code of the phase's cohort, in any order.
    companions : sequence of str
        The codes of the reference pictures, empty where the phase has none.
    study_seed : int
        The study's stored seed.
    phase : str
        The phase's name, unique in the study.
    reader : int
        The reader's number, from 1.
    arm : int
        The place of the reader's arm among the study's arms, from 0.
    arms : int
        How many arms the study has.
    period : int
        The place of the phase among the study's phases that share the cases, from 0. Where arms read the phases in
        different orders this is *not* the place in the reader's own sequence: with that, a Latin square would give
        a part of the cases the same phase in every arm.
    """
    shown = _subset(plan, cases, study_seed)
    own = _share(plan, shown, study_seed, reader=reader, arm=arm, arms=arms, period=period)
    beside = partitioning.companions_of(shown, list(companions), seed=f"{study_seed}/{phase}")
    seed = session_seed(study_seed=study_seed, reader="all" if plan.order == "same" else reader, phase=phase)
    blocks = _blocks(plan, shown, own, seed)
    hung = ordering.with_rereads(blocks, strata=own, percent=plan.reread_percent, seed=seed)
    return [place for case, again in hung for place in _places(plan, case, again, beside[case])]


def _subset(plan: OrderPlan, cases: Mapping[str, int], study_seed: int) -> dict[str, int]:
    """Draw the phase's cases: drawn without the phase, so that phases of one size read the same ones."""
    if plan.case_count is None:
        return dict(cases)
    return {case: cases[case] for case in partitioning.sample(cases, plan.case_count, seed=f"{study_seed}/subset")}


def _share(
    plan: OrderPlan, cases: Mapping[str, int], study_seed: int, *, reader: int, arm: int, arms: int, period: int
) -> dict[str, int]:
    """Give the cases that are the reader's to read.

    Split-plot: readers go to the parts in turn (N. A. Obuchowski et al., Acad. Radiol. 19:1508–1517, 2012), within
    their arm: each run of as many readers as arms has one of every arm (`arm_of`), so its place is the reader's rank
    in the arm. By the reader's number alone arms and parts could fall together, and no analysis tells them apart.
    Latin square: arm a reads part (a + p) mod parts in period p, so that in as many arms as parts every case is read in
    every phase.
    The parts are drawn without the phase: over the periods they stay the same.
    """
    if plan.allocation == "crossed":
        return dict(cases)
    part = ((reader - 1) // arms if plan.allocation == "split-plot" else arm + period) % plan.parts
    return partitioning.share_of(cases, parts=plan.parts, anchors=plan.anchors, part=part, seed=f"{study_seed}")


def _blocks(plan: OrderPlan, shown: Mapping[str, int], own: Mapping[str, int], seed: str) -> list[list[str]]:
    if plan.order == "blocked":
        return ordering.in_blocks(own, block_size=plan.block_size, seed=seed)
    # Drawn over all of the phase's cases: where the order is the same for all, readers of different parts share it too.
    return [[case] for case in shuffled(shown, seed=seed) if case in own]


def _places(plan: OrderPlan, case: str, again: int, beside: str) -> list[Place]:
    """Give a showing its place; with sequential aid two, one after the other: unaided, then aided."""
    last = Place(case, plan.modality, aided=plan.aid != "none", reread=again, companion=beside)
    return [Place(case, UNAIDED, reread=again, companion=beside), last] if plan.aid == "sequential" else [last]


def arm_of(number: int, *, arms: int, seed: int) -> int:
    """Say in which of the study's arms a reader reads, from 0.

    Permuted blocks as long as there are arms (ICH E9, 1998, section 2.3.2): at no time do two arms differ by more
    than one reader.

    Parameters
    ----------
    number : int
        The reader's number, from 1.
    """
    block, place = divmod(number - 1, arms)
    return int(shuffled(map(str, range(arms)), seed=f"{seed}/arms/{block}")[place])


def latin_square(size: int) -> list[list[int]]:
    """Give the rows of a Latin square: in each row and each column every number from 0 once.

    With an even size every number also follows every other exactly once, which balances what one reading does to the
    next (E. J. Williams, Aust. J. Sci. Res. A 2:149–168, 1949). With an odd one no single square of this kind does.
    """
    first = [(place + 1) // 2 if place % 2 else -(place // 2) for place in range(size)]
    return [[(number + row) % size for number in first] for row in range(size)]


def session_seed(*, study_seed: int, reader: str | int, phase: str) -> str:
    """Derive a session's seed, so that no two readers and no two phases share an order."""
    return hashlib.sha256(f"{study_seed}/{reader}/{phase}".encode()).hexdigest()
