"""A phase in words for its coordinator: what is set, in groups, and nothing of what is as it is by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readerstudy.rich_text import as_html
from readerstudy.studies.models import Aid, Allocation, Arm, Feedback, Order, Phase, Question, Study, TimeLimit
from readerstudy.studies.plans import ArmPlan, PhasePlan, Protocol

Facts = list[tuple[str, str]]


@dataclass(frozen=True)
class Step:
    """A phase at its place in an arm, with the washout that its readers wait for before it."""

    phase: Phase
    cases: str
    washout: str


@dataclass(frozen=True)
class Described:
    """A phase in words."""

    phase: Phase
    cases: str
    told: SafeString
    facts: list[tuple[str, Facts]]
    questions: list[Question]


def described(study: Study) -> dict[str, Any]:
    """Give what the page of a protocol shows: the course of every arm, and every phase in words."""
    phases = list(
        study.phases.order_by("position").select_related("cohort", "companions").prefetch_related("questions")
    )
    cases = {phase.pk: cases_in_words(phase) for phase in phases}
    return {
        "courses": _courses(study.arms.order_by("position").prefetch_related("steps"), phases, cases),
        "phases": [
            Described(phase, cases[phase.pk], as_html(phase.instructions), facts_of(phase), list(phase.questions.all()))
            for phase in phases
        ],
        "consent": as_html(study.consent),
    }


def _courses(arms: QuerySet[Arm], phases: list[Phase], cases: dict[int, str]) -> list[tuple[Arm, list[Step]]]:
    known = {phase.pk: phase for phase in phases}
    return [(arm, _steps([known[step.phase_id] for step in arm.steps.all()], cases)) for arm in arms]


def _steps(phases: list[Phase], cases: dict[int, str]) -> list[Step]:
    """Say before which steps there is a washout: never before the first that is no practice."""
    steps, has_read = [], False
    for phase in phases:
        washout = _days(phase.washout_days) if has_read and phase.washout_days else ""
        steps.append(Step(phase, cases[phase.pk], washout))
        has_read = has_read or not phase.is_practice
    return steps


def course_of(protocol: Protocol) -> list[tuple[ArmPlan, list[tuple[PhasePlan, str]]]]:
    """Give every arm of a protocol with its phases and the washouts before them."""
    courses = []
    for arm in protocol.arms:
        phases = [found for name in arm.phases if (found := protocol.phase(name))]
        first = next((phase for phase in phases if phase.is_tested), None)
        waits = [phase is not first and phase.is_tested and phase.washout_days for phase in phases]
        courses.append((arm, [(phase, _days(days) if days else "") for phase, days in zip(phases, waits, strict=True)]))
    return courses


def _days(days: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def facts_of(phase: Phase) -> list[tuple[str, Facts]]:
    """Give groups of terms and their words."""
    groups = [
        (_("Cases and order"), _cases(phase)),
        (_("Aid and feedback"), _aid(phase)),
        (_("Time"), _time(phase)),
    ]
    return [(title, facts) for title, facts in groups if facts]


def cases_in_words(phase: Phase) -> str:
    """Say how many cases a phase has."""
    there = phase.cohort.cases.count()
    count = there if phase.case_count is None else min(phase.case_count, there)
    return ngettext("%(n)s case", "%(n)s cases", count) % {"n": count}


def _cases(phase: Phase) -> Facts:
    facts = [(_("Order"), str(phase.get_order_display()))]
    if phase.order == Order.BLOCKED:
        facts.append((_("Cases in a block"), str(phase.block_size)))
    facts.append((_("Who reads what"), str(phase.get_allocation_display())))
    if phase.allocation != Allocation.CROSSED:
        facts.append((_("Parts"), str(phase.parts)))
        facts.append((_("Anchor cases, read by all"), str(phase.anchors)))
    if phase.case_count is not None:
        words = _("%(n)s of the cohort's, drawn once, the same for every reader")
        facts.append((_("Subset"), words % {"n": phase.case_count}))
    if phase.reread_percent:
        facts.append((_("Shown again"), _("%(n)s %% of the cases") % {"n": phase.reread_percent}))
    if phase.companions:
        facts.append((_("Beside each case"), _("a picture of %(cohort)s") % {"cohort": phase.companions.title}))
    return facts


def _aid(phase: Phase) -> Facts:
    facts: Facts = []
    if phase.aid != Aid.NONE:
        facts.append((_("A detector's verdict"), str(phase.get_aid_display())))
    if phase.modality != "unaided":
        facts.append((_("Modality in the results"), phase.modality))
    if phase.feedback != Feedback.NONE:
        facts.append((_("The answer is told"), str(phase.get_feedback_display())))
    if phase.qualification_percent is not None:
        facts.append((_("To go on"), _("%(n)s %% correct calls") % {"n": phase.qualification_percent}))
        facts.append((_("Attempts"), str(phase.attempts)))
    if phase.disclosed_prevalence is not None:
        told = _("%(n)s %% of the cases are synthetic") % {"n": phase.disclosed_prevalence}
        facts.append((_("Told to readers"), told))
    return facts


def _time(phase: Phase) -> Facts:
    facts: Facts = []
    if phase.washout_days:
        facts.append((_("Washout before it"), _days(phase.washout_days)))
    if phase.time_limit != TimeLimit.NONE:
        words = _("%(n)s seconds. %(then)s")
        values = {"n": phase.time_limit_seconds, "then": phase.get_time_limit_display()}
        facts.append((_("Time for a case"), words % values))
    if phase.break_after_minutes is not None:
        facts.append((_("Reminder of a break"), _("after %(n)s minutes") % {"n": phase.break_after_minutes}))
    facts.append((_("Changing a judgement"), _changing(phase)))
    return facts


def _changing(phase: Phase) -> str:
    if phase.revisit:
        return _("until the end of the phase")
    if phase.undo_seconds:
        return _("the last one, for %(n)s seconds") % {"n": phase.undo_seconds}
    return _("not possible")
