"""What readers agreed to, and when: the text by its version."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.studies.models import ConsentText, Reader, Study
from readerstudy.studies.services.refusing import StudyError, held


@transaction.atomic
def give_consent(*, reader: Reader, actor: User, shown: str = "") -> None:
    """Note that a reader agreed to take part; a second time changes nothing, unless the text has changed since.

    Parameters
    ----------
    shown : str
        The digest of the text that the reader saw (`Study.consent_digest`); empty where it is not known.

    Raises
    ------
    StudyError
        The study is not open for reading, the reader has withdrawn, or the text is another one by now.
    """
    study = held(reader.study)
    if not study.is_running:
        raise StudyError(_("This study is not open for reading now."))
    now = study.readers.select_related("consent", "study").get(pk=reader.pk)
    if now.is_withdrawn:
        raise StudyError(_("You have withdrawn from this study."))
    if not now.has_agreed:
        note_consent(now, actor, shown)


def note_consent(reader: Reader, actor: User, shown: str) -> None:
    """Write down that a reader agrees to the text that they saw. The caller holds the study and the transaction."""
    if shown not in ("", reader.study.consent_digest()):
        raise StudyError(_("The text has been changed while you were reading it. Please read it as it is now."))
    text = _current_text(reader.study)
    reader.consent, reader.consented_at = text, timezone.now()
    reader.save(update_fields=["consent", "consented_at"])
    audit.record(
        actor=actor, verb="studies.consented", target=f"study:{reader.study.slug}",
        reader=reader.code, text=text.digest, version=text.version,
    )  # fmt: skip


def _current_text(study: Study) -> ConsentText:
    digest = study.consent_digest()
    found = study.consent_texts.filter(digest=digest).first()
    if found:
        return found
    newest = study.consent_texts.aggregate(newest=Max("version"))["newest"] or 0
    return ConsentText.objects.create(study=study, version=newest + 1, text=study.consent, digest=digest)
