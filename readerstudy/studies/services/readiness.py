"""What keeps a draft from being locked, in words for the coordinator, each with its cure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from readerstudy.cohorts.models import Cohort, Image
from readerstudy.studies.default_plans import draft_plan
from readerstudy.studies.models import UNTESTED, Aid, Feedback, Phase, Status, Study
from readerstudy.studies.plan_rules import plan_faults
from readerstudy.studies.protocol import protocol_of
from readerstudy.studies.rules import faults_of, gaps_of
from readerstudy.studies.wording import doubts_of

# States of a study whose readers have a case before them, or may have.
_IN_USE = (Status.LOCKED, Status.RUNNING, Status.CLOSED)


def what_locking_misses(study: Study) -> list[str]:
    """Say, in words for the coordinator, what still keeps the study from being locked."""
    return [
        *what_the_cohorts_miss(study),
        *what_the_protocol_misses(study),
        *what_the_aids_miss(study),
        *told_beforehand(study),
        *what_the_plan_misses(study),
    ]


def what_the_protocol_misses(study: Study) -> list[str]:
    """Say what contradicts in the protocol, or does not go with its cohorts."""
    phases = _phases(study)
    if not phases:
        return [_("The study has no phases: add one.")]
    protocol = protocol_of(study)
    return [
        *map(str, faults_of(protocol)),
        *gaps_of(protocol),
        *(words for phase in phases for words in _size_gaps(phase)),
    ]


def what_the_aids_miss(study: Study) -> list[str]:
    """Say which phases lack their aid."""
    return [words for phase in _phases(study) for words in _aid_gaps(phase)]


def what_the_orders_miss(study: Study) -> list[str]:
    """Say what keeps any order of cases from being drawn."""
    phases = _phases(study)
    if not phases:
        return [_("The study has no phases: add one.")]
    return [
        *(words for needed in cohorts_of(study) if (words := cases_missing(needed))),
        *map(str, faults_of(protocol_of(study))),
        *(words for phase in phases for words in _size_gaps(phase)),
    ]


def what_the_plan_misses(study: Study) -> list[str]:
    """Say what contradicts in a plan that was saved; the proposed one follows the protocol."""
    if not study.plan:
        return []
    words = _("The analysis plan: %(fault)s.")
    return [words % {"fault": fault} for fault in plan_faults(draft_plan(study), protocol_of(study))]


def what_the_cohorts_miss(study: Study) -> list[str]:
    """Say which cohorts lack cases or a sealed truth."""
    return [words for cohort in cohorts_of(study) for words in (cases_missing(cohort), truth_missing(cohort)) if words]


@dataclass(frozen=True)
class Needed:
    """A cohort that a study needs: to read, or as reference pictures beside what is read."""

    cohort: Cohort
    is_read: bool


def cohorts_of(study: Study) -> list[Needed]:
    """Give the cohorts that a study needs, in the order of the phases; those that are read first."""
    phases = _phases(study)
    read = {phase.cohort_id: Needed(phase.cohort, is_read=True) for phase in phases}
    beside = {phase.companions.pk: Needed(phase.companions, is_read=False) for phase in phases if phase.companions}
    return list((read | {pk: needed for pk, needed in beside.items() if pk not in read}).values())


def _phases(study: Study) -> list[Phase]:
    return list(study.phases.order_by("position").select_related("cohort", "companions"))


def cases_missing(needed: Needed) -> str:
    """Say that a cohort has no cases, where it has none."""
    if needed.cohort.cases.exists():
        return ""
    words = (
        _("The cohort %(cohort)s has no cases: import some (import_cases).")
        if needed.is_read
        else _("The cohort %(cohort)s of reference pictures has no cases: import some (import_cases).")
    )
    return words % {"cohort": needed.cohort.slug}


def truth_missing(needed: Needed) -> str:
    """Say that the truth of a cohort is not sealed, where it is read and has cases."""
    if not needed.is_read or needed.cohort.is_sealed or not needed.cohort.cases.exists():
        return ""
    words = _(
        "The truth of the cohort %(cohort)s is not sealed: give every case its truth, of both classes "
        "(import_cases … --truth truth.csv)."
    )
    return words % {"cohort": needed.cohort.slug}


def what_may_tell_the_purpose(study: Study) -> list[str]:
    """Say where readers might guess a purpose that a phase hides; the study can be locked all the same."""
    return doubts_of(protocol_of(study), study.slug)


def _size_gaps(phase: Phase) -> Iterator[str]:
    """Hold a phase against the number of cases that there are."""
    there = phase.cohort.cases.count()
    if not there:
        return
    named = {"phase": phase.title, "there": there, "cohort": phase.cohort.slug}
    if phase.case_count is not None and phase.case_count > there:
        words = _("The phase “%(phase)s” wants %(n)s cases, but the cohort %(cohort)s has %(there)s: choose fewer.")
        yield words % {**named, "n": phase.case_count}
    read = min(phase.case_count or there, there)
    if phase.parts > 1 and phase.parts > read - phase.anchors:
        words = _(
            "The phase “%(phase)s” divides its cases into %(parts)s parts, but there are only %(read)s to divide "
            "(anchor cases left out): choose fewer parts or anchor cases."
        )
        yield words % {**named, "parts": phase.parts, "read": max(0, read - phase.anchors)}


def _aid_gaps(phase: Phase) -> Iterator[str]:
    """Say that a phase lacks its aid, where there are cases to be aided with."""
    if not phase.cohort.cases.exists():
        return
    named = {"phase": phase.title, "cohort": phase.cohort.slug}
    if phase.aid != Aid.NONE and not phase.aid_digest:
        words = _(
            "The phase “%(phase)s” shows a detector's verdict, but none was chosen: choose a detector that has judged "
            "every case of the cohort %(cohort)s (the page Detectors, or choose_aid)."
        )
        yield words % named
    elif phase.aid != Aid.NONE and not phase.is_aid_current:
        words = _(
            "The cases of the cohort %(cohort)s, or their pictures, have changed since the aid of the phase "
            "“%(phase)s” was chosen: choose it again (the page Detectors, or choose_aid)."
        )
        yield words % named


def told_beforehand(study: Study) -> list[str]:
    """Name the cohorts that hold a picture whose answer a phase tells, here or in a study that people read in.

    A cohort's name does not show that, and a reader may be in both studies.
    """
    phases = Phase.objects.filter(Q(study=study) | Q(study__status__in=_IN_USE))
    told = Image.objects.filter(case__cohort__in=phases.exclude(feedback=Feedback.NONE).values("cohort"))
    asked = Image.objects.filter(
        case__cohort__in=phases.filter(feedback=Feedback.NONE).exclude(purpose__in=UNTESTED).values("cohort")
    )
    here = Image.objects.filter(case__cohort__in=study.phases.values("cohort"))
    again = asked.filter(sha256__in=told.values("sha256")).filter(sha256__in=here.values("sha256"))
    found = sorted(set(again.values_list("case__cohort__slug", "sha256")))
    counts = {slug: sum(one == slug for one, _digest in found) for slug, _digest in found}
    words = _("The cohort %(cohort)s holds pictures whose answers a practice tells (%(n)s): practise on other cases.")
    return [words % {"cohort": slug, "n": count} for slug, count in counts.items()]


def what_the_audit_misses(study: Study) -> list[str]:
    """Say which cohorts lack a passed, current and acknowledged blinding audit: a study is locked without for a reason.

    Cohorts of practice and training are not asked for one: they enter no result, and are often too small for any
    statistic.
    """
    return [words for cohort in audited_cohorts(study) if (words := audit_missing(cohort))]


def audited_cohorts(study: Study) -> list[Cohort]:
    """Give the cohorts that are asked for a blinding audit."""
    tested = study.phases.exclude(purpose__in=UNTESTED).values("cohort")
    return [cohort for cohort in Cohort.objects.filter(pk__in=tested).order_by("slug") if cohort.cases.exists()]


def audit_missing(cohort: Cohort) -> str:
    """Say what a cohort lacks of a blinding audit that counts; nothing where it has one."""
    named = {"cohort": cohort.slug}
    run = _("run the blinding audit (audit_blinding %(cohort)s)") % named
    if not cohort.audit_verdict:
        return _("Nobody has looked whether the cohort %(cohort)s is blinded: %(run)s.") % {**named, "run": run}
    if not cohort.is_audited:
        return _("The cohort %(cohort)s has changed since its blinding audit: %(run)s again.") % {**named, "run": run}
    if cohort.audit_verdict != "pass":
        return _("The blinding audit of the cohort %(cohort)s failed: see what it names, and mend it.") % named
    if not cohort.audit_acknowledged:
        words = _(
            "Nobody has acknowledged the confound report of the cohort %(cohort)s: read it and say so "
            "(audit_blinding %(cohort)s --acknowledge)."
        )
        return words % named
    return ""
