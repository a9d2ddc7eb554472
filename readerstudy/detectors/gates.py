"""When a detector's verdict opens to a reader: a pure function, so that the rule can be read and tested alone."""

from __future__ import annotations

from readerstudy.studies.models import Aid


def aid_is_open(*, aid: str, aided: bool, is_current: bool, own_is_judged: bool) -> bool:
    """Whether the aid of a reading may be shown.

    Parameters
    ----------
    aid : {"none", "concurrent", "sequential"}
        When the phase shows aid.
    aided : bool
        Whether this reading is one with aid.
    is_current : bool
        Whether it is the one to judge now, for the first time or again.
    own_is_judged : bool
        Whether the reader has committed to a judgement of the same case without aid, which is not open for a change.
    """
    if not aided or not is_current:
        return False
    return aid == Aid.CONCURRENT or (aid == Aid.SEQUENTIAL and own_is_judged)
