"""Drawing a balanced cohort from a pool. Pure: cases and a design in, the codes that were drawn out."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from readerstudy.truth.apportioning import evenly, in_proportion
from readerstudy.truth.design import Design, PoolCase, SamplingError
from readerstudy.truth.matching_patients import Unit, draw_units

_CLASSES = ("authentic", "synthetic")
_PAIR = "pair"
_SHOWN = 10
# Strata that share patients are asked again for fewer this often; beyond, a pool is taken to have too few.
_MOST_TRIES = 40


class Cell(NamedTuple):
    """Where a case is counted: its class, the values of the shared strata, and its generator if that is a stratum."""

    value: str
    stratum: tuple[str, ...]
    generator: str = ""


@dataclass(frozen=True)
class Drawn:
    """What was drawn.

    Attributes
    ----------
    codes : tuple of str
        Sorted.
    table : list of dict
        One row per cell: `value`, `stratum`, `generator`, `had` (cases of the pool), `wanted` (an even part for every
        stratum), `drawn`.
    """

    codes: tuple[str, ...]
    table: list[dict[str, Any]]

    @property
    def is_even(self) -> bool:
        """Whether the strata of each class, and the generators of each stratum, gave even parts, to within one."""
        strata: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
        generators: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for row in self.table:
            strata[row["value"]][tuple(row["stratum"])] += row["drawn"]
            generators[row["value"], *row["stratum"]].append(row["drawn"])
        parts = [*(list(counts.values()) for counts in strata.values()), *generators.values()]
        return all(max(counts) - min(counts) <= 1 for counts in parts)


def draw(pool: Iterable[PoolCase], design: Design, seed: int) -> Drawn:
    """Draw cases at random.

    Strata get even parts as far as the pool has cases; what one lacks, the others give. Both classes have the same
    number in every stratum (at other prevalences than one half: the same share, to less than one case), and so a
    stratum that one class lacks gives none. Within a stratum, generators get even parts in the same way.

    Parameters
    ----------
    pool : iterable of PoolCase
        In any order.
    seed : int
        The same seed draws the same cases from the same pool.

    Raises
    ------
    SamplingError
        The pool has too few.
    """
    cases = sorted(pool, key=lambda case: case.code)
    units = _units(cases, design)
    random.Random(seed).shuffle(units)  # noqa: S311 – a draw that can be drawn again, not a secret
    room = dict(Counter(unit.cell for unit in _one_of_each_cluster(units)))
    enough = len({unit.cluster for unit in units}) >= design.size // (2 if design.pairs else 1)
    for _try in range(_MOST_TRIES if enough else 0):
        quotas = _quotas(room, design)
        if quotas is None:
            break
        chosen, short = draw_units(units, quotas)
        if short is None:
            codes = tuple(sorted(code for unit in chosen for code in unit.codes))
            return Drawn(codes, _table(cases, codes, design))
        # Patients are in several cells: beside the others, this one cannot have that many.
        cell, got = short
        room[cell] = quotas[cell] - (quotas[cell] - got + 1) // 2
    raise SamplingError(_what_is_short(cases, room, design))


def count_strata(pool: Iterable[PoolCase], design: Design) -> list[dict[str, Any]]:
    """Give the table of `Drawn` before anything is drawn."""
    return _table(list(pool), (), design)


def _one_of_each_cluster(units: Sequence[Unit[Cell]]) -> list[Unit[Cell]]:
    return list({(unit.cell, unit.cluster): unit for unit in units}.values())


def _units(cases: Sequence[PoolCase], design: Design) -> list[Unit[Cell]]:
    if design.pairs:
        return _pairs(cases, design)
    return [
        Unit(_cell(case, design), (case.code,), case.patient if design.one_per_patient and case.patient else case.code)
        for case in cases
    ]


def _pairs(cases: Sequence[PoolCase], design: Design) -> list[Unit[Cell]]:
    """Give every authentic case with every synthetic one of the same pair, where both are of one stratum."""
    by_pair: dict[str, dict[str, list[PoolCase]]] = defaultdict(lambda: defaultdict(list))
    for case in cases:
        if case.pair:
            by_pair[case.pair][case.value].append(case)
    clusters = _patients_joined_by_pairs(cases) if design.one_per_patient else {}
    units = []
    for pair, members in by_pair.items():
        for authentic in members["authentic"]:
            for synthetic in members["synthetic"]:
                cell = _cell(synthetic, design)
                if _cell(authentic, design).stratum == cell.stratum:
                    codes = (authentic.code, synthetic.code)
                    units.append(Unit(cell._replace(value=_PAIR), codes, clusters.get(pair, pair)))
    return units


def _patients_joined_by_pairs(cases: Sequence[PoolCase]) -> dict[str, str]:
    """Give each pair a name that it shares with all pairs that a patient is in, directly or by way of others."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            name = parent[name]
        return name

    for case in cases:
        if case.pair and case.patient:
            parent[root(f"patient:{case.patient}")] = root(f"pair:{case.pair}")
    return {case.pair: root(f"pair:{case.pair}") for case in cases if case.pair}


def _cell(case: PoolCase, design: Design) -> Cell:
    stratum = tuple(case.covariates.get(name, "") for name in design.shared)
    generated = "generator" in design.by and case.value == "synthetic"
    return Cell(case.value, stratum, case.covariates.get("generator", "") if generated else "")


def _quotas(room: Mapping[Cell, int], design: Design) -> dict[Cell, int] | None:
    """Say how many units each cell gives, or None where there are too few."""
    by_class: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for cell, count in room.items():
        by_class[cell.value][cell.stratum] += count
    in_pairs = {_PAIR: evenly(design.size // 2, by_class[_PAIR])}
    parts = in_pairs if design.pairs else _in_both_classes(by_class, design)
    quotas: dict[Cell, int] = {}
    for value, strata in parts.items():
        if strata is None:
            return None
        for stratum, count in strata.items():
            cells = {cell: n for cell, n in room.items() if (cell.value, cell.stratum) == (value, stratum)}
            quotas |= evenly(count, cells) or {}
    return quotas


def _in_both_classes(
    by_class: Mapping[str, Mapping[tuple[str, ...], int]], design: Design
) -> dict[str, dict[tuple[str, ...], int] | None]:
    """Spread the larger class evenly, no more than the smaller one can follow, and the smaller one in proportion."""
    small, large = sorted(_CLASSES, key=design.count)
    strata = evenly(design.count(large), _limits(by_class, design))
    return {large: strata, small: strata and in_proportion(design.count(small), strata)}


def _limits(by_class: Mapping[str, Mapping[tuple[str, ...], int]], design: Design) -> dict[tuple[str, ...], int]:
    """Say how many of the larger class a stratum can give so that the smaller class can have the same share there."""
    small, large = sorted(_CLASSES, key=design.count)
    ratio = Fraction(design.count(large), design.count(small))
    return {
        stratum: min(count, int(by_class[small].get(stratum, 0) * ratio)) for stratum, count in by_class[large].items()
    }


def _table(cases: Sequence[PoolCase], codes: Sequence[str], design: Design) -> list[dict[str, Any]]:
    had = Counter(_cell(case, design) for case in cases)
    chosen = set(codes)
    drawn = Counter(_cell(case, design) for case in cases if case.code in chosen)
    wanted = _even_parts(had, design)
    return [
        {
            "value": cell.value, "stratum": list(cell.stratum), "generator": cell.generator,
            "had": had[cell], "wanted": wanted[cell], "drawn": drawn[cell],
        }
        for cell in sorted(had)
    ]  # fmt: skip


def _even_parts(had: Mapping[Cell, int], design: Design) -> dict[Cell, int]:
    """Say what each cell would give if all had enough."""
    strata = sorted({cell.stratum for cell in had})
    small, large = sorted(_CLASSES, key=design.count)
    of_large = evenly(design.count(large), dict.fromkeys(strata, design.size)) or {}
    parts = {large: of_large, small: in_proportion(design.count(small), of_large)}
    wanted: dict[Cell, int] = {}
    for value in _CLASSES:
        for stratum in strata:
            cells = sorted(cell for cell in had if (cell.value, cell.stratum) == (value, stratum))
            wanted |= evenly(parts[value][stratum], dict.fromkeys(cells, design.size)) or {}
    return wanted


def _what_is_short(cases: Sequence[PoolCase], room: Mapping[Cell, int], design: Design) -> str:
    """Name the strata that have less than an even part, and the most that can be drawn."""
    wanted = Counter[tuple[str, tuple[str, ...]]]()
    for cell, count in _even_parts(Counter(_cell(case, design) for case in cases), design).items():
        wanted[cell.value, cell.stratum] += count
    has = Counter[tuple[str, tuple[str, ...]]]()
    for cell, count in room.items():
        for value in _CLASSES if cell.value == _PAIR else [cell.value]:
            has[value, cell.stratum] += count
    strata = sorted({stratum for _, stratum in wanted} | {stratum for _, stratum in has})
    missing = [
        _("%(stratum)s has %(has)s of %(wanted)s")
        % {
            "stratum": _in_words(value, stratum, design),
            "has": has[value, stratum],
            "wanted": wanted[value, stratum],
        }
        for value in _CLASSES
        for stratum in strata
        if has[value, stratum] < wanted[value, stratum]
    ]
    more = _("; and %(count)s more") % {"count": len(missing) - _SHOWN} if len(missing) > _SHOWN else ""
    said = "; ".join(missing[:_SHOWN]) + more or _("too many patients are in several strata")
    told = _("The pool cannot give %(size)s such cases%(conditions)s: %(said)s. At most %(most)s can be drawn.")
    most = max(min(_most(room, design), design.size - design.prevalence.denominator), 0)
    return told % {"size": design.size, "conditions": _conditions(design), "said": said, "most": most}


def _conditions(design: Design) -> str:
    said = [_("in whole pairs")] * design.pairs + [_("one per patient")] * design.one_per_patient
    return f" ({', '.join(said)})" if said else ""


def _in_words(value: str, stratum: tuple[str, ...], design: Design) -> str:
    named = [text or _("no %(name)s") % {"name": name} for name, text in zip(design.shared, stratum, strict=True)]
    return ", ".join([value, *named])


def _most(room: Mapping[Cell, int], design: Design) -> int:
    """Give the largest size for which there is room, at this prevalence."""
    if design.pairs:
        return 2 * sum(room.values())
    by_class: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for cell, count in room.items():
        by_class[cell.value][cell.stratum] += count
    step = design.prevalence.denominator
    larger = max(design.prevalence, 1 - design.prevalence)
    limit = sum(_limits(by_class, design).values()) if by_class["authentic"] and by_class["synthetic"] else 0
    return int(limit / larger / step) * step
