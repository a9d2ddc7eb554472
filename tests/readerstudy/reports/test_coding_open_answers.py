"""Two coders say, apart from each other, who spoke of AI unprompted; what they see differently they settle."""

from __future__ import annotations

import uuid
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.test import Client

from readerstudy.accounts.models import Role, User
from readerstudy.audit.models import Event
from readerstudy.reading.services import answer_end_questions, start_session, submit_judgement
from readerstudy.reports import coding
from readerstudy.reports.models import AnswerCode
from readerstudy.reports.ratings_table import reader_table
from readerstudy.studies.models import Study
from readerstudy.studies.services import close_study
from tests.readerstudy.makers import a_submission
from tests.readerstudy.protocols import QUALITY, a_draft, a_phase, run_with
from tests.readerstudy.unpictured import a_person

pytestmark = pytest.mark.django_db
ODD = {"name": "odd", "kind": "open", "text": "Anything odd?", "asked": "end", "required": False}
NOTE = {"name": "note", "kind": "open", "text": "A word on this case?", "required": False}
SAID = {"R01": "These look computer-made.", "R02": "Nothing.", "R03": ""}


@pytest.fixture
def running(db: None) -> Study:
    """Three readers who have read; the third wrote nothing at the end."""
    phase = a_phase("quality", purpose="purpose-blinded", questions=[QUALITY, NOTE, ODD], undo_seconds=0)
    people = [a_person(f"reader-{number}") for number in range(3)]
    study = run_with(a_draft(phase, cases=2), *people)
    for reader in study.readers.order_by("code"):
        assert reader.user
        session, _ = start_session(reader=reader, actor=reader.user)
        for position in (1, 2):
            judged = replace(a_submission(), call=None, confidence=None, answers={"quality": 1})
            submit_judgement(session=session, position=position, key=uuid.uuid4(), submission=judged)
        written: dict[str, Any] = {"odd": SAID[reader.code]} if SAID[reader.code] else {}
        answer_end_questions(session=session, key=uuid.uuid4(), answers=written)
    return study


@pytest.fixture
def study(running: Study) -> Study:
    """The same study, closed."""
    close_study(study=running, actor=None)
    running.refresh_from_db()
    return running


@pytest.fixture
def coders(db: None) -> tuple[User, User]:
    """The two coders."""
    return a_person("ada", Role.COORDINATOR), a_person("ben", Role.COORDINATOR)


def code(study: Study, coder: User, *, consensus: bool = False, **codes: bool) -> None:
    for name, unprompted in codes.items():
        reader = study.readers.get(code=name)
        coding.code_answers(reader=reader, unprompted=unprompted, coder=coder, is_consensus=consensus)


def seen(study: Study, coder: User) -> dict[str, tuple[bool | None, str, bool | None]]:
    return {one.reader.code: (one.own, one.state, one.unprompted) for one in coding.coded_readers(study, coder)}


def test_readers_who_wrote_something_are_there_to_code_with_what_they_wrote(
    study: Study, coders: tuple[User, User]
) -> None:
    found = coding.coded_readers(study, coders[0])
    assert [(one.reader.code, one.state, one.said[0].answer) for one in found] == [
        ("R01", "to code", SAID["R01"]),
        ("R02", "to code", SAID["R02"]),
    ]


def test_what_was_written_with_a_case_is_shown_with_its_code(coders: tuple[User, User], db: None) -> None:
    phase = a_phase("quality", purpose="purpose-blinded", questions=[QUALITY, NOTE], undo_seconds=0)
    reader = run_with(a_draft(phase, cases=2), a_person("reader")).readers.get()
    assert reader.user
    session, _ = start_session(reader=reader, actor=reader.user)
    answers: dict[str, Any] = {"quality": 1, "note": "Too smooth."}
    judged = replace(a_submission(), call=None, confidence=None, answers=answers)
    submit_judgement(session=session, position=1, key=uuid.uuid4(), submission=judged)
    [found] = coding.coded_readers(reader.study, coders[0])
    case = session.readings.get(position=1).case.code
    assert [(one.question, one.answer, one.case) for one in found.said] == [
        ("A word on this case?", "Too smooth.", case)
    ]


def test_neither_sees_the_other_before_both_have_coded(study: Study, coders: tuple[User, User]) -> None:
    ada, ben = coders
    code(study, ada, R01=True, R02=False)
    assert seen(study, ben) == {"R01": (None, "to code", None), "R02": (None, "to code", None)}
    assert seen(study, ada) == {"R01": (True, "waiting", None), "R02": (False, "waiting", None)}
    assert coding.unprompted(study) == {}
    code(study, ben, R01=True, R02=True)
    assert seen(study, ben) == {"R01": (True, "agreed", True), "R02": (True, "differs", None)}
    assert coding.unprompted(study) == {"R01": True}


def test_what_differs_is_settled_and_both_codes_stay(study: Study, coders: tuple[User, User]) -> None:
    ada, ben = coders
    code(study, ada, R01=True, R02=False)
    code(study, ben, R01=True, R02=True)
    code(study, ada, R02=False, consensus=True)
    assert seen(study, ada)["R02"] == (False, "settled", False)
    assert coding.unprompted(study) == {"R01": True, "R02": False}
    assert AnswerCode.objects.count() == 5
    with pytest.raises(coding.CodingError, match="no difference to settle for R01"):
        code(study, ada, R01=False, consensus=True)


def test_a_change_of_mind_is_a_new_row(study: Study, coders: tuple[User, User]) -> None:
    code(study, coders[0], R01=True)
    code(study, coders[0], R01=False)
    assert seen(study, coders[0])["R01"][0] is False
    assert list(AnswerCode.objects.values_list("unprompted", flat=True)) == [True, False]


def test_the_audit_trail_which_the_other_coder_may_read_tells_that_and_not_how_one_coded(
    study: Study, coders: tuple[User, User]
) -> None:
    code(study, coders[0], R01=True)
    event = Event.objects.latest("pk")
    assert (event.verb, event.detail) == (
        "reports.answers_coded", {"reader": "R01", "code": AnswerCode.objects.get().pk, "consensus": False}
    )  # fmt: skip


def test_there_are_two_coders_and_no_third(study: Study, coders: tuple[User, User]) -> None:
    for coder in coders:
        code(study, coder, R01=True)
    with pytest.raises(coding.CodingError, match="Two others have coded"):
        code(study, a_person("cid", Role.COORDINATOR), R01=False)


def test_the_agreement_is_that_before_they_talked(study: Study, coders: tuple[User, User]) -> None:
    ada, ben = coders
    assert coding.agreement(study) is None
    code(study, ada, R01=True, R02=False)
    code(study, ben, R01=True, R02=True)
    code(study, ben, R02=False, consensus=True)
    found = coding.agreement(study)
    assert found
    # Half the pairs agree, and so they would by chance: p_o = 1/2, p_e = 1/2 · 1 + 1/2 · 0.
    assert (found.readers, found.same) == (2, 1)
    assert found.kappa == pytest.approx(0.0)


def test_people_who_still_read_are_not_coded(running: Study, coders: tuple[User, User]) -> None:
    with pytest.raises(coding.CodingError, match="close the study first"):
        code(running, coders[0], R01=True)


def test_who_wrote_nothing_is_not_coded(study: Study, coders: tuple[User, User]) -> None:
    with pytest.raises(coding.CodingError, match="R03 gave no open answer"):
        code(study, coders[0], R03=False)


def test_what_was_decided_is_in_the_table_of_readers(study: Study, coders: tuple[User, User]) -> None:
    assert "unprompted" not in reader_table(study).columns
    for coder in coders:
        code(study, coder, R01=True, R02=False)
    table = reader_table(study).set_index("reader")["unprompted"]
    assert table.dropna().to_dict() == {"R01": 1, "R02": 0}
    assert list(table.index) == ["R01", "R02", "R03"]


def test_the_page_shows_codes_and_hides_those_of_the_other(
    client: Client, study: Study, coders: tuple[User, User]
) -> None:
    ada, ben = coders
    client.force_login(ada)
    page = unescape(client.get("/studies/s/coding/").content.decode())
    assert "For you to code: 2 readers" in page
    assert SAID["R01"] in page
    client.post("/studies/s/coding/R01/", {"unprompted": "yes"})
    client.force_login(ben)
    page = unescape(client.get("/studies/s/coding/").content.decode())
    assert "For you to code: 2 readers" in page
    assert "Cohen" not in page
    answer = client.post("/studies/s/coding/R01/", {"unprompted": "yes"}, follow=True)
    assert "1 / 1" in unescape(answer.content.decode())


@pytest.mark.parametrize("rubbish", ["", "maybe"])
def test_a_code_that_is_neither_yes_nor_no_is_refused(
    client: Client, study: Study, coders: tuple[User, User], rubbish: str
) -> None:
    client.force_login(coders[0])
    answer = client.post("/studies/s/coding/R01/", {"unprompted": rubbish}, follow=True)
    assert "Choose yes or no for R01." in unescape(answer.content.decode())
    assert not AnswerCode.objects.exists()


def test_a_study_without_open_questions_says_so(client: Client, coordinator: User, db: None) -> None:
    a_draft(a_phase())
    client.force_login(coordinator)
    assert "Nothing is asked openly" in unescape(client.get("/studies/s/coding/").content.decode())
