"""Where a practice tells its answers at the end, it tells all of them then and none before."""

from __future__ import annotations

import pytest

from readerstudy.accounts.models import User
from readerstudy.reading.models import Reading
from readerstudy.studies.models import Study
from readerstudy.studies.services import close_study
from readerstudy.training.gates import feedback_at_end_is_open
from readerstudy.training.models import FeedbackShown
from readerstudy.truth.models import Truth
from tests.readerstudy.protocols import a_draft, a_phase, run_with
from tests.readerstudy.reader_client import ReaderClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(reader_user: User, colleague_user: User) -> Study:
    """Six cases to practise on, with answers at the end, then a test."""
    practice = a_phase("practice", purpose="practice", feedback="at-end")
    return run_with(a_draft(practice, a_phase("test", cohort="B")), reader_user, colleague_user)


@pytest.fixture
def code(study: Study, reader: ReaderClient) -> str:
    """The practice that the reader has begun."""
    return str(reader.start().json()["code"])


def at_end(client: ReaderClient, code: str) -> int:
    return int(client.get(f"/api/v1/sessions/{code}/feedback/").status_code)


def test_all_answers_are_told_in_the_order_of_the_list(code: str, reader: ReaderClient) -> None:
    for position in range(1, 7):
        reader.judge(code, position, call=("authentic", "synthetic")[position % 2])
    told = reader.get(f"/api/v1/sessions/{code}/feedback/").json()
    readings = Reading.objects.filter(session__code=code).order_by("position")
    truths = {truth.case_id: truth.value for truth in Truth.objects.all()}
    assert [one["position"] for one in told] == [1, 2, 3, 4, 5, 6]
    assert [one["truth"] for one in told] == [truths[reading.case_id] for reading in readings]
    for one in told:
        assert one["correct"] == (one["truth"] == ("authentic", "synthetic")[one["position"] % 2])
        assert one["telltales"] == (["grain", "spine"] if one["truth"] == "synthetic" else [])


def test_before_the_last_judgement_none_is_told(code: str, reader: ReaderClient) -> None:
    for position in range(1, 7):
        assert at_end(reader, code) == 404
        reader.judge(code, position)
        assert reader.feedback(code, position).status_code == 404
    assert not FeedbackShown.objects.exists()
    assert at_end(reader, code) == 200
    assert FeedbackShown.objects.count() == 6


def test_while_the_last_judgement_is_open_again_none_is_told(code: str, reader: ReaderClient) -> None:
    reader.read_on(code)
    assert reader.post(f"/api/v1/sessions/{code}/readings/6/reopen/").status_code == 200
    assert at_end(reader, code) == 404
    reader.judge(code, 6)
    assert at_end(reader, code) == 200


def test_once_told_every_judgement_is_final(code: str, reader: ReaderClient) -> None:
    reader.read_on(code)
    at_end(reader, code)
    assert reader.post(f"/api/v1/sessions/{code}/readings/6/reopen/").status_code == 409
    assert not Reading.objects.filter(session__code=code, sealed_at=None).exists()


def test_told_again_it_says_the_same_and_is_noted_once(code: str, reader: ReaderClient) -> None:
    reader.read_on(code)
    first = reader.get(f"/api/v1/sessions/{code}/feedback/").json()
    noted = list(FeedbackShown.objects.values_list("pk", "at"))
    assert reader.get(f"/api/v1/sessions/{code}/feedback/").json() == first
    assert list(FeedbackShown.objects.values_list("pk", "at")) == noted


def test_nobody_else_is_told(code: str, reader: ReaderClient, colleague_user: User) -> None:
    reader.read_on(code)
    assert at_end(ReaderClient(colleague_user), code) == 404


def test_the_test_never_tells(code: str, reader: ReaderClient) -> None:
    reader.read_on(code)
    test = reader.start().json()["code"]
    reader.read_on(test)
    assert at_end(reader, test) == 404


def test_a_closed_study_tells_nothing_more(code: str, study: Study, reader: ReaderClient) -> None:
    reader.read_on(code)
    close_study(study=study, actor=None)
    assert at_end(reader, code) == 404


@pytest.mark.parametrize("feedback", ["none", "after-each", "at-end"])
@pytest.mark.parametrize("finished", [False, True])
def test_the_gate_opens_at_the_end_of_a_phase_that_tells_then(feedback: str, finished: bool) -> None:
    assert feedback_at_end_is_open(feedback=feedback, finished=finished) == (feedback == "at-end" and finished)
