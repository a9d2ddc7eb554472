"""Amendments: what may change after the lock, each as a new version with who, when and why.

Readers' texts and the plan; more readers and more time are part of the plan. What is read, asked and in which order
stays as it was locked: another of that is another study.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.studies.analysis_plan import AnalysisPlan, read_plan, write_plan
from readerstudy.studies.models import Kind, Status, Study, Version
from readerstudy.studies.plans import Protocol
from readerstudy.studies.protocol import protocol_of, write_protocol
from readerstudy.studies.services.planning import require_sound
from readerstudy.studies.services.refusing import StudyError, held, require_reason
from readerstudy.studies.services.versions import add_version, newest_version

AMENDED_WHILE = (Status.LOCKED, Status.RUNNING, Status.CLOSED)


@dataclass(frozen=True)
class Texts:
    """What readers are told, by whom it may be amended after the lock.

    Attributes
    ----------
    told : mapping
        The text before each phase, by the phase's name.
    """

    title: str
    shown_title: str
    summary: str
    consent: str
    told: Mapping[str, str]


def texts_of(study: Study) -> Texts:
    """Give the texts as they are now."""
    told = dict(study.phases.values_list("name", "instructions"))
    return Texts(study.title, study.shown_title, study.summary, study.consent, told)


@transaction.atomic
def amend_texts(*, study: Study, texts: Texts, reason: str, actor: User | None) -> Version | None:
    """Change what readers are told in a locked study; None where nothing is changed.

    Raises
    ------
    StudyError
        The study is a draft, or its results were seen; or there is no reason.
    """
    study = _amendable(study)
    before, now = texts_of(study), replace(texts, told={**texts_of(study).told, **texts.told})
    if now == before:
        return None
    said = _required(reason)
    _keep_what_was_locked(study, Kind.PROTOCOL, actor)
    study.title, study.shown_title, study.summary, study.consent = now.title, now.shown_title, now.summary, now.consent
    study.save(update_fields=["title", "shown_title", "summary", "consent"])
    for name, words in now.told.items():
        study.phases.filter(name=name).exclude(instructions=words).update(instructions=words)
    change = "; ".join(_changed(before, now, protocol_of(study)))
    return _amended(study, Kind.PROTOCOL, write_protocol(protocol_of(study)), change, said, actor)


@transaction.atomic
def amend_plan(*, study: Study, plan: AnalysisPlan, reason: str, actor: User | None) -> Version | None:
    """Change the analysis plan of a locked study; None where nothing is changed.

    Raises
    ------
    StudyError
        The study is a draft, or its results were seen; the plan contradicts itself; or there is no reason.
    """
    study = _amendable(study)
    require_sound(study, plan)
    last = newest_version(study, Kind.PLAN)
    if last is not None and last.document == write_plan(plan):
        return None
    said = _required(reason)
    before = read_plan(last.document) if last else AnalysisPlan()
    change = "; ".join(_changed_in_plan(before, plan))
    if last is None:  # locked before there were plans: what was agreed then was nothing
        add_version(study, Kind.PLAN, write_plan(before), actor=actor)
    return _amended(study, Kind.PLAN, write_plan(plan), change, said, actor)


def _amendable(study: Study) -> Study:
    study = held(study)
    if study.status not in AMENDED_WHILE or study.is_archived:
        words = _("The study %(study)s is %(state)s: amendments are made after the lock and before unblinding.")
        state = _("archived") if study.is_archived else study.get_status_display().lower()
        raise StudyError(words % {"study": study.slug, "state": state})
    return study


def _required(reason: str) -> str:
    return require_reason(reason, _("An amendment asks for a reason: it is kept with the new version."))


def _keep_what_was_locked(study: Study, kind: Kind, actor: User | None) -> None:
    """Write the first version of a study that was locked before there were versions."""
    if newest_version(study, kind) is None:
        add_version(study, kind, write_protocol(protocol_of(study)), actor=actor)


def _amended(study: Study, kind: Kind, document: str, change: str, reason: str, actor: User | None) -> Version:
    version = add_version(study, kind, document, actor=actor, change=change[:300], reason=reason)
    audit.record(
        actor=actor, verb="studies.amended", target=f"study:{study.slug}", document=kind.value, version=version.number,
        digest=version.digest, change=version.change, reason=reason,
    )  # fmt: skip
    return version


def _changed(before: Texts, now: Texts, protocol: Protocol) -> list[str]:
    """Name the texts that were changed."""
    names = {
        "title": _("title"),
        "shown_title": _("title that readers see"),
        "summary": _("summary"),
        "consent": _("consent"),
    }
    changed = [words for name, words in names.items() if getattr(before, name) != getattr(now, name)]
    told = [phase.title for phase in protocol.phases if before.told.get(phase.name) != now.told.get(phase.name)]
    return [*changed, *(_("what is told before “%(phase)s”") % {"phase": title} for title in told)]


def _changed_in_plan(before: AnalysisPlan, now: AnalysisPlan) -> list[str]:
    """Name the parts of a plan that were changed."""
    names = {
        "endpoints": _("endpoints"),
        "alpha": _("level"),
        "multiplicity": _("multiplicity"),
        "random": _("what is a sample"),
        "covariance": _("covariance"),
        "covariates": _("covariates"),
        "readers": _("number of readers"),
        "ends_on": _("end of the reading"),
        "sample_size": _("sample size"),
        "notes": _("notes"),
    }
    return [words for name, words in names.items() if getattr(before, name) != getattr(now, name)]
