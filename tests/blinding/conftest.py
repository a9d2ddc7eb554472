"""The world with a planted word in every secret field, and one whole session that was played in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from readerstudy.cohorts.models import Source
from readerstudy.reading.models import ReadingSession
from tests.blinding.playing import Exchange, RecordingClient, play
from tests.blinding.world import World, a_world, secrets_of


@pytest.fixture
def world(db: None, tmp_path: Path) -> World:
    """A running study of secrets."""
    return a_world(tmp_path)


@pytest.fixture
def client(world: World) -> RecordingClient:
    """The browser of the study's reader."""
    return RecordingClient(world.reader)


@dataclass(frozen=True)
class Played:
    """All that was answered in a whole session, and what it was about."""

    exchanges: list[Exchange]
    secrets: dict[str, str]
    sources: list[tuple[str, int, int, int]]
    practice: str
    practice_cases: int


@pytest.fixture(scope="session")
def played(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Played:
    """Play one whole session for all the tests that only look at what was answered, and take it back."""
    folder = tmp_path_factory.mktemp("played")
    with django_db_blocker.unblock(), override_settings(DATA_DIR=folder / "var"), transaction.atomic():
        world = a_world(folder)
        exchanges = play(RecordingClient(world.reader))
        result = Played(
            exchanges,
            secrets_of(world),
            list(Source.objects.filter(cohort=world.cohort).values_list("format", "rows", "columns", "bits")),
            ReadingSession.objects.get(phase__name="practice").code,
            world.practice.cases.count(),
        )
        transaction.set_rollback(True)
    return result
