"""Searching the presented instances: QIDO-RS matching and paging (DICOM PS3.18, 8.3.4 and 10.6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from django.http import QueryDict

from readerstudy.cohorts.dicom_presentation import DicomJson, tag_of

# Results always carry every attribute that there is, matching is always literal, and `accept` is not for matching.
_WITHOUT_EFFECT = {"includefield", "fuzzymatching", "accept", "charset"}
_PAGING = {"limit", "offset"}


class BadQueryError(Exception):
    """The query cannot be understood; the message says what is wrong with it."""


def search(records: Iterable[DicomJson], query: QueryDict) -> list[DicomJson]:
    """Give the records that match every filter of the query, and of these the page that it asks for.

    An attribute that the records do not have is empty in all of them, so that a filter on it finds nothing.

    Raises
    ------
    BadQueryError
        A parameter is neither one of the standard's nor a DICOM attribute, or a page is no number.
    """
    filters = _filters(query)
    found = [record for record in records if all(_matches(record.get(tag, {}), text) for tag, text in filters)]
    start, limit = _page_number(query, "offset", 0), _page_number(query, "limit", len(found))
    return found[start : start + limit]


def _filters(query: QueryDict) -> list[tuple[str, str]]:
    filters = []
    for name, values in query.lists():
        if name in _WITHOUT_EFFECT | _PAGING:
            continue
        # A filter may point into a sequence (`a.b`); nothing here has one, but the attributes must exist.
        tags = [tag_of(attribute) for attribute in name.split(".")]
        if None in tags:
            raise BadQueryError(f"{name!r} is no DICOM attribute: use a keyword or eight hexadecimal digits.")
        filters += [(".".join(map(str, tags)), str(value)) for value in values]
    return filters


def _page_number(query: QueryDict, name: str, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadQueryError(f"{name} must be a whole number from 0, not {text!r}.")
    return int(text)


def _matches(element: dict[str, object], wanted: str) -> bool:
    """Universal, UID-list, wildcard and single-value matching (PS3.4, C.2.2.2)."""
    if wanted in ("", "*", '""'):
        return True
    values = element.get("Value", [])
    texts = [str(value) for value in values] if isinstance(values, Sequence) else []
    patterns = re.split(r"[,\\]", wanted) if element.get("vr") == "UI" else [wanted]
    # DICOM has the wildcards * and ? alone, so that a bracket stands for itself.
    literal = [pattern.replace("[", "[[]") for pattern in patterns]
    return any(fnmatchcase(text, pattern) for pattern in literal for text in texts)
