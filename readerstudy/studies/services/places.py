"""The readers' places: offered, taken, agreed to, and their hanging lists drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from readerstudy.accounts import services as accounts
from readerstudy.accounts.models import Invitation, User
from readerstudy.audit import services as audit
from readerstudy.studies import allocation
from readerstudy.studies.default_plans import current_plan
from readerstudy.studies.models import Allocation, Arm, HangingList, Order, Phase, Reader, Study
from readerstudy.studies.services.refusing import StudyError, held


@transaction.atomic
def invite_reader(*, study: Study, actor: User | None, simulated: bool = False) -> Reader:
    """Add a place for a reader, with a link that one person (or one simulated reader) can take it by.

    In a study that is locked, the place is in an arm and its hanging lists are drawn at once.

    Raises
    ------
    StudyError
        The study takes no more readers, or no more than are planned.
    """
    study = held(study)
    if not study.takes_readers:
        words = _("The study %(study)s is %(state)s: it takes no more readers.")
        state = _("archived") if study.is_archived else study.get_status_display().lower()
        raise StudyError(words % {"study": study.slug, "state": state})
    _require_room(study)
    last = study.readers.order_by("-number").first()
    number = last.number + 1 if last else 1
    reader = Reader.objects.create(
        study=study,
        code=f"R{number:02d}",
        number=number,
        invitation=Invitation.objects.create(created_by=actor),
        is_simulated=simulated,
    )
    if not study.is_draft:
        prepare(study, [reader])
    audit.record(actor=actor, verb="studies.reader_invited", target=f"study:{study.slug}", reader=reader.code)
    return reader


def _require_room(study: Study) -> None:
    """Refuse more readers than the plan of a locked study speaks of; a pilot tries things out and is free."""
    plan = None if study.is_draft or study.is_pilot else current_plan(study)
    if plan is not None and plan.readers is not None and study.readers.count() >= plan.readers:
        words = _("The plan of the study %(study)s speaks of %(n)s readers: amend it first, with the reason for more.")
        raise StudyError(words % {"study": study.slug, "n": plan.readers})


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
    return HangingList(reader=reader, phase=phase, seed=seed, places=[asdict(place) for place in places])


def _order_plan(phase: Phase) -> allocation.OrderPlan:
    return allocation.OrderPlan(**{one.name: getattr(phase, one.name) for one in fields(allocation.OrderPlan)})


@transaction.atomic
def join_study(*, reader: Reader, user: User, years: int | None, subspecialty: str, country: str) -> None:
    """Give an invited place to a user.

    Raises
    ------
    StudyError
        The study takes no more readers, the link was used or has ended, or the user is in the study already.
    """
    if not held(reader.study).takes_readers:
        raise StudyError(_("Reading in this study has ended."))
    if Reader.objects.filter(study=reader.study, user=user).exists():
        raise StudyError(_("You are in this study already: you find it under My studies."))
    if reader.invitation is None:
        raise StudyError(_("This place has no invitation."))
    if reader.study.readers.exclude(user=None).exclude(is_simulated=reader.is_simulated).exists():
        raise StudyError(_("People and simulated readers cannot read in one study: their judgements must not mix."))
    try:
        accounts.accept_invitation(invitation=reader.invitation, user=user)
    except accounts.InvitationEndedError:
        words = _("This link was used before, or it has ended. Ask the coordinator for a new one.")
        raise StudyError(words) from None
    reader.user, reader.years, reader.subspecialty, reader.country = user, years, subspecialty, country
    reader.save(update_fields=["user", "years", "subspecialty", "country"])
    audit.record(actor=user, verb="studies.reader_joined", target=f"study:{reader.study.slug}", reader=reader.code)


@transaction.atomic
def give_consent(*, reader: Reader, actor: User) -> None:
    """Note that a reader agreed to take part; a second time changes nothing.

    Raises
    ------
    StudyError
        The study is not open for reading.
    """
    if not held(reader.study).is_running:
        raise StudyError(_("This study is not open for reading now."))
    if Reader.objects.filter(pk=reader.pk, consented_at=None).update(consented_at=timezone.now()):
        digest = hashlib.sha256(reader.study.consent.encode()).hexdigest()
        audit.record(actor=actor, verb="studies.consented", target=f"study:{reader.study.slug}", text=digest)
