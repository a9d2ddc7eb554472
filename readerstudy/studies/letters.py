"""What readers get by mail: invitations, messages, reminders. Like their pages, letters tell nothing of a purpose."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from readerstudy.accounts.mail import Letter, Words
from readerstudy.accounts.models import Invitation
from readerstudy.studies.models import Reader


def invitation(reader: Reader, address: str) -> Letter:
    """Write to the address that a place was offered to."""
    offered = reader.invitation or Invitation()

    def words() -> tuple[str, str]:
        subject = _("Invitation to read in “%(title)s”") % {"title": reader.study.reader_title}
        text = _(
            "You are invited to take part as a reader in the study “%(title)s”.\n\n"
            "This link is your place. It works once, for you alone, until %(day)s:\n\n%(address)s\n\n"
            "It leads to a page on which you make an account, or log in if you have one. If you did not expect this, "
            "you need do nothing.\n"
        )
        day = date_format(offered.ends_at, "DATE_FORMAT")
        return subject, text % {"title": reader.study.reader_title, "day": day, "address": address}

    return Letter(offered.email, reader.code, words)


def note(reader: Reader, said: str, address: str) -> Letter:
    """Pass on to a reader what the coordinator says."""

    def words() -> tuple[str, str]:
        subject = _("Message on “%(title)s”") % {"title": reader.study.reader_title}
        text = _(
            "The coordinator of the study “%(title)s” writes:\n\n%(said)s\n\n"
            "You find it on your page too:\n%(address)s\n"
        )
        return subject, text % {"title": reader.study.reader_title, "said": said, "address": address}

    return _to(reader, words)


def reminder(reader: Reader, address: str) -> Letter:
    """Remind a reader of what they have begun, or not begun yet."""

    def words() -> tuple[str, str]:
        subject = _("Cases wait for you in “%(title)s”") % {"title": reader.study.reader_title}
        text = _(
            "In the study “%(title)s”, where you read as %(code)s, cases still wait for you. You can go on at any "
            "time; all that you have judged so far is kept:\n\n%(address)s\n\n"
            "If you do not want to go on, you can withdraw on the same page, and are not reminded again.\n"
        )
        return subject, text % {"title": reader.study.reader_title, "code": reader.code, "address": address}

    return _to(reader, words)


def _to(reader: Reader, words: Words) -> Letter:
    email, preferences = (reader.user.email, reader.user.preferences) if reader.user else ("", {})
    return Letter(email, reader.code, words, preferences.get("language", ""))
