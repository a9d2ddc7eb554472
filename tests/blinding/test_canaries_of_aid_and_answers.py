"""Aid, answers at the end and qualification tell what they are for, and no other secret word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from readerstudy.detectors.aiding import choose_aid
from readerstudy.detectors.models import Detector
from tests.blinding.canaries import ROOT, found_in, found_plainly_in, word
from tests.blinding.playing import Exchange, RecordingClient
from tests.blinding.world import World, a_world, secrets_of
from tests.readerstudy.protocols import a_draft, a_phase, run_with

SLUG = "t"
AID, AT_END, QUALIFICATION = "detectors_api:aid", "training_api:feedback-at-end", "training_api:qualification"


@dataclass(frozen=True)
class Told:
    """All that was answered to a reader who asks for everything at every step, and what it was about."""

    exchanges: list[Exchange]
    secrets: dict[str, str]
    cases: int

    def of(self, route: str) -> list[Exchange]:
        """Give what was answered by a route and told something."""
        return [one for one in self.exchanges if one.route == route and one.status == 200]


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Play one whole session for all tests, which only look at what was answered, and take it back."""
    folder = tmp_path_factory.mktemp("told")
    with django_db_blocker.unblock(), override_settings(DATA_DIR=folder / "var"), transaction.atomic():
        world = telling_world(folder)
        result = Told(play(world), secrets_of(world), world.cohort.cases.count())
        transaction.set_rollback(True)
    return result


def telling_world(folder: Path) -> World:
    """The world of secrets, with a study that tells answers at the end of its practice and then shows aid."""
    world = a_world(folder)
    practice = a_phase("practice", purpose="practice", feedback="at-end", qualification_percent=1)
    aided = a_phase("aided", purpose="aided", modality="aided", aid="sequential", cohort="B")
    study = a_draft(practice, aided, slug=SLUG, cohorts=[world.practice, world.cohort])
    phase = study.phases.get(name="aided")
    choose_aid(phase=phase, detector=Detector.objects.get(), shows=["score"], actor=world.coordinator)
    run_with(study, world.reader, world.colleague)
    return world


def play(world: World) -> list[Exchange]:
    client = RecordingClient(world.reader)
    for _ in range(2):
        state = client.start(SLUG).json()
        while not state["finished"]:
            ask_for_everything(client, state["code"], state["cases"])
            state = client.judge(state["code"], state["readings"][0]["position"]).json()["session"]
        ask_for_everything(client, state["code"], state["cases"])
    return client.exchanges


def ask_for_everything(client: RecordingClient, code: str, cases: int) -> None:
    client.get(f"/api/v1/sessions/{code}/feedback/")
    client.post(f"/api/v1/sessions/{code}/qualification/")
    for position in range(cases + 2):
        client.get(f"/api/v1/sessions/{code}/readings/{position}/aid/")
        client.feedback(code, position)


def test_the_reader_met_aid_answers_and_qualification(told: Told) -> None:
    assert len({one.path for one in told.of(AID)}) == told.cases
    assert len(told.of(AT_END)) == 1
    assert len(told.of(QUALIFICATION)) == 1
    assert not told.of("training_api:feedback")


def test_no_planted_word_comes_back_but_telltales_at_the_end(told: Told) -> None:
    for one in told.exchanges:
        if one.route == AT_END and one.status == 200:
            assert set(re.findall(rf"{ROOT}\w*", one.body.decode())) == {word("telltales")}
        else:
            assert not found_in(one.answered), f"{one.method} {one.path}"


def test_a_score_comes_back_with_aid_alone_and_no_computed_secret_at_all(told: Told) -> None:
    for one in told.exchanges:
        allowed = {"0.9876"} if one.route == AID and one.status == 200 else set()
        assert set(found_plainly_in(one.answered, told.secrets)) <= allowed, f"{one.method} {one.path}"
    assert all(b"0.9876" in one.body for one in told.of(AID))


def test_aid_is_of_one_form_and_of_the_case_to_judge(told: Told) -> None:
    for place, one in enumerate(told.exchanges):
        if one.route == AID and one.status == 200:
            before = [earlier for earlier in told.exchanges[:place] if earlier.route == "api:judgements"]
            asked = int(one.path.split("/")[-3])
            assert asked == 1 + len(
                [judged for judged in before if judged.path.split("/")[4] == one.path.split("/")[4]]
            )
    forms = {re.sub(rb'"score":[-0-9.e]+', b'"score":0', one.body) for one in told.of(AID)}
    assert forms == {b'{"detector":"Aid","score":0,"call":null,"region":null}'}


def test_refusals_of_aid_and_answers_do_not_say_why(told: Told) -> None:
    for route in (AID, AT_END, QUALIFICATION):
        refused = [one for one in told.exchanges if one.route == route and one.status != 200]
        assert {one.status for one in refused} == {404}
        assert len({one.comparable[3:] for one in refused}) == 1, route
