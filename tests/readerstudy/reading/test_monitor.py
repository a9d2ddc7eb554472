"""The monitor tells a coordinator how far the readers are, and nothing of how well they read."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertTemplateUsed

from readerstudy.accounts.models import Role, User
from readerstudy.reading.models import ReadingSession
from readerstudy.reading.services import set_qualified
from readerstudy.studies.models import Member, Study, TeamRole
from readerstudy.studies.services import move_clock, withdraw_reader
from tests.readerstudy.makers import MakeStudy
from tests.readerstudy.protocols import a_draft, a_phase, run_with
from tests.readerstudy.reader_client import ReaderClient
from tests.readerstudy.unpictured import a_person

Counting = Callable[[int], AbstractContextManager[Any]]
MONITOR = "/studies/s/monitor/"


@pytest.fixture
def desk(coordinator: User) -> ReaderClient:
    """The coordinator's browser."""
    return ReaderClient(coordinator)


def test_progress_and_pace_show_by_reader_code(
    study: Study, desk: ReaderClient, reader: ReaderClient, code: str
) -> None:
    reader.judge(code, 1, seconds=4)
    reader.judge(code, 2, seconds=9)
    page = desk.get(MONITOR)
    assertContains(page, "R01")
    assertContains(page, "2/6")
    assertContains(page, "6.5 s")
    assertContains(page, "0/6")


def test_the_monitor_is_the_same_whatever_the_readers_say(
    study: Study, desk: ReaderClient, reader: ReaderClient, colleague: ReaderClient
) -> None:
    one, other = reader.start().json()["code"], colleague.start().json()["code"]
    for position in (1, 2, 3):
        reader.judge(one, position, call="synthetic", confidence=100)
        colleague.judge(other, position, call="authentic", confidence=1)
    rows = re.findall(r"<tr>.*?</tr>", desk.get(MONITOR).text, re.DOTALL)[1:]
    assert len(rows) == 2
    assert rows[0].replace("R01", "R02") == rows[1]


def test_the_monitor_names_no_user_no_call_and_no_case(
    study: Study, desk: ReaderClient, reader: ReaderClient, code: str
) -> None:
    reader.judge(code, 1, call="synthetic", confidence=83)
    rows = desk.get(MONITOR, headers={"HX-Request": "true"})
    for word in (
        "synthetic",
        "authentic",
        "83",
        "colleague",
        *study.phases.get().cohort.cases.values_list("code", flat=True),
    ):
        assertNotContains(rows, word)


def test_htmx_gets_the_rows_alone(study: Study, desk: ReaderClient) -> None:
    whole, rows = desk.get(MONITOR), desk.get(MONITOR, headers={"HX-Request": "true"})
    assertTemplateUsed(whole, "reading/monitor.html")
    assertContains(whole, f'hx-get="{MONITOR}"')
    assertContains(whole, rows.text, html=True)
    assertNotContains(rows, "<html")


def test_a_study_without_readers_says_what_to_do(make_study: MakeStudy, desk: ReaderClient) -> None:
    make_study()
    assertContains(desk.get(MONITOR), "Nobody reads yet")


def test_the_monitor_is_the_coordinators_alone(study: Study, reader: ReaderClient, stranger: ReaderClient) -> None:
    assert reader.get(MONITOR).status_code == stranger.get(MONITOR).status_code == 404


def test_once_the_login_has_ended_the_rows_reload_the_page_rather_than_show_the_login(study: Study) -> None:
    response = Client().get(MONITOR, headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Refresh"], response.content) == (200, "true", b"")


def test_the_monitor_tells_arm_attempt_re_reads_pauses_and_the_display(
    coordinator: User, reader_user: User, colleague_user: User, desk: ReaderClient, reader: ReaderClient
) -> None:
    practice = a_phase("practice", purpose="practice", cohort="P", qualification_percent=90, attempts=2)
    phases = [practice, a_phase("first", reread_percent=50), a_phase("second", modality="again", washout_days=28)]
    order = ["practice", "first", "second"]
    run_with(a_draft(*phases, arms=[order, ["practice", "first"]]), reader_user, colleague_user)
    for passed in (False, True):
        code = str(reader.start().json()["code"])
        reader.read_on(code)
        set_qualified(session=ReadingSession.objects.get(code=code), passed=passed)
    reader.read_on(str(reader.start().json()["code"]))
    reader.check_display()
    page = re.sub(r"\s+", " ", desk.get(MONITOR).text)
    first, second = re.findall(r"<tr>.*?</tr>", page)[1:]
    assert "attempt 2" in first
    assert "re-reads 3/3" in first
    assert "display checked" in first
    assert "Not begun" in second
    assert "re-reads 0/3" in second
    assert ("not in this arm" in first) != ("not in this arm" in second)
    assert ("In a pause" in first) != ("not in this arm" in first)


def judged_alike(user: User, times: int, **said: Any) -> None:
    """Let a reader judge so many cases in the very same way."""
    browser = ReaderClient(user)
    code = str(browser.start().json()["code"])
    for position in range(1, times + 1):
        browser.judge(code, position, **said)


def test_signs_of_not_looking_stand_with_the_reader_and_above_all(
    make_study: MakeStudy, desk: ReaderClient, reader_user: User, colleague_user: User
) -> None:
    make_study(readers=[reader_user, colleague_user], consent=True, cases=16)
    judged_alike(reader_user, 16, call="synthetic", confidence=100, seconds=0.5)
    page = re.sub(r"\s+", " ", desk.get(MONITOR).text)
    assert "Same answer in a row: R01" in page
    assert "Very quick: R01" in page
    first, second = re.findall(r"<tr>.*?</tr>", page)[1:]
    assert "Same answer in a row" in first
    assert "Same answer" not in second
    assertContains(desk.get(MONITOR), "no verdict: ask the reader before you do anything")


def test_who_has_withdrawn_stands_there_and_counts_in_no_sum(
    study: Study, desk: ReaderClient, reader_user: User, colleague_user: User
) -> None:
    judged_alike(reader_user, 3)
    judged_alike(colleague_user, 2)
    withdraw_reader(reader=study.readers.get(user=colleague_user), reason="", actor=None)
    page = desk.get(MONITOR)
    assertContains(page, "Withdrawn")
    assertContains(page, "3 of 6")


def test_a_pause_counts_down_by_the_clock_of_the_study(
    coordinator: User, reader_user: User, desk: ReaderClient, reader: ReaderClient
) -> None:
    phases = [a_phase("first"), a_phase("second", modality="again", washout_days=28)]
    study = run_with(a_draft(*phases), reader_user)
    reader.read_on(str(reader.start().json()["code"]))
    assert re.search(r"(4\s|3\s)weeks", desk.get(MONITOR).text.replace("\xa0", " "))
    Study.objects.update(is_pilot=True)
    move_clock(study=study, by=timedelta(days=26), actor=None)
    assert re.search(r"(2|1) days?", desk.get(MONITOR).text.replace("\xa0", " "))


def test_what_came_in_lately_shows_until_the_phase_is_read(study: Study, desk: ReaderClient, reader_user: User) -> None:
    judged_alike(reader_user, 2)
    assertContains(desk.get(MONITOR), "2 in 7 days")
    ReaderClient(reader_user).read_on(ReadingSession.objects.get().code)
    assertNotContains(desk.get(MONITOR), "in 7 days")


@pytest.mark.parametrize("readers", [1, 12])
def test_the_number_of_queries_does_not_grow_with_readers_or_judgements(
    make_study: MakeStudy, coordinator: User, django_assert_num_queries: Counting, readers: int
) -> None:
    people = [a_person(f"reader-{number}") for number in range(readers)]
    make_study(readers=people, consent=True, practice=True)
    for one in people:
        judged_alike(one, 2)
    desk = ReaderClient(coordinator)
    with django_assert_num_queries(11):
        desk.get(MONITOR)


def test_a_monitor_sees_the_grid_and_no_button(study: Study) -> None:
    watcher = a_person("watcher", Role.OBSERVER)
    Member.objects.create(study=study, user=watcher, role=TeamRole.MONITOR)
    page = ReaderClient(watcher).get(MONITOR)
    assertContains(page, "R01")
    assertNotContains(page, "/studies/s/readers/remind/")
