"""Signs that a reader does not look: for a coordinator to ask about, never a verdict. They know no truth.

The thresholds are conventions, set so that careful reading hardly ever meets them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from readerstudy.reading.tallies import Tally

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

RUN = 15
QUICK_LEAST, QUICK_SHARE = 5, 0.1
ONE_BUTTON_LEAST, ONE_BUTTON_SHARE = 20, 0.95
GAP = timedelta(days=7)


@dataclass(frozen=True)
class Sign:
    """A sign, in a word or two, and what it means."""

    name: str
    words: StrPromise
    meaning: StrPromise


STRAIGHT = Sign(
    "straight-lining",
    _("Same answer in a row"),
    _("The same call with the very same confidence, 15 times in a row or more, though the cases differ."),
)
QUICK = Sign(
    "quick",
    _("Very quick"),
    _("More than a tenth of the cases, and five at least, were judged within a second of their appearing."),
)
ONE_BUTTON = Sign(
    "one-button",
    _("Nearly always one call"),
    _("Of 20 cases or more, at least 95 % got the same call. Where the classes are about even, that is no reading."),
)
LONG_GAP = Sign(
    "gap",
    _("Long silence"),
    _("A phase was begun and is not finished, and nothing has come in for seven days or more."),
)
SIGNS = (STRAIGHT, QUICK, ONE_BUTTON, LONG_GAP)


def signs_of(tally: Tally, *, is_unfinished: bool, now: datetime) -> list[Sign]:
    """Give the signs that a session's count shows; `now` is the real time, as judgements are stamped with it."""
    return list(_signs(tally, is_unfinished, now))


def _signs(tally: Tally, is_unfinished: bool, now: datetime) -> Iterator[Sign]:
    if tally.longest_run >= RUN:
        yield STRAIGHT
    if tally.quick >= QUICK_LEAST and tally.quick > QUICK_SHARE * tally.judged:
        yield QUICK
    same = max(tally.synthetic, tally.calls - tally.synthetic)
    if tally.calls >= ONE_BUTTON_LEAST and same >= ONE_BUTTON_SHARE * tally.calls:
        yield ONE_BUTTON
    seen = tally.seen_at()
    if is_unfinished and seen is not None and now - seen >= GAP:
        yield LONG_GAP
