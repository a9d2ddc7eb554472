"""Writes over a study: made, locked, joined, closed, unblinded. Each is one audited act."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from readerstudy.accounts import services as accounts
from readerstudy.accounts.models import Invitation, User
from readerstudy.audit import services as audit
from readerstudy.cohorts.models import Cohort, Image
from readerstudy.studies.allocation import random_order, session_seed
from readerstudy.studies.models import (
    Arm,
    ArmStep,
    Feedback,
    HangingList,
    Phase,
    Purpose,
    Question,
    QuestionKind,
    Reader,
    Status,
    Study,
)
from readerstudy.studies.presets import CONSENT, PRESETS


class StudyError(Exception):
    """The act is not possible now; the message says why and what to do."""


@transaction.atomic
def create_study(
    *,
    slug: str,
    preset: str,
    cohorts: Sequence[Cohort],
    title: str = "",
    consent: str = CONSENT,
    actor: User | None = None,
) -> Study:
    """Make a draft study from a preset.

    Raises
    ------
    StudyError
        The slug is taken or no slug, the preset is unknown, or the cohorts do not fit it.
    """
    chosen = PRESETS.get(preset)
    if chosen is None:
        raise StudyError(f"There is no preset {preset!r}. Known: {', '.join(PRESETS)}.")
    _require_fitting(cohorts, chosen.cohorts)
    study = Study(slug=slug, title=title or slug, preset=preset, consent=consent, created_by=actor)
    try:
        study.full_clean()
    except ValidationError as error:
        raise StudyError(" ".join(error.messages)) from None
    study.save()
    phases = [phase for phase in chosen.phases if phase[0] < len(cohorts)]
    arm = Arm.objects.create(study=study, position=1, name="a")
    for position, (index, phase) in enumerate(phases, start=1):
        made = Phase.objects.create(
            study=study,
            position=position,
            cohort=cohorts[index],
            name=phase.name,
            title=phase.title,
            purpose=phase.purpose,
            feedback=phase.feedback,
            instructions=phase.instructions,
        )
        ArmStep.objects.create(arm=arm, position=position, phase=made)
        Question.objects.create(
            phase=made, position=1, name="call", kind=QuestionKind.CALL, text="Is this X-ray authentic or synthetic?"
        )
    audit.record(
        actor=actor, verb="studies.created", target=f"study:{slug}", preset=preset, cohorts=[c.slug for c in cohorts]
    )
    return study


def _require_fitting(cohorts: Sequence[Cohort], wanted: Sequence[str]) -> None:
    if not 1 <= len(cohorts) <= len(wanted):
        raise StudyError(f"This preset takes 1 to {len(wanted)} cohorts, in this order: {'; '.join(wanted)}.")
    if len({cohort.pk for cohort in cohorts}) < len(cohorts):
        raise StudyError("The same cohort stands there twice: practice cases must not be read again in the test.")


def what_locking_misses(study: Study) -> list[str]:
    """Say, in words for the coordinator, what still keeps the study from being locked."""
    missing = []
    for phase in study.phases.select_related("cohort"):
        cohort = phase.cohort
        if not cohort.cases.exists():
            missing.append(f"The cohort {cohort.slug} has no cases: import some (import_cases).")
        elif not cohort.is_sealed:
            missing.append(
                f"The truth of the cohort {cohort.slug} is not sealed: give every case its truth, of both classes "
                "(import_cases … --truth truth.csv)."
            )
    return missing + _told_beforehand(study)


def _told_beforehand(study: Study) -> list[str]:
    """Name the cohorts that hold a picture whose answer a phase tells, here or in a study that people read in.

    A cohort's name does not show that, and a reader may be in both studies.
    """
    phases = Phase.objects.filter(Q(study=study) | Q(study__status__in=(Status.RUNNING, Status.CLOSED)))
    told = Image.objects.filter(case__cohort__in=phases.exclude(feedback=Feedback.NONE).values("cohort"))
    asked = Image.objects.filter(case__cohort__in=phases.filter(feedback=Feedback.NONE).values("cohort"))
    here = Image.objects.filter(case__cohort__in=study.phases.values("cohort"))
    again = asked.filter(sha256__in=told.values("sha256")).filter(sha256__in=here.values("sha256"))
    counts = again.values_list("case__cohort__slug").annotate(pictures=Count("pk")).order_by("case__cohort__slug")
    return [
        f"The cohort {slug} holds pictures whose answers a practice tells ({pictures}): practise on other cases."
        for slug, pictures in counts
    ]


def what_the_audit_misses(study: Study) -> list[str]:
    """Say which cohorts lack a passed, current and acknowledged blinding audit: a study is locked without for a reason.

    Cohorts of practice are not asked for one: practice enters no result, and is often too small for any statistic.
    """
    tested = study.phases.exclude(purpose=Purpose.PRACTICE).values("cohort")
    cohorts = Cohort.objects.filter(pk__in=tested).order_by("slug")
    return [words for cohort in cohorts if cohort.cases.exists() and (words := _audit_missing(cohort))]


def _audit_missing(cohort: Cohort) -> str:
    run = f"run the blinding audit (audit_blinding {cohort.slug})"
    if not cohort.audit_verdict:
        return f"Nobody has looked whether the cohort {cohort.slug} is blinded: {run}."
    if not cohort.is_audited:
        return f"The cohort {cohort.slug} has changed since its blinding audit: {run} again."
    if cohort.audit_verdict != "pass":
        return f"The blinding audit of the cohort {cohort.slug} failed: see what it names, and mend it."
    if not cohort.audit_acknowledged:
        return (
            f"Nobody has acknowledged the confound report of the cohort {cohort.slug}: read it and say so "
            f"(audit_blinding {cohort.slug} --acknowledge)."
        )
    return ""


@transaction.atomic
def lock_study(*, study: Study, actor: User | None, unaudited_because: str = "") -> None:
    """Fix the protocol and let readers begin.

    Parameters
    ----------
    unaudited_because : str
        Why it is locked although a cohort lacks a passed, current and acknowledged blinding audit. It is stored with
        the study and told in its report; where no audit is missing it is not kept.

    Raises
    ------
    StudyError
        It is not a draft, something is missing (`what_locking_misses`), or an audit is (`what_the_audit_misses`)
        and no reason is given.
    """
    study = _locked_row(study)
    _require_status(study, Status.DRAFT, "locked")
    # Nothing may be added to the cohorts between the look at them and the lock.
    cohorts = Cohort.objects.select_for_update().filter(pk__in=list(study.phases.values_list("cohort", flat=True)))
    held = [cohort.pk for cohort in cohorts]
    if missing := what_locking_misses(study):
        raise StudyError("\n".join(missing))
    study.unaudited_because = _reason_without_audit(study, unaudited_because.strip())
    Cohort.objects.filter(pk__in=held).update(is_locked=True)
    study.status, study.locked_at, study.protocol_digest = Status.RUNNING, timezone.now(), protocol_digest(study)
    study.save(update_fields=["status", "locked_at", "protocol_digest", "unaudited_because"])
    for reader in study.readers.order_by("number"):
        _prepare(reader)
    because = {"unaudited_because": study.unaudited_because} if study.unaudited_because else {}
    audit.record(
        actor=actor, verb="studies.locked", target=f"study:{study.slug}", protocol=study.protocol_digest, **because
    )


def _prepare(reader: Reader) -> None:
    """Put a reader of a locked study into an arm, and draw the hanging lists."""
    reader.arm = reader.study.arms.first()
    reader.save(update_fields=["arm"])
    for phase in reader.steps().select_related("cohort"):
        seed = session_seed(study_seed=reader.study.seed, reader=reader.code, phase=phase.name)
        codes = random_order(list(phase.cohort.cases.values_list("code", flat=True)), seed=seed)
        place = {"modality": phase.modality, "aided": False, "reread": 0, "companion": ""}
        HangingList.objects.create(
            reader=reader, phase=phase, seed=seed, places=[{"case": code, **place} for code in codes]
        )


def _reason_without_audit(study: Study, reason: str) -> str:
    """Give the reason where an audit is missing, nothing where none is."""
    unaudited = what_the_audit_misses(study)
    if unaudited and not reason:
        raise StudyError("\n".join([*unaudited, "Or give a reason to lock without: it is stored with the study."]))
    return reason if unaudited else ""


def protocol_digest(study: Study) -> str:
    """SHA-256 over all that the protocol says, the sealed truth of its cohorts included."""
    said: list[object] = [study.slug, study.title, study.consent, study.preset, study.seed, study.unaudited_because]
    phases = [
        [p.position, p.name, p.title, p.purpose, p.modality, p.feedback, p.instructions, p.cohort.sealed_digest]
        for p in study.phases.select_related("cohort")
    ]
    return hashlib.sha256(json.dumps([said, phases]).encode()).hexdigest()


@transaction.atomic
def close_study(*, study: Study, actor: User | None) -> None:
    """End the reading: no session is served and no judgement is taken from now on."""
    study = _locked_row(study)
    _require_status(study, Status.RUNNING, "closed")
    study.status, study.closed_at = Status.CLOSED, timezone.now()
    study.save(update_fields=["status", "closed_at"])
    audit.record(actor=actor, verb="studies.closed", target=f"study:{study.slug}")


@transaction.atomic
def unblind_study(*, study: Study, reason: str, actor: User | None) -> None:
    """Let judgements be put next to the truth; there is no way back."""
    study = _locked_row(study)
    _require_status(study, Status.CLOSED, "unblinded")
    if not reason.strip():
        raise StudyError("Unblinding asks for a reason: it is kept in the audit log.")
    study.status, study.unblinded_at = Status.UNBLINDED, timezone.now()
    study.save(update_fields=["status", "unblinded_at"])
    audit.record(actor=actor, verb="studies.unblinded", target=f"study:{study.slug}", reason=reason.strip())


def _locked_row(study: Study) -> Study:
    return Study.objects.select_for_update().get(pk=study.pk)


_COMES_FIRST = {
    Status.DRAFT: "only a draft can be",
    Status.RUNNING: "lock it first, so that it runs, before it is",
    Status.CLOSED: "close it before it is",
}


def _require_status(study: Study, needed: Status, act: str) -> None:
    if study.status != needed:
        raise StudyError(
            f"The study {study.slug} is {Status(study.status).label.lower()}: {_COMES_FIRST[needed]} {act}."
        )


@transaction.atomic
def invite_reader(*, study: Study, actor: User | None, simulated: bool = False) -> Reader:
    """Add a place for a reader, with a link that one person (or one simulated reader) can take it by."""
    study = _locked_row(study)
    if not study.takes_readers:
        raise StudyError(f"The study {study.slug} is {study.status}: it takes no more readers.")
    number = study.readers.count() + 1
    reader = Reader.objects.create(
        study=study,
        code=f"R{number:02d}",
        number=number,
        invitation=Invitation.objects.create(created_by=actor),
        is_simulated=simulated,
    )
    if study.is_running:
        _prepare(reader)
    audit.record(actor=actor, verb="studies.reader_invited", target=f"study:{study.slug}", reader=reader.code)
    return reader


@transaction.atomic
def join_study(*, reader: Reader, user: User, years: int | None, subspecialty: str, country: str) -> None:
    """Give an invited place to a user.

    Raises
    ------
    StudyError
        The study takes no more readers, the link was used or has ended, or the user is in the study already.
    """
    if not _locked_row(reader.study).takes_readers:
        raise StudyError("Reading in this study has ended.")
    if Reader.objects.filter(study=reader.study, user=user).exists():
        raise StudyError("You are in this study already: you find it under My studies.")
    if reader.invitation is None:
        raise StudyError("This place has no invitation.")
    if reader.study.readers.exclude(user=None).exclude(is_simulated=reader.is_simulated).exists():
        raise StudyError("People and simulated readers cannot read in one study: their judgements must not mix.")
    try:
        accounts.accept_invitation(invitation=reader.invitation, user=user)
    except accounts.InvitationEndedError:
        raise StudyError("This link was used before, or it has ended. Ask the coordinator for a new one.") from None
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
    if not _locked_row(reader.study).is_running:
        raise StudyError("This study is not open for reading now.")
    if Reader.objects.filter(pk=reader.pk, consented_at=None).update(consented_at=timezone.now()):
        digest = hashlib.sha256(reader.study.consent.encode()).hexdigest()
        audit.record(actor=actor, verb="studies.consented", target=f"study:{reader.study.slug}", text=digest)
