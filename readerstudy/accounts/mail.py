"""Letters to people: each in the language that its reader prefers, sent through one connection."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

Words = Callable[[], tuple[str, str]]
"""Gives subject and text, in the language that is active when it is called."""


@dataclass(frozen=True)
class Letter:
    """A letter to one address.

    Attributes
    ----------
    about : str
        What the sender calls the one it goes to: a reader's code, for example.
    words : callable
        Gives subject and text.
    language : str
        In which; empty for that of the page.
    """

    to: str
    about: str
    words: Words
    language: str = ""


@dataclass(frozen=True)
class Posted:
    """To whom letters went, and to whom they could not be sent; `why` is what the mail server said, if anything."""

    sent: list[str]
    failed: list[str]
    why: str = ""


def post(letters: Iterable[Letter]) -> Posted:
    """Send letters; what cannot be sent is told, and keeps no other from being sent.

    Must not be called within a transaction: what was sent cannot be taken back.
    """
    sent, failed, why = [], [], ""
    connection, letters = get_connection(), list(letters)
    try:
        connection.open()
    except (SMTPException, OSError) as error:
        return Posted([], [letter.about for letter in letters], str(error)[:200])
    for letter in letters:
        try:
            _message(letter, connection).send()
        except (SMTPException, OSError, ValueError) as error:
            failed.append(letter.about)
            why = str(error)
        else:
            sent.append(letter.about)
    with suppress(SMTPException, OSError):  # all is sent by now
        connection.close()
    return Posted(sent, failed, why[:200])


def _message(letter: Letter, connection: BaseEmailBackend) -> EmailMessage:
    with translation.override(letter.language or translation.get_language()):
        subject, text = letter.words()
    return EmailMessage(" ".join(subject.split()), text, to=[letter.to], connection=connection)


def leaves_the_server() -> bool:
    """Whether letters go to a mail server; else they are written into a folder (docs/deployment.md)."""
    return "filebased" not in settings.EMAIL_BACKEND


def address_of(path: str, request: HttpRequest | None = None) -> str:
    """Give the whole address of a page: by SITE_URL where that is set, else as the request came."""
    if settings.SITE_URL or request is None:
        return f"{settings.SITE_URL}{path}"
    return request.build_absolute_uri(path)


def trouble_of(posted: Posted) -> str:
    """Say in words for the sender what kept letters from their readers; empty where nothing did."""
    if posted.failed:
        words = _("No mail could be sent to %(who)s: %(why)s")
        return words % {"who": ", ".join(posted.failed), "why": posted.why or _("the mail server gave no reason")}
    if posted.sent and not leaves_the_server():
        return _("No mail server is set up here: mails are written into a folder on the server, and nobody gets them.")
    return ""
