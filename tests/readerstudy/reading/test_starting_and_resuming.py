"""A session is drawn once, by whoever may read, and found again however often one comes back."""

from __future__ import annotations

import pytest

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.reading.models import Reading, ReadingSession
from readerstudy.reading.services import start_session
from readerstudy.studies.models import Reader, Study
from readerstudy.studies.services import close_study
from tests.readerstudy.makers import MakeStudy
from tests.readerstudy.reader_client import ReaderClient


def hanging_list(session_code: str) -> list[tuple[int, str]]:
    return list(
        Reading.objects.filter(session__code=session_code).order_by("position").values_list("position", "case__code")
    )


def test_starting_draws_a_session_and_starting_again_resumes_it(study: Study, reader: ReaderClient) -> None:
    first, second = reader.start(), reader.start()
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert ReadingSession.objects.count() == 1


def test_a_session_tells_where_the_reader_is_and_which_images_are_open(study: Study, reader: ReaderClient) -> None:
    state = reader.start().json()
    assert state["study"] == {"slug": "s", "title": "s"}
    assert (state["phase"]["name"], state["phase"]["feedback"]) == ("phase-1", "none")
    assert (state["cases"], state["done"], state["finished"], state["next_session"]) == (6, 0, False, False)
    assert state["matrix"] == {"rows": 1024, "columns": 1024}
    assert [reading["position"] for reading in state["readings"]] == [1, 2, 3]


def test_the_hanging_list_holds_every_case_once_and_stays_as_it_was_drawn(
    study: Study, reader: ReaderClient, code: str
) -> None:
    drawn = hanging_list(code)
    assert [position for position, _ in drawn] == [1, 2, 3, 4, 5, 6]
    assert {case for _, case in drawn} == set(study.phases.get().cohort.cases.values_list("code", flat=True))
    reader.judge(code, 1)
    reader.start()
    assert hanging_list(code) == drawn


def test_two_readers_get_different_orders_of_the_same_cases(
    make_study: MakeStudy, reader_user: User, colleague_user: User
) -> None:
    make_study(cases=12, readers=[reader_user, colleague_user], consent=True)
    one, other = (
        hanging_list(ReaderClient(user).start().json()["code"]) for user in (reader_user, colleague_user)
    )  # fmt: skip
    assert one != other
    assert {case for _, case in one} == {case for _, case in other}


def test_closing_the_browser_and_coming_back_resumes_at_the_same_case(
    study: Study, reader: ReaderClient, reader_user: User, code: str
) -> None:
    reader.read_on(code, at_most=2)
    before = reader.state(code)
    del reader
    again = ReaderClient(reader_user).start()
    assert again.status_code == 200
    assert again.json() == before
    assert again.json()["readings"][0]["position"] == 3


def test_a_session_tells_how_long_its_cases_were_read(study: Study, reader: ReaderClient, code: str) -> None:
    assert reader.state(code)["seconds"] == 0
    reader.judge(code, 1, seconds=12.5)
    reader.judge(code, 2, seconds=30)
    reader.reopen(code, 2)
    reader.judge(code, 2, seconds=4)
    assert reader.state(code)["seconds"] == 46.5


def test_without_consent_nothing_starts(make_study: MakeStudy, reader_user: User, reader: ReaderClient) -> None:
    make_study(readers=[reader_user])
    answer = reader.start()
    assert answer.status_code == 409
    assert "agree before you start" in answer.json()["detail"]
    assert not ReadingSession.objects.exists()


def test_consent_by_the_api_opens_the_study_and_counts_once(
    make_study: MakeStudy, reader_user: User, reader: ReaderClient
) -> None:
    make_study(readers=[reader_user])
    first, second = (reader.post("/api/v1/studies/s/consent/") for _ in range(2))
    listed = {"slug": "s", "title": "s", "reader": "R01", "state": "start", "opens_at": None}
    assert first.json() == second.json() == listed
    assert Event.objects.filter(verb="studies.consented").count() == 1
    assert reader.start().status_code == 201


def test_a_draft_is_not_there_for_its_readers(make_study: MakeStudy, reader_user: User, reader: ReaderClient) -> None:
    make_study(readers=[reader_user], locked=False)
    assert reader.start().status_code == 404
    assert reader.post("/api/v1/studies/s/consent/").status_code == 404
    assert reader.get("/api/v1/studies/").json() == []


def test_a_closed_study_cannot_be_started_or_agreed_to(
    make_study: MakeStudy, reader_user: User, reader: ReaderClient
) -> None:
    close_study(study=make_study(readers=[reader_user]), actor=None)
    for address in ("/api/v1/studies/s/sessions/", "/api/v1/studies/s/consent/"):
        answer = reader.post(address)
        assert answer.status_code == 409
        assert "not open for reading" in answer.json()["detail"]


def test_who_is_not_in_the_study_cannot_start_it(study: Study, stranger: ReaderClient, coordinator: User) -> None:
    for outsider in (stranger, ReaderClient(coordinator)):
        assert outsider.start().status_code == 404
        assert outsider.post("/api/v1/studies/s/consent/").status_code == 404


def test_the_start_of_a_session_is_audited_once(study: Study, reader_user: User) -> None:
    place = Reader.objects.get(user=reader_user)
    start_session(reader=place, actor=reader_user)
    start_session(reader=place, actor=reader_user)
    event = Event.objects.get(verb="reading.started")
    assert (event.actor, event.target) == (reader_user, "study:s")
    assert event.detail == {"reader": "R01", "phase": "phase-1", "attempt": 1}


@pytest.mark.parametrize("who", ["colleague", "stranger"])
def test_a_session_is_there_for_its_own_reader_only(code: str, who: str, request: pytest.FixtureRequest) -> None:
    other: ReaderClient = request.getfixturevalue(who)
    assert other.get(f"/api/v1/sessions/{code}/").status_code == 404
    assert other.judge(code, 1).status_code == 404
