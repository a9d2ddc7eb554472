"""The questions at the end of a phase are answered exactly once, and the answers finish it."""

from __future__ import annotations

from typing import Any

import pytest

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.reading.models import Draft, PhaseAnswers, ReadingSession
from tests.readerstudy.protocols import CALL, a_draft, a_phase, run_with
from tests.readerstudy.reader_client import ReaderClient

KEY = "7f0c3ac0-95a6-4a53-9e8d-2a2d8f3f7a11"
ODD = {"name": "odd", "kind": "open", "text": "Anything odd?", "asked": "end"}
HARD = {"name": "hard", "kind": "quality", "text": "How hard?", "options": ["easy", "hard"], "asked": "end"}
LAST = {"name": "last", "kind": "open", "text": "Anything else?", "asked": "end", "required": False}
ANSWERS = {"odd": "the grain", "hard": 2}


@pytest.fixture
def code(reader_user: User, reader: ReaderClient) -> str:
    """A session whose phase asks three questions at its end."""
    run_with(a_draft(a_phase(questions=[CALL, ODD, HARD, LAST]), cases=4), reader_user)
    return str(reader.start().json()["code"])


def test_they_are_told_and_asked_after_the_last_case_and_not_before(code: str, reader: ReaderClient) -> None:
    state = reader.state(code)
    assert [one["name"] for one in state["phase"]["questions"]] == ["call"]
    assert state["phase"]["end_questions"] == []
    state = reader.read_on(code)
    assert [one["name"] for one in state["phase"]["end_questions"]] == ["odd", "hard", "last"]
    assert (state["stage"], state["finished"], state["readings"]) == ("end-questions", False, [])
    assert ReadingSession.objects.get().finished_at is None


def test_the_answers_are_stored_and_finish_the_session(code: str, reader: ReaderClient) -> None:
    reader.read_on(code)
    answer = reader.end(code, ANSWERS)
    assert answer.status_code == 201
    assert (answer.json()["stage"], answer.json()["finished"]) == ("finished", True)
    assert PhaseAnswers.objects.get().answers == ANSWERS
    assert ReadingSession.objects.get().finished_at is not None
    assert Event.objects.filter(verb="reading.finished").count() == 1


def test_what_was_entered_so_far_is_kept_and_comes_back_on_any_computer(code: str, reader: ReaderClient) -> None:
    assert reader.read_on(code)["end_draft"] is None
    half = {"answers": {"odd": "the gra"}}
    assert reader.draft(code, 0, half, seconds=0).json() == {"version": 1}
    assert reader.state(code)["end_draft"] == {"body": half, "seconds": 0, "version": 1}
    assert reader.draft(code, 0, {"answers": {}}, version=0).json()["draft"]["body"] == half
    assert reader.draft(code, 0, {"answers": ANSWERS}, version=1).json() == {"version": 2}


def test_the_answers_take_their_draft_away(code: str, reader: ReaderClient) -> None:
    reader.read_on(code)
    reader.draft(code, 0, {"answers": ANSWERS})
    assert reader.end(code, ANSWERS).json()["end_draft"] is None
    assert not Draft.objects.exists()
    assert reader.draft(code, 0, {"answers": {}}).status_code == 409


def test_a_draft_of_the_end_is_not_told_while_a_case_is_open_again(code: str, reader: ReaderClient) -> None:
    reader.read_on(code)
    reader.draft(code, 0, {"answers": ANSWERS})
    reader.reopen(code, 4)
    assert reader.state(code)["end_draft"] is None
    assert reader.draft(code, 0, {"answers": {}}, version=1).status_code == 409
    reader.leave(code, 4)
    assert reader.state(code)["end_draft"]["body"] == {"answers": ANSWERS}


def test_a_replay_is_acknowledged_and_stores_nothing(code: str, reader: ReaderClient) -> None:
    reader.read_on(code)
    first, again = (reader.end(code, ANSWERS, key=KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["stage"] == again.json()["stage"] == "finished"
    assert PhaseAnswers.objects.count() == 1


def test_other_answers_under_the_same_key_are_refused(code: str, reader: ReaderClient) -> None:
    reader.read_on(code)
    reader.end(code, ANSWERS, key=KEY)
    assert reader.end(code, {**ANSWERS, "hard": 1}, key=KEY).status_code == 422
    assert PhaseAnswers.objects.get().answers == ANSWERS


def test_a_second_window_hears_that_they_were_answered(code: str, reader: ReaderClient) -> None:
    reader.read_on(code)
    reader.end(code, ANSWERS)
    answer = reader.end(code, {**ANSWERS, "odd": "nothing"})
    assert answer.status_code == 409
    assert answer.json()["session"]["stage"] == "finished"
    assert PhaseAnswers.objects.get().answers == ANSWERS


def test_before_the_last_case_there_is_nothing_to_answer(code: str, reader: ReaderClient) -> None:
    reader.read_on(code, at_most=2)
    assert reader.end(code, ANSWERS).status_code == 409
    assert not PhaseAnswers.objects.exists()


@pytest.mark.parametrize(
    "answers",
    [{}, {"odd": "x"}, {"odd": "", "hard": 1}, {"odd": "x", "hard": 3}, {**ANSWERS, "call": "synthetic"}, {"odd": 1}],
)
def test_what_does_not_answer_them_is_refused_and_can_be_mended(
    code: str, reader: ReaderClient, answers: dict[str, Any]
) -> None:
    reader.read_on(code)
    answer = reader.end(code, answers)
    assert answer.status_code == 400
    assert list(answer.json()) == ["answers"]
    assert reader.end(code, ANSWERS).status_code == 201


def test_nobody_else_answers_them(code: str, reader: ReaderClient, stranger: ReaderClient) -> None:
    reader.read_on(code)
    assert stranger.end(code, ANSWERS).status_code == 404


def test_a_phase_without_such_questions_ends_with_its_last_case(reader_user: User, reader: ReaderClient) -> None:
    run_with(a_draft(a_phase(), cases=2), reader_user)
    code = reader.start().json()["code"]
    assert reader.read_on(code)["stage"] == "finished"
    assert reader.end(code, {}).status_code == 409
