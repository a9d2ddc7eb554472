"""A judgement says which revision it is to be, so that a late one does not pass for another."""

from __future__ import annotations

import uuid

import pytest

from readerstudy.reading.models import Judgement
from tests.readerstudy.reader_client import ReaderClient


def test_what_was_on_its_way_when_the_case_was_opened_again_is_no_revision(code: str, reader: ReaderClient) -> None:
    reader.judge(code, 1, revision=1)
    state = reader.reopen(code, 1).json()
    assert state["readings"][0]["previous"]["revision"] == 1
    late = reader.judge(code, 1, revision=1, call="authentic")
    assert late.status_code == 409
    assert late.json()["session"]["reopened"] is True
    assert list(Judgement.objects.values_list("revision", "call")) == [(1, "synthetic")]
    assert reader.judge(code, 1, revision=2, call="authentic").json()["judgement"]["revision"] == 2


def test_a_first_judgement_is_no_second_revision(code: str, reader: ReaderClient) -> None:
    assert reader.judge(code, 1, revision=2).status_code == 409
    assert not Judgement.objects.exists()


def test_a_replay_of_a_numbered_judgement_is_found(code: str, reader: ReaderClient) -> None:
    key = str(uuid.uuid4())
    answers = [reader.judge(code, 1, key=key, revision=1).status_code for _ in range(2)]
    assert answers == [201, 200]


@pytest.mark.parametrize("revision", [0, -1, "first", 10**400])
def test_a_revision_is_a_number_from_one(revision: object, code: str, reader: ReaderClient) -> None:
    assert reader.judge(code, 1, revision=revision).status_code == 400
