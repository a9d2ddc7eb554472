"""The lock: what was agreed is fixed and hashed, and every order is drawn."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import datetime

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.cohorts.models import Cohort
from readerstudy.studies.analysis_plan import write_plan
from readerstudy.studies.default_plans import draft_plan
from readerstudy.studies.models import Kind, Phase, Status, Study
from readerstudy.studies.protocol import protocol_of, write_protocol
from readerstudy.studies.rows import slots_of
from readerstudy.studies.services.hanging import prepare
from readerstudy.studies.services.life import open_study, schedule_opening
from readerstudy.studies.services.readiness import what_locking_misses, what_the_audit_misses
from readerstudy.studies.services.refusing import StudyError, held, require_status
from readerstudy.studies.services.versions import add_version


@transaction.atomic
def lock_study(
    *,
    study: Study,
    actor: User | None,
    unaudited_because: str = "",
    waits: bool = False,
    opens_at: datetime | None = None,
) -> None:
    """Fix protocol, cohorts, truth and analysis plan, draw the hanging lists of every place, and let readers begin.

    Parameters
    ----------
    unaudited_because : str
        Why it is locked although a cohort lacks a passed, current and acknowledged blinding audit. It is stored with
        the study and told in its report; where no audit is missing it is not kept.
    waits : bool
        Leave it locked until somebody opens it, instead of opening it at once.
    opens_at : datetime, optional
        Let it open by itself then.

    Raises
    ------
    StudyError
        It is not a draft, something is missing (`what_locking_misses`), an audit is (`what_the_audit_misses`) and no
        reason is given, or it is to open at a time that is over.
    """
    study = held(study)
    require_status(study, Status.DRAFT, _("locked"))
    cohorts = _held_cohorts(study)
    if missing := what_locking_misses(study):
        raise StudyError("\n".join(missing))
    study.unaudited_because = _reason_without_audit(study, unaudited_because.strip())
    cohorts.update(is_locked=True)
    _fix(study, actor)
    prepare(study, list(study.readers.filter(withdrawn_at=None).order_by("number")))
    if opens_at is not None:
        schedule_opening(study=study, at=opens_at, actor=actor)
    elif not waits:
        open_study(study=study, actor=actor)


def _held_cohorts(study: Study) -> models.QuerySet[Cohort]:
    """Hold the cohorts: nothing may be added to them between the look at them and the lock."""
    phases = Phase.objects.filter(study=study)
    wanted = Q(pk__in=phases.values("cohort")) | Q(pk__in=phases.exclude(companions=None).values("companions"))
    held_ones = [cohort.pk for cohort in Cohort.objects.select_for_update().filter(wanted).order_by("pk")]
    return Cohort.objects.filter(pk__in=held_ones)


def _reason_without_audit(study: Study, reason: str) -> str:
    """Give the reason where an audit is missing, nothing where none is."""
    unaudited = what_the_audit_misses(study)
    if unaudited and not reason:
        raise StudyError("\n".join([*unaudited, _("Or give a reason to lock without: it is stored with the study.")]))
    return reason if unaudited else ""


def _fix(study: Study, actor: User | None) -> None:
    """Write down what is locked, and the SHA-256 of each part of it."""
    study.status, study.locked_at, study.protocol_digest = Status.LOCKED, timezone.now(), protocol_digest(study)
    add_version(study, Kind.PROTOCOL, write_protocol(protocol_of(study)), actor=actor)
    study.plan_digest = add_version(study, Kind.PLAN, write_plan(draft_plan(study)), actor=actor).digest
    study.save(update_fields=["status", "locked_at", "protocol_digest", "plan_digest", "unaudited_because"])
    cohorts = {}
    for slot in study.slots.order_by("position").select_related("cohort"):
        slot.state_digest, slot.truth_digest = slot.cohort.state_digest(), slot.cohort.sealed_digest
        slot.save(update_fields=["state_digest", "truth_digest"])
        cohorts[slot.cohort.slug] = {"state": slot.state_digest, "truth": slot.truth_digest}
    because = {"unaudited_because": study.unaudited_because} if study.unaudited_because else {}
    audit.record(
        actor=actor, verb="studies.locked", target=f"study:{study.slug}", protocol=study.protocol_digest,
        plan=study.plan_digest, cohorts=cohorts, **because,
    )  # fmt: skip


def protocol_digest(study: Study) -> str:
    """SHA-256 over all that the protocol says, the sealed truth of its cohorts and the aids of its phases included."""
    cohorts = {slot.slot: [cohort.slug, cohort.sealed_digest] for slot, cohort in slots_of(study)}
    aids = list(study.phases.order_by("position").values_list("name", "aid_digest"))
    said = [study.slug, study.seed, study.unaudited_because, asdict(protocol_of(study)), cohorts, aids]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
