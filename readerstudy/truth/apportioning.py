"""Parting a number into whole parts."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def evenly(total: int, room: Mapping[K, int]) -> dict[K, int] | None:
    """Part a number evenly; who has no room for an even part gives all of it, and the others share the rest.

    Returns
    -------
    dict or None
        A part for each key: no two that have room left differ by more than one. What cannot be parted goes to those
        with most room. None where there is too little room in all.
    """
    if sum(room.values()) < total:
        return None
    # By room, the smallest first: each takes an even part of what is left, or all that it has.
    parts: dict[K, int] = {}
    left = total
    for place, key in enumerate(sorted(room, key=lambda key: (room[key], repr(key)))):
        parts[key] = min(room[key], left // (len(room) - place))
        left -= parts[key]
    return parts


def in_proportion(total: int, shares: Mapping[K, int]) -> dict[K, int]:
    """Part a number in proportion to shares, each part less than one away from the exact one (largest remainders)."""
    whole = sum(shares.values())
    parts = {key: total * share // whole for key, share in shares.items()}
    by_remainder = sorted(shares, key=lambda key: (-(total * shares[key] % whole), repr(key)))
    for key in by_remainder[: total - sum(parts.values())]:
        parts[key] += 1
    return parts
