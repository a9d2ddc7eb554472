"""Who reads what in which order: pure functions of a stored seed."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence


def session_seed(*, study_seed: int, reader: str, phase: str) -> str:
    """Derive a session's seed, so that no two readers and no two phases share an order."""
    return hashlib.sha256(f"{study_seed}/{reader}/{phase}".encode()).hexdigest()


def random_order(codes: Sequence[str], *, seed: str) -> list[str]:
    """Draw a hanging list: every case once, in an order that the seed alone decides.

    Parameters
    ----------
    codes : sequence of str
        The case codes, in any order: they are sorted first, so that only the set matters.
    seed : str
        What `session_seed` gives.
    """
    order = sorted(codes)
    random.Random(seed).shuffle(order)  # noqa: S311 - it must be reproducible, not unpredictable
    return order
