"""A coordinator tries a phase on the reading page: the browser plays the server, and gets pictures, nothing secret."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from readerstudy.studies.models import Study
from readerstudy.studies.services import draw_lists
from tests.readerstudy.protocols import CALL, FINDING, a_draft, a_phase
from tests.readerstudy.unpictured import an_unpictured_study, draw_frames

pytestmark = pytest.mark.django_db
PAGE = "/studies/s/preview/2/phase-1/"


@pytest.fixture
def study() -> Study:
    """A draft of one phase with more cases than are played."""
    study = an_unpictured_study(locked=False, cases=12)
    draw_frames(study)
    return study


def script(client: Client, page: str = PAGE) -> dict[str, Any]:
    answer = client.get(f"{page}script.json")
    assert answer.status_code == 200
    return dict(json.loads(answer.content))


def test_the_page_is_the_readers_own_and_names_what_it_plays(desk: Client, study: Study) -> None:
    text = desk.get(PAGE).content.decode()
    assert 'id="reading"' in text
    assert f'data-script="{PAGE}script.json"' in text
    assert f'data-images="{PAGE}dicomweb"' in text
    assert 'data-home="/studies/s/preview/?reader=2"' in text


def test_it_plays_the_first_cases_of_that_readers_order_under_identifiers_of_its_own(
    desk: Client, study: Study
) -> None:
    played = script(desk)
    assert [one["position"] for one in played["places"]] == list(range(1, 11))
    assert played["session"]["cases"] == 10
    again, other = script(desk), script(desk, "/studies/s/preview/3/phase-1/")
    assert played == again
    assert [one["sop_instance_uid"] for one in played["places"]] != [one["sop_instance_uid"] for one in other["places"]]


def test_what_is_asked_at_the_end_comes_beside_the_session(desk: Client) -> None:
    a_draft(a_phase("first", questions=[CALL, {**FINDING, "asked": "end"}]), cases=4)
    played = script(desk, "/studies/s/preview/1/first/")
    assert played["session"]["phase"]["end_questions"] == []
    assert [one["name"] for one in played["end_questions"]] == ["diagnosis"]
    assert [one["name"] for one in played["session"]["phase"]["questions"]] == ["call"]


def test_the_script_names_no_case_and_no_cohort(desk: Client, study: Study) -> None:
    text = json.dumps(script(desk))
    (drawn,) = draw_lists(study, 2)[1]
    assert not [place["case"] for place in drawn.places if place["case"] in text]
    assert "s-cases" not in text


def test_pictures_come_as_a_reader_gets_them_and_only_those_that_are_played(desk: Client, study: Study) -> None:
    one = script(desk)["places"][0]
    root = f"studies/{one['dicom_study_uid']}/series/{one['dicom_series_uid']}"
    address = f"{PAGE}dicomweb/{root}/instances/{one['sop_instance_uid']}/frames/1"
    answer = desk.get(address)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert b"".join(answer).count(b"\0") > 1000  # the black picture  # type: ignore[arg-type]
    assert desk.get(address.replace(one["sop_instance_uid"], "2.25.1")).status_code == 404
    assert len(json.loads(desk.get(f"{PAGE}dicomweb/studies").content)) == 10


def test_reference_pictures_come_too(desk: Client) -> None:
    study = a_draft(a_phase("first", companions="R"), cases=4)
    draw_frames(study)
    played = script(desk, "/studies/s/preview/1/first/")
    assert played["session"]["phase"]["paired"] is True
    assert all(one["companion"] for one in played["places"])


@pytest.mark.parametrize("way", ["", "script.json", "dicomweb/studies"])
@pytest.mark.parametrize("page", ["/studies/s/preview/2/gone/", "/studies/s/preview/0/phase-1/"])
def test_what_is_not_there_is_not_found(desk: Client, study: Study, page: str, way: str) -> None:
    assert desk.get(page + way).status_code == 404


def test_where_no_order_can_be_drawn_there_is_nothing_to_play(desk: Client) -> None:
    a_draft(a_phase("first", case_count=9), cases=4)
    assert desk.get("/studies/s/preview/1/first/").status_code == 404


def test_playing_stores_nothing(desk: Client, study: Study) -> None:
    def rows() -> dict[str, int]:
        return {model._meta.label: model._default_manager.count() for model in apps.get_models()}

    before = rows()
    desk.get(PAGE)
    script(desk)
    desk.get(f"{PAGE}dicomweb/studies")
    assert rows() == before
