"""Without room on the disk, or without the database, everybody is told so in words; nothing is said to be stored."""

from __future__ import annotations

import errno
import html
import json
import sys
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory

from readerstudy import outages
from readerstudy.accounts.models import User
from readerstudy.reading.models import Judgement
from tests.readerstudy.reader_client import ReaderClient
from tests.readerstudy.unpictured import an_unpictured_study

pytestmark = pytest.mark.django_db(transaction=True)
MakeRoom = Callable[[], None]
CASES = 60

REFUSE = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON reading_judgement FOR EACH STATEMENT EXECUTE FUNCTION no_room()
"""


def fill_sqlite() -> MakeRoom:
    """Let SQLite's own limit be the end of the disk, and fill what is left below it."""
    run("CREATE TABLE ballast (bytes BLOB)")
    pages, limit = ask("PRAGMA page_count"), ask("PRAGMA max_page_count")
    run(f"PRAGMA max_page_count = {pages + 5}")
    for size in (100_000, 10_000, 1_000, 100, 10):
        with pytest.raises(OperationalError, match="full"):
            fill(size)

    def make_room() -> None:
        run(f"PRAGMA max_page_count = {limit}")
        run("DROP TABLE ballast")

    return make_room


def fill(size: int) -> None:
    while True:
        run(f"INSERT INTO ballast VALUES (zeroblob({size}))")  # noqa: S608 - numbers of this file


def fill_postgresql() -> MakeRoom:
    """Let PostgreSQL say what it says on a full disk."""
    run(REFUSE)
    return lambda: run("DROP TRIGGER no_room ON reading_judgement; DROP FUNCTION no_room")


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def ask(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


@pytest.fixture
def full_disk() -> Iterator[Callable[[], MakeRoom]]:
    """Give the function that fills the disk, and see that there is room again afterwards."""
    made: list[MakeRoom] = []

    def fill_up() -> MakeRoom:
        make_room = {"sqlite": fill_sqlite, "postgresql": fill_postgresql}[connection.vendor]()
        made.append(make_room)

        def once() -> None:
            made.remove(make_room)
            make_room()

        return once

    yield fill_up
    for make_room in made:
        make_room()


def judged_until_refused(browser: ReaderClient, code: str, key: str) -> tuple[int, Any]:
    """Judge until the server refuses: rows go on fitting for a while into pages that it has."""
    for position in range(1, CASES + 1):
        answer = browser.judge(code, position, key=f"{key}{position:02d}")
        if answer.status_code != 201:
            return position, answer
    raise AssertionError("every judgement found room")


def test_on_a_full_disk_a_judgement_is_stored_or_refused_with_words_and_taken_once_there_is_room(
    reader_user: User, full_disk: Callable[[], MakeRoom]
) -> None:
    an_unpictured_study(readers=[reader_user], consent=True, cases=CASES)
    browser, key = ReaderClient(reader_user, raise_request_exception=False), str(uuid.uuid4())[:-2]
    code = browser.start().json()["code"]
    make_room = full_disk()
    position, refused = judged_until_refused(browser, code, key)
    assert (refused.status_code, refused["Content-Type"]) == (503, "application/json")
    assert int(refused["Retry-After"]) > 0
    words = json.loads(refused.content)["detail"]
    assert words.startswith("The server's disk is full")
    assert "Nothing you entered is lost" in words
    assert Judgement.objects.count() == position - 1
    make_room()
    assert browser.judge(code, position, key=f"{key}{position:02d}").status_code == 201
    assert Judgement.objects.count() == position


def test_a_page_without_its_database_says_so_without_asking_the_database(reader_user: User) -> None:
    browser = ReaderClient(reader_user, raise_request_exception=False)
    with connection.execute_wrapper(_nobody_answers):
        pages = [browser.get(path) for path in ("/", "/reading/", "/studies/s/monitor/")]
    for page in pages:
        assert (page.status_code, page["Content-Type"]) == (503, "text/html; charset=utf-8")
        assert "The server cannot reach its database just now." in html.unescape(page.content.decode())
        assert "Traceback" not in page.content.decode()


def _nobody_answers(*_: object) -> None:
    """Say what psycopg says when nobody answers: an operational error without a code."""
    raise OperationalError("connection to server failed: Connection refused")


def test_an_answer_in_words_is_kept_by_nobody(db: None) -> None:
    with connection.execute_wrapper(_nobody_answers):
        answer = Client(raise_request_exception=False).get("/studies/join/l-nobody/")
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Security-Policy"]


def answer_to(error: Exception, path: str = "/api/v1/studies/") -> HttpResponse:
    try:
        raise error
    except Exception:
        assert sys.exc_info()[1] is error
        return outages.answer(RequestFactory().get(path))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_file_that_finds_no_room_is_told_like_a_full_database(number: int) -> None:
    answer = answer_to(OSError(number, "no room"))
    assert answer.status_code == 503
    assert b"disk is full" in answer.content


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOENT, "no such file"), ValueError("a mistake of ours"), RuntimeError("disk is full")]
)
def test_a_mistake_of_ours_stays_one(error: Exception) -> None:
    assert answer_to(error).status_code == 500


def test_a_connection_that_broke_is_no_mistake_of_ours() -> None:
    assert answer_to(InterfaceError("connection already closed")).status_code == 503


def test_a_wrong_question_to_the_database_is_a_mistake_of_ours(db: None) -> None:
    wrong = "SELECT nothing_of_that_name FROM audit_event"
    with pytest.raises(Exception, match="nothing_of_that_name") as caught, transaction.atomic():
        run(wrong)
    assert answer_to(caught.value).status_code == 500
