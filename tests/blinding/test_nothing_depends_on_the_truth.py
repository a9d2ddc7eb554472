"""A session is the same to the last byte whatever is true: the strongest form of blinding that a test can hold."""

from __future__ import annotations

import pytest
from django.db import transaction

from readerstudy.reading import models
from tests.blinding.playing import FEEDBACK, Exchange, RecordingClient, play
from tests.blinding.world import World, flip_every_secret


def played_and_undone(world: World) -> list[Exchange]:
    """Play a session and take it back, so that the next one begins at the same place."""
    with transaction.atomic():
        client = RecordingClient(world.reader)
        exchanges = play(client)
        transaction.set_rollback(True)
    return exchanges


@pytest.fixture
def _codes_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give both sessions of a pair the same code, as it is drawn."""
    field = models.ReadingSession._meta.get_field("code")
    monkeypatch.setattr(field, "_get_default", lambda: f"{models.ReadingSession.objects.count() + 1:030x}")


@pytest.mark.usefixtures("_codes_in_a_row")
def test_a_session_is_answered_alike_when_every_secret_is_another(world: World) -> None:
    before = played_and_undone(world)
    flip_every_secret(world)
    after = played_and_undone(world)
    told = {number for number, one in enumerate(before) if one.route == FEEDBACK and one.status == 200}
    assert len(before) == len(after) > 150
    for number, (one, other) in enumerate(zip(before, after, strict=True)):
        if number in told:
            assert one.comparable != other.comparable  # feedback is where the truth comes out, and so it changed
        else:
            assert one.comparable == other.comparable
    assert len(told) == world.practice.cases.count()
