"""Judgements are added, never changed, each exactly once."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.db import IntegrityError, transaction

from readerstudy.reading import gates
from readerstudy.reading.models import Draft, Judgement, Mark, Reading, ReadingSession, rating_of
from readerstudy.reading.queries import case_questions, place_of
from readerstudy.reading.services.ending import go_on
from readerstudy.reading.services.refusing import (
    KeyReusedError,
    NotCurrentError,
    hold_session,
    judged_already,
    require_running,
    reused,
)
from readerstudy.reading.submissions import Submission, ran_out_of_time, require_fit
from readerstudy.reading.tallies import tally_of, with_judgement
from readerstudy.studies.models import Phase


@transaction.atomic
def submit_judgement(
    *, session: ReadingSession, position: int, key: UUID, submission: Submission, revision: int | None = None
) -> tuple[Judgement, bool]:
    """Store a judgement, exactly once; of a case that was opened again, as a further revision.

    Parameters
    ----------
    key : UUID
        Made by the browser before it sends; a replay with the same key gives the stored judgement again.
    revision : int or None
        Which revision it was made to be, from 1. What was on its way while the case was judged and opened again is so
        not taken for a revision. None where the browser does not say.

    Returns
    -------
    (Judgement, bool)
        The judgement, and whether it was stored now rather than found.

    Raises
    ------
    KeyReusedError
        The key was used for something else.
    NotCurrentError
        The case at this position is not the one to judge now.
    StudyEndedError
        The study does not run any more.
    UnfitError
        It does not answer what the phase asks.
    """
    hold_session(session)
    require_running(session.reader.study)
    found = Judgement.objects.filter(idempotency_key=key).select_related("reading").first()
    if found:
        return _replay(found, session, position, submission), False
    place = place_of(session)
    if not gates.judgement_is_open(position, current=place.current):
        raise NotCurrentError(judged_already())
    if revision not in (None, _next_revision(session, position)):
        raise NotCurrentError(judged_already())
    require_fit(submission, session.phase, case_questions(session.phase))
    try:
        with transaction.atomic():
            judgement = _store(session, position, key, submission)
    except IntegrityError:
        if not Judgement.objects.filter(idempotency_key=key).exists():
            raise
        raise KeyReusedError(reused()) from None  # another session stored a judgement with this key since we looked
    go_on(session, place, position)
    return judgement, True


def _replay(found: Judgement, session: ReadingSession, position: int, submission: Submission) -> Judgement:
    same_place = found.reading.session_id == session.pk and found.reading.position == position
    if not same_place or found.request_digest != submission.digest():
        raise KeyReusedError(reused())
    return found


def _next_revision(session: ReadingSession, position: int) -> int:
    """Give the revision that the next judgement of a case will be, from 1."""
    return 1 + Judgement.objects.filter(reading__session=session, reading__position=position).count()


def _store(session: ReadingSession, position: int, key: UUID, submission: Submission) -> Judgement:
    reading = session.readings.get(position=position)
    call, confidence = submission.call, submission.confidence
    judgement = Judgement.objects.create(
        reading=reading,
        revision=_next_revision(session, position),
        call=call,
        confidence=confidence,
        rating=None if call is None or confidence is None else rating_of(call, confidence),
        answers=submission.answers,
        seconds=submission.seconds,
        paused_seconds=submission.paused_seconds,
        hidden_seconds=submission.hidden_seconds,
        timed_out=ran_out_of_time(submission, session.phase),
        view_log=submission.view_log,
        shown_at=submission.shown_at,
        submitted_at=submission.submitted_at,
        idempotency_key=key,
        request_digest=submission.digest(),
    )
    _store_marks(judgement, submission, session.phase)
    if judgement.revision == 1:
        _count(session, reading, judgement)
    Draft.objects.filter(reading=reading).delete()
    return judgement


def _count(session: ReadingSession, reading: Reading, judgement: Judgement) -> None:
    """Count a first judgement for the monitor; the session is held."""
    counted = with_judgement(
        tally_of(session.tally),
        call=judgement.call,
        confidence=judgement.confidence,
        seconds=judgement.seconds,
        received_at=judgement.received_at,
        is_reread=bool(reading.reread),
    )
    session.tally = counted.as_json()
    session.save(update_fields=["tally"])


def _store_marks(judgement: Judgement, submission: Submission, phase: Phase) -> None:
    questions = {question.name: question for question in case_questions(phase)}
    Mark.objects.bulk_create(
        Mark(judgement=judgement, number=number, **{**asdict(mark), "question": questions[mark.question]})
        for number, mark in enumerate(submission.marks, start=1)
    )
