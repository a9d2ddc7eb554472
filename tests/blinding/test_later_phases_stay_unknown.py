"""A reader who must not know what a study is for learns it from nothing that the server answers, until it is told."""

from __future__ import annotations

import json
import re

import pytest

from readerstudy.accounts.models import User
from readerstudy.studies.models import Study
from readerstudy.studies.services import close_study, create_study
from tests.blinding.playing import RecordingClient
from tests.readerstudy.protocols import FINDING, QUALITY, a_draft, a_phase, run_with
from tests.readerstudy.unpictured import a_person, an_unpictured_cohort

# What would tell the purpose, or that anything else is to come.
TELLING = re.compile(
    rb"synthe|authentic|deepfake|fake|artificial|\bAI\b|informed|disclos(?!ed_prevalence)|purpose|phase-[23]|training",
    re.IGNORECASE,
)
ANSWERS = {"quality": 3, "diagnosis": "normal"}


@pytest.fixture
def study(db: None) -> Study:
    """The preset of the RSNA study, without practice."""
    cohorts = [an_unpictured_cohort(f"set-{name}", cases=3) for name in ("a", "b")]
    draft = create_study(slug="radiographs", title="How well are deepfakes found?", preset="rsna2026", cohorts=cohorts)
    return run_with(draft, a_person("reader"))


@pytest.fixture
def client(study: Study) -> RecordingClient:
    """The browser of its reader."""
    return RecordingClient(User.objects.get(username="reader"))


def everywhere(client: RecordingClient, code: str = "") -> None:
    """Look at all that a reader can look at without reading."""
    pages = ["/reading/", "/reading/radiographs/consent/", "/api/v1/studies/", "/api/v1/preferences/", "/nothing/"]
    for path in pages + ([f"/reading/sessions/{code}/", f"/api/v1/sessions/{code}/"] if code else []):
        client.get(path)


def judge(client: RecordingClient, code: str, position: int) -> None:
    """Answer what phase 1 asks, and try what it does not."""
    client.judge(code, position)
    client.judge(code, position, call=None, confidence=None, answers={})
    client.draft(code, position, ANSWERS)
    client.reopen(code, max(position - 1, 1))
    client.feedback(code, position)
    client.judge(code, position, call=None, confidence=None, answers=ANSWERS)


def read_phase_1(client: RecordingClient) -> str:
    """Read all of it but the questions at the end, and give the session's code."""
    everywhere(client)
    code = str(client.start("radiographs").json()["code"])
    for position in (1, 2, 3):
        everywhere(client, code)
        judge(client, code, position)
    everywhere(client, code)
    return code


def test_all_through_the_first_phase_nothing_names_the_purpose_or_what_follows(client: RecordingClient) -> None:
    read_phase_1(client)
    told = {one.path: TELLING.findall(one.answered) for one in client.exchanges if TELLING.search(one.answered)}
    assert told == {}
    assert len(client.exchanges) > 40


def test_the_search_would_find_the_disclosure(client: RecordingClient) -> None:
    """So that the test before this one can fail: the same search finds what phase 2 tells."""
    code = read_phase_1(client)
    client.end(code, {"unusual": "the bones are too smooth"})
    state = client.start("radiographs")
    assert state.json()["phase"]["name"] == "phase-2"
    assert TELLING.search(state.content)


def test_questions_and_titles_of_later_phases_are_served_with_their_own_session_alone(
    client: RecordingClient,
) -> None:
    begun = client.start("radiographs").json()
    assert [one["name"] for one in begun["phase"]["questions"]] == ["quality", "diagnosis"]
    assert begun["phase"]["end_questions"] == []  # "anything unusual?" makes a reader look for it
    code = read_phase_1(client)
    state = client.state(code)
    assert [one["name"] for one in state["phase"]["end_questions"]] == ["unusual"]
    assert "The same cases" not in client.get("/reading/").text
    client.end(code, {"unusual": "nothing"})
    assert "Other cases" not in client.get("/reading/").text


def test_in_a_pause_the_page_says_when_and_not_what(db: None) -> None:
    user = a_person("reader")
    first = a_phase("first", purpose="purpose-blinded", undo_seconds=0, questions=[QUALITY, FINDING])
    told = a_phase("second", title="Which are synthetic?", modality="told", washout_days=28)
    run_with(a_draft(first, told, cases=2), user)
    client = RecordingClient(user)
    code = client.start().json()["code"]
    for position in (1, 2):
        client.judge(code, position, call=None, confidence=None, answers={"quality": 2, "diagnosis": "Normal"})
    state = client.state(code)
    assert (state["finished"], state["next_session"], bool(state["next_opens_at"])) == (True, True, True)
    assert client.start().status_code == 409
    client.get("/reading/")
    assert [one.path for one in client.exchanges if TELLING.search(one.answered)] == []


def test_a_study_that_is_closed_early_does_not_name_what_would_have_followed(
    study: Study, client: RecordingClient
) -> None:
    code = read_phase_1(client)
    close_study(study=study, actor=None)
    client.exchanges.clear()
    everywhere(client, code)
    assert [one.path for one in client.exchanges if TELLING.search(one.answered)] == []


def test_readers_see_the_title_that_is_meant_for_them(client: RecordingClient) -> None:
    shown = "Image quality and diagnosis of radiographs"
    assert client.get("/api/v1/studies/").json()[0]["title"] == shown
    assert client.start("radiographs").json()["study"] == {"slug": "radiographs", "title": shown}
    for page in ("/reading/", "/reading/radiographs/consent/"):
        assert shown in client.get(page).text


def test_two_phases_of_other_purposes_are_served_in_one_form(db: None) -> None:
    """From the parts of a session alone nobody can tell an informed phase from one that hides something."""
    user = a_person("reader")
    questions = [QUALITY, FINDING]
    hidden = a_phase("one", purpose="purpose-blinded", undo_seconds=0, questions=questions, title="A part")
    practice = a_phase("two", purpose="practice", undo_seconds=0, questions=questions, title="A part", cohort="B")
    run_with(a_draft(practice, hidden, cases=2), user)
    client = RecordingClient(user)
    states = []
    for _ in range(2):
        state = client.start().json()
        states.append(state)
        for position in (1, 2):
            answers = {"quality": 2, "diagnosis": "Normal"}
            client.judge(state["code"], position, call=None, confidence=None, answers=answers)
    first, second = states
    differing = {name for name in first["phase"] if first["phase"][name] != second["phase"][name]}
    assert differing == {"name", "practice"}
    assert json.dumps(first).count('"') == json.dumps(second).count('"')
