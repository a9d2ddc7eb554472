"""Words of the de-identification report in the language of the page; in its files, for machines, they stay English."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

register = template.Library()

KNOWN = frozenset(
    {
        # what an element holds
        gettext_noop("a person's name"), gettext_noop("an identifier (UID)"), gettext_noop("a date"),
        gettext_noop("a time"), gettext_noop("a date and time"), gettext_noop("an age"), gettext_noop("text"),
        gettext_noop("the name of a device"), gettext_noop("an address"), gettext_noop("a sequence of items"),
        gettext_noop("binary data"), gettext_noop("unknown data"), gettext_noop("the name of an element"),
        gettext_noop("a manufacturer's own data"), gettext_noop("a technical value"), gettext_noop("metadata"),
        # what was done with it
        gettext_noop("removed"), gettext_noop("replaced by a keyed pseudonym"), gettext_noop("decoded to grey values"),
        # what a signature or credentials said
        gettext_noop("none"), gettext_noop("valid"), gettext_noop("untrusted"), gettext_noop("tampered"),
        gettext_noop("remote"), gettext_noop("unreadable"), gettext_noop("broken"), gettext_noop("unchecked"),
        gettext_noop("verifies"), gettext_noop("other software"),
        # what readers get
        gettext_noop("keyed per session, always of one length"), gettext_noop("those of each case"),
        gettext_noop("empty"),
    }
)  # fmt: skip


@register.filter
def said(words: str) -> str:
    """Say a word of the report in the language of the page; a value of a file stays as it is."""
    return _(words) if words in KNOWN else words
