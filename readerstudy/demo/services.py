"""Filling a study with simulated readers."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from readerstudy.accounts import services as accounts
from readerstudy.accounts.models import Role
from readerstudy.demo.line import HttpLine
from readerstudy.demo.minds import Know, Picture, SimulatedMind
from readerstudy.demo.playing import Played, SimulatedReader
from readerstudy.demo.profiles import ReaderProfile
from readerstudy.demo.server import loopback_server
from readerstudy.reading.models import Reading
from readerstudy.studies import services as studies
from readerstudy.studies.models import Feedback, Reader, Study
from readerstudy.truth.models import Truth

Say = Callable[[str], None]

# What does not change any more, however often the reader comes back.
_OVER = ("finished", "closed", "not-qualified", "left")


@dataclass
class Outcome:
    """What simulated readers have done: cases judged, judgements taken back and revised, and where each reader stands.

    `waits_until` is the time for which a study waits whose clock is the real one.
    """

    judgements: int = 0
    revisions: int = 0
    states: dict[str, str] = field(default_factory=dict)
    waits_until: datetime | None = None

    def count(self, state: str) -> int:
        """Say how many readers stand there."""
        return list(self.states.values()).count(state)


def simulate_readers(
    *, study: Study, profiles: Sequence[ReaderProfile], seed: int, progress: Say = lambda _: None
) -> Outcome:
    """Enrol simulated readers in a running study and let them read it through the HTTP API.

    After a break the same call goes on where it stopped.

    Raises
    ------
    StudyError
        The study does not run, or people already read in it: their judgements must not mix with simulated ones.
    """
    if not study.is_running:
        raise studies.StudyError(f"The study {study.slug} is {study.status}: lock it first, so that it can be read.")
    if study.readers.filter(is_simulated=False).exclude(user=None).exists():
        raise studies.StudyError(f"People read in {study.slug}: simulated judgements must not mix with theirs.")
    places = enrol_simulated(study, profiles)
    return let_read(places, profiles=profiles, seed=seed, progress=progress)


def let_read(
    places: Sequence[Reader], *, profiles: Sequence[ReaderProfile], seed: int, progress: Say = lambda _: None
) -> Outcome:
    """Let enrolled simulated readers read whatever they have not read yet, over every washout of a pilot."""
    outcome, waiting = Outcome(), list(zip(places, profiles, strict=True))
    with loopback_server() as address:
        while waiting:
            opening = []
            for reader, profile in waiting:
                played = _let_read_on(address, reader, profile, seed)
                outcome.judgements += played.judgements
                outcome.revisions += played.revisions
                outcome.states[reader.code] = played.state
                if played.opens_at:
                    opening.append(datetime.fromisoformat(played.opens_at))
                progress(_said(reader, played))
            waiting = [pair for pair in waiting if outcome.states[pair[0].code] not in _OVER]
            outcome.waits_until = max(opening, default=None)
            if not (waiting and _wait(waiting[0][0].study, outcome, progress)):
                break
    return outcome


def _wait(study: Study, outcome: Outcome, progress: Say) -> bool:
    """Move a pilot's clock to where every reader can go on; False where the clock is the real one."""
    study.refresh_from_db()
    if outcome.waits_until is None or not study.is_pilot:
        return False
    by = timedelta(seconds=max(1, math.ceil((outcome.waits_until - study.now()).total_seconds())))
    studies.move_clock(study=study, by=by, actor=None)
    outcome.waits_until = None
    progress(f"The clock of {study.slug} was moved on by {by}.")
    return True


def _said(reader: Reader, played: Played) -> str:
    where = {"finished": "has read all", "left": "has left", "waiting": "waits for the next phase"}
    return f"{reader.code} {where.get(played.state, f'is at an end ({played.state})')} of {reader.study.slug}."


def _let_read_on(address: str, reader: Reader, profile: ReaderProfile, seed: int) -> Played:
    steps = list(reader.steps())
    finished = reader.sessions.exclude(finished_at=None).values_list("phase", flat=True).distinct().count()
    mind = SimulatedMind(
        profile.ability,
        reader=reader.number,
        seed=seed,
        know=knowledge(),
        elsewhere=profile.elsewhere,
        absence=profile.absence(steps=len(steps)),
    )
    with _login(reader) as (username, password):
        line = HttpLine(address)
        line.login(username, password)
        return SimulatedReader(line, mind).read_study(reader.study.slug, finished=finished)


def enrol_simulated(study: Study, profiles: Sequence[ReaderProfile]) -> list[Reader]:
    """Give each simulated reader a place in the study; places of an earlier, broken-off run are kept."""
    enrolled = list(study.readers.filter(is_simulated=True).order_by("pk"))[: len(profiles)]
    return enrolled + [_enrol(study, profile) for profile in profiles[len(enrolled) :]]


@transaction.atomic
def _enrol(study: Study, profile: ReaderProfile) -> Reader:
    """Make an account and take a place in the study."""
    reader = studies.invite_reader(study=study, actor=None, simulated=True)
    username = f"simulated-{study.slug}-{reader.code}"
    user = accounts.create_user(username=username, password=None, role=Role.READER)
    studies.join_study(
        reader=reader, user=user, years=profile.years, subspecialty=profile.subspecialty, country=profile.country
    )
    return reader


@contextmanager
def _login(reader: Reader) -> Iterator[tuple[str, str]]:
    """Give the reader a name and a password that opens the account only meanwhile."""
    user = reader.user
    if user is None or not reader.is_simulated:
        raise studies.StudyError(f"{reader.code} is not a simulated reader.")
    password = secrets.token_urlsafe(16)
    user.set_password(password)
    user.save(update_fields=["password"])
    try:
        yield user.username, password
    finally:
        user.set_unusable_password()
        user.save(update_fields=["password"])


def knowledge() -> Know:
    """Let the simulation know what no client is told of a reading.

    A picture is known by its content, so that the same seed gives the same judgements whatever codes and orders were
    drawn.
    """
    known: dict[str, dict[int, Picture]] = {}

    def know(session_code: str, position: int) -> Picture:
        if session_code not in known:
            known[session_code] = _pictures(session_code)
        return known[session_code][position]

    return know


def _pictures(session_code: str) -> dict[int, Picture]:
    """Give the picture at each position of a session."""
    readings = Reading.objects.filter(session__code=session_code).select_related("session__phase", "case__image")
    truths = {truth.case_id: truth for truth in Truth.objects.filter(case__in=readings.values("case"))}
    return {reading.position: _picture(reading, truths[reading.case_id]) for reading in readings}


def _picture(reading: Reading, truth: Truth) -> Picture:
    session, phase = reading.session, reading.session.phase
    return Picture(
        synthetic=truth.is_synthetic,
        number=int(reading.case.image.sha256[:12], 16),
        phase=phase.position,
        again=2 * (session.attempt - 1) + reading.reread,
        diagnosis=truth.diagnosis,
        told=session.attempt > 1 and phase.feedback != Feedback.NONE,
    )
