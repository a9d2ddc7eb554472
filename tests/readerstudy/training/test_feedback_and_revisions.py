"""Once a reader was told the answer, the judgement is final; while it is open for a change, nothing is told."""

from __future__ import annotations

from typing import Any

import pytest

from readerstudy.accounts.models import User
from readerstudy.reading.models import Judgement, Reading
from readerstudy.training.models import FeedbackShown
from tests.readerstudy.protocols import CALL, a_draft, a_phase, run_with
from tests.readerstudy.reader_client import ReaderClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(reader_user: User, reader: ReaderClient) -> str:
    """A practice with answers after each case, and a question that needs no call."""
    unforced = {**CALL, "forced": False}
    run_with(a_draft(a_phase(purpose="practice", feedback="after-each", questions=[unforced])), reader_user)
    return str(reader.start().json()["code"])


def reopen(client: ReaderClient, code: str, position: int) -> Any:
    return client.post(f"/api/v1/sessions/{code}/readings/{position}/reopen/")


def read_twice(code: str) -> None:
    """Let the second reading be of the first one's case, as with sequential aid."""
    first, second = Reading.objects.filter(session__code=code).order_by("position")[:2]
    Reading.objects.filter(pk=second.pk).update(case=first.case_id, modality="aided", aided=True)


def test_before_the_answer_was_told_a_judgement_can_be_taken_back(code: str, reader: ReaderClient) -> None:
    reader.judge(code, 1)
    assert reader.state(code)["undo"]["position"] == 1
    assert reopen(reader, code, 1).status_code == 200
    assert reader.feedback(code, 1).status_code == 404
    assert not FeedbackShown.objects.exists()
    reader.judge(code, 1, call="authentic")
    assert reader.feedback(code, 1).json()["correct"] == (reader.feedback(code, 1).json()["truth"] == "authentic")


def test_after_the_answer_was_told_it_is_final(code: str, reader: ReaderClient) -> None:
    reader.judge(code, 1)
    reader.feedback(code, 1)
    assert reader.state(code)["undo"] is None
    assert reopen(reader, code, 1).status_code == 409
    assert Judgement.objects.get(reading__position=1).revision == 1


def test_the_answer_on_one_case_leaves_the_next_one_open(code: str, reader: ReaderClient) -> None:
    reader.judge(code, 1)
    reader.feedback(code, 1)
    reader.judge(code, 2)
    assert reopen(reader, code, 2).status_code == 200


def test_who_could_not_tell_is_told_neither_right_nor_wrong(code: str, reader: ReaderClient) -> None:
    body: dict[str, object] = {"call": None, "confidence": None, "seconds": 4.5, "answers": {}, "marks": []}
    times = {"shown_at": "2026-05-04T10:00:00Z", "submitted_at": "2026-05-04T10:00:04Z"}
    key = {"Idempotency-Key": "00000000-0000-4000-8000-000000000001"}
    address = f"/api/v1/sessions/{code}/readings/1/judgements/"
    assert reader.post(address, body | times, content_type="application/json", headers=key).status_code == 201
    told = reader.feedback(code, 1).json()
    assert told["correct"] is None
    assert told["truth"] in ("authentic", "synthetic")


def test_the_answer_closes_both_judgements_of_a_case_that_is_read_twice(code: str, reader: ReaderClient) -> None:
    read_twice(code)
    reader.judge(code, 1)
    reader.judge(code, 2)
    assert reader.feedback(code, 2).status_code == 200
    assert [one.position for one in Reading.objects.filter(session__code=code).exclude(sealed_at=None)] == [1, 2]


def test_nothing_is_told_before_the_second_judgement_of_the_same_case(code: str, reader: ReaderClient) -> None:
    read_twice(code)
    reader.judge(code, 1)
    assert reader.feedback(code, 1).status_code == 404
    reader.judge(code, 2)
    reopen(reader, code, 2)
    assert reader.feedback(code, 1).status_code == 404
    reader.judge(code, 2)
    assert reader.feedback(code, 1).status_code == 200
