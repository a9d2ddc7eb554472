"""The life of a study: locked, closed, unblinded; and the clock of a pilot."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.cohorts.models import Cohort
from readerstudy.studies.models import Phase, Status, Study
from readerstudy.studies.protocol import protocol_of
from readerstudy.studies.rows import slots_of
from readerstudy.studies.services.places import prepare
from readerstudy.studies.services.readiness import what_locking_misses, what_the_audit_misses
from readerstudy.studies.services.refusing import StudyError, held, require_status


@transaction.atomic
def lock_study(*, study: Study, actor: User | None, unaudited_because: str = "") -> None:
    """Fix the protocol, draw the hanging lists of every place, and let readers begin.

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
    study = held(study)
    require_status(study, Status.DRAFT, _("locked"))
    # Nothing may be added to the cohorts between the look at them and the lock.
    phases = Phase.objects.filter(study=study)
    wanted = Q(pk__in=phases.values("cohort")) | Q(pk__in=phases.exclude(companions=None).values("companions"))
    cohorts = [cohort.pk for cohort in Cohort.objects.select_for_update().filter(wanted).order_by("pk")]
    if missing := what_locking_misses(study):
        raise StudyError("\n".join(missing))
    study.unaudited_because = _reason_without_audit(study, unaudited_because.strip())
    Cohort.objects.filter(pk__in=cohorts).update(is_locked=True)
    study.status, study.locked_at, study.protocol_digest = Status.RUNNING, timezone.now(), protocol_digest(study)
    study.save(update_fields=["status", "locked_at", "protocol_digest", "unaudited_because"])
    prepare(study, list(study.readers.order_by("number")))
    because = {"unaudited_because": study.unaudited_because} if study.unaudited_because else {}
    audit.record(
        actor=actor, verb="studies.locked", target=f"study:{study.slug}", protocol=study.protocol_digest, **because
    )


def _reason_without_audit(study: Study, reason: str) -> str:
    """Give the reason where an audit is missing, nothing where none is."""
    unaudited = what_the_audit_misses(study)
    if unaudited and not reason:
        raise StudyError("\n".join([*unaudited, _("Or give a reason to lock without: it is stored with the study.")]))
    return reason if unaudited else ""


def protocol_digest(study: Study) -> str:
    """SHA-256 over all that the protocol says, the sealed truth of its cohorts and the aids of its phases included."""
    cohorts = {slot.slot: [cohort.slug, cohort.sealed_digest] for slot, cohort in slots_of(study)}
    aids = list(study.phases.order_by("position").values_list("name", "aid_digest"))
    said = [study.slug, study.seed, study.unaudited_because, asdict(protocol_of(study)), cohorts, aids]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def close_study(*, study: Study, actor: User | None) -> None:
    """End the reading: no session is served and no judgement is taken from now on."""
    study = held(study)
    require_status(study, Status.RUNNING, _("closed"))
    study.status, study.closed_at = Status.CLOSED, timezone.now()
    study.save(update_fields=["status", "closed_at"])
    audit.record(actor=actor, verb="studies.closed", target=f"study:{study.slug}")


@transaction.atomic
def unblind_study(*, study: Study, reason: str, actor: User | None) -> None:
    """Let judgements be put next to the truth; there is no way back."""
    study = held(study)
    require_status(study, Status.CLOSED, _("unblinded"))
    if not reason.strip():
        raise StudyError(_("Unblinding asks for a reason: it is kept in the audit log."))
    study.status, study.unblinded_at = Status.UNBLINDED, timezone.now()
    study.save(update_fields=["status", "unblinded_at"])
    audit.record(actor=actor, verb="studies.unblinded", target=f"study:{study.slug}", reason=reason.strip())


@transaction.atomic
def move_clock(*, study: Study, by: timedelta, actor: User | None) -> None:
    """Let a pilot's clock jump forwards, over a washout for example; the audit log says so.

    Parameters
    ----------
    by : timedelta
        How far, in whole seconds.

    Raises
    ------
    StudyError
        The study is no pilot, not running, or the clock would go back.
    """
    study = held(study)
    if not study.is_pilot:
        words = _("The study %(study)s is no pilot: its clock is the real one, and washouts are waited for.")
        raise StudyError(words % {"study": study.slug})
    require_status(study, Status.RUNNING, _("moved on"))
    if by <= timedelta():
        raise StudyError(_("A clock moves forwards only."))
    study.clock_offset += by
    study.save(update_fields=["clock_offset"])
    audit.record(
        actor=actor, verb="studies.clock_moved", target=f"study:{study.slug}", seconds=round(by.total_seconds())
    )
