"""The events about something can be filtered and taken away, as they are or harmless to a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from readerstudy.accounts.models import User
from readerstudy.audit import trail
from readerstudy.audit.models import Event
from readerstudy.audit.services import record
from readerstudy.audit.spreadsheets import harmless
from readerstudy.audit.trail import NOBODY, Filter, actors_about, as_csv, as_json, events_about, verbs_about

STUDY = ["study:s"]


@pytest.fixture
def events(coordinator: User, reader_user: User) -> list[Event]:
    """Three events about a study, by three actors, and one about another."""
    return [
        record(actor=coordinator, verb="studies.locked", target="study:s", reason="=HYPERLINK(1)"),
        record(actor=reader_user, verb="studies.consented", target="study:s"),
        record(actor=None, verb="studies.closed", target="study:s"),
        record(actor=coordinator, verb="studies.closed", target="study:other"),
    ]


def name(actor: int | None) -> str:
    return "" if actor is None else f"=user {actor}"


def verbs(chosen: Filter) -> list[str]:
    return [event.verb for event in events_about(STUDY, chosen)]


def test_the_newest_event_comes_first_and_those_about_others_stay_out(events: list[Event]) -> None:
    assert list(events_about(STUDY)) == [events[2], events[1], events[0]]
    assert events_about([*STUDY, "study:other"])[0] == events[3]


def test_events_are_chosen_by_actor_verb_and_day(events: list[Event], coordinator: User) -> None:
    today = timezone.now().date()
    assert verbs(Filter(actor=str(coordinator.pk))) == ["studies.locked"]
    assert verbs(Filter(actor=NOBODY)) == ["studies.closed"]
    assert verbs(Filter(verb="studies.consented")) == ["studies.consented"]
    assert len(verbs(Filter(since=today, until=today))) == 3
    assert verbs(Filter(since=today + timedelta(days=1))) == verbs(Filter(until=today - timedelta(days=1))) == []


def test_the_last_day_counts_to_its_midnight(events: list[Event]) -> None:
    assert trail._midnight(date(2026, 3, 24)).isoformat() == "2026-03-24T00:00:00+00:00"
    day = events[0].at.date()
    assert events_about(STUDY, Filter(until=day)).count() == 3


def test_what_can_be_chosen_is_what_occurs(events: list[Event], coordinator: User, reader_user: User) -> None:
    assert verbs_about(STUDY) == ["studies.closed", "studies.consented", "studies.locked"]
    assert actors_about(STUDY) == {None, coordinator.pk, reader_user.pk}
    assert verbs_about(["study:nowhere"]) == []


def test_a_spreadsheet_takes_no_cell_of_the_table_for_a_formula(events: list[Event]) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(events, name))))
    assert [row["verb"] for row in rows] == [event.verb for event in events]
    assert rows[0]["actor"].startswith("'=user")
    assert json.loads(rows[0]["detail"]) == {"reason": "=HYPERLINK(1)"}
    assert rows[2]["actor"] == rows[2]["actor_id"] == ""


def test_what_machines_get_is_as_it_was_and_gives_the_digest_again(events: list[Event]) -> None:
    rows = json.loads(as_json(events, name))
    assert rows[0]["actor"].startswith("=user")
    for row in rows:
        said = [row[key] for key in ("previous", "at", "actor_id", "verb", "target", "detail")]
        text = json.dumps(said, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == row["digest"]


@given(st.text())
def test_no_text_begins_like_a_formula_for_a_spreadsheet_and_nothing_is_lost(text: str) -> None:
    cell = harmless(text)
    assert not cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert cell.removeprefix("'") == text.removeprefix("'")


@pytest.mark.parametrize("cell", [-5, 0.5, None, True])
def test_numbers_stay_numbers(cell: object) -> None:
    assert harmless(cell) is cell
