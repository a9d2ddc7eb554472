"""The readiness of a draft as a list: what is needed before the lock, how it stands, and where the cure is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readerstudy.studies.default_plans import draft_plan
from readerstudy.studies.models import UNTESTED, Study
from readerstudy.studies.plan_rules import conditions_of
from readerstudy.studies.protocol import protocol_of
from readerstudy.studies.services import readiness

State = Literal["ready", "missing", "excuse", "look"]
_RANK: tuple[State, ...] = ("missing", "excuse", "look", "ready")


@dataclass(frozen=True)
class Item:
    """One thing to know, and the page on which it is mended, with its name; empty where there is none."""

    words: str
    url: str = ""
    page: str = ""


@dataclass(frozen=True)
class Check:
    """One line of the list.

    Attributes
    ----------
    state : {"ready", "missing", "excuse", "look"}
        In place; to be mended before the lock; to be mended, or excused by a reason at the lock; worth a look, though
        the study can be locked all the same.
    """

    title: str
    state: State
    items: tuple[Item, ...]

    @property
    def state_in_words(self) -> str:
        """The state for people."""
        words: dict[State, str] = {
            "ready": _("ready"),
            "missing": _("missing"),
            "excuse": _("missing, or excused by a reason"),
            "look": _("worth a look"),
        }
        return words[self.state]


def checklist(study: Study) -> list[Check]:
    """Say how a draft stands, thing by thing."""
    return [
        _protocol(study),
        _cohorts(study),
        _truth(study),
        _audit(study),
        _plan(study),
        _readers(study),
    ]


def worst(checks: list[Check]) -> State:
    """Give the state that decides."""
    return min((check.state for check in checks), key=_RANK.index)


def _check(title: str, found: list[Item], ready: str, state: State = "missing") -> Check:
    return Check(title, state, tuple(found)) if found else Check(title, "ready", (Item(ready),))


def _protocol(study: Study) -> Check:
    detectors = reverse("detectors:page", args=[study.slug])
    wrong = [Item(words) for words in readiness.what_the_protocol_misses(study)]
    unaided = [Item(words, detectors, _("Detectors")) for words in readiness.what_the_aids_miss(study)]
    if wrong or unaided:
        return Check(_("Protocol"), "missing", (*wrong, *unaided))
    texts = reverse("studies:texts", args=[study.slug])
    doubts = [Item(words, texts, _("Titles and consent")) for words in readiness.what_may_tell_the_purpose(study)]
    if doubts:
        doubts.insert(
            0,
            Item(_("Look again before you lock: readers of a purpose-blinded phase must not learn what it is about.")),
        )
    return _check(_("Protocol"), doubts, _("Its settings go together."), "look")


def _cohorts(study: Study) -> Check:
    needed = readiness.cohorts_of(study)
    missing = _to_import(needed, readiness.cases_missing)
    told = [Item(words) for words in readiness.told_beforehand(study)]
    cases = sum(one.cohort.cases.count() for one in needed if one.is_read)
    ready = ngettext("%(n)s case is in place.", "%(n)s cases are in place.", cases) % {"n": cases}
    return _check(_("Cohorts"), [*missing, *told], ready)


def _to_import(needed: list[readiness.Needed], lacks: Callable[[readiness.Needed], str]) -> list[Item]:
    """Say of each cohort what it lacks, with the way to its import."""
    return [
        Item(words, reverse("truth:import", args=[one.cohort.slug]), _("Import"))
        for one in needed
        if (words := lacks(one))
    ]


def _truth(study: Study) -> Check:
    needed = readiness.cohorts_of(study)
    missing = _to_import(needed, readiness.truth_missing)
    if not missing and not any(one.cohort.is_sealed for one in needed):
        return Check(_("Truth"), "missing", (Item(_("There is none yet: it comes with the cases.")),))
    return _check(_("Truth"), missing, _("Sealed for every case."))


def _audit(study: Study) -> Check:
    cohorts = readiness.audited_cohorts(study)
    missing = [
        Item(words, reverse("blinding:page", args=[cohort.slug]), _("Blinding"))
        for cohort in cohorts
        if (words := readiness.audit_missing(cohort))
    ]
    if not cohorts and study.phases.exclude(purpose__in=UNTESTED).exists():
        return Check(_("Blinding audit"), "excuse", (Item(_("It can be run once the cohorts have cases.")),))
    ready = _("Passed and acknowledged for every cohort of the test.")
    return _check(_("Blinding audit"), missing, ready if cohorts else _("Not asked for: no phase is a test."), "excuse")


def _plan(study: Study) -> Check:
    where = reverse("studies:plan", args=[study.slug])
    if wrong := readiness.what_the_plan_misses(study):
        return Check(_("Analysis plan"), "missing", tuple(Item(words, where, _("Analysis plan")) for words in wrong))
    if not conditions_of(protocol_of(study)):
        return Check(_("Analysis plan"), "ready", (Item(_("Not asked for: no phase is a test.")),))
    plan = draft_plan(study)
    if not study.plan:
        words = _("Nobody has looked at the proposed plan yet: it is fixed as it is if you lock now.")
        return Check(_("Analysis plan"), "look", (Item(words, where, _("Analysis plan")),))
    count = len(plan.of_role("primary"))
    words = ngettext("Written, with %(n)s primary endpoint.", "Written, with %(n)s primary endpoints.", count)
    return Check(_("Analysis plan"), "ready", (Item(words % {"n": count}, where, _("Analysis plan")),))


def _readers(study: Study) -> Check:
    where = reverse("studies:readers", args=[study.slug])
    there = study.readers.filter(withdrawn_at=None)
    places, joined = there.count(), there.exclude(user=None).count()
    values = {"places": places, "joined": joined, "planned": draft_plan(study).readers or 0}
    if not places:
        words = _("Nobody is invited yet; readers can also be invited after the lock.")
        return Check(_("Readers"), "look", (Item(words, where, _("Readers")),))
    if places < values["planned"]:
        words = _("%(places)s of %(planned)s planned places are offered, %(joined)s taken.") % values
        return Check(_("Readers"), "look", (Item(words, where, _("Readers")),))
    if places < 2:
        words = _("One place is offered. Two readers are needed for any statement about readers in general.")
        return Check(_("Readers"), "look", (Item(words, where, _("Readers")),))
    words = _("%(places)s places are offered, %(joined)s taken.") % values
    return Check(_("Readers"), "ready", (Item(words, where, _("Readers")),))
