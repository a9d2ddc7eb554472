"""A reader sees what the detector says of the case to judge, never before, never of another, never its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from readerstudy.accounts.models import User
from readerstudy.detectors.models import AidShown, DetectorScore
from readerstudy.reading.models import Judgement, Reading
from readerstudy.studies.models import Study
from readerstudy.studies.services import close_study
from tests.readerstudy.detectors.conftest import an_aided_draft
from tests.readerstudy.protocols import run_with
from tests.readerstudy.reader_client import ReaderClient
from tests.readerstudy.unpictured import a_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader_user(db: None) -> User:
    """The person who reads."""
    return a_person("reader")


@pytest.fixture
def reader(reader_user: User) -> ReaderClient:
    """The reader's browser."""
    return ReaderClient(reader_user)


@pytest.fixture
def concurrent(reader_user: User, tmp_path: Path) -> Study:
    """A study whose detector is shown with the case."""
    return run_with(an_aided_draft(tmp_path), reader_user, a_person("colleague"))


@pytest.fixture
def sequential(reader_user: User, tmp_path: Path) -> Study:
    """A study whose detector is shown after one's own judgement."""
    return run_with(an_aided_draft(tmp_path, aid="sequential"), reader_user)


def aid(client: ReaderClient, code: str, position: int) -> Any:
    return client.get(f"/api/v1/sessions/{code}/readings/{position}/aid/")


def reopen(client: ReaderClient, code: str, position: int) -> Any:
    return client.post(f"/api/v1/sessions/{code}/readings/{position}/reopen/")


def verdict_at(code: str, position: int) -> DetectorScore:
    return DetectorScore.objects.get(case=Reading.objects.get(session__code=code, position=position).case)


def test_it_is_what_the_detector_says_of_the_case_to_judge(concurrent: Study, reader: ReaderClient) -> None:
    code = reader.start().json()["code"]
    for position in range(1, 7):
        verdict = verdict_at(code, position)
        assert aid(reader, code, position).json() == {
            "detector": "Aid",
            "score": verdict.score,
            "call": "synthetic" if verdict.call else "authentic",
            "region": verdict.region,
        }
        reader.judge(code, position)
    assert AidShown.objects.count() == 6


@pytest.mark.parametrize("shown", ["score", "call", "region"])
def test_what_the_protocol_does_not_show_is_null_in_the_same_form(
    tmp_path: Path, reader_user: User, reader: ReaderClient, shown: str
) -> None:
    run_with(an_aided_draft(tmp_path, shows=[shown]), reader_user)
    code = reader.start().json()["code"]
    said = aid(reader, code, 1).json()
    assert list(said) == ["detector", "score", "call", "region"]
    assert {name for name, value in said.items() if value is not None} == {"detector", shown}


def test_of_later_and_earlier_cases_there_is_none(concurrent: Study, reader: ReaderClient) -> None:
    code = reader.start().json()["code"]
    reader.judge(code, 1)
    reader.judge(code, 2)
    assert [aid(reader, code, position).status_code for position in range(8)] == [
        404,
        404,
        404,
        200,
        404,
        404,
        404,
        404,
    ]
    reader.read_on(code)
    assert {aid(reader, code, position).status_code for position in range(8)} == {404}


def test_nobody_else_is_shown_it(concurrent: Study, reader: ReaderClient) -> None:
    code = reader.start().json()["code"]
    colleague = User.objects.get(username="colleague")
    for other in (colleague, a_person("stranger")):
        assert aid(ReaderClient(other), code, 1).status_code == 404
    assert not AidShown.objects.exists()


def test_a_closed_study_shows_nothing_more(concurrent: Study, reader: ReaderClient) -> None:
    code = reader.start().json()["code"]
    close_study(study=concurrent, actor=None)
    assert aid(reader, code, 1).status_code == 404


def test_the_first_time_is_noted_once(concurrent: Study, reader: ReaderClient) -> None:
    code = reader.start().json()["code"]
    aid(reader, code, 1)
    first = AidShown.objects.get()
    aid(reader, code, 1)
    assert AidShown.objects.get().at == first.at
    assert first.reading.position == 1


def test_an_aided_judgement_taken_back_is_made_again_with_the_same_aid(concurrent: Study, reader: ReaderClient) -> None:
    code = reader.start().json()["code"]
    said = aid(reader, code, 1).json()
    reader.judge(code, 1)
    assert reopen(reader, code, 1).status_code == 200
    assert aid(reader, code, 1).json() == said
    assert aid(reader, code, 2).status_code == 404


def test_with_sequential_aid_the_own_judgement_comes_first(sequential: Study, reader: ReaderClient) -> None:
    state = reader.start().json()
    code = state["code"]
    assert state["cases"] == 12
    for own in range(1, 12, 2):
        assert [aid(reader, code, own).status_code, aid(reader, code, own + 1).status_code] == [404, 404]
        reader.judge(code, own)
        answer = aid(reader, code, own + 1)
        assert (answer.status_code, answer.json()["score"]) == (200, verdict_at(code, own).score)
        reader.judge(code, own + 1)


def test_a_case_is_read_alone_and_with_aid_under_two_modalities(sequential: Study, reader: ReaderClient) -> None:
    code = reader.start().json()["code"]
    pairs = Reading.objects.filter(session__code=code).order_by("position").values_list("case", "modality", "aided")
    for own, aided in zip(pairs[::2], pairs[1::2], strict=True):
        assert own[0] == aided[0]
        assert (own[1:], aided[1:]) == (("unaided", False), ("aided", True))


def test_before_the_aid_was_seen_the_own_judgement_can_be_taken_back(sequential: Study, reader: ReaderClient) -> None:
    code = reader.start().json()["code"]
    reader.judge(code, 1, call="authentic")
    assert reopen(reader, code, 1).status_code == 200
    assert aid(reader, code, 2).status_code == 404, "the own judgement is open again"
    assert reader.judge(code, 1, call="synthetic").status_code == 201
    assert aid(reader, code, 2).status_code == 200


def test_once_the_aid_was_seen_the_own_judgement_is_final(sequential: Study, reader: ReaderClient) -> None:
    code = reader.start().json()["code"]
    reader.judge(code, 1, call="authentic")
    aid(reader, code, 2)
    assert reader.state(code)["undo"] is None
    assert reopen(reader, code, 1).status_code == 409
    assert reader.judge(code, 1, call="synthetic").status_code == 409
    assert Judgement.objects.get(reading__position=1).call == "authentic"
    reader.judge(code, 2)
    assert reopen(reader, code, 1).status_code == 409


def test_practice_can_have_aid_and_feedback(tmp_path: Path, reader_user: User, reader: ReaderClient) -> None:
    draft = an_aided_draft(tmp_path, purpose="training", feedback="after-each")
    run_with(draft, reader_user)
    code = reader.start().json()["code"]
    assert aid(reader, code, 1).status_code == 200
    assert reader.feedback(code, 1).status_code == 404
    reader.judge(code, 1)
    assert reader.feedback(code, 1).status_code == 200
    assert reopen(reader, code, 1).status_code == 409
