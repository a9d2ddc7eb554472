"""When something opens to a reader: pure functions, so that each rule can be read and tested alone."""

from __future__ import annotations

LOOKAHEAD = 2  # so many images after the current one may be fetched ahead, and none beyond


def image_is_open(position: int, *, current: int | None) -> bool:
    """Whether the image at a place of the hanging list may be fetched.

    Parameters
    ----------
    position : int
        The place asked for, from 1.
    current : int or None
        The place of the first case without a judgement; None once all are judged.
    """
    return current is not None and current <= position <= current + LOOKAHEAD


def judgement_is_open(position: int, *, current: int | None) -> bool:
    """Whether a first judgement is taken for this place: for the current case only."""
    return position == current


def feedback_is_open(*, feedback: str, judged: bool) -> bool:
    """Whether the answer may be told: where the phase gives feedback, once the reader has committed to a judgement."""
    return feedback == "after-each" and judged
