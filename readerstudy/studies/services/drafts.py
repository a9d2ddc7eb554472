"""Drafts: made from a protocol, changed, and a change undone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.cohorts.models import Cohort
from readerstudy.studies.models import Member, ProtocolRevision, Status, Study, TeamRole
from readerstudy.studies.plans import CohortSlot, Protocol, ProtocolError
from readerstudy.studies.presets import PRESETS
from readerstudy.studies.presets import preset as preset_of
from readerstudy.studies.protocol import checked, document_of, protocol_of, read_protocol, write_protocol
from readerstudy.studies.rows import slots_of, write_rows
from readerstudy.studies.services.refusing import StudyError, held, require_status


@transaction.atomic
def create_study(
    *,
    slug: str,
    cohorts: Sequence[Cohort] | Mapping[str, Cohort],
    preset: str = "",
    protocol: Protocol | None = None,
    title: str = "",
    consent: str = "",
    actor: User | None = None,
    pilot: bool = False,
) -> Study:
    """Make a draft study from a preset or from a protocol of one's own.

    Parameters
    ----------
    cohorts : sequence of Cohort, or mapping
        In the order of the protocol's `cohorts`, where those that are optional may be left out at the end; or the
        cohort of each slot.
    preset : str
        The name of a preset; needed where no `protocol` is given.
    title, consent : str
        In place of the slug and of the protocol's consent.
    actor : User or None
        Its first coordinator. Without one, as on the command line, every coordinator is.
    pilot : bool
        Whether it is a trial run, whose clock may be moved and whose judgements are no evidence.

    Raises
    ------
    StudyError
        The slug is taken or no slug, the preset is unknown, or the cohorts do not fit it.
    """
    chosen = protocol or _known_preset(preset)
    given = dict(cohorts) if isinstance(cohorts, Mapping) else _fitting(chosen, cohorts)
    fitted = _fitted(replace(chosen, title=title or slug, consent=consent or chosen.consent), given)
    study = Study(
        slug=slug, title=fitted.title, preset=fitted.name, consent=fitted.consent, created_by=actor, is_pilot=pilot
    )
    try:
        study.full_clean(exclude=["consent"])  # which a draft may lack for a while
    except ValidationError as error:
        said = (f"{name}: {words}" for name, several in error.message_dict.items() for words in several)
        raise StudyError("\n".join(said)) from None
    _save_new(study)
    write_rows(study, fitted, given)
    if actor:
        Member.objects.create(study=study, user=actor, role=TeamRole.COORDINATOR)
    pilots = {"pilot": True} if pilot else {}
    audit.record(
        actor=actor, verb="studies.created", target=f"study:{slug}", preset=chosen.name,
        cohorts=[cohort.slug for cohort in given.values()], **pilots,
    )  # fmt: skip
    return study


def _save_new(study: Study) -> None:
    try:
        with transaction.atomic():
            study.save()
    except IntegrityError:  # somebody took the name in the same moment
        words = _("There is a study %(study)s already: choose another short name.")
        raise StudyError(words % {"study": study.slug}) from None


def _known_preset(name: str) -> Protocol:
    if name not in PRESETS:
        words = _("There is no preset “%(name)s”. Known: %(known)s.")
        raise StudyError(words % {"name": name, "known": ", ".join(PRESETS)})
    return preset_of(name)


def _fitting(protocol: Protocol, cohorts: Sequence[Cohort]) -> dict[str, Cohort]:
    """Give every slot its cohort, as far as they go."""
    least, most = len(protocol.needed_slots()), len(protocol.cohorts)
    if not least <= len(cohorts) <= most:
        count = str(most) if least == most else _("%(least)s to %(most)s") % {"least": least, "most": most}
        words = _("This preset takes %(count)s cohorts, in this order: %(wanted)s.")
        raise StudyError(words % {"count": count, "wanted": "; ".join(map(_wanted, protocol.cohorts))})
    return dict(zip((slot.slot for slot in protocol.cohorts), cohorts, strict=False))


def _wanted(slot: CohortSlot) -> str:
    title = slot.title or slot.slot
    return _("%(title)s (optional)") % {"title": title} if slot.optional else title


def _fitted(protocol: Protocol, cohorts: Mapping[str, Cohort]) -> Protocol:
    """Leave out the phases of cohorts that were not given.

    Raises
    ------
    StudyError
        A cohort is missing, stands there twice, or nothing is left to read.
    """
    missing = [slot.slot for slot in protocol.needed_slots() if slot.slot not in cohorts]
    if missing:
        raise StudyError(
            _("The protocol asks for cohorts that were not chosen: %(slots)s.") % {"slots": ", ".join(missing)}
        )
    if len({cohort.pk for cohort in cohorts.values()}) < len(cohorts):
        raise StudyError(_("The same cohort stands there twice: practice cases must not be read again in the test."))
    phases = [
        phase for phase in protocol.phases if phase.cohort in cohorts and (phase.companions or phase.cohort) in cohorts
    ]
    names = {phase.name for phase in phases}
    arms = [replace(arm, phases=tuple(name for name in arm.phases if name in names)) for arm in protocol.arms]
    read = {phase.cohort for phase in phases} | {phase.companions for phase in phases}
    try:
        return checked(
            replace(
                protocol,
                cohorts=tuple(slot for slot in protocol.cohorts if slot.slot in cohorts and slot.slot in read),
                phases=tuple(phases),
                arms=tuple(arms),
            )
        )
    except ProtocolError as error:
        raise StudyError(str(error)) from None


@transaction.atomic
def replace_protocol(
    *,
    study: Study,
    protocol: Protocol,
    cohorts: Mapping[str, Cohort],
    actor: User | None,
    change: str = "",
    opened: str = "",
) -> bool:
    """Make a draft say what a protocol says; what it said before is kept, so that it can be undone.

    Parameters
    ----------
    cohorts : mapping
        The cohort of every slot of the protocol; optional ones may be missing.
    change : str
        What is changed, in words for the button that undoes it.
    opened : str
        The digest (`document_digest`) of the protocol on which the change was made; empty to write over any.

    Returns
    -------
    bool
        Whether anything was changed.

    Raises
    ------
    StudyError
        The study is no draft, a cohort is missing, the protocol contradicts itself, or it was changed meanwhile.
    """
    study = held(study)
    require_status(study, Status.DRAFT, _("changed"))
    fitted, before = _fitted(protocol, cohorts), protocol_of(study)
    if opened and opened != document_digest(before):
        raise StudyError(_("The protocol was changed meanwhile: nothing was saved. Look at it, then change it again."))
    had = {slot.slot: cohort for slot, cohort in slots_of(study)}
    if fitted == before and all(had[slot] == cohorts[slot] for slot in had):
        return False
    last = study.revisions.order_by("-number").first()
    ProtocolRevision.objects.create(
        study=study, number=last.number + 1 if last else 1, document=write_protocol(before), change=change[:200],
        cohorts={slot: cohort.slug for slot, cohort in had.items()},
    )  # fmt: skip
    write_rows(study, fitted, cohorts)
    audit.record(
        actor=actor, verb="studies.protocol_changed", target=f"study:{study.slug}", document=document_digest(fitted)
    )
    return True


@transaction.atomic
def undo_change(*, study: Study, actor: User | None) -> str:
    """Take the last change of a draft back.

    Returns
    -------
    str
        What was undone, in the words it was made with.

    Raises
    ------
    StudyError
        The study is no draft, or nothing was changed.
    """
    study = held(study)
    require_status(study, Status.DRAFT, _("changed"))
    last = study.revisions.order_by("-number").first()
    if last is None:
        raise StudyError(_("Nothing was changed that could be undone."))
    protocol = read_protocol(last.document)
    write_rows(study, protocol, _cohorts_named(last.cohorts))
    change = last.change
    last.delete()
    audit.record(
        actor=actor, verb="studies.protocol_change_undone", target=f"study:{study.slug}",
        document=document_digest(protocol),
    )  # fmt: skip
    return change


def _cohorts_named(names: Mapping[str, str]) -> dict[str, Cohort]:
    found = {cohort.slug: cohort for cohort in Cohort.objects.filter(slug__in=names.values())}
    if gone := _gone(names.values(), found):
        raise StudyError(_("The cohort %(name)s is no longer there.") % {"name": gone})
    return {slot: found[name] for slot, name in names.items()}


def _gone(names: Iterable[str], found: Mapping[str, Cohort]) -> str:
    return next((name for name in names if name not in found), "")


def document_digest(protocol: Protocol) -> str:
    """SHA-256 of a protocol's document."""
    return hashlib.sha256(json.dumps(document_of(protocol), sort_keys=True).encode()).hexdigest()


def mark_as_pilot(*, study: Study, pilot: bool, actor: User | None) -> None:
    """Say whether a draft is a trial run, whose clock may be moved.

    Raises
    ------
    StudyError
        It is no draft.
    """
    with transaction.atomic():
        study = held(study)
        require_status(study, Status.DRAFT, _("changed"))
        if study.is_pilot != pilot:
            study.is_pilot = pilot
            study.save(update_fields=["is_pilot"])
            audit.record(actor=actor, verb="studies.pilot_marked", target=f"study:{study.slug}", pilot=pilot)
