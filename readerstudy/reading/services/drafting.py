"""What was entered and not submitted yet."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from readerstudy.reading import gates
from readerstudy.reading.models import Draft, ReadingSession
from readerstudy.reading.queries import place_of
from readerstudy.reading.services.refusing import DraftConflictError, NotCurrentError, hold_session, judged_already


@transaction.atomic
def save_draft(
    *, session: ReadingSession, position: int, body: Mapping[str, object], seconds: float, version: int
) -> Draft:
    """Keep what was entered for the current case so far.

    Parameters
    ----------
    version : int
        The draft's version that the window has seen last; 0 for none.

    Raises
    ------
    DraftConflictError
        There is a newer one, or that which was seen is there no more.
    NotCurrentError
        The case is not the one to judge now.
    """
    hold_session(session)
    reading = session.readings.select_related("draft").filter(position=position).first()
    if reading is None or not gates.judgement_is_open(position, current=place_of(session).current):
        raise NotCurrentError(judged_already())
    draft: Draft | None = getattr(reading, "draft", None)
    if draft is None and version:  # it was of before the case was judged and opened again
        raise DraftConflictError(None)
    if draft is None:
        return Draft.objects.create(reading=reading, body=dict(body), seconds=seconds)
    if draft.body == body and draft.seconds == seconds:  # a replay
        return draft
    if draft.version != version:
        raise DraftConflictError(draft)
    draft.body, draft.seconds, draft.version = dict(body), seconds, draft.version + 1
    draft.save()
    return draft
