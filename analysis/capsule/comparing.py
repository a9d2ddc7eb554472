"""Two documents of results, number by number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Another processor adds up in another order: sums of thousands of terms agree to about this.
RELATIVE = 1e-9
ABSOLUTE = 1e-12


@dataclass(frozen=True)
class Differing:
    """A value at which two documents differ, as `stored` and as `found` again."""

    where: str
    stored: Any
    found: Any


@dataclass(frozen=True)
class Compared:
    """How many numbers were held against each other, and where anything differs."""

    numbers: int
    differing: tuple[Differing, ...]


def compare(stored: Any, found: Any, *, relative: float = RELATIVE) -> Compared:
    """Hold two documents of plain values against each other.

    Numbers agree within `relative` of the greater, or within 1e-12; everything else must be the same.

    Examples
    --------
    >>> compare({"a": [0.5, 1]}, {"a": [0.5, 2]})
    Compared(numbers=2, differing=(Differing(where='a[1]', stored=1, found=2),))
    """
    counted = [0]
    return Compared(differing=tuple(_differences(stored, found, "", relative, counted)), numbers=counted[0])


def _differences(stored: Any, found: Any, where: str, relative: float, counted: list[int]) -> Iterator[Differing]:
    if isinstance(stored, dict) and isinstance(found, dict):
        for key in sorted({*stored, *found}):
            inner = f"{where}.{key}" if where else key
            yield from _differences(stored.get(key, _ABSENT), found.get(key, _ABSENT), inner, relative, counted)
    elif isinstance(stored, list) and isinstance(found, list) and len(stored) == len(found):
        for number, (one, other) in enumerate(zip(stored, found, strict=True)):
            yield from _differences(one, other, f"{where}[{number}]", relative, counted)
    elif _is_number(stored) and _is_number(found):
        counted[0] += 1
        if not math.isclose(stored, found, rel_tol=relative, abs_tol=ABSOLUTE):
            yield Differing(where, stored, found)
    elif type(stored) is not type(found) or stored != found:  # True == 1
        yield Differing(where, stored, found)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_ABSENT = "(absent)"
