"""A protocol as a YAML document: read with every fault named, written so that it reads back the same."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import asdict, fields
from typing import Any

import yaml
from django.utils.translation import gettext as _

from readerstudy.studies.plans import (
    ArmPlan,
    CohortSlot,
    Condition,
    Document,
    Fault,
    PhasePlan,
    Protocol,
    ProtocolError,
    QuestionPlan,
)
from readerstudy.studies.rows import protocol_of
from readerstudy.studies.rules import faults_of
from readerstudy.studies.schema import protocol_from

__all__ = [
    "ArmPlan", "CohortSlot", "Condition", "Fault", "PhasePlan", "Protocol", "ProtocolError", "QuestionPlan",
    "checked", "document_of", "protocol_of", "read_protocol", "write_protocol",
]  # fmt: skip

LONGEST_DOCUMENT = 400_000
_NEEDED = {"name", "title", "kind", "text", "purpose", "cohort", "slot", "phases", "undo_seconds"}


def read_protocol(text: str) -> Protocol:
    """Read a protocol from its YAML document.

    Raises
    ------
    ProtocolError
        It is no YAML, or says what cannot be; every fault is named with its place.
    """
    protocol, faults = protocol_from(_parsed(text))
    if protocol is None:
        raise ProtocolError(faults)
    return checked(protocol)


def checked(protocol: Protocol) -> Protocol:
    """Give a protocol back whose settings do not contradict each other.

    Raises
    ------
    ProtocolError
        They do.
    """
    if faults := faults_of(protocol):
        raise ProtocolError(faults)
    return protocol


class _Loader(yaml.SafeLoader):
    """Plain values only, and no setting twice: of two, YAML would silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.MarkedYAMLError(
                    None, None, _("“%(key)s” stands there twice") % {"key": key.value}, key.start_mark
                )
            seen.add(str(key.value) if isinstance(key, yaml.ScalarNode) else "")
        return super().construct_mapping(node, deep)


def _parsed(text: str) -> Any:
    if len(text) > LONGEST_DOCUMENT:
        words = _("The document has %(n)s characters; at most %(most)s fit.")
        raise ProtocolError([Fault("", words % {"n": len(text), "most": LONGEST_DOCUMENT})])
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        raise ProtocolError([_not_yaml(error)]) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        words = _("This is no YAML that can be read (%(why)s).")
        raise ProtocolError([Fault("", words % {"why": str(error).splitlines()[0][:200]})]) from None


def _not_yaml(error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    words = _("The YAML cannot be read: %(why)s. Look at the indents, colons and quotes there.")
    place = _("line %(line)s, column %(column)s") % {"line": mark.line + 1, "column": mark.column + 1} if mark else ""
    return Fault(place, words % {"why": str(error.problem or error.context)[:200]})


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, so that people can edit them."""


# What YAML reads as the end of a line, and would give back as another one where it is not escaped.
_OTHER_ENDS = frozenset("\r\x85\u2028\u2029\ufeff")


def _present_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _OTHER_ENDS & set(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _present_text)


def write_protocol(protocol: Protocol) -> str:
    """Write a protocol as YAML; what is as it is by itself is left out."""
    return yaml.dump(document_of(protocol), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def document_of(protocol: Protocol) -> Document:
    """Give a protocol as plain values, in the order in which people read them."""
    document: Document = _plain(protocol)
    order = ["name", "title", "summary", "shown_title", "consent", "cohorts", "phases", "arms"]
    return {key: document[key] for key in order if key in document}


def _plain(part: Any) -> Any:
    if isinstance(part, Condition):
        return {"question": part.question, "is": list(part.answers)}
    if isinstance(part, tuple):
        return [_plain(one) for one in part]
    if not hasattr(part, "__dataclass_fields__"):
        return part
    kept = {one.name: getattr(part, one.name) for one in fields(part)}
    default = {one.name: one.default for one in fields(part)}
    return {name: _plain(value) for name, value in kept.items() if name in _NEEDED or value != default[name]}


def complete_document(protocol: Protocol) -> Document:
    """Give every setting, also those that are as they are by themselves: what a digest is made of."""
    return asdict(protocol)
