"""Drawing lots: chance that a seed alone decides.

Lots are SHA-256 digests of a seed and a name rather than numbers of a generator. So they do not depend on the order in
which things are given, nor on the version of Python or of any library: whoever has the stored seed can draw again, in
any language, in years to come.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping


def lot(seed: str, name: object) -> str:
    """Draw a lot: 64 hexadecimal digits that say nothing of the name to whoever does not know the seed."""
    return hashlib.sha256(f"{seed}/{name}".encode()).hexdigest()


def shuffled(names: Iterable[str], *, seed: str) -> list[str]:
    """Put different names in a random order; only their set and the seed matter."""
    return sorted(names, key=lambda name: lot(seed, name))


def number_below(limit: int, *, seed: str) -> int:
    """Draw a whole number from 0 to limit − 1 (uneven by less than limit / 2²⁵⁶)."""
    return int(lot(seed, "number"), 16) % limit


def by_stratum(cases: Mapping[str, int], *, seed: str) -> list[str]:
    """Put cases in a random order in which every stratum stands together, the strata in a random order too.

    Parameters
    ----------
    cases : mapping of str to int
        The opaque stratum of each case code.
    """
    strata: dict[str, list[str]] = defaultdict(list)
    for case, stratum in cases.items():
        strata[f"stratum {stratum}"].append(case)
    return [case for name in shuffled(strata, seed=seed) for case in shuffled(strata[name], seed=seed)]
