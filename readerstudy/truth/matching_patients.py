"""Filling quotas from units of which only one of each cluster (a patient, a pair) may be taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

C = TypeVar("C")


@dataclass(frozen=True)
class Unit(Generic[C]):
    """What is taken or left as a whole: one case, or a pair of cases."""

    cell: C
    codes: tuple[str, ...]
    cluster: str


def draw_units(units: Sequence[Unit[C]], quotas: Mapping[C, int]) -> tuple[list[Unit[C]], tuple[C, int] | None]:
    """Fill every cell up to its quota, one unit per cluster, in the order in which the units stand.

    A cluster that is in several cells goes from one to another where that makes room (augmenting paths, as in the
    theory of flows): a quota that can be filled is filled.

    Returns
    -------
    (list of Unit, (cell, int) or None)
        What was taken, and the first cell that could not be filled, with the number that it got.
    """
    matching = _Matching(units)
    for cell in sorted(quotas, key=repr):
        for got in range(quotas[cell]):
            if not matching.give_one_more(cell, set()):
                return list(matching.taken.values()), (cell, got)
    return list(matching.taken.values()), None


class _Matching(Generic[C]):
    """Which unit of each cluster is taken."""

    def __init__(self, units: Sequence[Unit[C]]) -> None:
        self.candidates: dict[C, dict[str, Unit[C]]] = defaultdict(dict)
        for unit in units:
            self.candidates[unit.cell].setdefault(unit.cluster, unit)
        self.taken: dict[str, Unit[C]] = {}
        # A cluster that was taken once stays taken, if by another cell: each list of untried units is read once.
        self.untried = {cell: iter(units.items()) for cell, units in self.candidates.items()}

    def give_one_more(self, cell: C, asked: set[C]) -> bool:
        """Take a unit of this cell: a free one, or one whose cluster's other cell can do without it."""
        asked.add(cell)
        for cluster, unit in self.untried[cell]:
            if cluster not in self.taken:
                self.taken[cluster] = unit
                return True
        for cluster, unit in self.candidates[cell].items():
            other = self.taken[cluster].cell
            if other not in asked and self.give_one_more(other, asked):
                self.taken[cluster] = unit
                return True
        return False
