"""The act of reading: a session is drawn once, and judgements are added, never changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.cohorts.models import Case
from readerstudy.reading import gates
from readerstudy.reading.models import Judgement, Reading, ReadingSession, rating_of
from readerstudy.reading.queries import current_position, next_phase
from readerstudy.studies.models import Phase, Reader

_REUSED = "This idempotency key was used for another judgement. Make a new one for each judgement."


class ReadingError(Exception):
    """The act is not possible now; the message tells the reader why and what to do."""


class NotCurrentError(ReadingError):
    """The case was judged already, perhaps in another window, or it is not its turn yet."""


class KeyReusedError(ReadingError):
    """An idempotency key came back with another judgement than before."""


class StudyEndedError(ReadingError):
    """The study was closed while the judgement was on its way."""


@dataclass(frozen=True)
class Submission:
    """What the browser sends for one case.

    `seconds` runs on the browser's monotonic clock from the first rendered image to the submission; the two times are
    of its wall clock.
    """

    call: str
    confidence: int
    seconds: float
    shown_at: datetime
    submitted_at: datetime

    def digest(self) -> str:
        """SHA-256 by which a replay of the same submission is known."""
        return hashlib.sha256(json.dumps(asdict(self), default=str, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def start_session(*, reader: Reader, actor: User) -> tuple[ReadingSession, bool]:
    """Start the reader's next phase, or resume it.

    Returns
    -------
    (ReadingSession, bool)
        The session, and whether it was drawn now.

    Raises
    ------
    ReadingError
        The study does not run, consent is missing, or everything is read.
    """
    reader = Reader.objects.select_for_update(of=("self",)).select_related("study").get(pk=reader.pk)
    if not reader.study.is_running:
        raise ReadingError("This study is not open for reading now.")
    if reader.consented_at is None:
        raise ReadingError("Please read the information on this study and agree before you start.")
    phase = next_phase(reader)
    if phase is None:
        raise ReadingError("You have read every case of this study. Thank you.")
    session = reader.sessions.filter(phase=phase).first()
    if session:
        return session, False
    return _draw_session(reader, phase, actor), True


def _draw_session(reader: Reader, phase: Phase, actor: User) -> ReadingSession:
    """Hang the cases as they were drawn at the lock."""
    drawn = reader.hanging_lists.get(phase=phase)
    session = ReadingSession.objects.create(
        reader=reader, phase=phase, hanging_list=drawn, started_at=reader.study.now()
    )
    codes = {place[name] for place in drawn.places for name in ("case", "companion")}
    cases = {case.code: case for case in Case.objects.filter(code__in=codes)}
    Reading.objects.bulk_create(
        Reading(
            session=session,
            position=position,
            case=cases[place["case"]],
            modality=place["modality"],
            aided=place["aided"],
            reread=place["reread"],
            companion=cases.get(place["companion"]),
        )
        for position, place in enumerate(drawn.places, start=1)
    )
    audit.record(
        actor=actor, verb="reading.started", target=f"study:{reader.study.slug}", reader=reader.code, phase=phase.name
    )
    return session


@transaction.atomic
def submit_judgement(
    *, session: ReadingSession, position: int, key: UUID, submission: Submission
) -> tuple[Judgement, bool]:
    """Store a judgement, exactly once.

    Parameters
    ----------
    key : UUID
        Made by the browser before it sends; a replay with the same key gives the stored judgement again.

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
    """
    session = _locked_session(session)
    if not session.reader.study.is_running:
        raise StudyEndedError("This study is not open for reading now.")
    found = Judgement.objects.filter(idempotency_key=key).select_related("reading").first()
    if found:
        return _replay(found, session, position, submission), False
    current = current_position(session)
    if not gates.judgement_is_open(position, current=current):
        raise NotCurrentError("This case is judged already, perhaps in another window. The page goes on where you are.")
    try:
        with transaction.atomic():
            judgement = _store(session, position, key, submission)
    except IntegrityError:  # another session stored a judgement with this key since we looked
        raise KeyReusedError(_REUSED) from None
    if current_position(session) is None:
        session.finished_at = timezone.now()
        session.save(update_fields=["finished_at"])
        audit.record(actor=session.reader.user, verb="reading.finished", target=f"session:{session.code}")
    return judgement, True


def _locked_session(session: ReadingSession) -> ReadingSession:
    """Make two tabs that send at once take turns, so that the second finds the judgement of the first.

    The study is held as well: its close comes before or after a judgement, never in between.
    """
    held = ReadingSession.objects.select_for_update(of=("self", "reader__study")).select_related("reader__study")
    return held.get(pk=session.pk)


def _replay(found: Judgement, session: ReadingSession, position: int, submission: Submission) -> Judgement:
    same_place = found.reading.session_id == session.pk and found.reading.position == position
    if not same_place or found.request_digest != submission.digest():
        raise KeyReusedError(_REUSED)
    return found


def _store(session: ReadingSession, position: int, key: UUID, submission: Submission) -> Judgement:
    return Judgement.objects.create(
        reading=session.readings.get(position=position),
        call=submission.call,
        confidence=submission.confidence,
        rating=rating_of(submission.call, submission.confidence),
        seconds=submission.seconds,
        shown_at=submission.shown_at,
        submitted_at=submission.submitted_at,
        idempotency_key=key,
        request_digest=submission.digest(),
    )
