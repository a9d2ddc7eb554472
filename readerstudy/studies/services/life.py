"""The life of a study after its lock: opened, closed, unblinded, put away; and the clock of a pilot."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.studies.models import InterimLook, Status, Study
from readerstudy.studies.services.refusing import StudyError, held, require_reason, require_status


@transaction.atomic
def open_study(*, study: Study, actor: User | None) -> None:
    """Let the readers of a locked study begin.

    Raises
    ------
    StudyError
        It is not locked, or runs already.
    """
    study = held(study)
    require_status(study, Status.LOCKED, _("opened"))
    _open(study, actor)


def _open(study: Study, actor: User | None) -> None:
    planned = {"planned": study.opens_at.isoformat()} if study.opens_at else {}
    study.status, study.opened_at, study.opens_at = Status.RUNNING, timezone.now(), None
    study.save(update_fields=["status", "opened_at", "opens_at"])
    audit.record(actor=actor, verb="studies.opened", target=f"study:{study.slug}", **planned)


@transaction.atomic
def schedule_opening(*, study: Study, at: datetime | None, actor: User | None) -> None:
    """Let a locked study open by itself at a time, or wait for its coordinator again (None).

    Raises
    ------
    StudyError
        It is not locked, or the time is over.
    """
    study = held(study)
    require_status(study, Status.LOCKED, _("opened"))
    if at is not None and at <= timezone.now():
        raise StudyError(_("The time of the opening is over: choose a later one, or open the study now."))
    study.opens_at = at
    study.save(update_fields=["opens_at"])
    audit.record(
        actor=actor, verb="studies.opening_planned", target=f"study:{study.slug}", at=at.isoformat() if at else None
    )


def open_what_is_due() -> None:
    """Open the locked studies whose time has come; called where somebody comes to read or to look.

    Nothing else depends on the hour, so no process has to watch it.
    """
    due = Study.objects.filter(status=Status.LOCKED, opens_at__lte=timezone.now(), archived_at=None)
    for study in due:
        with transaction.atomic():
            now = held(study)
            if now.status == Status.LOCKED and now.opens_at is not None and not now.is_archived:
                _open(now, None)


@transaction.atomic
def close_study(*, study: Study, actor: User | None, reason: str = "") -> None:
    """End the reading: no session is served and no judgement is taken from now on.

    Parameters
    ----------
    reason : str
        Why now; the page asks for it, the command does not have to.
    """
    study = held(study)
    require_status(study, Status.RUNNING, _("closed"))
    because = {"reason": require_reason(reason, "")} if reason.strip() else {}
    study.status, study.closed_at, study.closed_because = Status.CLOSED, timezone.now(), because.get("reason", "")
    study.save(update_fields=["status", "closed_at", "closed_because"])
    audit.record(actor=actor, verb="studies.closed", target=f"study:{study.slug}", **because)


@transaction.atomic
def unblind_study(*, study: Study, reason: str, actor: User | None) -> None:
    """Let judgements be put next to the truth; there is no way back."""
    study = held(study)
    require_status(study, Status.CLOSED, _("unblinded"))
    said = require_reason(reason, _("Unblinding asks for a reason: it is kept in the audit log."))
    study.status, study.unblinded_at, study.unblinded_because = Status.UNBLINDED, timezone.now(), said
    study.save(update_fields=["status", "unblinded_at", "unblinded_because"])
    audit.record(actor=actor, verb="studies.unblinded", target=f"study:{study.slug}", reason=said)


@transaction.atomic
def record_interim_look(*, study: Study, reason: str, actor: User | None) -> InterimLook:
    """Write down that somebody looks at results before the study is unblinded; the look itself is `reports`' to make.

    Raises
    ------
    StudyError
        Nobody has read yet, or everybody may look already; or there is no reason.
    """
    study = held(study)
    if study.is_archived or study.status not in (Status.RUNNING, Status.CLOSED):
        words = _(
            "The study %(study)s is %(state)s: an interim look is taken while it runs, or before it is unblinded."
        )
        state = _("archived") if study.is_archived else study.get_status_display().lower()
        raise StudyError(words % {"study": study.slug, "state": state})
    said = require_reason(reason, _("An interim look asks for a reason: the report says it ever after."))
    look = InterimLook.objects.create(study=study, reason=said, made_by=actor)
    audit.record(actor=actor, verb="studies.interim_look", target=f"study:{study.slug}", look=look.pk, reason=said)
    return look


@transaction.atomic
def archive_study(*, study: Study, actor: User | None) -> None:
    """Put a study away: nothing of it changes any more, and lists leave it out. It can be taken out again.

    Raises
    ------
    StudyError
        Readers are reading in it, or it is put away already.
    """
    study = held(study)
    if study.is_archived:
        raise StudyError(_("The study %(study)s is archived already.") % {"study": study.slug})
    if study.is_running:
        raise StudyError(_("The study %(study)s is running: close it before it is archived.") % {"study": study.slug})
    study.archived_at = timezone.now()
    study.save(update_fields=["archived_at"])
    audit.record(actor=actor, verb="studies.archived", target=f"study:{study.slug}")


@transaction.atomic
def unarchive_study(*, study: Study, actor: User | None) -> None:
    """Take a study out of the archive; it is in the state again in which it was put away."""
    study = held(study)
    if not study.is_archived:
        raise StudyError(_("The study %(study)s is not archived.") % {"study": study.slug})
    study.archived_at = None
    study.save(update_fields=["archived_at"])
    audit.record(actor=actor, verb="studies.unarchived", target=f"study:{study.slug}")


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
