"""From a document of plain values to a protocol: every field has its kind of value, and every fault its place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from django.utils.translation import gettext as _

from readerstudy.studies.models import Aid, Allocation, Asked, Feedback, Order, Purpose, QuestionKind, TimeLimit
from readerstudy.studies.plans import ArmPlan, CohortSlot, Condition, Fault, PhasePlan, Protocol, QuestionPlan

MARK_TOOLS = ("point", "box", "freehand")
_SLUG = re.compile(r"[a-zA-Z0-9_-]+")

Faults = list[Fault]
Reader = Callable[[Any, str, Faults], Any]
"""Reads a value at a place; notes what is wrong with it and then gives None."""


def text(longest: int, *, may_be_empty: bool = True) -> Reader:
    """Read words of so many characters at most."""

    def read(value: Any, place: str, faults: Faults) -> Any:
        if not isinstance(value, str):
            return _refuse(faults, place, _("must be text: put it in quotes, as “%(n)s” is not"), n=_shown(value))
        if not may_be_empty and not value.strip():
            return _refuse(faults, place, _("must not be empty"))
        if len(value) > longest:
            return _refuse(faults, place, _("has %(n)s characters; at most %(most)s fit"), n=len(value), most=longest)
        if not _can_be_stored(value):
            return _refuse(faults, place, _("holds a character that cannot be stored: type it again"))
        return value

    return read


def option(value: Any, place: str, faults: Faults) -> Any:
    """Read the words of an option: one line without blanks around it, as a form gives it and answers are compared."""
    line = " ".join(value.split()) if isinstance(value, str) else value
    return text(200, may_be_empty=False)(line, place, faults)


def _can_be_stored(value: str) -> bool:
    """Whether PostgreSQL and UTF-8 both take it: no zero byte, no half of a surrogate pair."""
    return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)


def slug(longest: int) -> Reader:
    """Read a short name, as it stands in addresses and tables."""

    def read(value: Any, place: str, faults: Faults) -> Any:
        if not isinstance(value, str) or not _SLUG.fullmatch(value):
            wrong = _("must be a short name of letters, digits, - and _, and not %(n)s")
            return _refuse(faults, place, wrong, n=_shown(value))
        if len(value) > longest:
            return _refuse(faults, place, _("has %(n)s characters; at most %(most)s fit"), n=len(value), most=longest)
        return value

    return read


def one_of(words: Sequence[str]) -> Reader:
    """Read one of these words."""

    def read(value: Any, place: str, faults: Faults) -> Any:
        if isinstance(value, str) and value in words:
            return value
        wrong = _("must be one of %(known)s, and not %(n)s")
        return _refuse(faults, place, wrong + _meant(value, words), known=", ".join(words), n=_shown(value))

    return read


def number(least: int, most: int) -> Reader:
    """Read a whole number from `least` to `most`."""

    def read(value: Any, place: str, faults: Faults) -> Any:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        wrong = _("must be a whole number from %(least)s to %(most)s, and not %(n)s")
        return _refuse(faults, place, wrong, least=least, most=most, n=_shown(value))

    return read


def truth_value(value: Any, place: str, faults: Faults) -> Any:
    """Read true or false."""
    if isinstance(value, bool):
        return value
    return _refuse(faults, place, _("must be true or false, and not %(n)s"), n=_shown(value))


def or_none(read_value: Reader) -> Reader:
    """Read what `read_value` reads, or null."""

    def read(value: Any, place: str, faults: Faults) -> Any:
        return None if value is None else read_value(value, place, faults)

    return read


def each(read_value: Reader, most: int) -> Reader:
    """Read a list of up to so many values."""

    def read(value: Any, place: str, faults: Faults) -> Any:
        if not isinstance(value, list | tuple):
            return _refuse(faults, place, _("must be a list, and not %(n)s"), n=_shown(value))
        if len(value) > most:
            return _refuse(faults, place, _("has %(n)s entries; at most %(most)s fit"), n=len(value), most=most)
        return tuple(read_value(one, f"{place}[{index}]", faults) for index, one in enumerate(value))

    return read


def answer(value: Any, place: str, faults: Faults) -> Any:
    """Read an answer that a condition names: words, or the number of an anchor."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return option(value, place, faults)


def record(kind: type, readers: Mapping[str, Reader], names: Mapping[str, str] | None = None) -> Reader:
    """Read a mapping into a dataclass, whose defaults say what may be left out.

    Parameters
    ----------
    kind : type
        The dataclass.
    readers : mapping
        How each key of the document is read.
    names : mapping, optional
        The attribute of a key where it has another name.
    """
    names = names or {}
    has_default = {one.name for one in fields(kind) if one.default is not MISSING}
    needed = [key for key in readers if names.get(key, key) not in has_default]

    def read(value: Any, place: str, faults: Faults) -> Any:
        if not isinstance(value, Mapping):
            wrong = _("must be settings (%(known)s …), and not %(n)s")
            return _refuse(faults, place, wrong, known=", ".join(list(readers)[:3]), n=_shown(value))
        before = len(faults)
        faults += [Fault(_within(place, key), _("is missing")) for key in needed if key not in value]
        faults += [_unknown(key, place, readers) for key in value if key not in readers]
        found = {
            names.get(key, key): read_value(value[key], _within(place, key), faults)
            for key, read_value in readers.items()
            if key in value
        }
        return kind(**found) if len(faults) == before else None

    return read


def _unknown(key: Any, place: str, known: Mapping[str, Reader]) -> Fault:
    words = _("there is no such setting") + _meant(key, list(known))
    return Fault(_within(place, str(key)[:60]), words)


def _meant(value: Any, words: Sequence[str]) -> str:
    near = difflib.get_close_matches(str(value)[:60], words, n=1)
    return _("; did you mean %(word)s?") % {"word": near[0]} if near else ""


def _within(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _refuse(faults: Faults, place: str, words: str, **values: object) -> Any:
    """Note a fault, and give None in place of a value."""
    faults.append(Fault(place, words % values))
    return None


def _shown(value: object) -> str:
    """Show a value in a message: what it is, in few characters."""
    if value is None:
        return _("nothing")
    if isinstance(value, Mapping):
        return _("settings")
    if isinstance(value, list | tuple | set):
        return _("a list")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**20 else _("a very large number")
    shown = f"“{value}”" if isinstance(value, str) else str(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…”"


CONDITION = record(
    Condition,
    {"question": slug(50), "is": each(answer, 200)},
    names={"is": "answers"},
)

QUESTION = record(
    QuestionPlan,
    {
        "name": slug(50),
        "kind": one_of(QuestionKind.values),
        "text": text(300, may_be_empty=False),
        "help": text(500),
        "asked": one_of(Asked.values),
        "required": truth_value,
        "points": number(0, 10),
        "forced": truth_value,
        "options": each(option, 200),
        "tools": each(one_of(MARK_TOOLS), 3),
        "condition": or_none(CONDITION),
    },
)

PHASE = record(
    PhasePlan,
    {
        "name": slug(50),
        "title": text(100, may_be_empty=False),
        "purpose": one_of(Purpose.values),
        "modality": slug(40),
        "cohort": slug(20),
        "case_count": or_none(number(1, 100_000)),
        "told": text(20_000),
        "disclosed_prevalence": or_none(number(0, 100)),
        "order": one_of(Order.values),
        "block_size": number(2, 1000),
        "allocation": one_of(Allocation.values),
        "parts": number(1, 100),
        "anchors": number(0, 100_000),
        "reread_percent": number(0, 100),
        "feedback": one_of(Feedback.values),
        "qualification_percent": or_none(number(1, 100)),
        "attempts": number(1, 100),
        "aid": one_of(Aid.values),
        "washout_days": number(0, 3650),
        "time_limit": one_of(TimeLimit.values),
        "time_limit_seconds": or_none(number(5, 86_400)),
        "break_after_minutes": or_none(number(1, 1440)),
        "revisit": truth_value,
        "undo_seconds": number(0, 3600),
        "companions": or_none(slug(20)),
        "questions": each(QUESTION, 40),
    },
)

SLOT = record(CohortSlot, {"slot": slug(20), "title": text(200), "optional": truth_value})

ARM = record(ArmPlan, {"name": slug(20), "title": text(100), "phases": each(slug(50), 50)})

PROTOCOL = record(
    Protocol,
    {
        "name": slug(40),
        "title": text(200, may_be_empty=False),
        "summary": text(500),
        "shown_title": text(200),
        "consent": text(20_000),
        "cohorts": each(SLOT, 20),
        "phases": each(PHASE, 50),
        "arms": each(ARM, 20),
    },
)


def protocol_from(document: Any) -> tuple[Protocol | None, Faults]:
    """Read a document of plain values.

    Parameters
    ----------
    document : object
        What a YAML or JSON parser gave.

    Returns
    -------
    tuple
        The protocol, or None where a value is not what it must be; and every such fault.
    """
    faults: Faults = []
    protocol = PROTOCOL(_with_defaults(document), "", faults)
    return (None if faults else protocol), faults


def _with_defaults(document: Any) -> Any:
    """Fill in what depends on other settings: one arm of all phases, and no undo where the purpose is hidden."""
    if not isinstance(document, Mapping) or not isinstance(document.get("phases"), list):
        return document
    phases = [_with_undo(phase) for phase in document["phases"]]
    names = [phase["name"] for phase in phases if isinstance(phase, Mapping) and isinstance(phase.get("name"), str)]
    return {"arms": [{"name": "A", "phases": names}], **document, "phases": phases}


def _with_undo(phase: Any) -> Any:
    hidden = isinstance(phase, Mapping) and phase.get("purpose") == Purpose.PURPOSE_BLINDED
    return {"undo_seconds": 0, **phase} if hidden else phase
