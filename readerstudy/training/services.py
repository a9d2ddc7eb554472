"""Telling a reader the answer, once the gate is open, and noting that it was told."""

from __future__ import annotations

from dataclasses import dataclass

from django.shortcuts import get_object_or_404

from readerstudy.reading import gates
from readerstudy.reading.models import Judgement, Reading
from readerstudy.training.models import FeedbackShown
from readerstudy.truth.models import Truth


@dataclass(frozen=True)
class Feedback:
    """The answer to one reading."""

    position: int
    truth: str
    correct: bool
    telltales: list[str]
    explanation: str


class FeedbackClosedError(Exception):
    """This phase gives no feedback, or the case is not judged yet."""


def show_feedback(reading: Reading) -> Feedback:
    """Give the answer of a reading, and log the first time that it was given.

    Raises
    ------
    FeedbackClosedError
        The gate is shut.
    """
    judgement = reading.judgements.order_by("-revision").first()
    is_open = gates.feedback_is_open(feedback=reading.session.phase.feedback, judged=judgement is not None)
    if judgement is None or not is_open:
        raise FeedbackClosedError
    FeedbackShown.objects.get_or_create(reading=reading)
    return _compare(judgement, get_object_or_404(Truth, case=reading.case_id))


def _compare(judgement: Judgement, truth: Truth) -> Feedback:
    telltales = [_in_words(name.strip()) for name in truth.telltales.split(";") if name.strip()]
    return Feedback(
        position=judgement.reading.position,
        truth=truth.value,
        correct=judgement.call == truth.value,
        telltales=telltales,
        explanation="What gives it away:" if telltales else "",
    )


def _in_words(name: str) -> str:
    """Write `uniform-grain` as people do; what is written in words already stays as it is."""
    return name if " " in name else name.replace("-", " ")
