"""What the monitor needs of a session, counted as its judgements come in, so that it need not read them all again.

Only first judgements count: a revision changes what was said, not how a reader works. None of it is served to readers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

QUICK_SECONDS = 1.0


@dataclass(frozen=True)
class Tally:
    """The count of one session.

    Attributes
    ----------
    judged, rereads : int
        How many places were judged, and how many of them show a case again.
    last_at : str
        When the last judgement came in, as ISO 8601; empty before the first.
    tenths : mapping
        How often a judgement took so many tenths of a second: all that a median needs.
    days : mapping
        How many came in on a day (UTC).
    quick : int
        How many took less than `QUICK_SECONDS`.
    calls, synthetic : int
        How many held a call, and how many of these were `synthetic`.
    last_answer : list
        The last call and confidence; empty before the first call.
    run, longest_run : int
        How many times it was given in a row now, and at most.
    """

    judged: int = 0
    rereads: int = 0
    last_at: str = ""
    tenths: Mapping[str, int] = field(default_factory=dict)
    days: Mapping[str, int] = field(default_factory=dict)
    quick: int = 0
    calls: int = 0
    synthetic: int = 0
    last_answer: list[Any] = field(default_factory=list)
    run: int = 0
    longest_run: int = 0

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON can hold it."""
        return asdict(self)

    def median_seconds(self) -> float | None:
        """Give the median time of a case, to a tenth of a second; None before the first."""
        if not self.judged:
            return None
        counts = sorted((int(tenths), count) for tenths, count in self.tenths.items())
        lower, upper = _at(counts, (self.judged - 1) // 2), _at(counts, self.judged // 2)
        return (lower + upper) / 20

    def since(self, day: date) -> int:
        """Give how many judgements came in on a day and after it."""
        return sum(count for one, count in self.days.items() if one >= day.isoformat())

    def seen_at(self) -> datetime | None:
        """Give when the last judgement came in."""
        return datetime.fromisoformat(self.last_at) if self.last_at else None


def _at(counts: list[tuple[int, int]], place: int) -> int:
    """Give the value at a place of the sorted values."""
    for value, count in counts:
        if place < count:
            return value
        place -= count
    raise IndexError(place)


def tally_of(stored: Mapping[str, Any]) -> Tally:
    """Read a stored tally; an empty one is that of a session in which nothing was judged."""
    return Tally(**stored)


def with_judgement(
    tally: Tally, *, call: str | None, confidence: int | None, seconds: float, received_at: datetime, is_reread: bool
) -> Tally:
    """Count one more first judgement."""
    day = received_at.date().isoformat()
    counted = replace(
        tally,
        judged=tally.judged + 1,
        rereads=tally.rereads + is_reread,
        last_at=received_at.isoformat(),
        tenths=_one_more(tally.tenths, str(round(10 * seconds))),
        days=_one_more(tally.days, day),
        quick=tally.quick + (seconds < QUICK_SECONDS),
    )
    return counted if call is None else _with_call(counted, call, confidence)


def _one_more(counts: Mapping[str, int], key: str) -> dict[str, int]:
    return {**counts, key: counts.get(key, 0) + 1}


def _with_call(tally: Tally, call: str, confidence: int | None) -> Tally:
    answer = [call, confidence]
    run = tally.run + 1 if answer == tally.last_answer else 1
    return replace(
        tally,
        calls=tally.calls + 1,
        synthetic=tally.synthetic + (call == "synthetic"),
        last_answer=answer,
        run=run,
        longest_run=max(run, tally.longest_run),
    )


def days_ago(now: datetime, days: int) -> date:
    """Give the first of the last so many days, today included."""
    return (now - timedelta(days=days - 1)).date()
