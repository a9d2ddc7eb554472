"""A practice can ask for a share of right calls before the test: judged once, here; reading learns passed or not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.reading.models import Reading, ReadingSession
from readerstudy.studies.models import Study
from readerstudy.training.gates import qualification_is_open
from readerstudy.training.qualification import is_enough
from readerstudy.truth.models import Truth
from tests.readerstudy.protocols import a_draft, a_phase, run_with
from tests.readerstudy.reader_client import ReaderClient


@pytest.fixture
def study(reader_user: User, colleague_user: User) -> Study:
    """Six cases to practise on, two thirds of which must be called right in one of two attempts; then a test."""
    practice = a_phase("practice", purpose="practice", qualification_percent=66, attempts=2)
    return run_with(a_draft(practice, a_phase("test", cohort="B")), reader_user, colleague_user)


def judge_all(client: ReaderClient, *, right: int) -> str:
    """Practise, so many times right, and give the session's code."""
    code = str(client.start().json()["code"])
    for reading in Reading.objects.filter(session__code=code).order_by("position"):
        truth = Truth.objects.get(case=reading.case_id).value
        wrong = "authentic" if truth == "synthetic" else "synthetic"
        client.judge(code, reading.position, call=truth if reading.position <= right else wrong)
    return code


def qualify(client: ReaderClient, code: str) -> Any:
    return client.post(f"/api/v1/sessions/{code}/qualification/")


@pytest.mark.django_db
def test_enough_right_calls_lead_to_the_test(study: Study, reader: ReaderClient) -> None:
    code = judge_all(reader, right=4)
    assert qualify(reader, code).json() == {
        "passed": True, "attempts_left": 0, "correct": 4, "of": 6, "needed_percent": 66,
    }  # fmt: skip
    assert reader.start().json()["phase"]["name"] == "test"


@pytest.mark.django_db
def test_too_few_lead_to_another_attempt_on_the_same_list(study: Study, reader: ReaderClient) -> None:
    first = judge_all(reader, right=3)
    said = qualify(reader, first).json()
    assert (said["passed"], said["attempts_left"], said["correct"]) == (False, 1, 3)
    second = judge_all(reader, right=6)
    assert second != first
    assert ReadingSession.objects.get(code=second).attempt == 2
    assert qualify(reader, second).json()["passed"] is True
    assert reader.start().json()["phase"]["name"] == "test"


@pytest.mark.django_db
def test_after_the_last_attempt_there_is_no_way_on(study: Study, reader: ReaderClient) -> None:
    for left in (1, 0):
        assert qualify(reader, judge_all(reader, right=0)).json()["attempts_left"] == left
    assert reader.start().status_code == 409


@pytest.mark.django_db
def test_it_is_judged_once_and_said_again(study: Study, reader: ReaderClient) -> None:
    code = judge_all(reader, right=4)
    said = [qualify(reader, code).json() for _ in range(3)]
    assert said[0] == said[1] == said[2]
    (event,) = Event.objects.filter(verb="training.qualification_judged")
    assert event.detail == {"phase": "practice", "attempt": 1, "passed": True}
    assert event.target == f"session:{code}"


@pytest.mark.django_db
def test_once_judged_no_judgement_can_be_taken_back(study: Study, reader: ReaderClient) -> None:
    code = judge_all(reader, right=3)
    qualify(reader, code)
    assert reader.post(f"/api/v1/sessions/{code}/readings/6/reopen/").status_code == 409


@pytest.mark.django_db
def test_a_judgement_that_is_open_again_is_waited_for(study: Study, reader: ReaderClient) -> None:
    code = judge_all(reader, right=3)
    reader.post(f"/api/v1/sessions/{code}/readings/6/reopen/")
    assert qualify(reader, code).status_code == 404
    truth = Truth.objects.get(case=Reading.objects.get(session__code=code, position=6).case).value
    reader.judge(code, 6, call=truth)
    assert qualify(reader, code).json()["correct"] == 4, "the last revision counts"


@pytest.mark.django_db
def test_before_the_end_it_cannot_be_asked_for(study: Study, reader: ReaderClient) -> None:
    code = reader.start().json()["code"]
    assert qualify(reader, code).status_code == 404
    reader.read_on(code, at_most=5)
    assert qualify(reader, code).status_code == 404
    assert ReadingSession.objects.get(code=code).qualified is None


@pytest.mark.django_db
def test_before_it_was_asked_for_the_test_does_not_open(study: Study, reader: ReaderClient) -> None:
    code = judge_all(reader, right=6)
    assert reader.start().json()["code"] == code


@pytest.mark.django_db
def test_a_phase_without_threshold_has_none(study: Study, reader: ReaderClient) -> None:
    qualify(reader, judge_all(reader, right=6))
    assert qualify(reader, judge_all(reader, right=6)).status_code == 404


@pytest.mark.django_db
def test_nobody_else_can_ask(study: Study, reader: ReaderClient, colleague_user: User) -> None:
    code = judge_all(reader, right=6)
    assert qualify(ReaderClient(colleague_user), code).status_code == 404
    assert ReadingSession.objects.get(code=code).qualified is None


@pytest.mark.parametrize(
    ("correct", "of", "needed", "enough"),
    [(7, 10, 70, True), (6, 10, 70, False), (2, 3, 66, True), (2, 3, 67, False), (0, 5, 1, False), (29, 29, 100, True)],
)
def test_a_share_is_reckoned_without_rounding(correct: int, of: int, needed: int, enough: bool) -> None:
    assert is_enough(correct=correct, of=of, needed_percent=needed) is enough


@given(of=st.integers(1, 500), needed=st.integers(1, 100))
def test_all_right_is_always_enough_and_none_never(of: int, needed: int) -> None:
    assert is_enough(correct=of, of=of, needed_percent=needed)
    assert not is_enough(correct=0, of=of, needed_percent=needed)


@given(correct=st.integers(0, 500), of=st.integers(1, 500), needed=st.integers(1, 100))
def test_one_more_right_call_never_hurts(correct: int, of: int, needed: int) -> None:
    assert is_enough(correct=correct + 1, of=of, needed_percent=needed) >= is_enough(
        correct=correct, of=of, needed_percent=needed
    )


@pytest.mark.parametrize(("needed", "finished"), [(None, True), (None, False), (50, False), (50, True)])
def test_the_gate_opens_at_the_end_of_a_phase_that_asks_for_it(needed: int | None, finished: bool) -> None:
    assert qualification_is_open(needed_percent=needed, finished=finished) == (needed == 50 and finished)


@pytest.mark.django_db
def test_a_case_that_is_shown_again_counts_once(reader_user: User, reader: ReaderClient) -> None:
    practice = a_phase("practice", purpose="practice", qualification_percent=50, reread_percent=50)
    run_with(a_draft(practice), reader_user)
    code = str(reader.start().json()["code"])
    reader.read_on(code)
    said = qualify(reader, code).json()
    assert (said["correct"], said["of"]) == (3, 6)
