"""Which images are open to a reader, and under which identifiers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q

from readerstudy.accounts.models import User
from readerstudy.cohorts import frames
from readerstudy.cohorts.deidentify import Level, session_uid
from readerstudy.cohorts.models import Case, Cohort
from readerstudy.cohorts.wado import PresentedInstance
from readerstudy.reading import gates
from readerstudy.reading.models import Judgement, Reading, ReadingSession
from readerstudy.studies.models import Status


@dataclass(frozen=True)
class PresentedReading:
    """A place of the hanging list whose image is open, under the identifiers of this session alone."""

    position: int
    instance: PresentedInstance
    companion: PresentedInstance | None = None


_WITH_PICTURES = ("case__image", "case__cohort", "companion__image", "companion__cohort")


def open_rows(session: ReadingSession, frontier: int | None) -> list[Reading]:
    """Give the readings whose images are open, with their drafts: the current one first."""
    opened = Q(pk=session.reopened_id)
    if frontier is not None:
        opened |= Q(position__gte=frontier, position__lte=frontier + gates.LOOKAHEAD)
    rows = session.readings.filter(opened).select_related("draft", *_WITH_PICTURES).order_by("position")
    return sorted(rows, key=lambda reading: (reading.pk != session.reopened_id, reading.position))


def presented(session: ReadingSession, rows: Sequence[Reading]) -> list[PresentedReading]:
    """Give the pictures of readings as a session presents them."""
    lengths: dict[int, int] = {}
    return [_presented_reading(session.code, reading, lengths) for reading in rows]


def open_readings(session: ReadingSession, frontier: int | None) -> list[PresentedReading]:
    """Give the current reading and those that may be fetched ahead of it."""
    return presented(session, open_rows(session, frontier))


def _presented_reading(code: str, reading: Reading, lengths: dict[int, int]) -> PresentedReading:
    key = place_key(reading.case.code, reading.reread)
    beside = reading.companion
    return PresentedReading(
        reading.position,
        _instance(code, key, reading.case, lengths),
        _instance(code, companion_key(beside.code), beside, lengths) if beside else None,
    )


def presented_case(code: str, key: str, case: Case) -> PresentedInstance:
    """Give one picture under the identifiers that it has in a session, or in a preview, of this code."""
    return _instance(code, key, case, {})


def place_key(case_code: str, reread: int) -> str:
    """Say by which name a place's identifiers are made: a case that is shown again comes as another one."""
    return case_code if not reread else f"{case_code}/again-{reread}"


def companion_key(case_code: str) -> str:
    """Say by which name a reference picture's identifiers are made."""
    return f"{case_code}/reference"


def _instance(code: str, key: str, case: Case, lengths: dict[int, int]) -> PresentedInstance:
    """Present one picture; `lengths` keeps what was found out of its cohort."""
    cohort, image = case.cohort, case.image
    length = lengths.setdefault(cohort.pk, -1)
    if length < 0:
        length = lengths[cohort.pk] = cohort.padded_length()
    file = frames.folder() / image.file
    return PresentedInstance(*_uids(code, key), file, image.rows, image.columns, cohort.profile, length)


def presented_instances(session: ReadingSession, readings: Sequence[Reading]) -> list[PresentedInstance]:
    """Give the images of cases as a session presents them; the blinding audit presents a whole cohort by it."""
    shown = [
        (reading.case.code, image.file, image.rows, image.columns)
        for reading in readings
        for image in [reading.case.image]
    ]
    return list(_of_cohort(session.code, session.phase.cohort, shown))


def _of_cohort(code: str, cohort: Cohort, shown: Iterable[tuple[Any, ...]]) -> Iterator[PresentedInstance]:
    """Present images of one cohort, each given by its key, its file, its rows and its columns."""
    profile, padded_length, folder = cohort.profile, cohort.padded_length(), frames.folder()
    for key, file, rows, columns in shown:
        yield PresentedInstance(*_uids(code, key), folder / file, rows, columns, profile, padded_length)


def _uids(session_code: str, key: str) -> tuple[str, str, str]:
    def uid(level: Level) -> str:
        return session_uid(settings.SECRET_KEY, session_code, key, level)

    return uid("study"), uid("series"), uid("instance")


_COHORT = ("session__phase__cohort", "session__phase__cohort__recipe")
_CASE = ("case__code", "reread", "case__image__file", "case__image__rows", "case__image__columns")
_BESIDE = (
    "companion__cohort", "companion__cohort__recipe", "companion__code", "companion__image__file",
    "companion__image__rows", "companion__image__columns",
)  # fmt: skip


def open_instances(user: User, code: str) -> list[PresentedInstance]:
    """Give the images that are open now in a user's session; none if it is not theirs, not running, or finished.

    One lean query for what `open_sessions`, `frontier` and `open_readings` ask in three: every frame waits for it, and
    rows of six models would take longer to build than the frame takes to send.
    """
    mine = Q(
        session__code=code, session__reader__user=user, session__reader__withdrawn_at=None,
        session__reader__study__status=Status.RUNNING,
    )  # fmt: skip
    waiting = ~Exists(Judgement.objects.filter(reading=OuterRef("pk"))) | Q(pk=F("session__reopened"))
    rows = list(
        Reading.objects.filter(mine & waiting)
        .order_by("position")
        .values_list("pk", "session__reopened", "position", *_COHORT, *_CASE, *_BESIDE)[: gates.LOOKAHEAD + 2]
    )
    return _instances_of_rows(code, [row[3:] for row in _open_among(rows)])


def _open_among(rows: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    reopened = next((position for pk, again, position, *_ in rows if pk == again), None)
    frontier = next((position for pk, again, position, *_ in rows if pk != again), None)
    for row in rows:
        if gates.image_is_open(row[2], frontier=frontier, reopened=reopened):
            yield row


def _instances_of_rows(code: str, rows: Sequence[tuple[Any, ...]]) -> list[PresentedInstance]:
    """Present what the lean query gave; each picture once, though two places may show it."""
    if not rows:
        return []
    cases = [(place_key(case, again), *shown) for _, _, case, again, *shown in (row[:7] for row in rows)]
    found = list(_of_cohort(code, Cohort(pk=rows[0][0], recipe=rows[0][1]), dict.fromkeys(cases)))
    beside = dict.fromkeys((companion_key(row[9]), *row[10:]) for row in rows if row[7] is not None)
    if beside:
        first = next(row for row in rows if row[7] is not None)
        found += _of_cohort(code, Cohort(pk=first[7], recipe=first[8]), beside)
    return found
