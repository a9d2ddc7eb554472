"""Every kind of question is answered as it is asked, or refused in words that name it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readerstudy.accounts.models import User
from readerstudy.reading.models import Judgement, Mark
from readerstudy.reading.submissions import steps_of
from tests.readerstudy.protocols import CALL, FINDING, QUALITY, a_draft, a_phase, run_with
from tests.readerstudy.reader_client import JUDGEMENT, ReaderClient

WHY = {"name": "why", "kind": "open", "text": "Why?", "required": False}
UNUSUAL = {
    "name": "unusual", "kind": "open", "text": "What is odd?", "condition": {"question": "call", "is": ["synthetic"]}
}  # fmt: skip
MARKS = {
    "name": "telltales", "kind": "marks", "text": "Where?", "required": False,
    "options": ["grain", "spine"], "tools": ["point", "box"],
}  # fmt: skip
POINT = {"question": "telltales", "kind": "point", "points": [[0.25, 0.5]], "reason": "grain"}
BOX = {"question": "telltales", "kind": "box", "points": [[0, 0], [1, 0.125]], "reason": "spine"}


@pytest.fixture
def ask(reader_user: User, reader: ReaderClient) -> Any:
    """Give the function that starts a session with these questions."""

    def start(*questions: dict[str, Any], **settings: Any) -> str:
        run_with(a_draft(a_phase(questions=list(questions), **settings)), reader_user)
        return str(reader.start().json()["code"])

    return start


def refused(reader: ReaderClient, code: str, **changes: Any) -> dict[str, Any]:
    """Give what is wrong with a judgement of the first case, which is not stored."""
    answer = reader.judge(code, 1, **changes)
    assert answer.status_code == 400, answer.content
    assert not Judgement.objects.exists()
    faults: dict[str, Any] = answer.json()
    return faults


NO_CALL = {"call": None, "confidence": None}
UNAWARE = {"purpose": "purpose-blinded", "undo_seconds": 0}


def test_all_questions_of_a_case_are_served_in_their_order(ask: Any, reader: ReaderClient) -> None:
    phase = reader.state(ask(QUALITY, FINDING, CALL, UNUSUAL, MARKS))["phase"]
    assert [one["name"] for one in phase["questions"]] == ["quality", "diagnosis", "call", "unusual", "telltales"]
    assert phase["questions"][0]["options"] == ["Poor", "Fair", "Good"]
    assert phase["questions"][3]["condition"] == {"question": "call", "is": ["synthetic"]}
    assert phase["questions"][4]["tools"] == ["point", "box"]
    assert phase["end_questions"] == []


def test_a_judgement_with_answers_and_marks_is_stored_as_it_was_sent(ask: Any, reader: ReaderClient) -> None:
    code = ask(QUALITY, FINDING, CALL, UNUSUAL, MARKS)
    answers = {"quality": 3, "diagnosis": "Fracture", "unusual": "the grain"}
    log = [[0, "w", 2048, 4096], [310.5, "z", 1.5], [900, "r"]]
    sent = reader.judge(
        code, 1, answers=answers, marks=[POINT, BOX], view_log=log, paused_seconds=3.5, hidden_seconds=2
    )
    assert sent.status_code == 201, sent.content
    stored = Judgement.objects.get()
    assert (stored.answers, stored.view_log, stored.rating) == (answers, log, 85)
    assert (stored.paused_seconds, stored.hidden_seconds, stored.timed_out) == (3.5, 2, False)
    marks = Mark.objects.values_list("number", "question__name", "kind", "points", "reason")
    assert list(marks) == [
        (1, "telltales", "point", [[0.25, 0.5]], "grain"),
        (2, "telltales", "box", [[0, 0], [1, 0.125]], "spine"),
    ]


def test_a_phase_that_asks_for_no_call_takes_none_and_gives_no_rating(ask: Any, reader: ReaderClient) -> None:
    code = ask(QUALITY, **UNAWARE)
    assert refused(reader, code, answers={"quality": 1}) == {"call": ["No call is asked for here."]}
    sent = reader.judge(code, 1, answers={"quality": 1}, **NO_CALL)
    assert sent.json()["judgement"] == {"position": 1, "revision": 1, "call": None, "confidence": None}
    stored = Judgement.objects.get()
    assert (stored.call, stored.confidence, stored.rating) == (None, None, None)


def test_where_a_choice_is_not_forced_cannot_tell_is_a_judgement_without_a_rating(
    ask: Any, reader: ReaderClient
) -> None:
    code = ask({**CALL, "forced": False})
    assert reader.judge(code, 1, **NO_CALL).status_code == 201
    assert Judgement.objects.get().rating is None


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        (NO_CALL, "call"), ({"call": None}, "call"), ({"confidence": None}, "confidence"),
        ({"confidence": 70}, "confidence"), ({"confidence": 1}, "confidence"),
    ],
)  # fmt: skip
def test_a_forced_call_needs_its_confidence_on_the_scale(
    ask: Any, reader: ReaderClient, changes: dict[str, Any], part: str
) -> None:
    code = ask({**CALL, "points": 6})
    assert list(refused(reader, code, **{"confidence": 50, **changes})) == [part]
    assert reader.judge(code, 1, confidence=50).status_code == 201


def test_the_scales_of_five_and_six_points_are_these() -> None:
    assert steps_of(5) == [20, 40, 60, 80, 100]
    assert steps_of(6) == [17, 33, 50, 67, 83, 100]


@given(st.integers(2, 10))
def test_a_scale_has_its_points_within_1_and_100_and_ends_at_certainty(points: int) -> None:
    steps = steps_of(points)
    assert len(set(steps)) == points
    assert steps == sorted(steps)
    assert steps[0] >= 1
    assert steps[-1] == 100


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, "quality: this question is to be answered"),
        ({"quality": 0}, "from 1 to 3"), ({"quality": 4}, "from 1 to 3"), ({"quality": "Good"}, "from 1 to 3"),
        ({"quality": 2, "diagnosis": "Gout"}, "choose one of: Normal, Fracture"),
        ({"quality": 2, "diagnosis": 1}, "an answer in words"),
        ({"quality": 2, "diagnosis": "Normal", "why": " \n "}, "an answer in words"),
        ({"quality": 2, "diagnosis": "Normal", "colour": "grey"}, "colour is not asked for"),
        ({"quality": 2, "diagnosis": "Normal", "call": "synthetic"}, "call is not asked for"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_of_the_questions_is_named(
    ask: Any, reader: ReaderClient, answers: dict[str, Any], words: str
) -> None:
    code = ask(QUALITY, FINDING, WHY, **UNAWARE)
    faults = refused(reader, code, answers=answers, **NO_CALL)
    assert words in " ".join(faults["answers"])


@pytest.mark.parametrize("answer", [1.5, True, None, [], {}, "\x00", "\ud800", "a" * 10_001, 2**40])
def test_an_answer_is_text_or_a_whole_number_that_every_database_can_hold(
    ask: Any, reader: ReaderClient, answer: Any
) -> None:
    code = ask({**WHY, "required": True}, **UNAWARE)
    assert list(refused(reader, code, answers={"why": answer}, **NO_CALL)) == ["answers"]


def test_a_question_with_a_condition_is_asked_only_where_it_holds(ask: Any, reader: ReaderClient) -> None:
    code = ask(CALL, UNUSUAL)
    assert "unusual: this question" in refused(reader, code)["answers"][0]
    assert "unusual is not asked" in refused(reader, code, call="authentic", answers={"unusual": "x"})["answers"][0]
    assert reader.judge(code, 1, call="authentic").status_code == 201
    assert reader.judge(code, 2, answers={"unusual": "x"}).status_code == 201


def test_what_depends_on_a_question_that_is_not_asked_is_not_asked_either(ask: Any, reader: ReaderClient) -> None:
    poor = {"name": "what", "kind": "diagnosis", "text": "?", "options": ["noise", "blur"]}
    code = ask(
        CALL,
        QUALITY,
        {**poor, "condition": {"question": "quality", "is": [1]}},
        {**UNUSUAL, "condition": {"question": "what", "is": ["noise"]}},
    )
    assert reader.judge(code, 1, answers={"quality": 2}).status_code == 201
    assert reader.judge(code, 2, answers={"quality": 1, "what": "blur"}).status_code == 201
    assert reader.judge(code, 3, answers={"quality": 1, "what": "noise"}).status_code == 400
    assert reader.judge(code, 3, answers={"quality": 1, "what": "noise", "unusual": "!"}).status_code == 201


def test_a_condition_on_cannot_tell_holds_where_no_call_is_made(ask: Any, reader: ReaderClient) -> None:
    code = ask({**CALL, "forced": False}, {**UNUSUAL, "condition": {"question": "call", "is": ["cannot-tell"]}})
    assert reader.judge(code, 1, **NO_CALL).status_code == 400
    assert reader.judge(code, 1, answers={"unusual": "all"}, **NO_CALL).status_code == 201
    assert reader.judge(code, 2).status_code == 201


@pytest.mark.parametrize(
    "change",
    [
        {"points": []}, {"points": [[0.1, 0.2], [0.3, 0.4]]}, {"points": [[0.5]]}, {"points": [[0.5, 1.01]]},
        {"points": [[-0.1, 0.5]]}, {"points": [["a", "b"]]}, {"points": "here"}, {"points": [[True, False]]},
        {"kind": "box"}, {"kind": "freehand", "points": [[0, 0], [1, 1]]}, {"kind": "arrow"},
        {"reason": ""}, {"reason": "a hunch"}, {"question": "call"}, {"question": "nothing"},
    ],
)  # fmt: skip
def test_a_mark_that_does_not_fit_is_refused(ask: Any, reader: ReaderClient, change: dict[str, Any]) -> None:
    code = ask(CALL, MARKS)
    assert list(refused(reader, code, marks=[{**POINT, **change}])) == ["marks"]


def test_where_marks_are_required_one_has_to_be_set(ask: Any, reader: ReaderClient) -> None:
    code = ask(CALL, {**MARKS, "required": True})
    assert refused(reader, code) == {"marks": ["telltales: set at least one mark."]}
    assert reader.judge(code, 1, marks=[POINT]).status_code == 201


@pytest.mark.parametrize(
    "log",
    [
        {}, "w", [1], [[]], [[0]], [["w", 1]], [[-1, "w", 1]], [[0, "x", 1]], [[0, "w", "1"]], [[0, "w", None]],
        [[0, "w", 1, 2, 3, 4, 5]], [[0, "z", 1]] * 2001,
    ],
)  # fmt: skip
def test_a_view_log_that_is_none_or_too_long_is_refused(ask: Any, reader: ReaderClient, log: Any) -> None:
    assert list(refused(reader, ask(CALL), view_log=log)) == ["view_log"]


@pytest.mark.parametrize("part", ["view_log", "marks", "seconds"])
def test_a_number_beyond_all_bounds_is_refused_and_never_fails(ask: Any, reader: ReaderClient, part: str) -> None:
    code = ask(CALL, MARKS)
    huge = {"view_log": [[0, "z", 0]], "marks": [{**POINT, "points": [[0, 0]]}], "seconds": 0}[part]
    body = json.dumps({**JUDGEMENT, part: huge}).replace("0]", "1e999]").replace('"seconds": 0', '"seconds": 1e999')
    answer = reader.post(
        f"/api/v1/sessions/{code}/readings/1/judgements/",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": "7f0c3ac0-95a6-4a53-9e8d-2a2d8f3f7a11"},
    )
    assert answer.status_code == 400
    assert list(answer.json()) == [part]


def test_a_view_log_of_more_than_64_kb_is_refused(ask: Any, reader: ReaderClient) -> None:
    entry = [1234567.25, "o", 123456.125, 123456.125, 123456.125, 1]
    code = ask(CALL)
    assert list(refused(reader, code, view_log=[entry] * 1999)) == ["view_log"]
    assert reader.judge(code, 1, view_log=[entry] * 1000).status_code == 201


def test_at_a_hard_limit_what_is_there_is_taken(ask: Any, reader: ReaderClient) -> None:
    code = ask(CALL, QUALITY, time_limit="hard", time_limit_seconds=30)
    assert reader.judge(code, 1, timed_out=True, seconds=30.4, **NO_CALL).status_code == 201
    stored = Judgement.objects.get()
    assert (stored.timed_out, stored.rating, stored.answers) == (True, None, {})


@pytest.mark.parametrize(("limit", "seconds", "over"), [("hard", 33, True), ("hard", 31, False), ("soft", 33, False)])
def test_who_sends_long_after_a_hard_limit_has_run_out_of_time_whatever_the_browser_says(
    ask: Any, reader: ReaderClient, limit: str, seconds: int, over: bool
) -> None:
    code = ask(CALL, time_limit=limit, time_limit_seconds=30)
    assert reader.judge(code, 1, seconds=seconds).status_code == 201
    assert Judgement.objects.get().timed_out is over


def test_before_the_limit_nobody_runs_out_of_time(ask: Any, reader: ReaderClient) -> None:
    code = ask(CALL, QUALITY, time_limit="hard", time_limit_seconds=30)
    faults = refused(reader, code, timed_out=True, seconds=12, **NO_CALL)
    assert faults == {"timed_out": ["The time for this case was not over yet."]}


@pytest.mark.parametrize(("limit", "part"), [("none", "timed_out"), ("soft", "answers")])
def test_without_a_hard_limit_time_excuses_nothing(ask: Any, reader: ReaderClient, limit: str, part: str) -> None:
    code = ask(CALL, QUALITY, time_limit=limit, time_limit_seconds=None if limit == "none" else 30)
    assert part in refused(reader, code, timed_out=True, seconds=31)
