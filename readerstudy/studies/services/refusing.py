"""What all acts on a study share: the row that is held, and the words of a refusal."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readerstudy.studies.models import Status, Study

LONGEST_REASON = 300


class StudyError(Exception):
    """The act is not possible now; the message says why and what to do."""


def held(study: Study) -> Study:
    """Give the study as it is now, held until the transaction ends."""
    return Study.objects.select_for_update().get(pk=study.pk)


_COMES_FIRST = {
    Status.DRAFT: gettext_lazy("only a draft can be %(act)s"),
    Status.LOCKED: gettext_lazy("only a locked study that waits can be %(act)s"),
    Status.RUNNING: gettext_lazy("lock it first, so that it runs, before it is %(act)s"),
    Status.CLOSED: gettext_lazy("close it before it is %(act)s"),
}


def require_status(study: Study, needed: Status, act: str) -> None:
    """Refuse an act on a study that is not in the state for it, or was put away.

    Raises
    ------
    StudyError
        It is in another state; `act` is the participle of what was wanted.
    """
    if study.is_archived:
        words = _("The study %(study)s is archived: take it out of the archive before it is %(act)s.")
        raise StudyError(words % {"study": study.slug, "act": act})
    if study.status != needed:
        words = _("The study %(study)s is %(state)s: %(cure)s.")
        cure = _COMES_FIRST[needed] % {"act": act}
        raise StudyError(words % {"study": study.slug, "state": study.get_status_display().lower(), "cure": cure})


def require_reason(reason: str, words: str) -> str:
    """Give a reason without the blanks around it.

    Raises
    ------
    StudyError
        There is none, which `words` say, or it is too long to be kept.
    """
    said = reason.strip()
    if not said:
        raise StudyError(words)
    if len(said) > LONGEST_REASON:
        words = _("The reason has %(n)s characters; at most %(most)s are kept.")
        raise StudyError(words % {"n": len(said), "most": LONGEST_REASON})
    return said
