"""A reader may leave, or be taken out for a reason: they read no more and count in nothing, and nothing is deleted."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.reading.models import Judgement, ReadingSession
from readerstudy.reading.services import ReadingError, start_session
from readerstudy.reports.answers import answer_table, end_answer_table, mark_table, view_log_table
from readerstudy.reports.gaps import not_analysed
from readerstudy.reports.ratings_table import ratings_table, reader_table
from readerstudy.reports.services import make_report
from readerstudy.studies.models import Reader, Study
from readerstudy.studies.services import (
    StudyError,
    archive_study,
    close_study,
    give_consent,
    invite_reader,
    withdraw_reader,
)
from tests.readerstudy.makers import close_and_unblind, enrol, read
from tests.readerstudy.reader_client import ReaderClient
from tests.readerstudy.unpictured import a_person, an_unpictured_study

pytestmark = pytest.mark.django_db
WITHDRAW = "/studies/s/readers/R01/withdraw/"
OWN = "/reading/s/withdraw/"


@pytest.fixture
def study() -> Study:
    return an_unpictured_study("s", cases=4)


@pytest.fixture
def place(study: Study, reader_user: User) -> Reader:
    """The place of a reader who has agreed."""
    return enrol(study, reader_user, consent=True)


def test_a_coordinator_withdraws_a_reader_for_a_reason(
    study: Study, place: Reader, client: Client, coordinator: User
) -> None:
    client.force_login(coordinator)
    assertContains(client.get(WITHDRAW), "There is no way back")
    assertContains(client.post(WITHDRAW, {"reason": " "}), "This field is required")
    page = client.post(WITHDRAW, {"reason": "read on a telephone"}, follow=True)
    assertContains(page, "R01 has withdrawn")
    assertContains(page, "read on a telephone")
    assertNotContains(page, WITHDRAW)
    event = Event.objects.get(verb="studies.reader_withdrawn")
    assert event.actor == coordinator
    assert event.detail == {"reader": "R01", "by_themselves": False, "reason": "read on a telephone"}


def test_a_reader_withdraws_without_having_to_say_why(study: Study, place: Reader, reader_user: User) -> None:
    reader = ReaderClient(reader_user)
    assertContains(reader.get("/reading/"), OWN)
    assertContains(reader.get(OWN), "left out of every result")
    page = reader.post(OWN, follow=True)
    assertContains(page, "You have withdrawn")
    assertNotContains(page, OWN)
    assert Event.objects.get(verb="studies.reader_withdrawn").detail == {"reader": "R01", "by_themselves": True}


def test_who_has_withdrawn_reads_no_more_from_that_moment(study: Study, place: Reader, reader_user: User) -> None:
    reader = ReaderClient(reader_user)
    code = reader.start().json()["code"]
    reader.judge(code, 1)
    withdraw_reader(reader=place, reason="", actor=reader_user)
    assert reader.judge(code, 2).status_code == 404
    assert reader.get(f"/api/v1/sessions/{code}/").status_code == 404
    assert reader.get(f"/reading/sessions/{code}/").status_code == 404
    assert reader.get(f"/api/v1/sessions/{code}/dicomweb/studies").status_code == 404
    assert reader.start().status_code == 409
    assert reader.get("/api/v1/studies/").json()[0]["state"] == "withdrawn"
    with pytest.raises(ReadingError, match="You have withdrawn"):
        start_session(reader=place, actor=reader_user)
    with pytest.raises(StudyError, match="You have withdrawn"):
        give_consent(reader=place, actor=reader_user)


def test_what_they_read_is_kept_and_in_no_table(study: Study, place: Reader) -> None:
    stays = enrol(study, a_person("stays"), consent=True)
    read(place), read(stays)
    withdraw_reader(reader=place, reason="", actor=None)
    close_and_unblind(study)
    assert Judgement.objects.filter(reading__session__reader=place).count() == 4
    assert ReadingSession.objects.filter(reader=place).exists()
    for table in (ratings_table(study), reader_table(study)):
        assert set(table["reader"]) == {"R02"}
    for others in (answer_table, mark_table, end_answer_table, view_log_table):
        assert "R01" not in set(others(study)["reader"])


def test_the_report_says_who_is_left_out(study: Study, place: Reader) -> None:
    for name in ("second", "third"):
        read(enrol(study, a_person(name), consent=True))
    read(place)
    withdraw_reader(reader=place, reason="", actor=None)
    report = make_report(study=close_and_unblind(study), actor=None)
    assert {row["reader"] for row in report.results["phases"][0]["readers"]} == {"R02", "R03"}
    assert not_analysed(study)[0] == "R01 has withdrawn: 4 judgements are kept, and enter no table and no figure."


def test_where_all_have_withdrawn_nobody_has_read(study: Study, place: Reader) -> None:
    read(place)
    withdraw_reader(reader=place, reason="", actor=None)
    close_and_unblind(study)
    assert ratings_table(study).empty
    assert "Reading: nobody has read in it." in not_analysed(study)


def test_an_open_place_is_given_up_and_its_link_ends(study: Study, client: Client, coordinator: User) -> None:
    place = invite_reader(study=study, actor=None)
    client.force_login(coordinator)
    assertContains(client.get(WITHDRAW), "Give up the place")
    client.post(WITHDRAW, {"reason": "has no time"})
    assert Client().get(place.join_path).status_code == 410


def test_nobody_withdraws_twice(study: Study, place: Reader) -> None:
    withdraw_reader(reader=place, reason="", actor=None)
    with pytest.raises(StudyError, match="R01 has withdrawn already"):
        withdraw_reader(reader=place, reason="", actor=None)


def test_after_the_unblinding_nobody_can_be_left_out_any_more(
    study: Study, place: Reader, reader_user: User, client: Client, coordinator: User
) -> None:
    read(place)
    close_and_unblind(study)
    with pytest.raises(StudyError, match="results of this study have been seen"):
        withdraw_reader(reader=place, reason="an outlier", actor=coordinator)
    page = ReaderClient(reader_user).post(OWN, follow=True)
    assertContains(page, "results of this study have been seen")
    client.force_login(coordinator)
    assertNotContains(client.get("/studies/s/readers/"), WITHDRAW)


def test_a_study_that_is_put_away_changes_no_more(study: Study, place: Reader) -> None:
    close_study(study=study, actor=None)
    archive_study(study=study, actor=None)
    with pytest.raises(StudyError, match="archived"):
        withdraw_reader(reader=place, reason="", actor=None)


def test_a_withdrawn_reader_makes_room_for_another(study: Study, place: Reader) -> None:
    withdraw_reader(reader=place, reason="", actor=None)
    assert invite_reader(study=study, actor=None).code == "R02"  # the code of who left is not given again


def test_nobody_withdraws_another(study: Study, place: Reader, colleague_user: User, stranger_user: User) -> None:
    enrol(study, colleague_user)
    assert ReaderClient(colleague_user).post(WITHDRAW, {"reason": "x"}).status_code == 404
    assert ReaderClient(stranger_user).post(OWN).status_code == 404
    ReaderClient(colleague_user).post(OWN)
    place.refresh_from_db()
    assert not place.is_withdrawn


def test_who_did_not_agree_yet_may_withdraw_too(study: Study, reader_user: User) -> None:
    enrol(study, reader_user)
    assertRedirects(ReaderClient(reader_user).post(OWN, {"reason": "no time"}), "/reading/")
    assert Reader.objects.get().withdrawn_because == "no time"
