"""A database of the version before protocols keeps its studies, its judgements and its orders."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps
from django.utils import timezone

from readerstudy.reading.models import Judgement, ReadingSession
from readerstudy.reading.services import start_session
from readerstudy.studies.models import HangingList, Reader, Study

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("studies", "0002_unaudited_because"), ("reading", "0002_append_only"), ("accounts", "0001_initial")]


@pytest.fixture
def carried_over() -> None:
    """Make a running study with one reader who has begun and one who has not, then bring the database up to now."""
    everything = MigrationExecutor(connection).loader.graph.leaf_nodes()
    MigrationExecutor(connection).migrate(BEFORE)
    try:
        executor = MigrationExecutor(connection)
        _begin(executor.loader.project_state(list(executor.loader.applied_migrations)).apps)
    finally:
        MigrationExecutor(connection).migrate(everything)


def _begin(apps: StateApps) -> None:
    study = apps.get_model("studies", "Study").objects.create(slug="old", title="Old", preset="x", status="running")
    cohort = apps.get_model("cohorts", "Cohort").objects.create(slug="c", title="C")
    cases = [apps.get_model("cohorts", "Case").objects.create(cohort=cohort, code=code) for code in ("AAA", "BBB")]
    phase = apps.get_model("studies", "Phase").objects.create(
        study=study, position=1, name="phase-1", title="P", purpose="informed", cohort=cohort, instructions="Look."
    )
    readers = [_reader(apps, study, code) for code in ("R01", "R02")]
    session = apps.get_model("reading", "ReadingSession").objects.create(reader=readers[0], phase=phase, seed="7")
    readings = [
        apps.get_model("reading", "Reading").objects.create(session=session, position=number, case=case)
        for number, case in enumerate(reversed(cases), start=1)
    ]
    now: Any = timezone.now()
    apps.get_model("reading", "Judgement").objects.create(
        reading=readings[0], call="synthetic", confidence=80, rating=90, seconds=3, shown_at=now, submitted_at=now,
        idempotency_key=uuid.uuid4(), request_digest="0" * 64,
    )  # fmt: skip


def _reader(apps: StateApps, study: Any, code: str) -> Any:
    user = apps.get_model("accounts", "User").objects.create(username=f"user-{code}")
    return apps.get_model("studies", "Reader").objects.create(
        study=study, code=code, user=user, consented_at=timezone.now()
    )


def test_a_running_study_is_carried_over_with_all_that_was_read(carried_over: None) -> None:
    # One test for all of it: going back and forth through the migrations takes seconds.
    judgement = Judgement.objects.get()
    assert (judgement.call, judgement.confidence, judgement.rating, judgement.seconds) == ("synthetic", 80, 90, 3)
    assert (judgement.answers, judgement.view_log, judgement.timed_out) == ({}, [], False)
    with pytest.raises(DatabaseError, match="append-only"):
        Judgement.objects.update(confidence=1)
    session = ReadingSession.objects.get()
    assert [place["case"] for place in session.hanging_list.places] == ["BBB", "AAA"], "the order that was read"
    assert session.hanging_list.seed == "7"
    study = Study.objects.get()
    assert [(r.number, [p.name for p in r.steps()]) for r in study.readers.order_by("code")] == [
        (1, ["phase-1"]),
        (2, ["phase-1"]),
    ]
    assert [q.kind for q in study.phases.get().questions.all()] == ["call"]
    late = Reader.objects.select_related("user").get(code="R02")
    assert late.user
    assert HangingList.objects.filter(reader=late).count() == 1
    begun, drawn = start_session(reader=late, actor=late.user)
    assert drawn
    assert sorted(begun.readings.values_list("case__code", flat=True)) == ["AAA", "BBB"]
