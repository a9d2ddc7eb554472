"""Judgements that are opened again, and those that nothing opens again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.reading import states
from readerstudy.reading.models import Draft, Reading, ReadingSession
from readerstudy.reading.queries import place_of
from readerstudy.reading.services.ending import go_on
from readerstudy.reading.services.refusing import NotReopenedError, hold_session, require_running
from readerstudy.studies.models import Reader


@transaction.atomic
def reopen_reading(*, session: ReadingSession, position: int, actor: User) -> None:
    """Open a judgement again: the last one within its undo window, or an earlier one where the phase allows it.

    Nothing is changed by that: the judgement stands until a revision is submitted.

    Raises
    ------
    NotReopenedError
        The phase does not allow it, time is over, or something was told of the case since.
    StudyEndedError
        The study does not run any more.
    """
    require_running(session.reader.study)
    Reader.objects.select_for_update().get(pk=session.reader_id)  # first, as the start of the next session holds it
    hold_session(session)
    place = place_of(session)
    if place.reopened == position:
        return
    reading = session.readings.filter(position=position).first()
    if reading is None or not states.may_be_revised(session, reading, place, states.seconds_left(session, reading)):
        raise NotReopenedError(_("This judgement cannot be changed any more. The page goes on where you are."))
    session.reopened, session.finished_at = reading, None
    session.save(update_fields=["reopened", "finished_at"])
    audit.record(actor=actor, verb="reading.reopened", target=f"session:{session.code}", position=position)


@transaction.atomic
def leave_reopened(*, session: ReadingSession, position: int, actor: User) -> None:
    """Let the judgement stand that was opened again, and go on; where it is not open, nothing happens.

    Raises
    ------
    StudyEndedError
        The study does not run any more.
    """
    hold_session(session)
    require_running(session.reader.study)
    place = place_of(session)
    if place.reopened != position:
        return
    Draft.objects.filter(reading=session.reopened_id).delete()
    go_on(session, place, None)
    audit.record(actor=actor, verb="reading.left_as_it_was", target=f"session:{session.code}", position=position)


@transaction.atomic
def seal_reading(*, reading: Reading) -> None:
    """Close the judged readings of a case for good, as aid or an answer on it is being told.

    That which is being revised stays open: its revision is made with the aid in sight, as the judgement was.
    """
    session = reading.session
    hold_session(session)
    of_case = session.readings.filter(case=reading.case_id, sealed_at=None, judgements__isnull=False)
    judged = of_case.exclude(pk=session.reopened_id or 0).values_list("pk", flat=True)
    Reading.objects.filter(pk__in=list(judged)).update(sealed_at=timezone.now())
