"""How far readers are in a study, for themselves and for the monitor; nothing in it tells how well anybody reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from readerstudy.reading.models import ReadingSession
from readerstudy.reading.queries import NextStep, newest_attempts, step_after
from readerstudy.reading.tallies import Tally, tally_of
from readerstudy.studies.models import Note, Phase, Reader

_IN_WORDS = {
    "closed": pgettext_lazy("study", "Closed"),
    "consent": gettext_lazy("Has not agreed yet"),
    "finished": gettext_lazy("All read"),
    "not-qualified": gettext_lazy("Practice not passed"),
    "resume": gettext_lazy("Reading"),
    "start": gettext_lazy("Not begun"),
    "waiting": gettext_lazy("In a pause"),
    "withdrawn": gettext_lazy("Withdrawn"),
}
STATES = tuple(_IN_WORDS)


@dataclass(frozen=True)
class Size:
    """How many cases a reader reads in a phase, and how many of them again."""

    cases: int = 0
    rereads: int = 0


@dataclass(frozen=True)
class PhaseProgress:
    """How far a reader is in one phase, in the newest attempt at it."""

    phase: Phase
    size: Size
    attempt: int
    is_finished: bool
    tally: Tally

    @property
    def name(self) -> str:
        """The phase's name."""
        return self.phase.name

    @property
    def title(self) -> str:
        """The phase's title."""
        return self.phase.title

    @property
    def cases(self) -> int:
        """How many cases are to be judged."""
        return self.size.cases

    @property
    def done(self) -> int:
        """How many are judged."""
        return self.tally.judged


def progress_of(
    steps: list[Phase], sizes: Mapping[int, Size], newest: Mapping[int, ReadingSession]
) -> list[PhaseProgress]:
    """Say for every phase of a reader's arm how many cases there are and how many are judged."""
    return [_progress_in(phase, sizes.get(phase.pk, Size()), newest.get(phase.pk)) for phase in steps]


def _progress_in(phase: Phase, size: Size, session: ReadingSession | None) -> PhaseProgress:
    if session is None:
        return PhaseProgress(phase, size, 1, False, Tally())
    return PhaseProgress(phase, size, session.attempt, session.finished_at is not None, tally_of(session.tally))


@dataclass(frozen=True)
class Enrolment:
    """A reader's place in a study: how far they are, and what comes next."""

    reader: Reader
    phases: list[PhaseProgress]
    step: NextStep

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if self.reader.is_withdrawn:
            return "withdrawn"
        if not self.reader.study.is_running:
            return "closed"
        if not self.reader.has_agreed:
            return "consent"
        if self.step.kind in ("start", "resume"):
            return "resume" if any(phase.done for phase in self.phases) else "start"
        return self.step.kind

    @property
    def state_in_words(self) -> str:
        """The state as the monitor says it."""
        return str(_IN_WORDS[self.state])

    @property
    def opens_at(self) -> datetime | None:
        """When reading goes on, where it waits."""
        return self.step.opens_at

    @property
    def notes(self) -> list[Note]:
        """What the coordinator told this reader, newest first."""
        if self.reader.is_withdrawn:
            return []
        own = Q(reader=None) | Q(reader=self.reader)
        return list(self.reader.study.notes.filter(own))

    @property
    def again(self) -> bool:
        """Whether a practice that was not passed may be taken again now."""
        return self.state == "resume" and self.step.attempt > 1

    @property
    def shown_phases(self) -> list[PhaseProgress]:
        """The phases that the reader may know of: those that were begun, and the next one once it is open.

        The title of a later one may tell what an earlier one must not.
        """
        known = [number for number, phase in enumerate(self.phases, start=1) if phase.done]
        if self.step.phase is not None and self.step.kind in ("start", "resume"):
            known.append([phase.name for phase in self.phases].index(self.step.phase.name) + 1)
        return [self._as_it_stands(phase) for phase in self.phases[: max(known, default=0)]]

    def _as_it_stands(self, one: PhaseProgress) -> PhaseProgress:
        """Show a practice that is to be taken again as not begun."""
        is_again = self.step.kind == "start" and self.step.phase == one.phase and self.step.attempt > one.attempt
        return replace(one, attempt=self.step.attempt, is_finished=False, tally=Tally()) if is_again else one

    @property
    def last_at(self) -> datetime | None:
        """When the reader's last judgement came in."""
        return max((seen for phase in self.phases if (seen := phase.tally.seen_at())), default=None)


def enrolment(reader: Reader) -> Enrolment:
    """Gather what a reader may know of a place in a study."""
    steps, newest = list(reader.steps()), newest_attempts(reader.sessions.all())
    lists = reader.hanging_lists.values_list("phase", "length", "rereads")
    sizes = {phase: Size(cases, again) for phase, cases, again in lists}
    return Enrolment(reader, progress_of(steps, sizes, newest), step_after(reader, steps, newest))
