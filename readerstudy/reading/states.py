"""Where a reader is in a session: what the browser is told at every step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from django.db.models import Sum
from django.utils import timezone

from readerstudy.cohorts.wado import PresentedInstance
from readerstudy.reading import gates, images
from readerstudy.reading.models import Draft, Judgement, Reading, ReadingSession
from readerstudy.reading.queries import Place, end_questions, next_step, place_of

STAGES: tuple[gates.Stage, ...] = get_args(gates.Stage)


@dataclass(frozen=True)
class ShownReading:
    """A place whose image is open, with what was entered for it."""

    position: int
    instance: PresentedInstance
    companion: PresentedInstance | None
    aided: bool
    draft: Draft | None
    previous: Judgement | None


@dataclass(frozen=True)
class Undo:
    """The last judgement, and how long it may still be opened again."""

    position: int
    seconds_left: int


def session_state(session: ReadingSession) -> dict[str, Any]:
    """Give where a reader is in a session: what `SessionSerializer` sends."""
    place = place_of(session)
    stage = stage_of(session, place)
    step = next_step(session.reader) if stage == "finished" else None
    return {
        "code": session.code,
        "study": session.reader.study,
        "phase": session.phase,
        "cases": place.cases,
        "done": place.cases if place.frontier is None else place.frontier - 1,
        "seconds": _seconds_read(session),
        "finished": stage == "finished",
        "stage": stage,
        "next_session": step is not None and _leads_on(session, step.kind),
        "next_opens_at": step.opens_at if step else None,
        "matrix": _matrix(session),
        "spacing": _spacing(session),
        "readings": _readings(session, place),
        "end_draft": getattr(session, "end_draft", None) if stage == "end-questions" else None,
        "undo": undo_of(session, place),
        "reopened": place.reopened is not None,
        "earlier": _earlier(session, place),
        "display_checked": session.reader.display_checks.filter(confirmed=True).exists(),
    }


def stage_of(session: ReadingSession, place: Place) -> gates.Stage:
    """Say whether cases, the questions at the end, or nothing is left."""
    asks_at_end = bool(end_questions(session.phase))
    return gates.stage_of(
        current=place.current, asks_at_end=asks_at_end, answered=asks_at_end and session.finished_at is not None
    )


def _seconds_read(session: ReadingSession) -> float:
    """Give the time that all judgements took together, those that were revised with their revisions."""
    judged = Judgement.objects.filter(reading__session=session)
    return judged.aggregate(seconds=Sum("seconds", default=0.0))["seconds"]  # type: ignore[no-any-return]


def _leads_on(session: ReadingSession, kind: str) -> bool:
    """Whether another session waits; while the qualification is not judged, whether one can."""
    if kind != "resume":
        return kind in ("start", "waiting")
    is_last = session.reader.steps().last() == session.phase
    return not is_last or session.attempt < session.phase.attempts


def _matrix(session: ReadingSession) -> dict[str, int] | None:
    """Give the one matrix of all images, or None where each keeps its own."""
    profile = session.phase.cohort.profile
    return None if profile.fit == "own" else {"rows": profile.side, "columns": profile.side}


def _spacing(session: ReadingSession) -> list[float] | None:
    """Give the millimetres between pixels, where the cohort's profile made them one for all."""
    spacing = session.phase.cohort.profile.spacing
    return None if spacing is None else [spacing, spacing]


def _readings(session: ReadingSession, place: Place) -> list[ShownReading]:
    rows = images.open_rows(session, place.frontier)
    pictures = images.presented(session, rows)
    return [
        ShownReading(
            one.position,
            one.instance,
            one.companion,
            row.aided,
            getattr(row, "draft", None),
            _previous(row) if row.pk == session.reopened_id else None,
        )
        for row, one in zip(rows, pictures, strict=True)
    ]


def _previous(reading: Reading) -> Judgement | None:
    return reading.judgements.order_by("-revision").prefetch_related("marks__question").first()


def undo_of(session: ReadingSession, place: Place) -> Undo | None:
    """Give the last judgement where it can still be undone."""
    window = session.phase.undo_seconds
    if not window or place.last is None or place.reopened is not None:
        return None
    reading = session.readings.get(position=place.last)
    left = seconds_left(session, reading)
    opens = may_be_revised(session, reading, place, left)
    return Undo(place.last, int(left)) if opens and left > 0 else None


def seconds_left(session: ReadingSession, reading: Reading) -> float:
    """Give the seconds for which this reading's judgement could be undone, were it the last."""
    received: datetime | None = reading.judgements.order_by("-revision").values_list("received_at", flat=True).first()
    if received is None:
        return 0.0
    since = (timezone.now() - received).total_seconds()
    return gates.undo_seconds_left(window=session.phase.undo_seconds, since=since)


def may_be_revised(session: ReadingSession, reading: Reading, place: Place, left: float) -> bool:
    """Whether a reading's judgement may be opened again now."""
    over = session.finished_at is not None
    if over and not _still_belongs_to_the_reader(session):
        return False
    return gates.revision_is_open(
        reading.position,
        last=place.last,
        sealed=reading.sealed_at is not None,
        seconds_left=left,
        revisit=session.phase.revisit,
        over=over,
    )


def _still_belongs_to_the_reader(session: ReadingSession) -> bool:
    """Whether nothing came of the finished session yet: no end answers, no qualification, no later session."""
    if session.qualified is not None or end_questions(session.phase):
        return False
    return not session.reader.sessions.filter(started_at__gt=session.started_at).exclude(pk=session.pk).exists()


def _earlier(session: ReadingSession, place: Place) -> list[int]:
    """Give the places that may be revisited."""
    if not session.phase.revisit or place.last is None or session.finished_at is not None:
        return []
    earlier = session.readings.filter(position__lte=place.last, sealed_at=None).exclude(pk=session.reopened_id or 0)
    return list(earlier.order_by("position").values_list("position", flat=True))
