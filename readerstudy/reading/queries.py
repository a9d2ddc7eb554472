"""Whose sessions there are, where they stand, and what comes next for a reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Count, Min, Q, QuerySet

from readerstudy.accounts.models import User
from readerstudy.reading import gates
from readerstudy.reading.models import ReadingSession
from readerstudy.studies.models import UNTESTED, Asked, Phase, Question, Reader, Status
from readerstudy.studies.services import open_what_is_due


def enrolments(user: User) -> QuerySet[Reader]:
    """The studies that a user reads in; those that were not opened yet, or were put away, do not show.

    Whoever comes to read finds those open whose time has come.
    """
    open_what_is_due()
    return (
        Reader.objects.filter(user=user, study__archived_at=None)
        .exclude(study__status__in=(Status.DRAFT, Status.LOCKED))
        .select_related("study", "consent")
        .order_by("-study__pk")
    )


def open_sessions(user: User) -> QuerySet[ReadingSession]:
    """A user's own sessions in running studies: no other can be addressed, and none once they have withdrawn."""
    return (
        ReadingSession.objects.filter(
            reader__user=user, reader__withdrawn_at=None, reader__study__status=Status.RUNNING
        )
        .select_related("reader__study", "phase__cohort")
        .prefetch_related("phase__questions")
    )


@dataclass(frozen=True)
class Place:
    """Where a session stands.

    Attributes
    ----------
    cases : int
        Places of the hanging list.
    frontier : int or None
        The first place without a judgement; None once all are judged.
    reopened : int or None
        The place whose judgement is being revised.
    """

    cases: int
    frontier: int | None
    reopened: int | None

    @property
    def current(self) -> int | None:
        """The place to judge now, or None once there is none."""
        return gates.current_place(frontier=self.frontier, reopened=self.reopened)

    @property
    def last(self) -> int | None:
        """The last place that was judged, or None before the first."""
        last = self.cases if self.frontier is None else self.frontier - 1
        return last or None


def place_of(session: ReadingSession) -> Place:
    """Say where a session stands, in one query."""
    found = session.readings.aggregate(
        cases=Count("pk", distinct=True),
        frontier=Min("position", filter=Q(judgements=None)),
        reopened=Min("position", filter=Q(pk=session.reopened_id)),
    )
    return Place(**found)


def current_position(session: ReadingSession) -> int | None:
    """Give the place to judge now, or None once there is none."""
    return place_of(session).current


def case_questions(phase: Phase) -> list[Question]:
    """Give what is asked with every case."""
    return [question for question in phase.questions.all() if question.asked == Asked.CASE]


def end_questions(phase: Phase) -> list[Question]:
    """Give what is asked at the end of the phase."""
    return [question for question in phase.questions.all() if question.asked == Asked.END]


NextKind = Literal["start", "resume", "waiting", "not-qualified", "finished"]


@dataclass(frozen=True)
class NextStep:
    """What comes next for a reader.

    Attributes
    ----------
    kind : {"start", "resume", "waiting", "not-qualified", "finished"}
        Begin a session; go on with one; wait until `opens_at`; the practice was not passed and no attempt is left;
        nothing is left.
    phase : Phase or None
        The phase that it is about; None once everything is read.
    attempt : int
        Which attempt at the phase is meant, from 1.
    session : ReadingSession or None
        The session to go on with. One that is finished waits for its qualification to be judged.
    opens_at : datetime or None
        Until when to wait, by the study's clock.
    """

    kind: NextKind
    phase: Phase | None = None
    attempt: int = 1
    session: ReadingSession | None = None
    opens_at: datetime | None = None


def next_step(reader: Reader) -> NextStep:
    """Say what comes next for a reader of a locked study."""
    return step_after(reader, reader.steps(), newest_attempts(reader.sessions.all()))


def newest_attempts(sessions: Iterable[ReadingSession]) -> dict[int, ReadingSession]:
    """Give the newest attempt at each phase, by the phase's key, of the sessions of one reader."""
    return {session.phase_id: session for session in sorted(sessions, key=lambda one: one.attempt)}


def step_after(reader: Reader, steps: Iterable[Phase], newest: Mapping[int, ReadingSession]) -> NextStep:
    """Say what comes next for a reader whose phases and newest attempts are at hand already."""
    last_finished: datetime | None = None
    for phase in steps:
        session_of_phase = newest.get(phase.pk)
        step = _step(reader, phase, session_of_phase, last_finished)
        if step is not None:
            return step
        if session_of_phase and phase.purpose not in UNTESTED:
            last_finished = session_of_phase.finished_at
    return NextStep("finished")


def _step(
    reader: Reader, phase: Phase, session: ReadingSession | None, last_finished: datetime | None
) -> NextStep | None:
    """Say what is to be done in a phase, or None where nothing is."""
    if session is None:
        opens = gates.opens_at(washout_days=phase.washout_days, last_finished=last_finished)
        if gates.phase_is_open(opens=opens, now=reader.study.now()):
            return NextStep("start", phase)
        return NextStep("waiting", phase, opens_at=opens)
    if session.finished_at is None:
        return NextStep("resume", phase, session.attempt, session)
    outcome = gates.outcome_of(
        threshold=phase.qualification_percent,
        qualified=session.qualified,
        attempt=session.attempt,
        attempts=phase.attempts,
    )
    if outcome == "pending":
        return NextStep("resume", phase, session.attempt, session)
    if outcome == "again":
        return NextStep("start", phase, session.attempt + 1)
    return NextStep("not-qualified", phase, session.attempt) if outcome == "failed" else None


def next_phase(reader: Reader) -> Phase | None:
    """Give the phase in which the reader has something left to read, or None."""
    step = next_step(reader)
    return None if step.kind == "not-qualified" else step.phase
