"""A rating follows from call and confidence, and the database itself holds judgements to that and keeps them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from readerstudy.reading.models import Judgement, Reading, rating_of
from tests.readerstudy.reader_client import ReaderClient

confidences = st.integers(1, 100)


@pytest.mark.parametrize(
    ("call", "confidence", "rating"),
    [
        ("synthetic", 100, 100.0),
        ("synthetic", 1, 50.5),
        ("synthetic", 60, 80.0),
        ("authentic", 1, 49.5),
        ("authentic", 100, 0.0),
        ("authentic", 60, 20.0),
    ],
)
def test_the_rating_is_fifty_plus_or_minus_half_the_confidence(call: str, confidence: int, rating: float) -> None:
    assert rating_of(call, confidence) == rating


@given(confidence=confidences)
def test_the_rating_is_the_same_distance_from_fifty_for_either_call(confidence: int) -> None:
    synthetic, authentic = rating_of("synthetic", confidence), rating_of("authentic", confidence)
    assert synthetic + authentic == 100
    assert 0 <= authentic < 50 < synthetic <= 100


@given(one=confidences, other=confidences)
def test_who_is_surer_rates_further_out(one: int, other: int) -> None:
    assert (one < other) == (rating_of("synthetic", one) < rating_of("synthetic", other))
    assert (one < other) == (rating_of("authentic", one) > rating_of("authentic", other))


def a_row(code: str, **changes: Any) -> Judgement:
    """Describe a sound judgement of the first case, but for the changes."""
    now = timezone.now()
    sound: dict[str, Any] = {
        "reading": Reading.objects.get(session__code=code, position=1), "revision": 1, "call": "synthetic",
        "confidence": 40, "rating": 70.0, "seconds": 3.0, "shown_at": now, "submitted_at": now,
        "idempotency_key": uuid.uuid4(), "request_digest": "0" * 64,
    }  # fmt: skip
    return Judgement(**{**sound, **changes})


def test_the_database_takes_a_sound_judgement(code: str) -> None:
    a_row(code).save()
    a_row(code, revision=2, call="authentic", confidence=3, rating=48.5).save()
    assert Judgement.objects.count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"rating": 69.0},
        {"rating": 30.0},
        {"call": "authentic"},
        {"call": "unsure"},
        {"confidence": 0, "rating": 50.0},
        {"confidence": 101, "rating": 100.5},
        {"seconds": -1.0},
        {"seconds": None},
    ],
)
def test_the_database_refuses_what_no_reader_can_have_said(code: str, changes: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        a_row(code, **changes).save()


def test_the_database_takes_each_revision_and_each_key_once(code: str) -> None:
    stored = a_row(code)
    stored.save()
    for twin in (a_row(code), a_row(code, revision=2, idempotency_key=stored.idempotency_key)):
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE reading_judgement SET confidence = 1", "DELETE FROM reading_judgement"],
)
def test_the_database_refuses_to_edit_or_delete_a_judgement(code: str, reader: ReaderClient, statement: str) -> None:
    reader.judge(code, 1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Judgement.objects.get().confidence == 70


def test_the_orm_cannot_edit_or_delete_a_judgement_either(code: str, reader: ReaderClient) -> None:
    reader.judge(code, 1)
    judgement = Judgement.objects.get()
    for attempt in (
        lambda: Judgement.objects.update(confidence=1),
        lambda: Judgement.objects.all().delete(),
        judgement.delete,
        judgement.save,
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            attempt()
    with pytest.raises(ProtectedError):
        judgement.reading.delete()
