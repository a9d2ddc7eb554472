"""Changes of a protocol, one at a time, as its pages make them: from a protocol to another, no row touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from readerstudy.cohorts.models import Cohort
from readerstudy.studies.models import Study
from readerstudy.studies.plans import ArmPlan, CohortSlot, PhasePlan, Protocol, QuestionPlan
from readerstudy.studies.rows import free_slot, protocol_of, slots_of

CALL = QuestionPlan(
    name="call",
    kind="call",
    text="Is this X-ray authentic or synthetic?",
    help="Decide even if you are not sure, then say how sure you are.",
)


@dataclass(frozen=True)
class Plan:
    """A protocol with the cohort of each of its slots."""

    protocol: Protocol
    cohorts: dict[str, Cohort]

    def slot_of(self, cohort: Cohort) -> str:
        """Give the name of a cohort in this protocol, or an empty string."""
        return next((slot for slot, one in self.cohorts.items() if one == cohort), "")


def plan_of(study: Study) -> Plan:
    """Give what a study's rows say."""
    return Plan(protocol_of(study), {slot.slot: cohort for slot, cohort in slots_of(study)})


def with_cohort(plan: Plan, cohort: Cohort) -> Plan:
    """Give the cohort a slot where it has none."""
    if plan.slot_of(cohort):
        return plan
    slot = CohortSlot(free_slot({one.slot for one in plan.protocol.cohorts}), cohort.title[:200])
    needed = [one for one in plan.protocol.cohorts if not one.optional]
    optional = [one for one in plan.protocol.cohorts if one.optional]
    protocol = replace(plan.protocol, cohorts=(*needed, slot, *optional))
    return Plan(protocol, {**plan.cohorts, slot.slot: cohort})


def with_phase(plan: Plan, phase: PhasePlan) -> Plan:
    """Put a phase in place of the one of its name, or at the end of every arm where there is none."""
    protocol = plan.protocol
    if protocol.phase(phase.name):
        phases = tuple(phase if one.name == phase.name else one for one in protocol.phases)
        return replace(plan, protocol=_tidied(replace(protocol, phases=phases)))
    arms = tuple(replace(arm, phases=(*arm.phases, phase.name)) for arm in protocol.arms)
    return replace(plan, protocol=_tidied(replace(protocol, phases=(*protocol.phases, phase), arms=arms)))


def without_phase(plan: Plan, name: str) -> Plan:
    """Take a phase away, from the arms too."""
    phases = tuple(phase for phase in plan.protocol.phases if phase.name != name)
    arms = tuple(replace(arm, phases=tuple(one for one in arm.phases if one != name)) for arm in plan.protocol.arms)
    return replace(plan, protocol=_tidied(replace(plan.protocol, phases=phases, arms=arms)))


def with_arms(plan: Plan, arms: Sequence[ArmPlan]) -> Plan:
    """Put other arms in place of those that there are."""
    return replace(plan, protocol=replace(plan.protocol, arms=tuple(arms)))


def _tidied(protocol: Protocol) -> Protocol:
    """Leave out the slots that no phase reads any more."""
    read = {phase.cohort for phase in protocol.phases} | {phase.companions for phase in protocol.phases}
    return replace(protocol, cohorts=tuple(slot for slot in protocol.cohorts if slot.slot in read))


def with_question(phase: PhasePlan, question: QuestionPlan, *, instead_of: str = "") -> PhasePlan:
    """Put a question in place of another, or after all others."""
    if not instead_of:
        return replace(phase, questions=(*phase.questions, question))
    return replace(phase, questions=tuple(question if one.name == instead_of else one for one in phase.questions))


def without_question(phase: PhasePlan, name: str) -> PhasePlan:
    """Take a question away, and the conditions that ask for its answer."""
    kept = [one for one in phase.questions if one.name != name]
    freed = [replace(one, condition=None) if one.condition and one.condition.question == name else one for one in kept]
    return replace(phase, questions=tuple(freed))


def with_question_moved(phase: PhasePlan, name: str, by: int) -> PhasePlan:
    """Move a question up (−1) or down (+1); at the end of the list it stays."""
    questions = list(phase.questions)
    index = next(index for index, one in enumerate(questions) if one.name == name)
    other = index + by
    if 0 <= other < len(questions):
        questions[index], questions[other] = questions[other], questions[index]
    return replace(phase, questions=tuple(questions))


def free_name(wish: str, taken: Sequence[str]) -> str:
    """Give a name that is not taken: the wish, or the wish with a number."""
    wishes = (wish if number == 1 else f"{wish}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in wishes if name not in taken)
