"""A reader who takes a judgement back at the very moment of asking for the answer gets one of the two, never both."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
import requests
from pytest_django.live_server_helper import LiveServer

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.detectors.models import AidShown
from readerstudy.training.models import FeedbackShown
from tests.readerstudy.detectors.conftest import an_aided_draft
from tests.readerstudy.protocols import a_draft, a_phase, run_with
from tests.readerstudy.reader_client import ReaderClient

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(server: LiveServer, client: ReaderClient, *asked: tuple[str, str]) -> list[int]:
    """Ask for all of these at the same moment, each from a window of its own, and give the statuses."""
    together, cookie = Barrier(len(asked)), client.cookies["sessionid"].value

    def ask(what: tuple[str, str]) -> int:
        window = requests.Session()
        window.trust_env = False
        window.cookies.update({"sessionid": cookie, "csrftoken": "c" * 32})
        together.wait()
        method, path = what
        return window.request(method, server.url + path, headers={"X-CSRFToken": "c" * 32}, timeout=30).status_code

    with ThreadPoolExecutor(len(asked)) as windows:
        return list(windows.map(ask, asked))


def of_session(code: str) -> Callable[[int, str], str]:
    return lambda position, what: f"/api/v1/sessions/{code}/readings/{position}/{what}/"


def test_an_answer_and_a_change_never_both(live_server: LiveServer, reader_user: User, reader: ReaderClient) -> None:
    run_with(a_draft(a_phase(purpose="practice", feedback="after-each"), cases=12), reader_user)
    code = reader.start().json()["code"]
    where = of_session(code)
    for position in range(1, 9):
        reader.judge(code, position)
        answers = at_once(
            live_server, reader, ("GET", where(position, "feedback")), ("POST", where(position, "reopen"))
        )
        assert sorted(answers) in ([200, 404], [200, 409]), position
        told = FeedbackShown.objects.filter(reading__position=position).exists()
        assert told == (answers[0] == 200)
        if not told:
            reader.judge(code, position)


def test_aid_and_a_change_of_the_own_judgement_never_both(
    live_server: LiveServer, reader_user: User, reader: ReaderClient, tmp_path: Path
) -> None:
    run_with(an_aided_draft(tmp_path, aid="sequential"), reader_user)
    code = reader.start().json()["code"]
    where = of_session(code)
    for own in range(1, 12, 2):
        reader.judge(code, own)
        answers = at_once(live_server, reader, ("GET", where(own + 1, "aid")), ("POST", where(own, "reopen")))
        assert sorted(answers) in ([200, 404], [200, 409]), own
        assert AidShown.objects.filter(reading__position=own + 1).exists() == (answers[0] == 200)
        if answers[1] == 200:
            reader.judge(code, own)
        reader.judge(code, own + 1)


def test_a_qualification_asked_for_many_times_at_once_is_judged_once(
    live_server: LiveServer, reader_user: User, reader: ReaderClient
) -> None:
    run_with(a_draft(a_phase(purpose="practice", qualification_percent=1)), reader_user)
    code = reader.start().json()["code"]
    reader.read_on(code)
    asked = ("POST", f"/api/v1/sessions/{code}/qualification/")
    assert at_once(live_server, reader, *[asked] * 4) == [200] * 4
    assert Event.objects.filter(verb="training.qualification_judged").count() == 1
