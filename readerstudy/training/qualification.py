"""Whether a practice was good enough to go on: judged here, told to `reading` as passed or not."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from readerstudy.audit import services as audit
from readerstudy.reading import services as reading_services
from readerstudy.reading.models import ReadingSession
from readerstudy.training import gates
from readerstudy.training.services import hold, is_over, judgements_of
from readerstudy.truth.models import Truth


class QualificationClosedError(Exception):
    """This phase asks for no qualification, or its session is not over."""


@dataclass(frozen=True)
class Qualification:
    """How a practice went: `correct` calls `of` so many, where `needed_percent` of them were needed."""

    passed: bool
    correct: int
    of: int
    needed_percent: int
    attempts_left: int


def is_enough(*, correct: int, of: int, needed_percent: int) -> bool:
    """Whether so many right calls are enough; reckoned in whole numbers, so that 70 % of 10 is 7."""
    return 100 * correct >= needed_percent * of


@transaction.atomic
def judge_qualification(session: ReadingSession) -> Qualification:
    """Judge a finished practice, once, by its last revisions, which are final from then on; asked again, say the same.

    A case without a call is one that was not called right.

    Raises
    ------
    QualificationClosedError
        The gate is shut.
    """
    session = hold(session.pk)
    needed = session.phase.qualification_percent
    if needed is None or not gates.qualification_is_open(needed_percent=needed, finished=is_over(session)):
        raise QualificationClosedError
    correct, of = _count(session)
    passed = is_enough(correct=correct, of=of, needed_percent=needed)
    if session.qualified is None:
        _note(session, passed)
    left = max(0, session.phase.attempts - session.attempt)
    return Qualification(bool(session.qualified), correct, of, needed, 0 if session.qualified else left)


def _count(session: ReadingSession) -> tuple[int, int]:
    """Count a case once: as it was first read, in the last of its conditions."""
    first = judgements_of(session).filter(reading__reread=0)
    calls = {judgement.reading.case_id: judgement.call for judgement in first}
    truths = dict(Truth.objects.filter(case__in=session.readings.values("case")).values_list("case", "value"))
    return sum(truths[case] == call for case, call in calls.items()), len(calls)


def _note(session: ReadingSession, passed: bool) -> None:
    """Write the bare mark by which `reading` goes, and nothing of how well the practice went."""
    reading_services.set_qualified(session=session, passed=passed)
    audit.record(
        actor=session.reader.user, verb="training.qualification_judged", target=f"session:{session.code}",
        phase=session.phase.name, attempt=session.attempt, passed=passed,
    )  # fmt: skip
