"""What a coordinator tells readers stands on their page and is mailed; the page warns of telling too much."""

from __future__ import annotations

import pytest
from django.core import mail as post_office
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.studies.models import Note, Study
from readerstudy.studies.services import StudyError, archive_study, close_study, send_note, withdraw_reader
from tests.readerstudy.makers import enrol
from tests.readerstudy.protocols import FINDING, a_draft, a_phase
from tests.readerstudy.reader_client import ReaderClient
from tests.readerstudy.unpictured import a_person, an_unpictured_study

pytestmark = pytest.mark.django_db
NOTES = "/studies/s/readers/notes/"


@pytest.fixture
def study() -> Study:
    return an_unpictured_study("s", cases=2)


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def with_address(user: User, **preferences: str) -> User:
    user.email, user.preferences = f"{user.username}@example.org", preferences
    user.save()
    return user


def test_a_message_stands_on_every_readers_page_and_is_mailed_to_who_left_an_address(
    study: Study, desk: Client, reader_user: User, colleague_user: User
) -> None:
    enrol(study, with_address(reader_user))
    enrol(study, colleague_user)
    page = desk.post(NOTES, {"to": "all", "text": "The server rests on Sunday."}, follow=True)
    assertContains(page, "mailed to 1 of them")
    assertContains(page, "The server rests on Sunday.")
    for user in (reader_user, colleague_user):
        assertContains(ReaderClient(user).get("/reading/"), "The server rests on Sunday.")
    (letter,) = post_office.outbox
    assert letter.to == ["reader@example.org"]
    assert "The server rests on Sunday." in letter.body
    assert "http://testserver/reading/" in letter.body


def test_a_message_to_one_reader_is_seen_by_nobody_else(
    study: Study, desk: Client, reader_user: User, colleague_user: User
) -> None:
    enrol(study, with_address(reader_user)), enrol(study, with_address(colleague_user))
    desk.post(NOTES, {"to": "R02", "text": "Please calibrate your display."})
    assertNotContains(ReaderClient(reader_user).get("/reading/"), "calibrate")
    assertContains(ReaderClient(colleague_user).get("/reading/"), "calibrate")
    assert [letter.to for letter in post_office.outbox] == [["colleague@example.org"]]


def test_a_letter_speaks_the_language_that_its_reader_prefers(study: Study, desk: Client, reader_user: User) -> None:
    enrol(study, with_address(reader_user, language="de"))
    desk.post(NOTES, {"to": "all", "text": "Hello."})
    assert "schreibt" in post_office.outbox[0].body


def test_who_has_withdrawn_is_told_nothing_any_more(study: Study, desk: Client, reader_user: User) -> None:
    reader = enrol(study, with_address(reader_user))
    withdraw_reader(reader=reader, reason="", actor=None)
    send_note(study=study, text="Hello.", reader=None, actor=None)
    assertNotContains(ReaderClient(reader_user).get("/reading/"), "Hello.")
    reader.refresh_from_db()
    with pytest.raises(StudyError, match="R01 has withdrawn"):
        send_note(study=study, text="Hello.", reader=reader, actor=None)
    assertContains(desk.post(NOTES, {"to": "R01", "text": "Hello."}), "Select a valid choice")


def test_the_page_warns_never_to_tell_the_truth(study: Study, desk: Client) -> None:
    assertContains(desk.get(NOTES), "would no longer be blinded")


def test_words_that_may_tell_a_hidden_purpose_are_asked_about_once(desk: Client, coordinator: User) -> None:
    a_draft(a_phase(purpose="purpose-blinded", questions=[FINDING], undo_seconds=0))
    page = desk.post(NOTES, {"to": "all", "text": "Some of these are synthetic."})
    assertContains(page, "This says “synthetic”")
    assert not Note.objects.exists()
    assertContains(page, '<input type="hidden" name="sure" value="on"')
    desk.post(NOTES, {"to": "all", "text": "Some of these are synthetic.", "sure": "on"})
    assert Note.objects.get().text == "Some of these are synthetic."


def test_in_a_study_that_hides_nothing_such_words_are_not_asked_about(study: Study, desk: Client) -> None:
    desk.post(NOTES, {"to": "all", "text": "Some of these are synthetic."})
    assert Note.objects.exists()


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_an_empty_or_endless_message_is_not_sent(study: Study, desk: Client, text: str) -> None:
    assertContains(desk.post(NOTES, {"to": "all", "text": text}), "errorlist")
    assert not Note.objects.exists()


def test_nothing_empty_is_sent_by_the_service_and_nothing_from_the_archive(study: Study) -> None:
    with pytest.raises(StudyError, match="write a message"):
        send_note(study=study, text=" ", reader=None, actor=None)
    close_study(study=study, actor=None)
    archive_study(study=study, actor=None)
    with pytest.raises(StudyError, match="archived"):
        send_note(study=study, text="Hello.", reader=None, actor=None)


def test_a_message_is_shown_as_it_was_written_and_never_run(study: Study, desk: Client, reader_user: User) -> None:
    enrol(study, reader_user)
    desk.post(NOTES, {"to": "all", "text": "<script>alert(1)</script>"})
    for page in (desk.get(NOTES).text, ReaderClient(reader_user).get("/reading/").text):
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_older_messages_are_folded_away_and_the_newest_come_first(study: Study, reader_user: User) -> None:
    enrol(study, reader_user)
    for number in range(4):
        send_note(study=study, text=f"Message {number}.", reader=None, actor=None)
    page = ReaderClient(reader_user).get("/reading/").text
    places = [page.index(words) for words in ("Message 3", "Message 2", "Earlier messages", "Message 1", "Message 0")]
    assert places == sorted(places)


def test_a_message_is_audited_by_the_digest_of_its_text(study: Study, coordinator: User) -> None:
    note = send_note(study=study, text="Hello.", reader=None, actor=coordinator)
    detail = Event.objects.get(verb="studies.note_sent").detail
    assert (detail["note"], detail["to"], len(detail["text"])) == (note.pk, "all", 64)


def test_long_lists_of_messages_and_readers_come_in_pages(
    study: Study, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readerstudy.studies.readers_views.READERS_PER_PAGE", 1)
    for number in range(2):
        enrol(study, a_person(f"reader-{number}"))
        send_note(study=study, text=f"Message {number}.", reader=None, actor=None)
    assertContains(desk.get(NOTES), "Page 1 of 2")
    assertContains(desk.get("/studies/s/readers/?page=2"), "R02")
