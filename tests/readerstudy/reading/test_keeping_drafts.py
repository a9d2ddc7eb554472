"""What was entered is kept before it is submitted, and no window writes over another unawares."""

from __future__ import annotations

import json

import pytest

from readerstudy.reading.models import Draft, Judgement
from tests.readerstudy.reader_client import ReaderClient

HALF = {"call": "synthetic", "answers": {"why": "the gra"}}


def test_a_draft_comes_back_with_the_session(code: str, reader: ReaderClient) -> None:
    assert reader.state(code)["readings"][0]["draft"] is None
    assert reader.draft(code, 1, HALF, seconds=12.5).json() == {"version": 1}
    first, *ahead = reader.state(code)["readings"]
    assert first["draft"] == {"body": HALF, "seconds": 12.5, "version": 1}
    assert [one["draft"] for one in ahead] == [None, None]


def test_each_change_replaces_the_one_before(code: str, reader: ReaderClient) -> None:
    for version in range(3):
        assert reader.draft(code, 1, {"n": version}, version=version).json() == {"version": version + 1}
    assert Draft.objects.get().body == {"n": 2}


def test_a_draft_whose_answer_was_lost_can_be_sent_again(code: str, reader: ReaderClient) -> None:
    first, again = (reader.draft(code, 1, HALF) for _ in range(2))
    assert first.json() == again.json() == {"version": 1}


def test_a_window_that_has_not_seen_the_newest_is_given_it_instead(code: str, reader: ReaderClient) -> None:
    reader.draft(code, 1, {"n": 1})
    reader.draft(code, 1, {"n": 2}, version=1)
    for seen in (0, 1, 3):
        answer = reader.draft(code, 1, {"n": "other"}, version=seen)
        assert answer.status_code == 409
        assert answer.json()["draft"] == {"body": {"n": 2}, "seconds": 1.5, "version": 2}
        assert "Another window" in answer.json()["detail"]
    assert reader.draft(code, 1, {"n": "other"}, version=2).json() == {"version": 3}


def test_the_judgement_takes_its_draft_away(code: str, reader: ReaderClient) -> None:
    reader.draft(code, 1, HALF)
    reader.judge(code, 1)
    assert not Draft.objects.exists()


@pytest.mark.parametrize("position", [0, 1, 3, 6, 7])
def test_there_is_a_draft_for_the_current_case_alone(code: str, reader: ReaderClient, position: int) -> None:
    reader.judge(code, 1)
    answer = reader.draft(code, position, HALF)
    assert answer.status_code == 409
    assert (answer.json()["draft"], answer.json()["session"]["readings"][0]["position"]) == (None, 2)
    assert not Draft.objects.exists()


def test_a_case_that_was_opened_again_has_a_draft_too(code: str, reader: ReaderClient) -> None:
    reader.judge(code, 1)
    reader.reopen(code, 1)
    assert reader.draft(code, 1, HALF).json() == {"version": 1}
    assert reader.state(code)["readings"][0]["draft"]["body"] == HALF


def test_nobody_else_keeps_or_sees_a_draft(code: str, reader: ReaderClient, colleague: ReaderClient) -> None:
    reader.draft(code, 1, HALF)
    assert colleague.draft(code, 1, {}).status_code == 404
    own = colleague.start().json()
    assert all(one["draft"] is None for one in own["readings"])
    assert Draft.objects.get().body == HALF


@pytest.mark.parametrize(
    "sent",
    [
        {"body": [], "seconds": 1, "version": 0}, {"body": "x", "seconds": 1, "version": 0},
        {"seconds": 1, "version": 0}, {"body": {}, "version": 0}, {"body": {}, "seconds": 1},
        {"body": {}, "seconds": -1, "version": 0}, {"body": {}, "seconds": 1, "version": -1},
        {"body": {"why": "\x00"}, "seconds": 1, "version": 0}, {"body": {"\ud800": 1}, "seconds": 1, "version": 0},
        {"body": {"n": [10**30]}, "seconds": 1, "version": 0},
        {"body": {"a": "b" * 140_000}, "seconds": 1, "version": 0},
    ],
)  # fmt: skip
def test_what_is_no_draft_is_refused(code: str, reader: ReaderClient, sent: object) -> None:
    path = f"/api/v1/sessions/{code}/readings/1/draft/"
    answer = reader.put(path, json.dumps(sent), content_type="application/json")
    assert answer.status_code == 400
    assert not Draft.objects.exists()


def test_a_draft_is_no_judgement(code: str, reader: ReaderClient) -> None:
    reader.draft(code, 1, HALF)
    assert (reader.state(code)["done"], Judgement.objects.exists()) == (0, False)


def test_a_draft_of_before_the_judgement_is_none_of_the_case_opened_again(code: str, reader: ReaderClient) -> None:
    reader.draft(code, 1, {"call": "authentic"})
    reader.judge(code, 1)
    reader.reopen(code, 1)
    late = reader.draft(code, 1, {"call": "authentic"}, version=1)
    assert (late.status_code, late.json()["draft"]) == (409, None)
    assert reader.state(code)["readings"][0]["draft"] is None
    assert reader.draft(code, 1, {"call": "synthetic"}).status_code == 200
