"""What ends a session: its last judgement, or the answers to the questions at its end."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from readerstudy.audit import services as audit
from readerstudy.reading import states
from readerstudy.reading.models import Draft, PhaseAnswers, ReadingSession
from readerstudy.reading.queries import Place, end_questions, place_of
from readerstudy.reading.services.refusing import (
    KeyReusedError,
    NotCurrentError,
    hold_session,
    require_running,
    reused,
)
from readerstudy.reading.submissions import Answer, UnfitError, answer_faults, asked_now, digest_of


def go_on(session: ReadingSession, place: Place, judged: int | None) -> None:
    """Close what was reopened, and end the session where nothing is left of it."""
    was_reopened, session.reopened = session.reopened_id is not None, None
    is_last = place.frontier is None or (judged == place.frontier == place.cases)
    if is_last and not end_questions(session.phase):
        _finish(session)
    elif was_reopened:
        session.save(update_fields=["reopened"])


def _finish(session: ReadingSession) -> None:
    session.finished_at = session.reader.study.now()
    session.save(update_fields=["reopened", "finished_at"])
    audit.record(actor=session.reader.user, verb="reading.finished", target=f"session:{session.code}")


@transaction.atomic
def answer_end_questions(*, session: ReadingSession, key: UUID, answers: dict[str, Answer]) -> bool:
    """Store the answers to the questions at the end, exactly once, and finish the session.

    Returns
    -------
    bool
        Whether they were stored now rather than found.

    Raises
    ------
    KeyReusedError
        The key was used for other answers.
    NotCurrentError
        There are no such questions, they were answered before, or cases are left.
    StudyEndedError
        The study does not run any more.
    UnfitError
        The answers do not fit the questions.
    """
    hold_session(session)
    require_running(session.reader.study)
    digest = digest_of(answers)
    found = PhaseAnswers.objects.filter(idempotency_key=key).first()
    if found:
        if found.session_id != session.pk or found.request_digest != digest:
            raise KeyReusedError(reused())
        return False
    if states.stage_of(session, place_of(session)) != "end-questions":
        raise NotCurrentError(_("There is nothing to answer at the end now. The page goes on where you are."))
    asked = asked_now(end_questions(session.phase), None, answers)
    if faults := answer_faults(answers, asked):
        raise UnfitError({"answers": faults})
    try:
        with transaction.atomic():
            PhaseAnswers.objects.create(session=session, answers=answers, idempotency_key=key, request_digest=digest)
    except IntegrityError:
        if not PhaseAnswers.objects.filter(idempotency_key=key).exists():
            raise
        raise KeyReusedError(reused()) from None  # another session stored answers with this key since we looked
    Draft.objects.filter(session=session).delete()
    _finish(session)
    return True


@transaction.atomic
def set_qualified(*, session: ReadingSession, passed: bool) -> None:
    """Note whether a finished practice was good enough to go on; what was noted first stands."""
    hold_session(session)
    if session.qualified is None and session.finished_at is not None:
        session.qualified = passed
        session.save(update_fields=["qualified"])
