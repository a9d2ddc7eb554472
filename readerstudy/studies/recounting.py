"""The life and the record of a study as its page tells them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from readerstudy.studies.models import InterimLook, Kind, Status, Study, StudyCohort, Version


@dataclass(frozen=True)
class Station:
    """A state on the way of a study: behind it, where it stands, or ahead."""

    name: str
    place: str  # "done" | "now" | "ahead"
    at: datetime | None = None

    @property
    def place_in_words(self) -> str:
        """The place, for those who do not see the line."""
        return {"done": _("done"), "now": _("now"), "ahead": _("to come")}[self.place]


def stations(study: Study) -> list[Station]:
    """Give the states of a study's life in order."""
    states = list(Status)
    here = states.index(Status(study.status))
    times = {
        Status.DRAFT: study.created_at,
        Status.LOCKED: study.locked_at,
        Status.RUNNING: study.opened_at,
        Status.CLOSED: study.closed_at,
        Status.UNBLINDED: study.unblinded_at,
    }
    places = ["done" if index < here else "now" if index == here else "ahead" for index in range(len(states))]
    return [
        Station(str(state.label), place, times[state] if place != "ahead" else None)
        for state, place in zip(states, places, strict=True)
    ]


@dataclass(frozen=True)
class FixedCohort:
    """A cohort as it was locked, and whether it still is."""

    slot: StudyCohort
    is_unchanged: bool
    is_truth_unchanged: bool


@dataclass(frozen=True)
class Record:
    """What stands on record of a study."""

    cohorts: list[FixedCohort]
    versions: list[Version]
    looks: list[InterimLook]
    pilots: list[Study]

    @property
    def amendments(self) -> list[Version]:
        """The versions that came after the lock."""
        return [version for version in self.versions if version.is_amendment]

    @property
    def is_amended(self) -> bool:
        """Whether the protocol is another than the one that was locked."""
        return any(version.kind == Kind.PROTOCOL for version in self.amendments)

    @property
    def is_plan_amended(self) -> bool:
        """Whether the plan is another than the one that was locked."""
        return any(version.kind == Kind.PLAN for version in self.amendments)


def _as_locked(slot: StudyCohort) -> FixedCohort:
    cohort = slot.cohort
    return FixedCohort(
        slot, cohort.state_digest() == slot.state_digest, cohort.is_sealed and cohort.sealed_digest == slot.truth_digest
    )


def record_of(study: Study) -> Record:
    """Gather what stands on record."""
    slots = study.slots.order_by("position").select_related("cohort") if study.locked_at else []
    return Record(
        cohorts=[_as_locked(slot) for slot in slots if slot.state_digest],
        versions=list(study.versions.order_by("pk").select_related("made_by")),
        looks=list(study.looks.order_by("pk").select_related("made_by")),
        pilots=list(study.pilots.order_by("pk")),
    )
