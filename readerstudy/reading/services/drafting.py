"""What was entered and not submitted yet."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from readerstudy.reading import gates, states
from readerstudy.reading.models import Draft, Reading, ReadingSession
from readerstudy.reading.queries import place_of
from readerstudy.reading.services.refusing import DraftConflictError, NotCurrentError, hold_session, judged_already

END = 0  # in place of a position: the questions at the end


@transaction.atomic
def save_draft(
    *, session: ReadingSession, position: int, body: Mapping[str, object], seconds: float, version: int
) -> Draft:
    """Keep what was entered so far, for the current case or for the questions at the end.

    Parameters
    ----------
    position : int
        Place of the case, or `END`.
    version : int
        The draft's version that the window has seen last; 0 for none.

    Raises
    ------
    DraftConflictError
        There is a newer one, or that which was seen is there no more.
    NotCurrentError
        That is not what is to be answered now.
    """
    hold_session(session)
    owner = _owner_of(session, position)
    draft = Draft.objects.filter(**owner).first()
    if draft is None and version:  # it was of before the case was judged and opened again
        raise DraftConflictError(None)
    if draft is None:
        return Draft.objects.create(**owner, body=dict(body), seconds=seconds)
    if draft.body == body and draft.seconds == seconds:  # a replay
        return draft
    if draft.version != version:
        raise DraftConflictError(draft)
    draft.body, draft.seconds, draft.version = dict(body), seconds, draft.version + 1
    draft.save()
    return draft


def _owner_of(session: ReadingSession, position: int) -> dict[str, Reading | ReadingSession]:
    """Say what a draft is of, if it is what is to be answered now."""
    place = place_of(session)
    if position == END and states.stage_of(session, place) == "end-questions":
        return {"session": session}
    if position == END or not gates.judgement_is_open(position, current=place.current):
        raise NotCurrentError(judged_already())
    return {"reading": session.readings.get(position=position)}
