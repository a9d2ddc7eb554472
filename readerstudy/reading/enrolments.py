"""How far readers are in a study, for themselves and for the monitor; nothing in it tells how well anybody reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from readerstudy.reading.models import Judgement
from readerstudy.reading.queries import NextStep, next_step
from readerstudy.studies.models import Phase, Reader, Study

STATES = ("closed", "consent", "finished", "not-qualified", "resume", "start", "waiting")


@dataclass(frozen=True)
class PhaseProgress:
    """How far a reader is in one phase."""

    name: str
    title: str
    cases: int
    done: int
    median_seconds: float | None
    last_at: datetime | None


def progress(reader: Reader) -> list[PhaseProgress]:
    """Say for every phase how many cases there are and how many are judged, in the newest attempt at it."""
    places = {drawn.phase_id: len(drawn.places) for drawn in reader.hanging_lists.all()}
    first = Judgement.objects.filter(reading__session__reader=reader, revision=1)
    taken: dict[int, dict[int, list[tuple[float, datetime]]]] = {}
    for phase, attempt, seconds, at in first.values_list(
        "reading__session__phase", "reading__session__attempt", "seconds", "received_at"
    ):
        taken.setdefault(phase, {}).setdefault(attempt, []).append((seconds, at))
    newest = {phase: attempts[max(attempts)] for phase, attempts in taken.items()}
    return [_progress_in(phase, places.get(phase.pk, 0), newest.get(phase.pk, [])) for phase in reader.steps()]


def _progress_in(phase: Phase, cases: int, judged: Sequence[tuple[float, datetime]]) -> PhaseProgress:
    return PhaseProgress(
        name=phase.name,
        title=phase.title,
        cases=cases,
        done=len(judged),
        median_seconds=median(seconds for seconds, _ in judged) if judged else None,
        last_at=max((at for _, at in judged), default=None),
    )


@dataclass(frozen=True)
class Enrolment:
    """A reader's place in a study: how far they are, and what comes next."""

    reader: Reader
    phases: list[PhaseProgress]
    step: NextStep

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if not self.reader.study.is_running:
            return "closed"
        if self.reader.consented_at is None:
            return "consent"
        if self.step.kind in ("start", "resume"):
            return "resume" if any(phase.done for phase in self.phases) else "start"
        return self.step.kind

    @property
    def opens_at(self) -> datetime | None:
        """When reading goes on, where it waits."""
        return self.step.opens_at

    @property
    def shown_phases(self) -> list[PhaseProgress]:
        """The phases that the reader may know of: those that were begun, and the next one once it is open.

        The title of a later one may tell what an earlier one must not.
        """
        begun = [number for number, phase in enumerate(self.phases, start=1) if phase.done]
        names = [phase.name for phase in self.phases]
        if self.step.phase is not None and self.step.kind in ("start", "resume"):
            begun.append(names.index(self.step.phase.name) + 1)
        return self.phases[: max(begun, default=0)]

    @property
    def last_at(self) -> datetime | None:
        """When the reader's last judgement came in."""
        return max((phase.last_at for phase in self.phases if phase.last_at), default=None)


def enrolment(reader: Reader) -> Enrolment:
    """Gather what a reader, or the monitor, may know of a place in a study."""
    return Enrolment(reader, progress(reader), next_step(reader))


def monitor(study: Study) -> list[Enrolment]:
    """Give the readers' places in a study, blinded."""
    return [enrolment(reader) for reader in study.readers.exclude(user=None).select_related("study", "arm")]
