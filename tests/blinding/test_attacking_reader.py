"""What a curious reader with a browser's developer tools would try."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readerstudy.accounts.models import Role, User
from readerstudy.reading.models import ReadingSession
from readerstudy.studies.models import Reader, Study
from tests.blinding.canaries import ROOT, found_in, found_plainly_in, word
from tests.blinding.conftest import Played
from tests.blinding.endpoints import ENDPOINTS
from tests.blinding.playing import RecordingClient
from tests.blinding.world import World, secrets_of
from tests.readerstudy.reader_client import ReaderClient
from tests.readerstudy.unpictured import a_person, an_unpictured_study

STATE = {
    "code", "study", "phase", "cases", "done", "seconds", "finished", "stage", "next_session", "next_opens_at",
    "matrix", "spacing", "readings", "end_draft", "undo", "reopened", "earlier", "display_checked",
}  # fmt: skip
PHASE = {
    "name", "title", "practice", "told_html", "disclosed_prevalence", "feedback", "aid", "questions", "end_questions",
    "time_limit", "time_limit_seconds", "break_after_minutes", "revisit", "undo_seconds", "qualification_percent",
    "paired",
}  # fmt: skip
QUESTION = {"name", "kind", "text", "help", "required", "points", "forced", "options", "tools", "condition"}
READING = {
    "position", "dicom_study_uid", "dicom_series_uid", "sop_instance_uid", "companion", "aided", "draft", "previous",
}  # fmt: skip


@pytest.fixture
def study(db: None) -> Study:
    """A study with practice and two readers, whose pictures nobody looks at."""
    return an_unpictured_study(practice=True, readers=[a_person("reader"), a_person("colleague")], consent=True)


@pytest.fixture
def client(study: Study) -> RecordingClient:
    """The attacker's browser."""
    return RecordingClient(User.objects.get(username="reader"))


@pytest.fixture
def others(study: Study) -> str:
    """The code of the other reader's session."""
    return str(ReaderClient(User.objects.get(username="colleague")).start().json()["code"])


@pytest.fixture
def code(client: RecordingClient) -> str:
    """The code of the practice that the reader has begun."""
    return str(client.start().json()["code"])


def test_the_state_of_a_session_has_these_parts_and_no_other(client: RecordingClient, code: str) -> None:
    state = client.state(code)
    assert state.keys() == STATE
    assert state["study"].keys() == {"slug", "title"}
    assert state["phase"].keys() == PHASE
    assert all(question.keys() == QUESTION for question in state["phase"]["questions"])
    assert all(reading.keys() == READING for reading in state["readings"])


def test_no_answer_counts_rows_of_the_database(played: Played) -> None:
    """A primary key would tell in which order cases were imported."""
    for one in played.exchanges:
        if dict(one.headers)["Content-Type"] == "application/json":
            assert _keys(json.loads(one.body)).isdisjoint({"id", "pk", "case", "image", "reader_id"}), one.path


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(_keys, value.values()))
    return set().union(*map(_keys, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("form", ["api", "html", "admin", "xml", "csv", "yaml", "openapi"])
def test_there_is_no_other_form_of_the_api(client: RecordingClient, code: str, form: str) -> None:
    for path in ("/api/v1/studies/", f"/api/v1/sessions/{code}/"):
        assert client.get(path, {"format": form}).status_code == 404


def test_the_api_is_no_browsable_page(client: RecordingClient, code: str) -> None:
    for path in ("/api/v1/studies/", f"/api/v1/sessions/{code}/"):
        asked_for_html = client.get(path, headers={"Accept": "text/html"})
        assert asked_for_html.status_code == 406
        assert asked_for_html["Content-Type"] == "application/json"


def test_head_says_no_more_than_get(study: Study, client: RecordingClient, code: str) -> None:
    reading = client.state(code)["readings"][0]
    instance = "studies/{dicom_study_uid}/series/{dicom_series_uid}/instances/{sop_instance_uid}".format(**reading)
    for path in (
        "/api/v1/studies/",
        f"/api/v1/sessions/{code}/",
        f"/api/v1/sessions/{code}/dicomweb/{instance}/frames/1",
    ):
        got, headed = client.get(path), client.head(path)
        assert (headed.status_code, headed.headers) == (got.status_code, got.headers)
        assert client.exchanges[-1].body == b""


def test_head_does_not_pass_the_gate_of_feedback_either(client: RecordingClient, code: str) -> None:
    address = f"/api/v1/sessions/{code}/readings/1/feedback/"
    assert client.head(address).status_code == 404
    client.judge(code, 1)
    assert client.head(address).status_code == 200


def test_options_say_the_same_of_every_session_and_nothing_of_any(
    client: RecordingClient, code: str, others: str
) -> None:
    for rest in ("", "readings/1/judgements/", "readings/1/feedback/"):
        answers = [client.options(f"/api/v1/sessions/{each}/{rest}") for each in (code, others, "0" * 30)]
        assert len({answer.content for answer in answers}) == 1
        assert len({answer["Allow"] for answer in answers}) == 1
        assert set(answers[0].json()) == {"name", "description", "renders", "parses"}


def test_the_schema_and_its_page_are_not_there_for_readers(client: RecordingClient) -> None:
    for path in ("/api/schema/", "/api/schema/?format=json", "/api/docs/"):
        assert client.get(path).status_code == 404


def test_what_is_not_there_is_refused_in_the_same_words(client: RecordingClient, code: str, others: str) -> None:
    refusals = [client.get(f"/api/v1/sessions/{each}/") for each in (others, "0" * 30, "x")]
    refusals += [client.feedback(each, position) for each in (code, others) for position in (1, 99)]
    refusals += [client.start("nothing"), client.judge(others, 1)]
    assert {(one.status_code, one.content) for one in refusals} == {(404, b'{"detail":"Not found."}')}


def test_nothing_may_be_kept_by_a_cache(played: Played) -> None:
    for one in played.exchanges:
        assert "no-store" in dict(one.headers)["Cache-Control"], one.path


def test_the_only_cookie_after_the_login_is_the_token(played: Played) -> None:
    cookies = {pair[1].partition("=")[0] for one in played.exchanges for pair in one.headers if pair[0] == "Set-Cookie"}
    assert cookies == {"csrftoken"}


def test_session_codes_are_drawn_and_share_nothing(code: str, others: str) -> None:
    assert code != others
    assert len(code) == len(others) == 30
    assert ReadingSession.objects.get(code=code).hanging_list.seed[:6] not in code


def test_the_way_into_a_study_tells_nothing_but_its_title(world: World) -> None:
    place, secrets = Reader.objects.get(study=world.study, user=None), secrets_of(world)
    for visitor in (Client(), ReaderClient(world.stranger)):
        for path in (world.study.recruitment.path, place.join_path):
            answer = visitor.get(path)
            answered = repr(answer.headers).encode() + answer.content
            assert answer.status_code == 200
            # To whom a place was offered stands in its own form.
            assert not found_in(answered.replace(f"{word('invited')}@example.org".encode(), b""))
            assert found_plainly_in(answered, secrets) == []


def test_receipts_of_all_cases_are_alike_in_form_and_length(db: None) -> None:
    """Whatever a case is: but for its place, the identifiers drawn for it and the reader's clock, nothing differs."""
    user = a_person("reader")
    an_unpictured_study(readers=[user], consent=True, cases=9)
    browser = ReaderClient(user)
    code = browser.start().json()["code"]
    answers = [browser.judge(code, position).content for position in range(1, 7)]
    receipts = [re.sub(rb'"seconds(_left)?":[\d.]+', b"", one) for one in answers]
    assert len({len(one) for one in receipts}) == 1
    assert len({re.sub(rb"\d+", b"", one) for one in receipts}) == 1


def test_of_what_belongs_to_others_every_act_says_that_it_is_not_there(
    client: RecordingClient, code: str, others: str
) -> None:
    """An act on another's session, on one that is not there, and on one's own finished study sound the same."""
    for each in (others, "0" * 30):
        refusals = [
            client.draft(each, 1, {}), client.reopen(each, 1), client.leave(each, 1), client.end(each, {}),
            client.judge(each, 1), client.check_display("nothing"),
        ]  # fmt: skip
        assert {(one.status_code, one.content) for one in refusals} == {(404, b'{"detail":"Not found."}')}


def test_a_draft_of_a_later_case_is_refused_as_one_of_a_case_that_never_comes(
    client: RecordingClient, code: str
) -> None:
    answers = [client.draft(code, position, {}) for position in (2, 3, 50, 10_000)]
    answers += [client.reopen(code, position) for position in (2, 3, 50, 10_000)]
    assert {one.status_code for one in answers} == {409}
    assert len({one.content for one in answers[:4]}) == len({one.content for one in answers[4:]}) == 1


def test_debugging_is_off_and_an_error_shows_no_inside(
    client: RecordingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(f"{ROOT} in a traceback")

    monkeypatch.setattr("readerstudy.reading.enrolments.enrolment", fail)
    client.raise_request_exception = False
    for path in ("/reading/", "/api/v1/studies/"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert not found_in(answer.content)
        assert b"Traceback" not in answer.content


ODD = ["\x00", "%00", "..", "../../etc/passwd", "'", '"><script>', "0", "-1", "９", "%", "%ff", "\ufffd", "a" * 3000]


@pytest.mark.parametrize("odd", ODD)
def test_odd_addresses_are_refused_and_never_fail(client: RecordingClient, code: str, odd: str) -> None:
    names = dict.fromkeys((name for row in ENDPOINTS for name in re.findall(r"\{(\w+)\}", row.path)), odd)
    coordinator = ReaderClient(a_person("coordinator", Role.COORDINATOR))
    for row in ENDPOINTS:
        if "{" in row.path:
            for who in (client, coordinator, Client()):
                assert who.generic(row.method, row.path.format(**names)).status_code < 500, row.path
    for resource in (odd, f"studies/{odd}", f"studies?StudyInstanceUID={odd}", f"instances?{odd}={odd}&limit={odd}"):
        assert client.get(f"/api/v1/sessions/{code}/dicomweb/{resource}").status_code in (200, 400, 404)


header_text = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=40)


@given(resource=st.text(min_size=1, max_size=60), query=st.text(max_size=40), accept=header_text)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rubbish_never_makes_the_dicomweb_root_fail(
    client: RecordingClient, code: str, resource: str, query: str, accept: str
) -> None:
    filters = {"PatientName": query, "limit": query, "viewport": query}
    answer = client.get(f"/api/v1/sessions/{code}/dicomweb/{resource}", filters, headers={"Accept": accept})
    assert answer.status_code < 500
