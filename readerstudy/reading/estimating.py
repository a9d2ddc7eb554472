"""How long a reader will take: cases by the seconds that each takes, breaks, and the days of the washouts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from readerstudy.reading.models import Judgement
from readerstudy.studies.models import HangingList, Phase, Purpose, QuestionKind, Study

# Assumed until somebody has read: for a look and a call, and more for every other thing that is asked.
SECONDS_OF_PURPOSE = {
    Purpose.PRACTICE: 20.0,
    Purpose.PURPOSE_BLINDED: 20.0,
    Purpose.INFORMED: 20.0,
    Purpose.AIDED: 25.0,
    Purpose.TRAINING: 30.0,
}
SECONDS_OF_QUESTION = {
    QuestionKind.CALL: 0.0,
    QuestionKind.QUALITY: 5.0,
    QuestionKind.DIAGNOSIS: 15.0,
    QuestionKind.OPEN: 15.0,
    QuestionKind.MARKS: 15.0,
}
BREAK_MINUTES = 5
# So many of the newest judgements of a phase are looked at.
ENOUGH = 1000


@dataclass(frozen=True)
class StepTime:
    """The time of one phase for one reader.

    Attributes
    ----------
    judgements : int
        How many judgements the seconds are the median of; 0 where they are assumed.
    """

    phase: Phase
    places: int
    seconds: float
    judgements: int
    breaks: int
    washout_days: int

    @property
    def minutes(self) -> int:
        """Minutes at the page, breaks included, rounded up."""
        return math.ceil(self.places * self.seconds / 60) + self.breaks * BREAK_MINUTES


@dataclass(frozen=True)
class ReaderTime:
    """The time of a whole study for one reader."""

    steps: list[StepTime]

    @property
    def minutes(self) -> int:
        """Minutes at the page."""
        return sum(step.minutes for step in self.steps)

    @property
    def days(self) -> int:
        """Days that are waited at least."""
        return sum(step.washout_days for step in self.steps)


def time_of(study: Study, lists: Sequence[HangingList]) -> ReaderTime:
    """Estimate the time for a reader with these hanging lists."""
    measured = measured_seconds(study)
    steps, has_read = [], False
    for drawn in lists:
        phase = drawn.phase
        taken = measured.get(phase.name, [])
        seconds = median(taken) if taken else assumed_seconds(phase)
        minutes = len(drawn.places) * seconds / 60
        breaks = int(minutes // phase.break_after_minutes) if phase.break_after_minutes else 0
        waits = phase.washout_days if has_read else 0
        steps.append(StepTime(phase, len(drawn.places), seconds, len(taken), breaks, waits))
        has_read = has_read or not phase.is_practice
    return ReaderTime(steps)


def assumed_seconds(phase: Phase) -> float:
    """Give the seconds that a case is assumed to take."""
    asked = [SECONDS_OF_QUESTION[QuestionKind(one.kind)] for one in phase.questions.all() if one.asked == "case"]
    return SECONDS_OF_PURPOSE[Purpose(phase.purpose)] + sum(asked)


def measured_seconds(study: Study) -> dict[str, list[float]]:
    """Give what people took for each case, by the name of the phase: in the study itself, or else in its pilots."""
    names = list(study.phases.values_list("name", flat=True))
    found = {name: _seconds([study.pk], name) for name in names}
    pilots = list(study.pilots.values_list("pk", flat=True))
    return {name: taken or _seconds(pilots, name) for name, taken in found.items()}


def _seconds(studies: list[int], phase: str) -> list[float]:
    """Give the seconds of the newest judgements; simulated readers have no time of their own."""
    judged = Judgement.objects.filter(
        reading__session__phase__study__in=studies,
        reading__session__phase__name=phase,
        reading__session__reader__is_simulated=False,
        revision=1,
    )
    return list(judged.order_by("-pk").values_list("seconds", flat=True)[:ENOUGH])
