"""The last judgement ends a session; the next phase waits, or the study is done."""

from __future__ import annotations

import uuid

import pytest

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.reading.models import ReadingSession
from readerstudy.studies.models import Study
from tests.readerstudy.makers import MakeStudy
from tests.readerstudy.reader_client import ReaderClient


def test_the_last_judgement_finishes_the_session(study: Study, reader: ReaderClient, code: str) -> None:
    almost = reader.read_on(code, at_most=5)
    assert (almost["done"], almost["finished"], len(almost["readings"])) == (5, False, 1)
    assert ReadingSession.objects.get().finished_at is None
    state = reader.read_on(code)
    assert (state["done"], state["finished"], state["next_session"], state["readings"]) == (6, True, False, [])
    assert ReadingSession.objects.get().finished_at is not None
    assert Event.objects.filter(verb="reading.finished").count() == 1


def test_a_finished_session_takes_no_more_judgements(study: Study, reader: ReaderClient, code: str) -> None:
    reader.read_on(code)
    for position in (1, 6, 7):
        answer = reader.judge(code, position)
        assert answer.status_code == 409
        assert answer.json()["session"]["finished"] is True


def test_the_last_judgement_can_be_replayed(study: Study, reader: ReaderClient, code: str) -> None:
    reader.read_on(code, at_most=5)
    key = str(uuid.uuid4())
    first, second = reader.judge(code, 6, key=key), reader.judge(code, 6, key=key)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.content == second.content
    assert Event.objects.filter(verb="reading.finished").count() == 1


def test_after_the_last_phase_there_is_nothing_more_to_start(study: Study, reader: ReaderClient, code: str) -> None:
    reader.read_on(code)
    answer = reader.start()
    assert answer.status_code == 409
    assert "every case" in answer.json()["detail"]
    assert ReadingSession.objects.count() == 1


def test_the_next_phase_follows_the_practice(make_study: MakeStudy, reader_user: User, reader: ReaderClient) -> None:
    make_study(practice=True, readers=[reader_user], consent=True)
    practice = reader.start().json()
    assert (practice["phase"]["name"], practice["cases"], practice["next_session"]) == ("practice", 2, False)
    assert reader.read_on(practice["code"])["next_session"] is True
    following = reader.start()
    assert following.status_code == 201
    state = following.json()
    assert (state["phase"]["name"], state["cases"], state["done"]) == ("phase-1", 6, 0)
    assert state["code"] != practice["code"]
    assert reader.read_on(state["code"])["next_session"] is False


@pytest.mark.parametrize(
    ("at_most", "state"), [(0, "start"), (1, "resume"), (2, "resume"), (None, "finished")]
)  # fmt: skip
def test_the_list_of_studies_says_what_comes_next(
    study: Study, reader: ReaderClient, code: str, at_most: int | None, state: str
) -> None:
    reader.read_on(code, at_most=at_most)
    listed = {"slug": "s", "title": "s", "reader": "R01", "state": state, "opens_at": None}
    assert reader.get("/api/v1/studies/").json() == [listed]
