"""Every event is chained to the one before it, and `verify_audit` finds what was tampered with."""

from __future__ import annotations

import json
from io import StringIO
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from readerstudy.accounts.models import User
from readerstudy.audit.models import GENESIS, Event
from readerstudy.audit.services import first_broken_event, record

TAMPERINGS = {
    "a verb is edited": "UPDATE audit_event SET verb = 'other.verb' WHERE id = {second}",
    "a target is edited": "UPDATE audit_event SET target = 'study:other' WHERE id = {second}",
    "an actor is edited": "UPDATE audit_event SET actor_id = NULL WHERE id = {second}",
    "a detail is edited": "UPDATE audit_event SET detail = '{{\"number\": 9}}' WHERE id = {second}",
    "a time is edited": "UPDATE audit_event SET at = '2020-01-01 00:00:00' WHERE id = {second}",
    "the first event is removed": "DELETE FROM audit_event WHERE id = {first}",
    "an event is removed": "DELETE FROM audit_event WHERE id = {second}",
    "an event moves to the end": "UPDATE audit_event SET id = {third} + 1000 WHERE id = {second}",
    "an event is put in": "INSERT INTO audit_event (id, at, verb, target, detail, previous, digest) "
    "VALUES ({third} + 1000, '2020-01-01 00:00:00', 'v', 't', '{{}}', '" + GENESIS + "', 'abc')",
}


def three_events(actor: User) -> list[Event]:
    return [record(actor=actor, verb="tests.done", target="study:s", number=number) for number in range(3)]


def lift_triggers() -> None:
    """Do what somebody with the database's own password could do."""
    on_table = "" if connection.vendor == "sqlite" else " ON audit_event"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for verb in ("update", "delete"):
            cursor.execute(f"DROP TRIGGER audit_event_no_{verb}{on_table}")


def json_values() -> SearchStrategy[object]:
    words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
    scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=6
    )


def verified() -> dict[str, object]:
    out = StringIO()
    call_command("verify_audit", json=True, stdout=out)
    summary: dict[str, object] = json.loads(out.getvalue().splitlines()[-1])
    return summary


@pytest.mark.django_db
def test_each_event_carries_the_digest_of_the_one_before(coordinator: User) -> None:
    three_events(coordinator)
    events = list(Event.objects.order_by("pk"))
    assert [event.previous for event in events] == [GENESIS, *(event.digest for event in events[:-1])]


@pytest.mark.django_db
def test_an_untouched_log_verifies_and_names_its_head(coordinator: User) -> None:
    last = three_events(coordinator)[-1]
    assert verified() == {"events": Event.objects.count(), "head": last.digest, "broken": None}


@pytest.mark.django_db
def test_an_empty_log_verifies() -> None:
    assert verified() == {"events": 0, "head": None, "broken": None}


@pytest.mark.django_db
@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_tampering_past_the_triggers_is_found(coordinator: User, tampering: str) -> None:
    Event.objects.get()  # the coordinator's own account
    first, second, third = three_events(coordinator)
    lift_triggers()
    with connection.cursor() as cursor:
        cursor.execute(tampering.format(first=first.pk, second=second.pk, third=third.pk))
    out = StringIO()
    with pytest.raises(CommandError, match="The chain breaks at event"):
        call_command("verify_audit", json=True, stdout=out)
    broken = first_broken_event()
    assert broken is not None
    assert json.loads(out.getvalue())["broken"] == broken


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(detail=st.dictionaries(st.from_regex("[a-z]{1,8}", fullmatch=True), json_values(), max_size=3))
def test_whatever_json_an_event_says_its_digest_holds_after_it_was_stored(detail: dict[str, object]) -> None:
    detail = {f"said_{name}": value for name, value in detail.items()}
    event = record(actor=None, verb="tests.done", target="study:s", **detail)
    event.refresh_from_db()
    assert event.detail == detail
    assert event.digest == event.compute_digest()


@pytest.mark.django_db
@pytest.mark.parametrize("fraction", [0.5, 1e300, float("inf"), float("nan")])
def test_a_fraction_is_refused_because_databases_would_write_it_differently(fraction: float) -> None:
    with pytest.raises(TypeError, match="Give it as text"):
        record(actor=None, verb="tests.done", target="study:s", shares=[{"share": fraction}])
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_sixteen_threads_that_write_at_once_leave_no_broken_link() -> None:
    def write() -> None:
        try:
            for number in range(5):
                record(actor=None, verb="tests.done", target="study:s", number=number)
        finally:
            connection.close()

    threads = [Thread(target=write) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verified()["events"] == 80
    assert first_broken_event() is None
    assert len(set(Event.objects.values_list("previous", flat=True))) == 80
