"""Reminders to readers with unfinished work, by mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from readerstudy.accounts import mail
from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.reading.monitoring import board
from readerstudy.studies import letters
from readerstudy.studies.models import Reader, Study
from readerstudy.studies.services import StudyError

# Nobody is reminded more often, whoever presses the button.
REMIND_AFTER = timedelta(days=3)
_UNFINISHED = ("consent", "start", "resume")


@dataclass(frozen=True)
class Reminded:
    """What became of reminders; the lists hold readers' codes."""

    posted: mail.Posted
    without_address: list[str]
    lately: list[str]


def remind_readers(*, study: Study, actor: User | None, address: str, after: timedelta = REMIND_AFTER) -> Reminded:
    """Mail those who have not finished and can go on now; who is in a pause, or has withdrawn, is left in peace.

    Must not be called within a transaction: mails are not taken back.

    Parameters
    ----------
    address : str
        Of the page on which readers go on.
    after : timedelta
        Who was reminded within it is not reminded again.

    Raises
    ------
    StudyError
        The study does not run.
    """
    if not study.is_running:
        raise StudyError(_("Nobody can read in this study now: there is nothing to remind of."))
    waiting = [row.reader for row in board(study).rows if row.state in _UNFINISHED]
    addresses = dict(User.objects.filter(pk__in=[one.user_id for one in waiting]).values_list("pk", "email"))
    reachable = [reader for reader in waiting if addresses.get(reader.user_id or 0)]
    since = timezone.now() - after
    due = [reader for reader in reachable if reader.reminded_at is None or reader.reminded_at < since]
    posted = mail.post([letters.reminder(reader, address) for reader in due])
    _note(study, [reader for reader in due if reader.code in posted.sent], actor)
    return Reminded(
        posted,
        without_address=[reader.code for reader in waiting if reader not in reachable],
        lately=[reader.code for reader in reachable if reader not in due],
    )


@transaction.atomic
def _note(study: Study, reminded: list[Reader], actor: User | None) -> None:
    if reminded:
        Reader.objects.filter(pk__in=[reader.pk for reader in reminded]).update(reminded_at=timezone.now())
        audit.record(
            actor=actor, verb="reading.reminded", target=f"study:{study.slug}",
            readers=[reader.code for reader in reminded],
        )  # fmt: skip
