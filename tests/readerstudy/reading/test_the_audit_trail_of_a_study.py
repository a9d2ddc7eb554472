"""The audit trail of a study shows its team what was done, by whom and when, and tells no reader's name."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import connection
from pytest_django.asserts import assertContains, assertNotContains

from readerstudy.accounts.models import Role, User
from readerstudy.audit.models import Event
from readerstudy.audit.services import record
from readerstudy.studies.models import Member, Study, TeamRole
from tests.readerstudy.makers import MakeStudy
from tests.readerstudy.reader_client import ReaderClient
from tests.readerstudy.unpictured import a_person

Counting = Callable[[int], AbstractContextManager[object]]
TRAIL = "/studies/s/audit/"


@pytest.fixture
def desk(coordinator: User) -> ReaderClient:
    """The coordinator's browser."""
    return ReaderClient(coordinator)


def told(page: str) -> list[str]:
    """Give the verbs of the rows, in their order."""
    return re.findall(r"<td><code>([\w.]+)</code></td>", page)


def test_events_of_the_study_its_sessions_and_its_cohorts_show_newest_first(
    study: Study, desk: ReaderClient, reader: ReaderClient, code: str
) -> None:
    reader.read_on(code)
    verbs = told(desk.get(TRAIL).text)
    assert verbs[:2] == ["reading.finished", "reading.started"]
    assert {"studies.created", "studies.locked", "studies.consented", "truth.sealed"} <= set(verbs)


def test_events_of_other_studies_do_not_show(study: Study, make_study: MakeStudy, desk: ReaderClient) -> None:
    record(actor=None, verb="tests.elsewhere", target=f"study:{make_study('other').slug}")
    assertNotContains(desk.get(TRAIL), "tests.elsewhere")


def test_readers_go_by_their_code_in_page_and_files(study: Study, desk: ReaderClient, colleague_user: User) -> None:
    User.objects.filter(pk=colleague_user.pk).update(username="zyx-colleague")
    for path in (TRAIL, f"{TRAIL}trail.csv", f"{TRAIL}trail.json"):
        page = desk.get(path)
        assertContains(page, "R02")
        assertNotContains(page, "zyx-colleague")


def test_events_are_filtered_by_person_act_and_day(study: Study, desk: ReaderClient, reader_user: User) -> None:
    own = desk.get(TRAIL, {"actor": reader_user.pk})
    assert told(own.text) == ["studies.consented", "studies.reader_joined"]
    assert set(told(desk.get(TRAIL, {"verb": "studies.locked"}).text)) == {"studies.locked"}
    assertContains(desk.get(TRAIL, {"since": "2999-01-01"}), "No event fits")
    assert told(desk.get(TRAIL, {"actor": "nobody", "verb": "studies.locked", "until": "2999-01-01"}).text)


@pytest.mark.parametrize("query", [{"actor": "99999"}, {"actor": "x' OR 1"}, {"verb": "other"}, {"since": "yesterday"}])
def test_a_filter_that_does_not_fit_says_so_and_hides_nothing(
    study: Study, desk: ReaderClient, query: dict[str, str]
) -> None:
    page = desk.get(TRAIL, query)
    assertContains(page, "errorlist")
    assert len(told(page.text)) > 5


def test_long_trails_come_in_pages_that_keep_the_filter(
    study: Study, desk: ReaderClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readerstudy.reading.trail_views.EVENTS_PER_PAGE", 1)
    page = desk.get(TRAIL, {"verb": "studies.consented"})
    assertContains(page, "?verb=studies.consented&amp;page=2")
    assert told(desk.get(TRAIL, {"verb": "studies.consented", "page": "2"}).text) == ["studies.consented"]


def test_the_files_hold_what_the_filter_shows_oldest_first(study: Study, desk: ReaderClient) -> None:
    answer = desk.get(f"{TRAIL}trail.csv", {"verb": "studies.consented"})
    assert answer["Content-Disposition"] == 'attachment; filename="s-audit.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["actor"] for row in rows] == ["R01", "R02"]
    assert [row["actor"] for row in json.loads(desk.get(f"{TRAIL}trail.json?verb=studies.consented").text)] == [
        "R01", "R02",
    ]  # fmt: skip
    assert desk.get(f"{TRAIL}trail.xlsx").status_code == 404


def test_a_reason_that_looks_like_a_formula_reaches_no_spreadsheet_as_one(study: Study, desk: ReaderClient) -> None:
    record(actor=None, verb="=tests.formula", target="study:s")
    rows = list(csv.reader(io.StringIO(desk.get(f"{TRAIL}trail.csv").text)))
    assert "'=tests.formula" in rows[-1]


def test_the_chain_is_checked_when_asked_and_its_head_stands_there(study: Study, desk: ReaderClient) -> None:
    head = Event.objects.latest("pk").digest
    page = desk.get(TRAIL)
    assertContains(page, head)
    assertNotContains(page, "in their places")
    assertContains(desk.get(TRAIL, {"check": "1"}), f"All {Event.objects.count()} events are in their places")


def test_a_broken_chain_is_told_with_the_event_that_breaks_it(study: Study, desk: ReaderClient) -> None:
    event = Event.objects.order_by("pk")[3]
    with connection.cursor() as cursor:
        on_table = "" if connection.vendor == "sqlite" else " ON audit_event"
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"DROP TRIGGER audit_event_no_update{on_table}")
        cursor.execute("UPDATE audit_event SET verb = 'other.verb' WHERE id = %s", [event.pk])
    assertContains(desk.get(TRAIL, {"check": "1"}), f"The chain breaks at event {event.pk}")


@pytest.mark.parametrize("role", list(TeamRole))
def test_the_whole_team_may_follow_the_trail(study: Study, role: TeamRole) -> None:
    account = Role.COORDINATOR if role == TeamRole.COORDINATOR else Role.OBSERVER
    Member.objects.create(study=study, user=a_person("member", account), role=role)
    assertContains(ReaderClient(User.objects.get(username="member")).get(TRAIL), "Audit trail of this study")


def test_nobody_else_may(study: Study, reader: ReaderClient, stranger: ReaderClient) -> None:
    assert {client.get(TRAIL).status_code for client in (reader, stranger)} == {404}


def test_the_number_of_queries_does_not_grow_with_the_trail(
    study: Study, desk: ReaderClient, django_assert_num_queries: Counting
) -> None:
    for number in range(150):
        record(actor=None, verb="tests.done", target="study:s", number=number)
    with django_assert_num_queries(13):
        desk.get(TRAIL)


def test_sessions_and_cohorts_go_by_names_that_people_know_and_digests_are_cut(
    study: Study, desk: ReaderClient, reader: ReaderClient, code: str
) -> None:
    reader.read_on(code)
    page = desk.get(TRAIL)
    assertContains(page, "R01, phase-1")
    assertContains(page, "the cohort s-cases")
    consent = Event.objects.filter(verb="studies.consented").latest("pk").detail["text"]
    assertContains(page, f'title="{consent}"')
    assertContains(page, f"{consent[:12]}…")


def test_digests_within_a_longer_detail_are_cut_too(study: Study, desk: ReaderClient) -> None:
    digest = "0123456789abcdef" * 4
    record(actor=None, verb="tests.done", target="study:s", cohorts={"s-cases": {"truth": digest}})
    rows = re.findall(r'<span title="[^"]*"><b>cohorts</b> (.*?)</span>', desk.get(TRAIL).content.decode())
    assert "0123456789ab…" in rows[0]
    assert digest not in rows[0]
