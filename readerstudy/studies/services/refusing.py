"""What all acts on a study share: the row that is held, and the words of a refusal."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readerstudy.studies.models import Status, Study


class StudyError(Exception):
    """The act is not possible now; the message says why and what to do."""


def held(study: Study) -> Study:
    """Give the study as it is now, held until the transaction ends."""
    return Study.objects.select_for_update().get(pk=study.pk)


_COMES_FIRST = {
    Status.DRAFT: gettext_lazy("only a draft can be %(act)s"),
    Status.RUNNING: gettext_lazy("lock it first, so that it runs, before it is %(act)s"),
    Status.CLOSED: gettext_lazy("close it before it is %(act)s"),
}


def require_status(study: Study, needed: Status, act: str) -> None:
    """Refuse an act on a study that is not in the state for it.

    Raises
    ------
    StudyError
        It is in another state; `act` is the participle of what was wanted.
    """
    if study.status != needed:
        words = _("The study %(study)s is %(state)s: %(cure)s.")
        cure = _COMES_FIRST[needed] % {"act": act}
        raise StudyError(words % {"study": study.slug, "state": study.get_status_display().lower(), "cure": cure})
