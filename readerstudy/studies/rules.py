"""What a protocol's settings ask of each other: faults that no draft may have, gaps that keep it from the lock.

Each rule is a function that yields what it finds; nothing here knows a database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from readerstudy.studies.plans import ArmPlan, Fault, PhasePlan, Protocol, QuestionPlan
from readerstudy.studies.squares import square_gaps


def faults_of(protocol: Protocol) -> list[Fault]:
    """Name every contradiction that no draft may hold."""
    return [
        *_slot_faults(protocol),
        *_phases_faults(protocol),
        *_arm_faults(protocol),
    ]


def _slot_faults(protocol: Protocol) -> Iterator[Fault]:
    if not protocol.cohorts:
        yield Fault("cohorts", _("is empty: a study reads at least one cohort"))
    yield from _twice("cohorts", "slot", [slot.slot for slot in protocol.cohorts])
    read = {phase.cohort for phase in protocol.phases} | {phase.companions for phase in protocol.phases}
    optional = False
    for index, slot in enumerate(protocol.cohorts):
        if slot.slot not in read:
            yield Fault(f"cohorts[{index}].slot", _("no phase reads %(slot)s: leave it out") % {"slot": slot.slot})
        if optional and not slot.optional:
            yield Fault(f"cohorts[{index}].optional", _("cohorts that may be missing come after those that may not"))
        optional = optional or slot.optional


def _phases_faults(protocol: Protocol) -> Iterator[Fault]:
    if not protocol.phases:
        yield Fault("phases", _("is empty: a study has at least one phase"))
    yield from _twice("phases", "name", [phase.name for phase in protocol.phases])
    slots = [slot.slot for slot in protocol.cohorts]
    for index, phase in enumerate(protocol.phases):
        place = f"phases[{index}]"
        for key, slot in (("cohort", phase.cohort), ("companions", phase.companions)):
            if slot is not None and slot not in slots:
                words = _("there is no cohort %(slot)s among the cohorts: %(known)s")
                yield Fault(f"{place}.{key}", words % {"slot": slot, "known": ", ".join(slots) or "–"})
        for fault in phase_faults(phase):
            yield Fault(f"{place}.{fault.place}", fault.words)


def phase_faults(phase: PhasePlan) -> list[Fault]:
    """Name the contradictions within one phase; places are those of its settings."""
    return [
        *_purpose_faults(phase),
        *_feedback_faults(phase),
        *_allocation_faults(phase),
        *_time_faults(phase),
        *_questions_faults(phase.questions),
    ]


def _purpose_faults(phase: PhasePlan) -> Iterator[Fault]:
    if phase.purpose != "purpose-blinded":
        return
    if phase.undo_seconds:
        yield Fault("undo_seconds", _("must be 0 in a purpose-blinded phase: first impressions are what it measures"))
    if phase.revisit:
        yield Fault("revisit", _("must be off in a purpose-blinded phase: first impressions are what it measures"))
    if phase.aid != "none":
        yield Fault("aid", _("must be none in a purpose-blinded phase: a detector's verdict tells the purpose"))
    if phase.disclosed_prevalence is not None:
        yield Fault("disclosed_prevalence", _("must be empty in a purpose-blinded phase: it tells the purpose"))
    if phase.call():
        words = _("asks authentic or synthetic, which tells the purpose: ask it in a later, informed phase")
        yield Fault("questions", words)


def _feedback_faults(phase: PhasePlan) -> Iterator[Fault]:
    if phase.is_tested and phase.feedback != "none":
        yield Fault(
            "feedback", _("is for practice and training only: telling answers in a test changes what it measures")
        )
    if phase.is_tested and phase.qualification_percent is not None:
        yield Fault("qualification_percent", _("is for practice and training only"))
    if phase.attempts > 1 and phase.qualification_percent is None:
        yield Fault("attempts", _("more than one asks for a qualification: set how many correct calls are needed"))
    if phase.revisit and phase.feedback != "none":
        yield Fault("revisit", _("cannot go with feedback: who knows the answer would change the judgement"))
    if phase.reread_percent and phase.feedback == "after-each":
        words = _("must be 0 with feedback after each case: its answer is told when it is shown again")
        yield Fault("reread_percent", words)
    if phase.aid == "sequential" and phase.feedback == "after-each":
        words = _("cannot be after-each with sequential aid: the answer would be told before the second judgement")
        yield Fault("feedback", words)
    if phase.revisit and phase.aid == "sequential":
        yield Fault("revisit", _("cannot go with sequential aid: the first judgement is sealed once the aid was seen"))
    if phase.aid != "none" and phase.purpose == "informed":
        yield Fault("aid", _("makes this an aided phase: set its purpose to aided"))
    if phase.aid == "sequential" and phase.modality == "unaided":
        words = _("names the readings with aid, and those without are “unaided”: name it aided, for example")
        yield Fault("modality", words)


def _allocation_faults(phase: PhasePlan) -> Iterator[Fault]:
    if phase.allocation == "crossed":
        if phase.parts > 1:
            yield Fault("parts", _("is for split-plot and latin-square only: crossed readers read all cases"))
        if phase.anchors:
            yield Fault("anchors", _("is for split-plot and latin-square only: crossed readers read all cases"))
    elif phase.parts < 2:
        yield Fault("parts", _("must be 2 or more: into how many parts the cases are divided"))
    if phase.case_count is not None and phase.parts > max(1, phase.case_count - phase.anchors):
        yield Fault("parts", _("is more than there are cases to divide (case_count less anchors)"))
    if phase.reread_percent > 50:
        yield Fault("reread_percent", _("must be 50 or less: too few cases come early enough to be shown again later"))
    if phase.companions is not None and phase.companions == phase.cohort:
        yield Fault("companions", _("must be another cohort than the one that is read"))


def _time_faults(phase: PhasePlan) -> Iterator[Fault]:
    if phase.time_limit != "none" and phase.time_limit_seconds is None:
        yield Fault("time_limit_seconds", _("is missing: how many seconds a reader has for a case"))
    if phase.time_limit == "none" and phase.time_limit_seconds is not None:
        yield Fault("time_limit_seconds", _("has no effect without a time limit: set time_limit to soft or hard"))


def _questions_faults(questions: Sequence[QuestionPlan]) -> Iterator[Fault]:
    yield from _twice("questions", "name", [question.name for question in questions])
    if sum(question.kind == "call" for question in questions) > 1:
        yield Fault("questions", _("has more than one call: a case has one"))
    for index, question in enumerate(questions):
        for fault in question_faults(question, questions[:index]):
            yield Fault(f"questions[{index}].{fault.place}", fault.words)


def question_faults(question: QuestionPlan, earlier: Sequence[QuestionPlan] = ()) -> list[Fault]:
    """Name the contradictions within one question; places are those of its settings.

    Parameters
    ----------
    question : QuestionPlan
        The question.
    earlier : sequence of QuestionPlan
        Those of its phase that are asked before it.
    """
    return [*_kind_faults(question), *_condition_faults(question, earlier)]


def _kind_faults(question: QuestionPlan) -> Iterator[Fault]:
    kind, options = question.kind, question.options
    if question.asked == "end" and kind in ("call", "marks"):
        yield Fault("asked", _("must be case: a call and marks are about one image"))
    if kind == "quality" and not 2 <= len(options) <= 10:
        yield Fault("options", _("must name the steps of the scale, from the worst to the best: 2 to 10 of them"))
    if kind in ("call", "open") and options:
        yield Fault("options", _("has no effect on this kind of question: leave it out"))
    yield from _twice("options", "", list(options))
    if kind == "marks" and not question.tools:
        yield Fault("tools", _("is empty: choose at least one of point, box and freehand"))
    if kind != "marks" and question.tools:
        yield Fault("tools", _("is for marks only: leave it out"))
    if kind != "call" and question.points:
        yield Fault("points", _("is for a call only: leave it out"))
    if question.points == 1:
        yield Fault("points", _("must be 0 for a slider, or 2 to 10 steps"))
    if kind != "call" and not question.forced:
        yield Fault("forced", _("is for a call only: leave it out"))


def _condition_faults(question: QuestionPlan, earlier: Sequence[QuestionPlan]) -> Iterator[Fault]:
    condition = question.condition
    if condition is None:
        return
    if question.asked == "end":
        yield Fault("condition", _("cannot be set on a question at the end of the phase"))
        return
    asked = next((one for one in earlier if one.name == condition.question and one.asked == "case"), None)
    if asked is None:
        known = ", ".join(one.name for one in earlier if one.asked == "case" and one.answers())
        words = _("names no question that is asked before it with every case (%(known)s)")
        yield Fault("condition.question", words % {"known": known or "–"})
    elif not condition.answers:
        yield Fault("condition.is", _("is empty: name the answers on which it is asked"))
    elif unknown := [one for one in condition.answers if one not in asked.answers()]:
        words = _("%(unknown)s is no answer to %(question)s; its answers: %(known)s")
        known = ", ".join(map(str, asked.answers())) or "–"
        values = {"unknown": ", ".join(map(str, unknown)), "question": asked.name, "known": known}
        yield Fault("condition.is", words % values)


def _arm_faults(protocol: Protocol) -> Iterator[Fault]:
    if not protocol.arms:
        yield Fault("arms", _("is empty: a study has at least one arm"))
    yield from _twice("arms", "name", [arm.name for arm in protocol.arms])
    names = [phase.name for phase in protocol.phases]
    for index, arm in enumerate(protocol.arms):
        place = f"arms[{index}].phases"
        if not arm.phases:
            yield Fault(place, _("is empty: name the phases that its readers go through"))
        yield from _twice(place, "", list(arm.phases))
        for number, name in enumerate(arm.phases):
            if name not in names:
                words = _("there is no phase %(name)s; known: %(known)s")
                yield Fault(f"{place}[{number}]", words % {"name": name, "known": ", ".join(names)})


def _twice(place: str, key: str, names: Sequence[str]) -> Iterator[Fault]:
    for name, times in Counter(names).items():
        if times > 1:
            index = len(names) - 1 - names[::-1].index(name)
            words = _("“%(name)s” stands there twice: names must differ")
            yield Fault(f"{place}[{index}]" + (f".{key}" if key else ""), words % {"name": name})


def gaps_of(protocol: Protocol) -> list[str]:
    """Say, in words for the coordinator, what a draft may lack for a while but a locked protocol may not."""
    no_consent = [] if protocol.consent.strip() else [_("The study has no consent: say what readers agree to.")]
    return [*no_consent, *_phase_gaps(protocol.phases), *_arm_gaps(protocol)]


def _phase_gaps(phases: Iterable[PhasePlan]) -> Iterator[str]:
    for phase in phases:
        named = {"phase": phase.title}
        if not phase.questions:
            yield _("The phase “%(phase)s” asks nothing of its cases: add a question.") % named
        elif phase.call() is None:
            yield from _missing_call(phase)
        if phase.purpose == "aided" and phase.aid == "none":
            words = _("The phase “%(phase)s” is aided, but shows no aid: choose when the detector's verdict is shown.")
            yield words % named


def _missing_call(phase: PhasePlan) -> Iterator[str]:
    named = {"phase": phase.title}
    if phase.purpose in ("informed", "aided"):
        yield _("The phase “%(phase)s” asks for no call (authentic or synthetic): add that question.") % named
    elif phase.feedback != "none" or phase.qualification_percent is not None:
        words = _("The phase “%(phase)s” tells or counts correct calls, but asks for none: add a call.")
        yield words % named


def _arm_gaps(protocol: Protocol) -> Iterator[str]:
    visited = {name for arm in protocol.arms for name in arm.phases}
    for phase in protocol.phases:
        if protocol.arms and phase.name not in visited:
            words = _("No arm goes through the phase “%(phase)s”: add it to an arm, or remove it.")
            yield words % {"phase": phase.title}
    for arm in protocol.arms:
        yield from _told_too_early(protocol, arm)
    yield from square_gaps(protocol)


def _told_too_early(protocol: Protocol, arm: ArmPlan) -> Iterator[str]:
    """Find a purpose-blinded phase after one that tells the purpose."""
    telling = None
    for phase in (found for name in arm.phases if (found := protocol.phase(name))):
        if telling and phase.purpose == "purpose-blinded":
            words = _(
                "In arm %(arm)s the phase “%(later)s” hides its purpose, but “%(earlier)s” before it tells it: "
                "put the purpose-blinded phase first."
            )
            yield words % {"arm": arm.name, "later": phase.title, "earlier": telling.title}
        telling = telling or (phase if phase.tells_purpose else None)
