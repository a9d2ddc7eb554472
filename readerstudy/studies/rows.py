"""Between a protocol and the rows of a study: read from them, written to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

from django.db.models import F

from readerstudy.cohorts.models import Cohort
from readerstudy.studies.models import Arm, ArmStep, Phase, Question, Study, StudyCohort
from readerstudy.studies.plans import ArmPlan, CohortSlot, Condition, PhasePlan, Protocol, QuestionPlan

# What has the same name in a phase's plan and in its row; the others are told apart below.
_SAME_IN_PHASE = [
    one.name for one in fields(PhasePlan) if one.name not in ("cohort", "companions", "told", "questions")
]  # fmt: skip
_SAME_IN_QUESTION = [
    one.name for one in fields(QuestionPlan) if one.name not in ("options", "tools", "condition")
]  # fmt: skip
# A new order of unique positions is written in two steps, the first beyond all that are used.
_BEYOND = 1000

Cohorts = Mapping[str, Cohort]
"""The cohort of every slot."""


def protocol_of(study: Study) -> Protocol:
    """Give what a study's rows say as a protocol."""
    slots = slots_of(study)
    names = {cohort.pk: slot.slot for slot, cohort in slots}
    phases = study.phases.order_by("position").prefetch_related("questions")
    arms = study.arms.order_by("position").prefetch_related("steps__phase")
    return Protocol(
        name=study.preset,
        title=study.title,
        summary=study.summary,
        shown_title=study.shown_title,
        consent=study.consent,
        cohorts=tuple(slot for slot, _cohort in slots),
        phases=tuple(_phase_plan(phase, names) for phase in phases),
        arms=tuple(
            ArmPlan(name=arm.name, title=arm.title, phases=tuple(step.phase.name for step in arm.steps.all()))
            for arm in arms
        ),
    )


def slots_of(study: Study) -> list[tuple[CohortSlot, Cohort]]:
    """Give the names by which a protocol asks for the study's cohorts.

    A study of before the protocols has none: its cohorts are named as they come.
    """
    named = [
        (CohortSlot(one.slot, one.title, one.is_optional), one.cohort)
        for one in study.slots.order_by("position").select_related("cohort")
    ]
    known, taken = {cohort.pk for _slot, cohort in named}, {slot.slot for slot, _cohort in named}
    for phase in study.phases.order_by("position").select_related("cohort", "companions"):
        for cohort in (phase.cohort, phase.companions):
            if cohort is not None and cohort.pk not in known:
                slot = free_slot(taken)
                named.append((CohortSlot(slot, cohort.title[:200]), cohort))
                known.add(cohort.pk)
                taken.add(slot)
    return named


def free_slot(taken: set[str]) -> str:
    """Give the first name of A, B, …, A2, B2, … that is not taken."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    names = (f"{letter}{number or ''}" for number in range(len(taken) + 2) if number != 1 for letter in letters)
    return next(name for name in names if name not in taken)


def _phase_plan(phase: Phase, names: Mapping[int, str]) -> PhasePlan:
    return PhasePlan(
        **{name: getattr(phase, name) for name in _SAME_IN_PHASE},
        cohort=names[phase.cohort_id],
        companions=names[phase.companions_id] if phase.companions_id else None,
        told=phase.instructions,
        questions=tuple(_question_plan(question) for question in phase.questions.all()),
    )


def _question_plan(question: Question) -> QuestionPlan:
    condition = question.condition
    return QuestionPlan(
        **{name: getattr(question, name) for name in _SAME_IN_QUESTION},
        options=tuple(question.options),
        tools=tuple(question.tools),
        condition=Condition(condition["question"], tuple(condition["is"])) if condition else None,
    )


def write_rows(study: Study, protocol: Protocol, cohorts: Cohorts) -> None:
    """Make a draft's rows say what a protocol says, where the rows that stay keep their identity.

    A phase keeps its row as long as it keeps its name, and with it what higher rooms know of it.
    The caller holds the transaction.
    """
    study.summary, study.shown_title, study.consent = protocol.summary, protocol.shown_title, protocol.consent
    study.title, study.preset = protocol.title, protocol.name
    study.save(update_fields=["summary", "shown_title", "consent", "title", "preset"])
    Arm.objects.filter(study=study).delete()
    _write_slots(study, protocol.cohorts, cohorts)
    phases = _write_phases(study, protocol.phases, cohorts)
    for position, plan in enumerate(protocol.arms, start=1):
        arm = Arm.objects.create(study=study, position=position, name=plan.name, title=plan.title)
        ArmStep.objects.bulk_create(
            ArmStep(arm=arm, position=step, phase=phases[name]) for step, name in enumerate(plan.phases, start=1)
        )


def _write_slots(study: Study, slots: Sequence[CohortSlot], cohorts: Cohorts) -> None:
    study.slots.all().delete()
    StudyCohort.objects.bulk_create(
        StudyCohort(
            study=study, position=position, slot=one.slot, title=one.title, is_optional=one.optional,
            cohort=cohorts[one.slot],
        )
        for position, one in enumerate(slots, start=1)
    )  # fmt: skip


def _write_phases(study: Study, plans: Sequence[PhasePlan], cohorts: Cohorts) -> dict[str, Phase]:
    study.phases.exclude(name__in=[plan.name for plan in plans]).delete()
    study.phases.update(position=F("position") + _BEYOND)
    there = {phase.name: phase for phase in study.phases.all()}
    phases = {}
    for position, plan in enumerate(plans, start=1):
        phase = there.get(plan.name) or Phase(study=study)
        if (phase.pk and phase.cohort_id != cohorts[plan.cohort].pk) or plan.aid == "none":
            phase.aid_digest = ""  # which spoke for other cases, or for an aid that is no longer shown
        phase.position, phase.cohort, phase.instructions = position, cohorts[plan.cohort], plan.told
        phase.companions = cohorts[plan.companions] if plan.companions else None
        for name in _SAME_IN_PHASE:
            setattr(phase, name, getattr(plan, name))
        phase.save()
        _write_questions(phase, plan.questions)
        phases[plan.name] = phase
    return phases


def _write_questions(phase: Phase, plans: Sequence[QuestionPlan]) -> None:
    phase.questions.all().delete()
    Question.objects.bulk_create(
        Question(
            phase=phase,
            position=position,
            **{name: getattr(plan, name) for name in _SAME_IN_QUESTION},
            options=list(plan.options),
            tools=list(plan.tools),
            condition={"question": plan.condition.question, "is": list(plan.condition.answers)}
            if plan.condition
            else None,
        )
        for position, plan in enumerate(plans, start=1)
    )
