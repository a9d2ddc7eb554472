"""Telling a reader the answer, once the gate is open, and noting that it was told."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from readerstudy.reading import gates as reading_gates
from readerstudy.reading import services as reading_services
from readerstudy.reading.models import Judgement, Reading, ReadingSession
from readerstudy.training import gates
from readerstudy.training.models import FeedbackShown
from readerstudy.truth.models import Truth


@dataclass(frozen=True)
class Feedback:
    """The answer to one reading; `correct` is None where the reader gave no call."""

    position: int
    truth: str
    correct: bool | None
    telltales: list[str]


class FeedbackClosedError(Exception):
    """This phase gives no feedback, or what it is about is not judged yet."""


@transaction.atomic
def show_feedback(reading: Reading) -> Feedback:
    """Give the answer of a reading, log the first time that it was given, and make the judgement final.

    Raises
    ------
    FeedbackClosedError
        The gate is shut.
    """
    session = hold(reading.session_id)
    judgement = reading.judgements.order_by("-revision").first()
    of_case = session.readings.filter(case=reading.case_id)
    is_open = reading_gates.feedback_is_open(
        feedback=session.phase.feedback,
        judged=not of_case.filter(reread=reading.reread, judgements=None).exists(),  # in its second condition too
        reopened=of_case.filter(pk=session.reopened_id or 0).exists(),
    )
    if judgement is None or not is_open:
        raise FeedbackClosedError
    FeedbackShown.objects.get_or_create(reading=reading)
    reading_services.seal_reading(reading=reading)
    return _compare(judgement, get_object_or_404(Truth, case=reading.case_id))


@transaction.atomic
def show_feedback_at_end(session: ReadingSession) -> list[Feedback]:
    """Give the answers of a finished session in the order of its list, log the first time, and make it all final.

    Raises
    ------
    FeedbackClosedError
        The gate is shut.
    """
    session = hold(session.pk)
    if not gates.feedback_at_end_is_open(feedback=session.phase.feedback, finished=is_over(session)):
        raise FeedbackClosedError
    told = FeedbackShown.objects.filter(reading__session=session).values("reading")
    for reading in session.readings.exclude(pk__in=told):
        FeedbackShown.objects.create(reading=reading)
        reading_services.seal_reading(reading=reading)
    last = {judgement.reading_id: judgement for judgement in judgements_of(session)}
    truths = {truth.case_id: truth for truth in Truth.objects.filter(case__in=session.readings.values("case"))}
    return [_compare(one, truths[one.reading.case_id]) for one in last.values()]


def hold(session: int) -> ReadingSession:
    """Hold a session's row, as everyone does first who writes within it.

    What a reader takes back and what the reader is told of it so come one after the other.
    """
    held = ReadingSession.objects.select_for_update(of=("self",)).select_related("phase", "reader__study")
    return held.get(pk=session)


def is_over(session: ReadingSession) -> bool:
    """Whether nothing of the session is left to do, nor open for a change."""
    return session.finished_at is not None and session.reopened_id is None


def judgements_of(session: ReadingSession) -> QuerySet[Judgement]:
    """Give the judgements of a session by place and revision."""
    found = Judgement.objects.filter(reading__session=session).select_related("reading")
    return found.order_by("reading__position", "revision")


def _compare(judgement: Judgement, truth: Truth) -> Feedback:
    telltales = [_in_words(name.strip()) for name in truth.telltales.split(";") if name.strip()]
    return Feedback(
        position=judgement.reading.position,
        truth=truth.value,
        correct=None if judgement.call is None else judgement.call == truth.value,
        telltales=telltales,
    )


def _in_words(name: str) -> str:
    """Write `uniform-grain` as people do; what is written in words already stays as it is."""
    return name if " " in name else name.replace("-", " ")
