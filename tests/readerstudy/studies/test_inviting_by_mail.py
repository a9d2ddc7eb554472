"""A place can be offered by mail; what the mail server makes of it is told, and the place stays."""

from __future__ import annotations

from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail as post_office
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.studies.models import Reader, Study
from readerstudy.studies.services import StudyError, close_study, invite_reader, join_study, renew_invitation
from tests.readerstudy.unpictured import an_unpictured_study

pytestmark = pytest.mark.django_db
INVITE, READERS = "/studies/s/readers/invite/", "/studies/s/readers/"


class DeadPostOffice(EmailBackend):
    """A mail server that is not there."""

    def open(self) -> bool:
        raise ConnectionRefusedError("Connection refused")


class PickyPostOffice(EmailBackend):
    """A mail server that takes no letter to one address."""

    def send_messages(self, messages: Any) -> int:
        if messages[0].to == ["nobody@example.org"]:
            raise SMTPRecipientsRefused({"nobody@example.org": (550, b"no such user")})
        return super().send_messages(messages)


@pytest.fixture
def study() -> Study:
    return an_unpictured_study("s", cases=2)


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def test_the_invitation_goes_to_the_address_with_the_link_and_its_end(desk: Client, study: Study) -> None:
    page = desk.post(INVITE, {"email": "ada@example.org"}, follow=True)
    assertContains(page, "R01 is invited by mail: ada@example.org.")
    (letter,) = post_office.outbox
    place = Reader.objects.select_related("invitation").get()
    assert letter.to == ["ada@example.org"]
    assert f"http://testserver{place.join_path}" in letter.body
    assert place.invitation is not None
    assert str(place.invitation.ends_at.year) in letter.body


def test_without_an_address_the_link_is_there_to_be_sent_on(desk: Client, study: Study) -> None:
    assertContains(desk.post(INVITE, follow=True), "R01 has a place: send its link")
    assert post_office.outbox == []


def test_the_letter_names_the_study_as_its_readers_may_see_it(desk: Client, study: Study) -> None:
    Study.objects.update(title="Deepfakes", shown_title="Image quality\nof radiographs")
    desk.post(INVITE, {"email": "ada@example.org"})
    (letter,) = post_office.outbox
    assert "Deepfakes" not in f"{letter.subject} {letter.body}"
    assert letter.subject == "Invitation to read in “Image quality of radiographs”"


def test_the_address_of_the_site_is_that_of_the_settings_where_there_is_one(
    desk: Client, study: Study, settings: Settings
) -> None:
    settings.SITE_URL = "https://study.example.org"
    desk.post(INVITE, {"email": "ada@example.org"})
    assert "https://study.example.org/studies/join/" in post_office.outbox[0].body


@pytest.mark.parametrize("address", ["ada", "ada@", "ada@example.org\nBcc: all@example.org", "a@b.org, c@d.org"])
def test_what_is_no_address_is_refused_and_makes_no_place(desk: Client, study: Study, address: str) -> None:
    assertContains(desk.post(INVITE, {"email": address}), "Enter a valid email address")
    assert not Reader.objects.exists()


def test_a_mail_server_that_is_away_is_told_and_the_place_stays(desk: Client, study: Study, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.DeadPostOffice"
    page = desk.post(INVITE, {"email": "ada@example.org"}, follow=True)
    assertContains(page, "No mail could be sent to R01: Connection refused")
    assertNotContains(page, "is invited by mail")
    assertContains(page, Reader.objects.get().join_path)


def test_an_address_that_the_mail_server_refuses_is_told(desk: Client, study: Study, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.PickyPostOffice"
    assertContains(desk.post(INVITE, {"email": "nobody@example.org"}, follow=True), "No mail could be sent to R01")


def test_without_a_mail_server_the_page_says_that_mails_reach_nobody(
    desk: Client, study: Study, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = settings.DATA_DIR / "mail"
    assertContains(desk.get(READERS), "mails reach nobody")
    page = desk.post(INVITE, {"email": "ada@example.org"}, follow=True)
    assertContains(page, "mails are written into a folder on the server")
    (written,) = settings.EMAIL_FILE_PATH.iterdir()
    assert Reader.objects.get().join_path in written.read_text()


def test_that_an_invitation_was_mailed_is_audited_without_the_address(desk: Client, study: Study) -> None:
    desk.post(INVITE, {"email": "ada@example.org"})
    event = Event.objects.get(verb="studies.reader_invited")
    assert event.detail == {"reader": "R01", "by_mail": True}
    assert not Event.objects.filter(detail__icontains="ada@").exists()


def test_an_open_place_gets_a_new_link_and_the_old_one_leads_nowhere(desk: Client, study: Study) -> None:
    place = invite_reader(study=study, actor=None, email="ada@example.org")
    old = place.join_path
    desk.post("/studies/s/readers/R01/renew/")
    new = Reader.objects.get().join_path
    assert old != new
    assert new in post_office.outbox[0].body
    assert [Client().get(path).status_code for path in (old, new)] == [404, 200]
    assert Event.objects.filter(verb="studies.invitation_renewed", detail={"reader": "R01"}).exists()


def test_a_place_that_is_taken_or_of_a_closed_study_gets_no_new_link(
    desk: Client, study: Study, reader_user: User
) -> None:
    taken, still_open = (invite_reader(study=study, actor=None) for _ in range(2))
    join_study(reader=taken, user=reader_user, years=None, subspecialty="", country="")
    assertContains(desk.post("/studies/s/readers/R01/renew/", follow=True), "R01 is no open place")
    close_study(study=study, actor=None)
    with pytest.raises(StudyError, match="R02 is no open place"):
        renew_invitation(reader=still_open, actor=None)


def test_the_address_of_the_invitation_stands_in_the_form_and_is_kept_with_the_account(
    client: Client, study: Study
) -> None:
    place = invite_reader(study=study, actor=None, email="ada@example.org")
    assertContains(client.get(place.join_path), 'value="ada@example.org"')
    account = {"username": "newcomer", "password1": "a word for tests", "password2": "a word for tests"}
    client.post(place.join_path, {**account, "email": "ada@home.example"})
    assert User.objects.get(username="newcomer").email == "ada@home.example"


def test_somebody_with_an_account_is_asked_for_an_address_only_without_one(
    client: Client, study: Study, reader_user: User
) -> None:
    client.force_login(reader_user)
    place = invite_reader(study=study, actor=None)
    assertContains(client.get(place.join_path), 'name="email"')
    client.post(place.join_path, {"email": "me@example.org"})
    reader_user.refresh_from_db()
    assert reader_user.email == "me@example.org"
    assert Event.objects.filter(verb="accounts.changed", detail={"what": ["email"]}).exists()
    assertNotContains(client.get(invite_reader(study=an_unpictured_study("t"), actor=None).join_path), 'name="email"')
