"""Readers of a locked study are put into their arms, and their hanging lists are drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

from readerstudy.studies import allocation
from readerstudy.studies.models import Allocation, Arm, HangingList, Order, Phase, Reader, Study


@dataclass(frozen=True)
class _Hanging:
    """What the lists of one phase are drawn from."""

    phase: Phase
    cases: dict[str, int]
    companions: list[str]
    period: int


def prepare(study: Study, readers: Iterable[Reader]) -> None:
    """Put readers of a locked study into their arms, and draw their hanging lists.

    Arms by permuted blocks, orders by `allocation.draw`: both follow from the study's seed and the reader's number
    alone, so that it does not matter when a place was offered. The caller holds the study and the transaction.
    """
    draw = _Drawing(study)
    for reader in readers:
        reader.arm, lists = draw.of(reader)
        reader.save(update_fields=["arm"])
        HangingList.objects.bulk_create(lists)


def draw_lists(study: Study, number: int) -> tuple[Arm, list[HangingList]]:
    """Draw what the reader of a number reads, and store nothing of it: what the lock will draw, as it follows from the
    seed, or has drawn.

    The study must lack nothing that its orders need (`what_the_orders_miss`).
    """
    return _Drawing(study).of(Reader(study=study, number=number))


class _Drawing:
    """All that the lists of a study are drawn from."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.arms = list(study.arms.order_by("position").prefetch_related("steps"))
        self.hangings = {hanging.phase.pk: hanging for hanging in _hangings(study)}

    def of(self, reader: Reader) -> tuple[Arm, list[HangingList]]:
        """Give a reader's arm and lists, not stored."""
        index = allocation.arm_of(reader.number, arms=len(self.arms), seed=self.study.seed)
        steps, place = self.arms[index].steps.all(), (index, len(self.arms))
        return self.arms[index], [_drawn(self.study, reader, place, self.hangings[step.phase_id]) for step in steps]


def _hangings(study: Study) -> list[_Hanging]:
    phases = list(study.phases.order_by("position").select_related("cohort", "companions"))
    return [
        _Hanging(
            phase=phase,
            cases=dict(phase.cohort.cases.values_list("code", "stratum")),
            companions=list(phase.companions.cases.values_list("code", flat=True)) if phase.companions else [],
            period=_period(phase, phases),
        )
        for phase in phases
    ]


def _period(phase: Phase, phases: list[Phase]) -> int:
    """Give its place among the Latin squares over the same cases: in each, an arm reads another part of them."""
    squares = [
        one.pk for one in phases if one.allocation == Allocation.LATIN_SQUARE and one.cohort_id == phase.cohort_id
    ]
    return squares.index(phase.pk) if phase.pk in squares else 0


def _drawn(study: Study, reader: Reader, arm_of_arms: tuple[int, int], hanging: _Hanging) -> HangingList:
    phase, (arm, arms) = hanging.phase, arm_of_arms
    who = "all" if phase.order == Order.SAME else reader.number
    places = allocation.draw(
        _order_plan(phase),
        cases=hanging.cases,
        companions=hanging.companions,
        study_seed=study.seed,
        phase=phase.name,
        reader=reader.number,
        arm=arm,
        arms=arms,
        period=hanging.period,
    )
    seed = allocation.session_seed(study_seed=study.seed, reader=who, phase=phase.name)
    return HangingList(
        reader=reader, phase=phase, seed=seed, places=[asdict(place) for place in places], length=len(places),
        rereads=sum(bool(place.reread) for place in places),
    )  # fmt: skip


def _order_plan(phase: Phase) -> allocation.OrderPlan:
    return allocation.OrderPlan(**{one.name: getattr(phase, one.name) for one in fields(allocation.OrderPlan)})
