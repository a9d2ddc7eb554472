"""Messages of a coordinator to readers: kept for their page; mailing them is the caller's, once all is stored."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.studies.models import Note, Reader, Study
from readerstudy.studies.services.refusing import StudyError, held


@transaction.atomic
def send_note(*, study: Study, text: str, reader: Reader | None, actor: User | None) -> Note:
    """Tell the readers of a study something, or one of them.

    Parameters
    ----------
    reader : Reader or None
        None for all, also those who join later.

    Raises
    ------
    StudyError
        There is nothing to say, the reader has withdrawn, or the study is archived.
    """
    study = held(study)
    if study.is_archived:
        raise StudyError(_("The study is archived: nothing of it changes any more."))
    if not text.strip():
        raise StudyError(_("There is nothing to say: write a message."))
    if reader is not None and reader.is_withdrawn:
        raise StudyError(_("%(reader)s has withdrawn, and is written to no more.") % {"reader": reader.code})
    note = Note.objects.create(study=study, text=text.strip(), reader=reader, sent_by=actor)
    audit.record(
        actor=actor, verb="studies.note_sent", target=f"study:{study.slug}", note=note.pk,
        to=reader.code if reader else "all", text=hashlib.sha256(note.text.encode()).hexdigest(),
    )  # fmt: skip
    return note


def recipients_of(note: Note) -> list[Reader]:
    """Give the readers whom a message is mailed to: those who have joined, not withdrawn, and left an address."""
    found = note.study.readers.filter(withdrawn_at=None).exclude(user=None).exclude(user__email="")
    if note.reader_id:
        found = found.filter(pk=note.reader_id)
    return list(found.select_related("user", "study").order_by("number"))


def note_mailed(*, note: Note, count: int) -> None:
    """Keep how many got the message by mail."""
    Note.objects.filter(pk=note.pk).update(mailed=count)
