"""The audit log in a capsule: every event of the study, and of all others the links that hold the chain together."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

GENESIS = "0" * 64  # what the first event names as the one before it
_SAID = ("previous", "at", "actor", "verb", "target", "detail")


@dataclass(frozen=True)
class Chain:
    """What the log shows.

    Attributes
    ----------
    links : int
        Events of any study, by their digests.
    events : int
        Those that are told, whose digests were computed again.
    head : str or None
        The digest of the last one.
    broken : int or None
        The line of the first that does not follow the one before it, or does not say what its digest was made from.
    """

    links: int
    events: int
    head: str | None
    broken: int | None


def check(log: bytes) -> Chain:
    """Follow the chain through a log of one JSON object a line.

    An event that is told has ``at``, ``actor``, ``verb``, ``target``, ``detail``, ``previous`` and ``digest``; of any
    other there are the last two.

    Examples
    --------
    >>> check(b"")
    Chain(links=0, events=0, head=None, broken=None)
    """
    previous, events = GENESIS, 0
    lines = log.splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            event = json.loads(line)
            told = "verb" in event
            holds = event["previous"] == previous and (not told or _digest(event) == event["digest"])
            digest = str(event["digest"])
        except (ValueError, KeyError, TypeError, RecursionError):
            holds = False
        if not holds:
            return Chain(len(lines), events, None if previous == GENESIS else previous, number)
        previous, events = digest, events + told
    return Chain(len(lines), events, None if previous == GENESIS else previous, None)


def _digest(event: dict[str, object]) -> str:
    said = [event[name] for name in _SAID]
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
