"""What may keep an act from being possible, and the rows that are held while it is found out."""

from __future__ import annotations

from django.utils.translation import gettext as _

from readerstudy.reading.models import Draft, ReadingSession
from readerstudy.sharing import held_for_sharing
from readerstudy.studies.models import Status, Study


class ReadingError(Exception):
    """The act is not possible now; the message tells the reader why and what to do."""


class NotCurrentError(ReadingError):
    """The case was judged already, perhaps in another window, or it is not its turn yet."""


class NotReopenedError(ReadingError):
    """The judgement cannot be opened again."""


class KeyReusedError(ReadingError):
    """An idempotency key came back with something else than before."""


class StudyEndedError(ReadingError):
    """The study was closed while something was on its way."""


class DraftConflictError(ReadingError):
    """Another window has kept a newer draft of the case.

    Attributes
    ----------
    draft : Draft or None
        The newer one; None where a judgement took its place.
    """

    def __init__(self, draft: Draft | None) -> None:
        super().__init__(_("Another window has kept a newer version of what you entered for this case."))
        self.draft = draft


def reused() -> str:
    """Say that a key came back with something else."""
    return _("This idempotency key was used for something else. Make a new one for each judgement.")


def judged_already() -> str:
    """Say that the case is not current."""
    return _("This case is judged already, perhaps in another window. The page goes on where you are.")


def hold_session(session: ReadingSession) -> None:
    """Let two tabs that send at once take turns, so that the second finds what the first did."""
    held = ReadingSession.objects.select_for_update()
    session.refresh_from_db(fields=["reopened", "finished_at", "qualified", "tally"], from_queryset=held)


def require_running(study: Study) -> None:
    """Hold a study open until the transaction ends.

    Its close waits for that, while other judgements do not.

    Raises
    ------
    StudyEndedError
        It does not run any more.
    """
    if held_for_sharing(study, "status") != Status.RUNNING:
        raise StudyEndedError(_("This study is not open for reading now."))
