"""What of a study a reader, or the monitor of a study, may know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet

from readerstudy.accounts.models import User
from readerstudy.cohorts import frames
from readerstudy.cohorts.deidentify import Level, session_uid
from readerstudy.cohorts.models import Cohort
from readerstudy.cohorts.wado import PresentedInstance
from readerstudy.reading import gates
from readerstudy.reading.models import Judgement, Reading, ReadingSession
from readerstudy.studies.models import Phase, Reader, Status, Study


def enrolments(user: User) -> QuerySet[Reader]:
    """The studies that a user reads in; drafts do not show."""
    return (
        Reader.objects.filter(user=user)
        .exclude(study__status=Status.DRAFT)
        .select_related("study")
        .order_by("-study__pk")
    )


def open_sessions(user: User) -> QuerySet[ReadingSession]:
    """A user's own sessions in running studies: no other can be addressed."""
    return ReadingSession.objects.filter(reader__user=user, reader__study__status=Status.RUNNING).select_related(
        "reader__study", "phase__cohort"
    )


def next_phase(reader: Reader) -> Phase | None:
    """Give the first phase that the reader has not finished, or None at the end."""
    finished = reader.sessions.exclude(finished_at=None).values("phase")
    return reader.steps().exclude(pk__in=finished).first()


def current_position(session: ReadingSession) -> int | None:
    """Give the place of the first case without a judgement, or None once all are judged."""
    waiting = session.readings.filter(judgements=None).order_by("position")
    return waiting.values_list("position", flat=True).first()


@dataclass(frozen=True)
class PresentedReading:
    """A place of the hanging list whose image is open, under the identifiers of this session alone."""

    position: int
    instance: PresentedInstance


def open_readings(session: ReadingSession, current: int | None) -> list[PresentedReading]:
    """Give the current reading and those that may be fetched ahead of it."""
    if current is None:
        return []
    ahead = session.readings.filter(position__gte=current).select_related("case__image")[: gates.LOOKAHEAD + 1]
    opened = [reading for reading in ahead if gates.image_is_open(reading.position, current=current)]
    presented = presented_instances(session, opened)
    return [PresentedReading(reading.position, one) for reading, one in zip(opened, presented, strict=True)]


def open_instances(user: User, code: str) -> list[PresentedInstance]:
    """Give the images that are open now in a user's session; none if it is not theirs, not running, or finished.

    One lean query for what `open_sessions`, `current_position` and `open_readings` ask in three: every frame waits
    for it, and rows of six models would take longer to build than the frame takes to send.
    """
    waiting = Reading.objects.filter(
        session__code=code, session__reader__user=user, session__reader__study__status=Status.RUNNING, judgements=None
    ).order_by("position")
    rows = list(waiting.values_list("position", *_COHORT, *_SHOWN)[: gates.LOOKAHEAD + 1])
    if not rows:
        return []
    current, cohort_id, recipe, *_ = rows[0]
    opened = [tuple(shown) for position, _, _, *shown in rows if gates.image_is_open(position, current=current)]
    return _presented(code, Cohort(pk=cohort_id, recipe=recipe), opened)


_COHORT = ("session__phase__cohort", "session__phase__cohort__recipe")
_SHOWN = ("case__code", "case__image__file", "case__image__rows", "case__image__columns")


def presented_instances(session: ReadingSession, readings: Sequence[Reading]) -> list[PresentedInstance]:
    """Give the images of readings as a session presents them; the blinding audit presents a whole cohort by it."""
    cases = [reading.case for reading in readings]
    shown = [(case.code, case.image.file, case.image.rows, case.image.columns) for case in cases]
    return _presented(session.code, session.phase.cohort, shown)


def _presented(code: str, cohort: Cohort, shown: Iterable[tuple[Any, ...]]) -> list[PresentedInstance]:
    """Present images, each given by its case's code, its file, its rows and its columns."""
    profile, padded_length, folder = cohort.profile, cohort.padded_length(), frames.folder()
    return [
        PresentedInstance(*_uids(code, case), folder / file, rows, columns, profile, padded_length)
        for case, file, rows, columns in shown
    ]


def _uids(session_code: str, case_code: str) -> tuple[str, str, str]:
    def uid(level: Level) -> str:
        return session_uid(settings.SECRET_KEY, session_code, case_code, level)

    return uid("study"), uid("series"), uid("instance")


def session_state(session: ReadingSession) -> dict[str, Any]:
    """Give where a reader is in a session: what `SessionSerializer` sends."""
    current = current_position(session)
    cases = session.readings.count()
    return {
        "code": session.code,
        "study": session.reader.study,
        "phase": session.phase,
        "cases": cases,
        "done": cases if current is None else current - 1,
        "finished": current is None,
        "next_session": current is None and next_phase(session.reader) is not None,
        "matrix": _matrix(session),
        "readings": open_readings(session, current),
    }


def _matrix(session: ReadingSession) -> dict[str, int] | None:
    """Give the one matrix of all images, or None where each keeps its own."""
    profile = session.phase.cohort.profile
    return None if profile.fit == "own" else {"rows": profile.side, "columns": profile.side}


@dataclass(frozen=True)
class PhaseProgress:
    """How far a reader is in one phase."""

    name: str
    title: str
    purpose: str
    cases: int
    done: int
    median_seconds: float | None
    last_at: datetime | None


def progress(reader: Reader) -> list[PhaseProgress]:
    """Say for every phase how many cases there are and how many are judged."""
    rows = []
    for phase in reader.steps().annotate(n=Count("cohort__cases")):
        judgements = Judgement.objects.filter(reading__session__reader=reader, reading__session__phase=phase)
        times = list(judgements.filter(revision=1).values_list("seconds", "received_at"))
        rows.append(
            PhaseProgress(
                name=phase.name,
                title=phase.title,
                purpose=phase.purpose,
                cases=phase.n,
                done=len(times),
                median_seconds=median(t for t, _ in times) if times else None,
                last_at=max((at for _, at in times), default=None),
            )
        )
    return rows


@dataclass(frozen=True)
class Enrolment:
    """A reader's place in a study: how far they are, and what comes next; nothing in it tells how well they read."""

    reader: Reader
    phases: list[PhaseProgress]

    @property
    def state(self) -> str:
        """One of `closed`, `consent`, `finished`, `resume`, `start`."""
        if not self.reader.study.is_running:
            return "closed"
        if self.reader.consented_at is None:
            return "consent"
        if next_phase(self.reader) is None:
            return "finished"
        return "resume" if any(phase.done for phase in self.phases) else "start"

    @property
    def last_at(self) -> datetime | None:
        """When the reader's last judgement came in."""
        return max((phase.last_at for phase in self.phases if phase.last_at), default=None)


def enrolment(reader: Reader) -> Enrolment:
    """Gather what a reader, or the monitor, may know of a place in a study."""
    return Enrolment(reader, progress(reader))


def monitor(study: Study) -> list[Enrolment]:
    """Give the readers' places in a study, blinded."""
    return [enrolment(reader) for reader in study.readers.exclude(user=None).select_related("study")]
