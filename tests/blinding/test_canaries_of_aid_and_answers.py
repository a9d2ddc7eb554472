"""Aid, answers at the end and qualification tell what they are for, and no other secret word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from readerstudy.detectors.aiding import choose_aid
from readerstudy.detectors.models import Detector
from tests.blinding.canaries import ROOT, found_in, found_plainly_in, word
from tests.blinding.playing import Exchange, RecordingClient
from tests.blinding.world import World, a_world, secrets_of
from tests.readerstudy.protocols import a_draft, a_phase, run_with

pytestmark = pytest.mark.django_db
SLUG = "t"
AID, AT_END, QUALIFICATION = "detectors_api:aid", "training_api:feedback-at-end", "training_api:qualification"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """The world of secrets, with a study that tells answers at the end of its practice and then shows aid."""
    world = a_world(tmp_path)
    practice = a_phase("practice", purpose="practice", feedback="at-end", qualification_percent=1)
    aided = a_phase("aided", purpose="aided", modality="aided", aid="sequential", cohort="B")
    study = a_draft(practice, aided, slug=SLUG, cohorts=[world.practice, world.cohort])
    phase = study.phases.get(name="aided")
    choose_aid(phase=phase, detector=Detector.objects.get(), shows=["score"], actor=world.coordinator)
    run_with(study, world.reader, world.colleague)
    return world


@pytest.fixture
def played(world: World) -> list[Exchange]:
    """A whole session of the reader, who asks for everything at every step."""
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


def told(exchanges: list[Exchange], route: str) -> list[Exchange]:
    return [one for one in exchanges if one.route == route and one.status == 200]


def test_the_reader_met_aid_answers_and_qualification(world: World, played: list[Exchange]) -> None:
    assert len({one.path for one in told(played, AID)}) == world.cohort.cases.count()
    assert len(told(played, AT_END)) == 1
    assert len(told(played, QUALIFICATION)) == 1
    assert not told(played, "training_api:feedback")


def test_no_planted_word_comes_back_but_telltales_at_the_end(played: list[Exchange]) -> None:
    for one in played:
        if one.route == AT_END and one.status == 200:
            assert set(re.findall(rf"{ROOT}\w*", one.body.decode())) == {word("telltales")}
        else:
            assert not found_in(one.answered), f"{one.method} {one.path}"


def test_a_score_comes_back_with_aid_alone_and_no_computed_secret_at_all(world: World, played: list[Exchange]) -> None:
    secrets = secrets_of(world)
    for one in played:
        allowed = {"0.9876"} if one.route == AID and one.status == 200 else set()
        assert set(found_plainly_in(one.answered, secrets)) <= allowed, f"{one.method} {one.path}"
    assert all(b"0.9876" in one.body for one in told(played, AID))


def test_aid_is_of_one_form_and_of_the_case_to_judge(played: list[Exchange]) -> None:
    for place, one in enumerate(played):
        if one.route == AID and one.status == 200:
            before = [earlier for earlier in played[:place] if earlier.route == "api:judgements"]
            asked = int(one.path.split("/")[-3])
            assert asked == 1 + len(
                [judged for judged in before if judged.path.split("/")[4] == one.path.split("/")[4]]
            )
    forms = {re.sub(rb'"score":[-0-9.e]+', b'"score":0', one.body) for one in told(played, AID)}
    assert forms == {b'{"detector":"Aid","score":0,"call":null,"region":null}'}


def test_refusals_of_aid_and_answers_do_not_say_why(played: list[Exchange]) -> None:
    for route in (AID, AT_END, QUALIFICATION):
        refused = [one for one in played if one.route == route and one.status != 200]
        assert {one.status for one in refused} == {404}
        assert len({one.comparable[3:] for one in refused}) == 1, route
