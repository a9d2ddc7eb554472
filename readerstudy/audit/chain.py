"""Checking the audit log's chain: every event once, in one pass, as fast as the rows can be read.

The rows are taken as the database writes them, and the digest is made from a text put together here. Where that text
does not give the stored digest, `Event.compute_digest` has the last word: it alone says what a digest is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from django.db import DataError, connection

from readerstudy.audit.models import GENESIS, Event

# A page is read by its key, so that a log of any length takes the memory of a page and no open cursor. New events come
# after all others (their writers take turns), so nothing slips in behind the reader.
_PAGE = 20_000

# The time as `datetime.isoformat` writes it in UTC.
_AT = {
    "sqlite": "replace(at, ' ', 'T') || '+00:00'",
    "postgresql": "replace(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), '.000000', '') || '+00:00'",
}

_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
Row = tuple[int, str, int | None, str, str, str, str, str]


@dataclass(frozen=True)
class Verdict:
    """What the check of the chain found.

    Attributes
    ----------
    events : int
        How many events hold, from the first on: all of them in a whole chain.
    head : str or None
        The digest of the last event that holds; None without any.
    broken : int or None
        The key of the first event that does not hold: it, or one before it, was changed, moved, removed or put in.
    broken_says : str
        When, what and to what that event claims to be, as the database has it.
    noted_missing : bool
        A head that was noted before is not in the chain: events at its end were cut off, or all written anew.
    """

    events: int
    head: str | None
    broken: int | None
    broken_says: str
    noted_missing: bool


def check_chain(*, noted: str | None = None, progress: Callable[[int], None] = lambda _: None) -> Verdict:
    """Check that every event follows the one before it and says what its digest was made from.

    Parameters
    ----------
    noted : str or None
        The digest of a head that was noted before and must still be in the chain.
    progress : callable
        Told now and then how many events hold so far.
    """
    previous, events, found = GENESIS, 0, noted in (None, GENESIS)
    for rows in _pages():
        for row in rows:
            if row[6] != previous or not _holds(row):
                return Verdict(events, _head(previous), row[0], f"{row[1]} {row[3]} {row[4]}", not found)
            previous = row[7]
            events += 1
            found = found or previous == noted
        progress(events)
    return Verdict(events, _head(previous), None, "", not found)


def _head(previous: str) -> str | None:
    return None if previous == GENESIS else previous


def _holds(row: Row) -> bool:
    try:
        return _quick_digest(row) == row[7] or Event.objects.get(pk=row[0]).compute_digest() == row[7]
    except (ValueError, TypeError, AttributeError, RecursionError, DataError):  # what no event of ours can hold
        return False


def _quick_digest(row: Row) -> str:
    _, at, actor, verb, target, detail, previous, _ = row
    if detail != "{}":
        detail = _canonical(json.loads(detail))
    said = f'["{previous}","{at}",{"null" if actor is None else actor},{quoted(verb)},{quoted(target)},{detail}]'
    return sha256(said.encode()).hexdigest()


def _pages() -> Iterator[list[Row]]:
    table = connection.ops.quote_name(Event._meta.db_table)
    columns = f"id, {_AT[connection.vendor]}, actor_id, verb, target, detail, previous, digest"
    after: list[Any] = []
    while True:
        where = "WHERE id > %s" if after else ""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM {table} {where} ORDER BY id LIMIT {_PAGE}", after)  # noqa: S608
            rows: list[Row] = cursor.fetchall()
        if not rows:
            return
        yield rows
        after = [rows[-1][0]]
