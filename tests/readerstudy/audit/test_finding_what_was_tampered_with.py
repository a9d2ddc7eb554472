"""Whatever somebody with the database's own password does to the log: the check finds it, and names the first event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readerstudy.accounts.models import User
from readerstudy.audit import chain
from readerstudy.audit.chain import Verdict, check_chain
from readerstudy.audit.models import GENESIS, Event
from readerstudy.audit.services import record
from tests.readerstudy.audit.test_chaining_events import lift_triggers

pytestmark = pytest.mark.django_db
many = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
EVENTS = 6

# Another value for each column: of its own kind, and of kinds that no event of ours has.
OTHER: dict[str, list[Any]] = {
    "at": ["2020-01-01 00:00:00", "2020-01-01 00:00:00.000001"],
    "actor_id": [None],
    "verb": ["other.verb", "", 'verb"with quotes', "vérb"],
    "target": ["study:other", "", "study:\n"],
    "detail": ["{}", '{"number": 999}', '{"number": "0"}', '{"number": 0.5}', "[]", '{"more": null, "number": 0}'],
    "previous": [GENESIS, "f" * 64, ""],
    "digest": ["f" * 64, ""],
}

# What Python cannot make an event of. SQLite takes any value in any column, PostgreSQL times that Python has none for.
NO_EVENT: dict[str, list[tuple[str, object]]] = {
    "sqlite": [
        ("verb", b"\xff\x00"), ("verb", 12), ("at", "yesterday"), ("at", 0), ("target", b""),
        ("detail", "[" * 400 + "]" * 400),
    ],
    "postgresql": [("at", "infinity"), ("at", "12000-01-01"), ("at", "0044-03-15 BC"), ("detail", "9" * 6000)],
}  # fmt: skip


@dataclass(frozen=True)
class Log:
    """Six events in their order, and the head that was noted down."""

    keys: list[int]
    head: str


@contextmanager
def a_log_at_the_mercy_of_its_owner(actor: User) -> Iterator[Log]:
    """Write a log, lift its triggers, leave room between the keys; take all of it back afterwards."""
    with transaction.atomic():
        for number in range(EVENTS - Event.objects.count()):
            record(actor=actor, verb="tests.done", target=f"study:s{number}", number=number)
        lift_triggers()
        run("UPDATE audit_event SET id = id * 10 + 1000000")
        yield Log(list(Event.objects.values_list("pk", flat=True)), Event.objects.latest("pk").digest)
        transaction.set_rollback(True)


def run(statement: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def edit_column(column: str, value: object, key: int) -> None:
    run(f"UPDATE audit_event SET {column} = %s WHERE id = %s", value, key)  # noqa: S608 - names of this file


def as_it_stands(key: int) -> dict[str, Any]:
    columns = ("at", "actor_id", "verb", "target", "detail", "previous", "digest")
    return dict(Event.objects.filter(pk=key).values(*columns)[0])


def put_in(key: int, **said: Any) -> str:
    """Forge an event that is sound in itself."""
    event = Event(pk=key, **said)
    event.digest = event.compute_digest()
    event.save(force_insert=True)
    return event.digest


@many
@given(place=st.integers(0, EVENTS - 1), edit=st.sampled_from([(c, v) for c, all_ in OTHER.items() for v in all_]))
def test_any_edit_is_found_at_its_place(coordinator: User, place: int, edit: tuple[str, Any]) -> None:
    column, value = edit
    with a_log_at_the_mercy_of_its_owner(coordinator) as log:
        before = as_it_stands(log.keys[place])
        edit_column(column, value, log.keys[place])
        changed = as_it_stands(log.keys[place]) != before
        assert check_chain().broken == (log.keys[place] if changed else None)


@many
@given(first=st.integers(0, EVENTS - 1), count=st.integers(1, EVENTS))
def test_removed_events_are_missed_by_the_one_after_them_or_by_the_noted_head(
    coordinator: User, first: int, count: int
) -> None:
    with a_log_at_the_mercy_of_its_owner(coordinator) as log:
        gone, after = log.keys[first : first + count], log.keys[first + count :]
        assert run("DELETE FROM audit_event WHERE id BETWEEN %s AND %s", gone[0], gone[-1]) == len(gone)
        verdict = check_chain(noted=log.head)
        assert verdict.broken == (after[0] if after else None)
        assert verdict.events == first
        assert verdict.noted_missing


@many
@given(two=st.lists(st.integers(0, EVENTS - 1), min_size=2, max_size=2, unique=True))
def test_events_that_change_places_are_found_at_the_first_of_the_two(coordinator: User, two: list[int]) -> None:
    with a_log_at_the_mercy_of_its_owner(coordinator) as log:
        one, other = (log.keys[place] for place in sorted(two))
        for source, destination in ((one, -1), (other, one), (-1, other)):
            run("UPDATE audit_event SET id = %s WHERE id = %s", destination, source)
        assert check_chain().broken == one


@many
@given(place=st.integers(-1, EVENTS - 2))
def test_an_event_put_in_is_found_by_the_one_after_it_however_well_it_is_forged(coordinator: User, place: int) -> None:
    with a_log_at_the_mercy_of_its_owner(coordinator) as log:
        like = as_it_stands(log.keys[max(place, 0)])
        previous = like["digest"] if place >= 0 else GENESIS
        put_in(log.keys[place] + 5 if place >= 0 else -7, **{**like, "verb": "forged.event", "previous": previous})
        assert check_chain().broken == log.keys[place + 1]


def test_a_log_written_anew_is_whole_but_lacks_the_head_that_was_noted(coordinator: User) -> None:
    with a_log_at_the_mercy_of_its_owner(coordinator) as log:
        previous, kept = GENESIS, [as_it_stands(key) for key in log.keys]
        run("DELETE FROM audit_event")
        for key, said in zip(log.keys, kept, strict=True):
            said.pop("digest")
            previous = put_in(key, **{**said, "verb": "better.verb", "previous": previous})
        verdict = check_chain(noted=log.head)
        assert (verdict.broken, verdict.events, verdict.head) == (None, EVENTS, previous)
        assert verdict.noted_missing


@pytest.mark.parametrize("page", [1, 2, 5, 6, 7])
def test_events_hold_whatever_page_they_are_read_on(
    coordinator: User, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(chain, "_PAGE", page)
    told: list[int] = []
    with a_log_at_the_mercy_of_its_owner(coordinator) as log:
        for noted in Event.objects.values_list("digest", flat=True):
            assert check_chain(noted=noted, progress=told.append) == Verdict(EVENTS, log.head, None, "", False)
        run("UPDATE audit_event SET verb = 'other.verb' WHERE id = %s", log.keys[4])
        assert check_chain().broken == log.keys[4]
    assert told == [min(page * number, EVENTS) for number in range(1, -(-EVENTS // page) + 1)] * EVENTS


@pytest.mark.parametrize(("column", "value"), NO_EVENT[connection.vendor])
def test_what_is_no_event_at_all_is_named_like_any_other(coordinator: User, column: str, value: object) -> None:
    with a_log_at_the_mercy_of_its_owner(coordinator) as log:
        edit_column(column, value, log.keys[2])
        with pytest.raises(CommandError, match=f"The chain breaks at event {log.keys[2]} "):
            call_command("verify_audit", stdout=StringIO())


def verified(head: str) -> dict[str, Any]:
    out = StringIO()
    try:
        call_command("verify_audit", json=True, head=head, stdout=out)
    finally:
        summary: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return summary


def test_the_command_looks_for_a_noted_head(coordinator: User) -> None:
    noted = record(actor=coordinator, verb="tests.done", target="study:s").digest
    later = record(actor=coordinator, verb="tests.done", target="study:s")
    assert verified(f" {noted.upper()} ") == {
        "events": 3, "head": later.digest, "broken": None, "noted_head_found": True
    }  # fmt: skip
    lift_triggers()
    run("DELETE FROM audit_event WHERE id = %s", later.pk)
    with pytest.raises(CommandError, match="events at the end were cut off"):
        verified(later.digest)
    assert verified(noted)["noted_head_found"] is True


@pytest.mark.parametrize("head", ["", "abc", "g" * 64, "0" * 63])
def test_what_is_no_digest_is_refused_as_a_noted_head(head: str, db: None) -> None:
    with pytest.raises(CommandError, match="--head must be a digest"):
        call_command("verify_audit", head=head)


def test_a_long_check_says_how_far_it_is(
    coordinator: User, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(chain, "_PAGE", 2)
    monkeypatch.setattr("readerstudy.audit.management.commands.verify_audit._SAY_EVERY", 4)
    for number in range(8):
        record(actor=coordinator, verb="tests.done", target="study:s", number=number)
    call_command("verify_audit")
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["4 of 9 events hold …", "8 of 9 events hold …"]
    assert said[2].startswith("9 events, all in their places. Head of the chain: ")
