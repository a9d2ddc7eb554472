"""The reader's pages: where one is, what one agrees to, and the way in."""

from __future__ import annotations

import re

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from readerstudy.accounts.models import User
from readerstudy.reading.models import ReadingSession
from readerstudy.studies import services as studies
from readerstudy.studies.models import Reader, Study
from readerstudy.studies.services import close_study, unblind_study
from tests.readerstudy.makers import MakeStudy
from tests.readerstudy.reader_client import ReaderClient

MY_STUDIES = "/reading/"
CONSENT = "/reading/s/consent/"
START = "/reading/s/start/"


def without_tokens(page: str) -> str:
    """Leave out the CSRF tokens, which are other ones in every answer."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_a_reader_of_no_study_is_told_how_one_appears(stranger: ReaderClient) -> None:
    assertContains(stranger.get(MY_STUDIES), "followed its coordinator's invitation link")


def test_before_consent_the_way_leads_to_the_information(
    make_study: MakeStudy, reader_user: User, reader: ReaderClient
) -> None:
    make_study(readers=[reader_user])
    page = reader.get(MY_STUDIES)
    assertContains(page, CONSENT)
    assertNotContains(page, START)


def test_after_consent_reading_can_start_and_later_go_on(study: Study, reader: ReaderClient) -> None:
    assertContains(reader.get(MY_STUDIES), "Start reading")
    code = reader.start().json()["code"]
    reader.judge(code, 1)
    page = reader.get(MY_STUDIES)
    assertContains(page, "Go on reading")
    assertContains(page, "1 of 6")


def test_at_the_end_the_reader_is_thanked(study: Study, reader: ReaderClient, code: str) -> None:
    reader.read_on(code)
    page = reader.get(MY_STUDIES)
    assertContains(page, "All read. Thank you.")
    assertNotContains(page, START)


def test_a_closed_study_shows_as_closed_and_unblinding_changes_nothing_of_that(
    study: Study, reader: ReaderClient, code: str
) -> None:
    close_study(study=study, actor=None)
    closed = reader.get(MY_STUDIES)
    assertContains(closed, "Closed")
    assertNotContains(closed, START)
    unblind_study(study=study, reason="all have read", actor=None)
    assert without_tokens(reader.get(MY_STUDIES).text) == without_tokens(closed.text)


def test_a_draft_does_not_show(make_study: MakeStudy, reader_user: User, reader: ReaderClient) -> None:
    make_study(readers=[reader_user], locked=False)
    assertContains(reader.get(MY_STUDIES), "No studies yet")
    assert reader.get(CONSENT).status_code == 404


def test_the_information_is_shown_and_agreed_to_by_ticking_the_box(
    make_study: MakeStudy, reader_user: User, reader: ReaderClient
) -> None:
    make_study(readers=[reader_user])
    assertContains(reader.get(CONSENT), "You are invited to take part in a reader study")
    assertRedirects(reader.post(CONSENT, {"agree": "yes"}), MY_STUDIES)
    given = Reader.objects.get(user=reader_user).consented_at
    assert given is not None
    assertContains(reader.get(CONSENT), "You agreed on")
    reader.post(CONSENT, {"agree": "yes"})
    assert Reader.objects.get(user=reader_user).consented_at == given


@pytest.mark.parametrize("form", [{}, {"agree": ""}, {"agree": "no"}])
def test_without_the_tick_nothing_is_agreed_to(
    make_study: MakeStudy, reader_user: User, reader: ReaderClient, form: dict[str, str]
) -> None:
    make_study(readers=[reader_user])
    assertContains(reader.post(CONSENT, form), "Tick the box")
    assert Reader.objects.get(user=reader_user).consented_at is None


def test_the_start_button_leads_to_the_reading_page_of_the_session(study: Study, reader: ReaderClient) -> None:
    answer = reader.post(START)
    code = ReadingSession.objects.get().code
    assertRedirects(answer, f"/reading/sessions/{code}/")
    assertContains(reader.get(f"/reading/sessions/{code}/"), f'data-session="{code}"')
    assertRedirects(reader.post(START), f"/reading/sessions/{code}/")
    assert ReadingSession.objects.count() == 1


def test_the_reading_page_hands_out_the_token_that_judgements_need(reader: ReaderClient, code: str) -> None:
    assert "csrftoken" in reader.get(f"/reading/sessions/{code}/").cookies


def test_starting_without_consent_or_after_the_end_says_why_not(
    make_study: MakeStudy, reader_user: User, reader: ReaderClient
) -> None:
    study = make_study(readers=[reader_user])
    assertContains(reader.post(START, follow=True), "agree before you start")
    reader.post(CONSENT, {"agree": "yes"})
    close_study(study=study, actor=None)
    assertContains(reader.post(START, follow=True), "not open for reading now")


def test_the_pages_of_a_study_are_there_for_its_readers_only(
    study: Study, code: str, colleague: ReaderClient, stranger: ReaderClient
) -> None:
    for address in (CONSENT, START):
        assert stranger.post(address, {"agree": "yes"}).status_code == 404
    for other in (colleague, stranger):
        assert other.get(f"/reading/sessions/{code}/").status_code == 404


def test_a_closed_session_has_no_page(study: Study, reader: ReaderClient, code: str) -> None:
    close_study(study=study, actor=None)
    assert reader.get(f"/reading/sessions/{code}/").status_code == 404


def test_agreeing_while_the_study_is_being_closed_says_so(
    make_study: MakeStudy, reader_user: User, reader: ReaderClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = make_study(readers=[reader_user])
    agree = studies.give_consent

    def close_first(*, reader: Reader, actor: User, shown: str) -> None:
        close_study(study=study, actor=None)
        agree(reader=reader, actor=actor, shown=shown)

    monkeypatch.setattr(studies, "give_consent", close_first)
    assertContains(reader.post(CONSENT, {"agree": "yes"}, follow=True), "not open for reading now")
    assert Reader.objects.get(user=reader_user).consented_at is None


def test_the_reading_page_says_who_opened_it_and_in_which_language(reader: ReaderClient, code: str) -> None:
    page = reader.get(f"/reading/sessions/{code}/").text
    assert 'data-user="reader"' in page
    assert '<html lang="en">' in page
    reader.patch("/api/v1/preferences/", {"language": "de"}, content_type="application/json")
    page = reader.get(f"/reading/sessions/{code}/").text
    assert 'data-language="de"' in page
    assert '<html lang="de">' in page


def test_what_the_coordinator_wrote_of_the_study_is_shown_and_never_run(
    make_study: MakeStudy, reader_user: User, reader: ReaderClient
) -> None:
    study = make_study(readers=[reader_user])
    study.consent = "Please **read** this.\n\n<script>alert(1)</script>"
    study.save()
    page = reader.get("/reading/s/consent/").text
    assert "<strong>read</strong>" in page
    assert "<script>alert" not in page
