"""What tells the class of a case to a coordinator: shown to a login that asked for it, which is noted."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from readerstudy.cohorts.models import Source

_NAMES = {
    "c2pa": _("Content credentials (C2PA)"),
    "dicom_signature": _("DICOM digital signature"),
    "traces": _("Traces of a generator"),
}
_NOTHING = {"none", "", None}


def is_revealed(request: HttpRequest, slug: str) -> bool:
    """Whether this login asked to see the truth of a cohort."""
    return slug in request.session.get("revealed", [])


def reveal(request: HttpRequest, slug: str) -> None:
    """Show it to this login from now on."""
    request.session["revealed"] = sorted({*request.session.get("revealed", []), slug})


def hide(request: HttpRequest, slug: str) -> None:
    """Hide it again."""
    request.session["revealed"] = [shown for shown in request.session.get("revealed", []) if shown != slug]


def evidence_of(source: Source | None) -> list[tuple[str, str]]:
    """Put the evidence of where a source came from into words: what it is about, and what was found."""
    if source is None:
        return []
    return [(str(_NAMES.get(name, name)), _in_words(found)) for name, found in source.provenance.items()]


def _in_words(found: Any) -> str:
    if isinstance(found, dict):
        said = [f"{name.replace('_', ' ')}: {_in_words(value)}" for name, value in found.items() if name != "state"]
        said = [words for words in said if not words.endswith(": none")]
        return "; ".join([*([str(found["state"])] if found.get("state") else []), *said]) or "none"
    if isinstance(found, list):
        return ", ".join(_in_words(one) for one in found) or "none"
    return "none" if found in _NOTHING else str(found)
