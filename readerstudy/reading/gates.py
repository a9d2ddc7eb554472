"""When something opens to a reader: pure functions, so that each rule can be read and tested alone.

Places of a hanging list count from 1. The *frontier* is the first place without a judgement, None once all are judged;
the *reopened* place has a judgement that is being revised. The *current* place is the reopened one, else the frontier.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

LOOKAHEAD = 2  # so many images after the frontier may be fetched ahead, and none beyond

Stage = Literal["reading", "end-questions", "finished"]
Outcome = Literal["passed", "pending", "again", "failed"]


def image_is_open(position: int, *, frontier: int | None, reopened: int | None = None) -> bool:
    """Whether the image at a place may be fetched: that to judge, that to revise, and the next few.

    A revision opens nothing that was not open before it, and shuts nothing either.
    """
    return position == reopened or (frontier is not None and frontier <= position <= frontier + LOOKAHEAD)


def current_place(*, frontier: int | None, reopened: int | None) -> int | None:
    """Give the place to judge now, or None once there is none."""
    return frontier if reopened is None else reopened


def judgement_is_open(position: int, *, current: int | None) -> bool:
    """Whether a judgement is taken for this place: for the current case only."""
    return position == current


def undo_seconds_left(*, window: int, since: float) -> float:
    """Give the seconds for which the last judgement may still be undone; 0 once that is over.

    Parameters
    ----------
    window : int
        Seconds that the phase allows; 0 where it allows no undo.
    since : float
        Seconds since the judgement came in.
    """
    return max(0.0, min(float(window), window - since))


def revision_is_open(
    position: int, *, last: int | None, sealed: bool, seconds_left: float, revisit: bool, over: bool
) -> bool:
    """Whether a judgement may be opened again.

    Parameters
    ----------
    last : int or None
        The last place that was judged: the one that undo is for.
    sealed : bool
        Whether aid or feedback told something of the case; then nothing opens it again.
    seconds_left : float
        What is left of the last judgement's undo window.
    revisit : bool
        Whether the phase lets readers change earlier judgements until its end.
    over : bool
        Whether the session is finished: then only the last judgement can be undone.
    """
    if sealed or last is None or not 1 <= position <= last:
        return False
    return (position == last and seconds_left > 0) or (revisit and not over)


def aid_is_open(position: int, *, current: int | None, aided: bool) -> bool:
    """Whether aid may be served: for the current case, at a place that has aid.

    Sequential aid has two places for a case. That with the reader's own judgement comes first, so it is judged before
    the aided one becomes current.
    """
    return aided and position == current


def feedback_is_open(*, feedback: str, judged: bool, reopened: bool = False) -> bool:
    """Whether the answer may be told: where the phase gives feedback, once the reader has committed to a judgement."""
    return feedback == "after-each" and judged and not reopened


def stage_of(*, current: int | None, asks_at_end: bool, answered: bool) -> Stage:
    """Say whether cases, the questions at the end, or nothing is left of a session."""
    if current is not None:
        return "reading"
    return "end-questions" if asks_at_end and not answered else "finished"


def opens_at(*, washout_days: int, last_finished: datetime | None) -> datetime | None:
    """Give the time from which a phase may be begun, or None where nothing is to be waited for.

    Parameters
    ----------
    washout_days : int
        Least days after the reader's phase before it, practice and training not counted.
    last_finished : datetime or None
        When that was finished, by the study's clock; None where there was none.
    """
    if not washout_days or last_finished is None:
        return None
    return last_finished + timedelta(days=washout_days)


def phase_is_open(*, opens: datetime | None, now: datetime) -> bool:
    """Whether a phase may be begun."""
    return opens is None or now >= opens


def outcome_of(*, threshold: int | None, qualified: bool | None, attempt: int, attempts: int) -> Outcome:
    """Say what a finished phase leads to.

    `passed`: the next phase. `pending`: whether it was passed is still to be found out. `again`: another attempt.
    `failed`: no attempt is left.
    """
    if threshold is None or qualified:
        return "passed"
    if qualified is None:
        return "pending"
    return "again" if attempt < attempts else "failed"
