"""A judgement may be opened again in its time: it stands until a revision supersedes it, and nothing is ever edited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.reading.models import Draft, Judgement, Mark, Reading, ReadingSession
from readerstudy.reading.services import seal_reading
from readerstudy.studies.services import close_study
from tests.readerstudy.protocols import CALL, a_draft, a_phase, run_with
from tests.readerstudy.reader_client import ReaderClient

ODD = {"name": "odd", "kind": "open", "text": "Anything odd?", "asked": "end"}
MARKS = {"name": "marks", "kind": "marks", "text": "Where?", "required": False, "tools": ["point"]}
POINT = {"question": "marks", "kind": "point", "points": [[0.25, 0.5]], "reason": ""}

Begin = Callable[..., str]
Pass = Callable[[int], None]


@pytest.fixture
def begin(reader_user: User, reader: ReaderClient) -> Begin:
    """Give the function that starts a session of a phase with these settings."""

    def start(**settings: Any) -> str:
        run_with(a_draft(a_phase(**settings)), reader_user)
        return str(reader.start().json()["code"])

    return start


@pytest.fixture
def let_pass(monkeypatch: pytest.MonkeyPatch) -> Pass:
    """Give the function that moves the clock of the machine on."""
    real = timezone.now

    def move(seconds: int) -> None:
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(seconds=seconds))

    return move


def test_the_last_judgement_can_be_undone_and_sent_anew(begin: Begin, reader: ReaderClient) -> None:
    code = begin(questions=[CALL, MARKS])
    reader.judge(code, 1, call="authentic", confidence=30, marks=[POINT])
    state = reader.reopen(code, 1).json()
    assert (state["reopened"], state["done"], state["undo"]) == (True, 1, None)
    first, *ahead = state["readings"]
    assert first["position"] == 1
    assert first["previous"] == {"revision": 1, "call": "authentic", "confidence": 30, "answers": {}, "marks": [POINT]}
    assert [(one["position"], one["previous"]) for one in ahead] == [(2, None), (3, None), (4, None)]
    answer = reader.judge(code, 1, confidence=90).json()
    assert answer["judgement"]["revision"] == 2
    assert (answer["session"]["reopened"], answer["session"]["readings"][0]["position"]) == (False, 2)
    kept = Judgement.objects.order_by("revision").values_list("call", "confidence")
    assert list(kept) == [("authentic", 30), ("synthetic", 90)]
    assert Mark.objects.get().judgement.revision == 1


def test_until_the_revision_is_sent_the_judgement_stands(begin: Begin, reader: ReaderClient) -> None:
    code = begin()
    reader.judge(code, 1)
    reader.reopen(code, 1)
    again = ReaderClient(User.objects.get(username="reader")).start().json()
    assert (again["reopened"], again["readings"][0]["position"]) == (True, 1)
    assert reader.judge(code, 2).status_code == 409
    assert Judgement.objects.get().revision == 1


def test_opening_again_is_audited_and_asking_twice_counts_once(begin: Begin, reader: ReaderClient) -> None:
    code = begin()
    reader.judge(code, 1)
    assert [reader.reopen(code, 1).status_code for _ in range(2)] == [200, 200]
    event = Event.objects.get(verb="reading.reopened")
    assert (event.target, event.detail) == (f"session:{code}", {"position": 1})


def test_leaving_it_as_it_was_goes_on_and_adds_nothing(begin: Begin, reader: ReaderClient) -> None:
    code = begin()
    reader.judge(code, 1)
    before = reader.state(code)
    reader.reopen(code, 1)
    reader.draft(code, 1, {"call": "authentic"})
    after = reader.leave(code, 1).json()
    assert (after["reopened"], after["readings"]) == (False, before["readings"])
    assert reader.leave(code, 1).json()["readings"] == before["readings"]
    assert not Draft.objects.exists()
    assert Judgement.objects.count() == 1


def test_the_state_counts_the_seconds_down_and_then_offers_no_undo(
    begin: Begin, reader: ReaderClient, let_pass: Pass
) -> None:
    code = begin(undo_seconds=40)
    assert reader.state(code)["undo"] is None
    offered = reader.judge(code, 1).json()["session"]["undo"]
    assert offered["position"] == 1
    assert 35 <= offered["seconds_left"] <= 40
    let_pass(30)
    assert 5 <= reader.state(code)["undo"]["seconds_left"] <= 10
    let_pass(40)
    assert reader.state(code)["undo"] is None


def test_after_the_window_it_is_too_late(begin: Begin, reader: ReaderClient, let_pass: Pass) -> None:
    code = begin(undo_seconds=40)
    reader.judge(code, 1)
    let_pass(41)
    answer = reader.reopen(code, 1)
    assert answer.status_code == 409
    assert "cannot be changed any more" in answer.json()["detail"]
    assert answer.json()["session"]["readings"][0]["position"] == 2


@pytest.mark.parametrize("position", [0, 1, 3, 4, 7, 10**30])
def test_undo_is_for_the_last_judgement_alone(begin: Begin, reader: ReaderClient, position: int) -> None:
    code = begin()
    reader.read_on(code, at_most=2)
    assert reader.reopen(code, position).status_code in (404, 409)
    assert reader.reopen(code, 2).status_code == 200


def test_a_purpose_blinded_phase_knows_no_undo(begin: Begin, reader: ReaderClient) -> None:
    quality = {"name": "quality", "kind": "quality", "text": "How good?", "options": ["Poor", "Good"]}
    code = begin(purpose="purpose-blinded", undo_seconds=0, questions=[quality])
    state = reader.judge(code, 1, call=None, confidence=None, answers={"quality": 1}).json()["session"]
    assert (state["undo"], state["phase"]["undo_seconds"], state["earlier"]) == (None, 0, [])
    assert reader.reopen(code, 1).status_code == 409


def test_the_last_judgement_of_a_phase_can_be_undone_and_finishes_it_again(begin: Begin, reader: ReaderClient) -> None:
    code = begin()
    assert reader.read_on(code)["stage"] == "finished"
    state = reader.reopen(code, 6).json()
    assert (state["stage"], state["finished"], state["readings"][0]["position"]) == ("reading", False, 6)
    assert reader.start().json()["code"] == code
    assert reader.judge(code, 6).json()["session"]["finished"]
    assert ReadingSession.objects.get().finished_at is not None
    reader.reopen(code, 6)
    assert reader.leave(code, 6).json()["finished"]


def test_once_the_next_phase_is_begun_the_one_before_is_closed(reader_user: User, reader: ReaderClient) -> None:
    run_with(a_draft(a_phase("one"), a_phase("two", cohort="B")), reader_user)
    first = reader.start().json()["code"]
    reader.read_on(first)
    reader.start()
    assert reader.state(first)["undo"] is None
    assert reader.reopen(first, 6).status_code == 409


def test_before_the_questions_at_the_end_the_last_case_can_be_undone_and_after_them_not(
    begin: Begin, reader: ReaderClient
) -> None:
    code = begin(questions=[CALL, ODD])
    assert reader.read_on(code)["stage"] == "end-questions"
    assert reader.reopen(code, 6).json()["stage"] == "reading"
    assert reader.end(code, {"odd": "no"}).status_code == 409
    assert reader.leave(code, 6).json()["stage"] == "end-questions"
    assert reader.end(code, {"odd": "no"}).status_code == 201
    assert reader.reopen(code, 6).status_code == 409


def test_where_it_is_allowed_every_earlier_case_is_revisited(
    begin: Begin, reader: ReaderClient, let_pass: Pass
) -> None:
    code = begin(revisit=True, undo_seconds=0)
    assert reader.read_on(code, at_most=4)["earlier"] == [1, 2, 3, 4]
    let_pass(3600)
    state = reader.reopen(code, 2).json()
    assert (state["readings"][0]["position"], state["done"], state["earlier"]) == (2, 4, [1, 3, 4])
    assert reader.reopen(code, 3).json()["readings"][0]["position"] == 3
    assert reader.judge(code, 3, confidence=11).json()["session"]["readings"][0]["position"] == 5
    assert reader.reopen(code, 5).status_code == 409
    revisions = Judgement.objects.values_list("reading__position", "revision", "confidence")
    assert sorted(revisions) == [(1, 1, 70), (2, 1, 70), (3, 1, 70), (3, 2, 11), (4, 1, 70)]


def test_revisiting_ends_with_the_phase(begin: Begin, reader: ReaderClient) -> None:
    code = begin(revisit=True, undo_seconds=0)
    assert reader.read_on(code)["earlier"] == []
    assert reader.reopen(code, 1).status_code == 409


def test_a_case_of_which_something_was_told_stays_as_it_is(begin: Begin, reader: ReaderClient) -> None:
    code = begin(revisit=True)
    reader.read_on(code, at_most=3)
    seal_reading(reading=Reading.objects.get(session__code=code, position=3))
    state = reader.state(code)
    assert (state["earlier"], state["undo"]) == ([1, 2], None)
    assert reader.reopen(code, 3).status_code == 409
    assert reader.reopen(code, 2).status_code == 200


def test_sealing_closes_every_earlier_reading_of_the_case_and_no_other(begin: Begin, reader: ReaderClient) -> None:
    code = begin(revisit=True, reread_percent=50)
    readings = Reading.objects.filter(session__code=code)
    again = readings.filter(reread=1).order_by("position")[0]
    reader.read_on(code, at_most=again.position - 1)
    seal_reading(reading=again)
    sealed = readings.exclude(sealed_at=None)
    assert [(one.case_id, one.reread) for one in sealed] == [(again.case_id, 0)]


def test_what_is_being_revised_stays_open_while_aid_is_served_for_it(begin: Begin, reader: ReaderClient) -> None:
    code = begin()
    reader.judge(code, 1)
    reader.reopen(code, 1)
    seal_reading(reading=Reading.objects.get(session__code=code, position=1))
    assert reader.judge(code, 1, confidence=2).status_code == 201


def test_others_cannot_open_a_judgement_and_nobody_in_a_closed_study(
    begin: Begin, reader: ReaderClient, stranger: ReaderClient
) -> None:
    code = begin()
    reader.judge(code, 1)
    assert stranger.reopen(code, 1).status_code == stranger.leave(code, 1).status_code == 404
    close_study(study=ReadingSession.objects.get().reader.study, actor=None)
    assert reader.reopen(code, 1).status_code == reader.leave(code, 1).status_code == 404
