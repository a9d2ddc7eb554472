"""A reader is told the answer in practice, after the judgement, of the own cases; everything else is not there."""

from __future__ import annotations

import pytest

from readerstudy.accounts.models import Role, User
from readerstudy.reading.models import Reading
from readerstudy.studies.models import Study
from readerstudy.studies.services import close_study
from readerstudy.training.models import FeedbackShown
from readerstudy.training.services import _in_words
from readerstudy.truth.models import Truth
from tests.readerstudy.reader_client import ReaderClient
from tests.readerstudy.unpictured import a_person, an_unpictured_study


@pytest.fixture
def study(reader_user: User, colleague_user: User) -> Study:
    """Two cases to practise on, six to read."""
    return an_unpictured_study(practice=True, readers=[reader_user, colleague_user], consent=True)


@pytest.fixture
def practice(study: Study, reader: ReaderClient) -> str:
    """The code of the practice that the reader has begun."""
    return str(reader.start().json()["code"])


def truth_at(session_code: str, position: int) -> Truth:
    return Truth.objects.get(case=Reading.objects.get(session__code=session_code, position=position).case)


@pytest.mark.parametrize("call", ["authentic", "synthetic"])
def test_the_answer_follows_the_judgement(practice: str, reader: ReaderClient, call: str) -> None:
    for position in (1, 2):
        reader.judge(practice, position, call=call)
        answer = reader.feedback(practice, position)
        truth = truth_at(practice, position)
        told = ["grain", "spine"] if truth.is_synthetic else []
        assert answer.status_code == 200
        assert answer.json() == {
            "position": position,
            "truth": truth.value,
            "correct": call == truth.value,
            "telltales": told,
        }


def test_before_the_judgement_there_is_no_answer(practice: str, reader: ReaderClient) -> None:
    assert reader.feedback(practice, 1).status_code == 404
    reader.judge(practice, 1)
    assert reader.feedback(practice, 1).status_code == 200
    assert reader.feedback(practice, 2).status_code == 404


def test_a_refused_judgement_opens_nothing(practice: str, reader: ReaderClient) -> None:
    assert reader.judge(practice, 1, confidence=0).status_code == 400
    assert reader.judge(practice, 2).status_code == 409
    assert [reader.feedback(practice, position).status_code for position in (1, 2)] == [404, 404]


def test_the_test_phase_never_tells_not_even_after_the_judgement(practice: str, reader: ReaderClient) -> None:
    reader.read_on(practice)
    code = reader.start().json()["code"]
    reader.read_on(code, at_most=3)
    assert {reader.feedback(code, position).status_code for position in range(8)} == {404}
    reader.read_on(code)
    assert {reader.feedback(code, position).status_code for position in range(8)} == {404}
    assert not FeedbackShown.objects.exists()


def test_the_answer_stays_open_once_the_practice_is_finished(practice: str, reader: ReaderClient) -> None:
    reader.read_on(practice)
    assert [reader.feedback(practice, position).status_code for position in (1, 2)] == [200, 200]


def test_nobody_else_is_told(practice: str, reader: ReaderClient, colleague_user: User) -> None:
    reader.read_on(practice)
    others = [colleague_user, a_person("stranger"), a_person("coordinator", Role.COORDINATOR)]
    assert {ReaderClient(other).feedback(practice, 1).status_code for other in others} == {404}
    assert not FeedbackShown.objects.exists()


def test_a_colleague_who_has_not_judged_is_not_told(practice: str, reader: ReaderClient, colleague_user: User) -> None:
    reader.read_on(practice)
    colleague = ReaderClient(colleague_user)
    own = colleague.start().json()["code"]
    assert [colleague.feedback(own, position).status_code for position in (1, 2)] == [404, 404]


def test_a_closed_study_tells_nothing_more(practice: str, study: Study, reader: ReaderClient) -> None:
    reader.read_on(practice)
    close_study(study=study, actor=None)
    assert reader.feedback(practice, 1).status_code == 404


@pytest.mark.parametrize("position", [0, 3, 10**30])
def test_a_place_that_is_not_there_has_no_answer(practice: str, reader: ReaderClient, position: int) -> None:
    reader.read_on(practice)
    assert reader.feedback(practice, position).status_code == 404


def test_what_was_told_is_noted_once_with_its_first_time(practice: str, reader: ReaderClient) -> None:
    reader.judge(practice, 1)
    reader.feedback(practice, 1)
    first = FeedbackShown.objects.get()
    assert first.reading.position == 1
    reader.feedback(practice, 1)
    assert FeedbackShown.objects.get().at == first.at


def test_a_refused_question_is_not_noted(practice: str, reader: ReaderClient) -> None:
    reader.feedback(practice, 1)
    assert not FeedbackShown.objects.exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [("uniform-grain", "uniform grain"), ("one-sided fracture", "one-sided fracture"), ("grain", "grain")],
)
def test_a_telltale_is_told_in_words(name: str, words: str) -> None:
    assert _in_words(name) == words
