"""What opens once a session is over: pure functions beside those of `reading.gates`, each to be tested alone."""

from __future__ import annotations

from readerstudy.studies.models import Feedback


def feedback_at_end_is_open(*, feedback: str, finished: bool) -> bool:
    """Whether all answers of a session may be told: where the phase tells them at the end, and the session is over."""
    return feedback == Feedback.AT_END and finished


def qualification_is_open(*, needed_percent: int | None, finished: bool) -> bool:
    """Whether it may be said if a practice was good enough: where the phase asks for it, and the session is over."""
    return needed_percent is not None and finished
