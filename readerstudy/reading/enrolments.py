"""How far readers are in a study, for themselves and for the monitor; nothing in it tells how well anybody reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from django.db.models import Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from readerstudy.reading.models import Judgement
from readerstudy.reading.queries import NextStep, next_step
from readerstudy.studies.models import HangingList, Note, Phase, Reader, Study

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
class PhaseProgress:
    """How far a reader is in one phase, in the newest attempt at it."""

    name: str
    title: str
    cases: int
    done: int
    rereads: int
    rereads_done: int
    attempt: int
    median_seconds: float | None
    last_at: datetime | None


@dataclass
class _Taken:
    """What was judged in one attempt."""

    attempt: int = 1
    seconds: list[float] = field(default_factory=list)
    rereads: int = 0
    last_at: datetime | None = None


def progress(reader: Reader) -> list[PhaseProgress]:
    """Say for every phase of a reader's arm how many cases there are and how many are judged."""
    lists = {drawn.phase_id: drawn for drawn in reader.hanging_lists.all()}
    taken = _taken(reader)
    return [_progress_in(phase, lists.get(phase.pk), taken.get(phase.pk, _Taken())) for phase in reader.steps()]


def _taken(reader: Reader) -> dict[int, _Taken]:
    first = Judgement.objects.filter(reading__session__reader=reader, revision=1)
    newest: dict[int, _Taken] = {}
    for phase, attempt, again, seconds, at in first.order_by("reading__session__attempt", "received_at").values_list(
        "reading__session__phase", "reading__session__attempt", "reading__reread", "seconds", "received_at"
    ):
        if phase not in newest or newest[phase].attempt != attempt:
            newest[phase] = _Taken(attempt)
        newest[phase].seconds.append(seconds)
        newest[phase].rereads += bool(again)
        newest[phase].last_at = at
    return newest


def _progress_in(phase: Phase, drawn: HangingList | None, taken: _Taken) -> PhaseProgress:
    places = drawn.places if drawn else []
    return PhaseProgress(
        name=phase.name,
        title=phase.title,
        cases=len(places),
        done=len(taken.seconds),
        rereads=sum(bool(place["reread"]) for place in places),
        rereads_done=taken.rereads,
        attempt=taken.attempt,
        median_seconds=median(taken.seconds) if taken.seconds else None,
        last_at=taken.last_at,
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
        return self.phases[: max(known, default=0)]

    @property
    def last_at(self) -> datetime | None:
        """When the reader's last judgement came in."""
        return max((phase.last_at for phase in self.phases if phase.last_at), default=None)


def enrolment(reader: Reader) -> Enrolment:
    """Gather what a reader may know of a place in a study."""
    return Enrolment(reader, progress(reader), next_step(reader))


@dataclass(frozen=True)
class MonitoredReader(Enrolment):
    """A row of the monitor; `cells` are the phases of the study, None where the reader's arm lacks one."""

    cells: list[PhaseProgress | None]
    display_checked: bool


def monitor(study: Study, phases: Sequence[Phase]) -> list[MonitoredReader]:
    """Give the readers' places in a study, blinded."""
    return [_monitored(reader, phases) for reader in study.readers.exclude(user=None).select_related("study", "arm")]


def _monitored(reader: Reader, phases: Sequence[Phase]) -> MonitoredReader:
    done = progress(reader)
    by_name = {phase.name: phase for phase in done}
    checked = reader.display_checks.filter(confirmed=True).exists()
    return MonitoredReader(reader, done, next_step(reader), [by_name.get(phase.name) for phase in phases], checked)
