"""Only the current case is judged, once, whatever the network does in between."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from readerstudy.reading.models import Judgement, ReadingSession
from readerstudy.reading.services import StudyEndedError, submit_judgement
from readerstudy.studies.models import Study
from readerstudy.studies.services import close_study
from tests.readerstudy.makers import a_submission
from tests.readerstudy.reader_client import JUDGEMENT, ReaderClient

KEY = "7f0c3ac0-95a6-4a53-9e8d-2a2d8f3f7a11"


def test_a_judgement_is_stored_and_the_session_moves_on(code: str, reader: ReaderClient) -> None:
    answer = reader.judge(code, 1, call="authentic", confidence=30)
    assert answer.status_code == 201
    assert answer.json()["judgement"] == {"position": 1, "revision": 1, "call": "authentic", "confidence": 30}
    session = answer.json()["session"]
    assert (session["done"], [reading["position"] for reading in session["readings"]]) == (1, [2, 3, 4])
    stored = Judgement.objects.get()
    assert (stored.call, stored.confidence, stored.rating, stored.seconds) == ("authentic", 30, 35.0, 4.5)
    assert stored.shown_at.isoformat() == "2026-05-04T10:00:00+00:00"
    assert stored.received_at > stored.submitted_at


def test_the_receipt_says_neither_rating_nor_truth(code: str, reader: ReaderClient) -> None:
    answer = reader.judge(code, 1).json()
    assert set(answer) == {"judgement", "session"}
    assert set(answer["judgement"]) == {"position", "revision", "call", "confidence"}


@pytest.mark.parametrize("position", [0, 2, 3, 6, 7, 10**30])
def test_only_the_current_case_can_be_judged(code: str, reader: ReaderClient, position: int) -> None:
    answer = reader.judge(code, position)
    assert answer.status_code == 409
    assert answer.json()["session"] == reader.state(code)
    assert not Judgement.objects.exists()


def test_a_replay_gives_the_same_answer_and_stores_nothing(code: str, reader: ReaderClient) -> None:
    first, second = reader.judge(code, 1, key=KEY), reader.judge(code, 1, key=KEY)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.content == second.content
    assert Judgement.objects.count() == 1


def test_a_late_replay_says_where_the_session_is_now(code: str, reader: ReaderClient) -> None:
    first = reader.judge(code, 1, key=KEY).json()
    reader.judge(code, 2)
    late = reader.judge(code, 1, key=KEY)
    assert late.status_code == 200
    assert late.json()["judgement"] == first["judgement"]
    assert late.json()["session"] == reader.state(code)


@pytest.mark.parametrize("change", [{"call": "authentic"}, {"confidence": 71}, {"seconds": 4.6}])
def test_a_key_with_another_judgement_is_refused(code: str, reader: ReaderClient, change: dict[str, Any]) -> None:
    reader.judge(code, 1, key=KEY)
    answer = reader.judge(code, 1, key=KEY, **change)
    assert answer.status_code == 422
    assert "Make a new one" in answer.json()["detail"]
    assert Judgement.objects.get().confidence == JUDGEMENT["confidence"]


def test_a_key_of_another_case_or_another_reader_is_refused(
    code: str, reader: ReaderClient, colleague: ReaderClient
) -> None:
    reader.judge(code, 1, key=KEY)
    assert reader.judge(code, 2, key=KEY).status_code == 422
    assert colleague.judge(colleague.start().json()["code"], 1, key=KEY).status_code == 422
    assert Judgement.objects.count() == 1


def test_a_second_judgement_of_the_same_case_is_refused_with_the_way_on(code: str, reader: ReaderClient) -> None:
    reader.judge(code, 1)
    answer = reader.judge(code, 1)
    assert answer.status_code == 409
    assert "judged already" in answer.json()["detail"]
    assert answer.json()["session"]["readings"][0]["position"] == 2
    assert Judgement.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("call", None), ("call", ""), ("call", "maybe"), ("call", "SYNTHETIC"), ("call", 1), ("call", ["synthetic"]),
        ("confidence", None), ("confidence", 0), ("confidence", 101), ("confidence", -1), ("confidence", 50.5),
        ("confidence", "high"), ("confidence", True), ("confidence", 10**400),
        ("seconds", None), ("seconds", -0.1), ("seconds", 1e9), ("seconds", "soon"), ("seconds", "nan"),
        ("seconds", "inf"), ("seconds", "-Infinity"),
        ("shown_at", None), ("shown_at", "yesterday"), ("shown_at", 1714816800), ("shown_at", "2026-13-01T00:00:00Z"),
        ("submitted_at", None), ("submitted_at", ""), ("submitted_at", "0001-01-01T00:00:00+14:00"),
    ],
)  # fmt: skip
def test_a_bad_field_is_named_with_what_is_wrong(code: str, reader: ReaderClient, field: str, value: Any) -> None:
    answer = reader.judge(code, 1, **{field: value})
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert all(len(words) > 10 for words in answer.json()[field])
    assert not Judgement.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"synthetic"', '{"seconds": NaN}', "\x00", "[" * 100_000])
def test_a_body_that_is_no_judgement_is_refused(code: str, reader: ReaderClient, body: str) -> None:
    answer = reader.post(
        f"/api/v1/sessions/{code}/readings/1/judgements/",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": KEY},
    )
    assert answer.status_code == 400
    assert answer.json()


@pytest.mark.parametrize("key", ["", "1", "not-a-uuid", "7f0c3ac0-95a6-4a53-9e8d-2a2d8f3f7a1"])
def test_a_missing_or_odd_key_is_refused_with_words(code: str, reader: ReaderClient, key: str) -> None:
    answer = reader.post(
        f"/api/v1/sessions/{code}/readings/1/judgements/",
        JUDGEMENT,
        content_type="application/json",
        headers={"Idempotency-Key": key} if key else {},
    )
    assert answer.status_code == 400
    assert "Idempotency-Key must hold a UUID" in answer.json()["detail"]
    assert not Judgement.objects.exists()


def test_a_form_is_not_a_judgement(code: str, reader: ReaderClient) -> None:
    answer = reader.post(f"/api/v1/sessions/{code}/readings/1/judgements/", {"call": "synthetic"})
    assert answer.status_code == 415


def test_a_judgement_from_another_site_is_refused(code: str, reader: ReaderClient, study: Study) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = reader.cookies
    answer = strict.post(
        f"/api/v1/sessions/{code}/readings/1/judgements/",
        JUDGEMENT,
        content_type="application/json",
        headers={"Idempotency-Key": KEY},
    )
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["detail"]
    assert not Judgement.objects.exists()


def test_a_closed_study_takes_no_judgement(code: str, reader: ReaderClient, study: Study) -> None:
    close_study(study=study, actor=None)
    assert reader.judge(code, 1).status_code == 404
    assert reader.get(f"/api/v1/sessions/{code}/").status_code == 404
    assert not Judgement.objects.exists()


def test_a_study_that_closes_while_a_judgement_is_on_its_way_does_not_take_it(code: str, study: Study) -> None:
    session = ReadingSession.objects.select_related("reader__study").get(code=code)
    close_study(study=study, actor=None)
    assert session.reader.study.is_running  # as it was read before
    with pytest.raises(StudyEndedError):
        submit_judgement(session=session, position=1, key=uuid.UUID(KEY), submission=a_submission())
    assert not Judgement.objects.exists()
