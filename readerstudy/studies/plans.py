"""A protocol as data: what a study's rows say, without a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SHOWN_TITLE = "Reading of radiographs"


@dataclass(frozen=True)
class CohortSlot:
    """A place for a cohort, filled when a study is made.

    Attributes
    ----------
    slot : str
        The name by which phases ask for it.
    title : str
        What belongs there, for coordinators.
    optional : bool
        Whether it may stay empty; the phases that read it are then left out.
    """

    slot: str
    title: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Condition:
    """When a question is asked: after one of these answers to an earlier one."""

    question: str
    answers: tuple[str | int, ...]


@dataclass(frozen=True)
class QuestionPlan:
    """One thing that readers are asked; `models.Question` says what each setting means."""

    name: str
    kind: str
    text: str
    help: str = ""
    asked: str = "case"
    required: bool = True
    points: int = 0
    forced: bool = True
    options: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    condition: Condition | None = None

    def answers(self) -> tuple[str | int, ...]:
        """Give the answers that a condition may name; none where the answer is free."""
        if self.kind == "call":
            return ("synthetic", "authentic") if self.forced else ("synthetic", "authentic", "cannot-tell")
        if self.kind == "quality":
            return tuple(range(1, len(self.options) + 1))
        return self.options if self.kind == "diagnosis" else ()


@dataclass(frozen=True)
class PhasePlan:
    """A stage with one purpose and one cohort; `models.Phase` says what each setting means."""

    name: str
    title: str
    purpose: str
    cohort: str
    modality: str = "unaided"
    case_count: int | None = None
    told: str = ""
    disclosed_prevalence: int | None = None
    order: str = "random"
    block_size: int = 10
    allocation: str = "crossed"
    parts: int = 1
    anchors: int = 0
    reread_percent: int = 0
    feedback: str = "none"
    qualification_percent: int | None = None
    attempts: int = 1
    aid: str = "none"
    washout_days: int = 0
    time_limit: str = "none"
    time_limit_seconds: int | None = None
    break_after_minutes: int | None = None
    revisit: bool = False
    undo_seconds: int = 60
    companions: str | None = None
    questions: tuple[QuestionPlan, ...] = ()

    def call(self) -> QuestionPlan | None:
        """Give the question whose answer is the call."""
        return next((question for question in self.questions if question.kind == "call"), None)

    @property
    def is_tested(self) -> bool:
        """Whether its judgements enter the results."""
        return self.purpose not in ("practice", "training")

    @property
    def tells_purpose(self) -> bool:
        """Whether who has been through it knows that some images are synthetic."""
        told = self.feedback != "none" or self.aid != "none" or self.disclosed_prevalence is not None
        return self.purpose != "purpose-blinded" and (self.purpose != "practice" or self.call() is not None or told)


@dataclass(frozen=True)
class ArmPlan:
    """Readers who share a sequence of phases, by name."""

    name: str
    phases: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True)
class Protocol:
    """All that a study agrees on beforehand, but which cohorts and which readers."""

    name: str
    title: str
    cohorts: tuple[CohortSlot, ...]
    phases: tuple[PhasePlan, ...]
    arms: tuple[ArmPlan, ...]
    summary: str = ""
    shown_title: str = ""
    consent: str = ""

    def phase(self, name: str) -> PhasePlan | None:
        """Give the phase of a name."""
        return next((phase for phase in self.phases if phase.name == name), None)

    def needed_slots(self) -> list[CohortSlot]:
        """Give the places that may not stay empty."""
        return [slot for slot in self.cohorts if not slot.optional]


class ProtocolError(Exception):
    """What a protocol says cannot be; every fault names its place and the cure.

    Attributes
    ----------
    faults : list of Fault
        All that were found, in the document's order.
    """

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Fault:
    """One thing that cannot be, and where.

    Attributes
    ----------
    place : str
        As `phases[1].questions[0].kind`; empty for the whole document.
    words : str
        What is wrong and what to do.
    """

    place: str
    words: str = field(default="")

    def __str__(self) -> str:
        return f"{self.place}: {self.words}" if self.place else self.words


Document = dict[str, Any]
