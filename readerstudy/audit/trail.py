"""What was done to something: the events about it, filtered, and as tables to take away."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any

from django.db.models import QuerySet

from readerstudy.audit.models import Event
from readerstudy.audit.spreadsheets import harmless

# What stands for the command line where an actor is chosen.
NOBODY = "nobody"
COLUMNS = ("number", "at", "actor", "verb", "target", "detail", "actor_id", "previous", "digest")

Name = Callable[[int | None], str]
"""Gives what an actor is called, by key."""


@dataclass(frozen=True)
class Filter:
    """Which events; what is empty asks for nothing.

    Attributes
    ----------
    actor : str
        The key of an account, or `NOBODY`.
    verb : str
        A verb.
    since, until : date or None
        The first day and the last one, in UTC.
    """

    actor: str = ""
    verb: str = ""
    since: date | None = None
    until: date | None = None


def events_about(targets: Sequence[str], chosen: Filter = Filter()) -> QuerySet[Event]:
    """Give the events about these targets (`kind:code`), newest first."""
    found = Event.objects.filter(target__in=targets).order_by("-pk")
    if chosen.actor:
        found = found.filter(actor=None if chosen.actor == NOBODY else int(chosen.actor))
    if chosen.verb:
        found = found.filter(verb=chosen.verb)
    if chosen.since:
        found = found.filter(at__gte=_midnight(chosen.since))
    if chosen.until:
        found = found.filter(at__lt=_midnight(chosen.until + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def verbs_about(targets: Sequence[str]) -> list[str]:
    """Give the verbs that occur."""
    return sorted(set(events_about(targets).order_by().values_list("verb", flat=True)))


def actors_about(targets: Sequence[str]) -> set[int | None]:
    """Give the keys of who did something; None stands for the command line."""
    return set(events_about(targets).order_by().values_list("actor", flat=True))


def row_of(event: Event, name: Name) -> dict[str, Any]:
    """Give an event with all that its digest is made of (`Event.compute_digest`), and its actor's name."""
    return {
        "number": event.pk,
        "at": event.at.isoformat(),
        "actor": name(event.actor_id),
        "verb": event.verb,
        "target": event.target,
        "detail": event.detail,
        "actor_id": event.actor_id,
        "previous": event.previous,
        "digest": event.digest,
    }


def as_csv(events: Iterable[Event], name: Name) -> str:
    """Write events as a table for spreadsheets."""
    written = StringIO()
    table = csv.writer(written)
    table.writerow(COLUMNS)
    for event in events:
        row = row_of(event, name) | {"detail": json.dumps(event.detail, ensure_ascii=False, sort_keys=True)}
        table.writerow([harmless(row[column]) for column in COLUMNS])
    return written.getvalue()


def as_json(events: Iterable[Event], name: Name) -> str:
    """Write events for machines, as they are."""
    return json.dumps([row_of(event, name) for event in events], ensure_ascii=False, indent=1) + "\n"
