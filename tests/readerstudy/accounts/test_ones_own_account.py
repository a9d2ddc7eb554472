"""A person changes where they get mail and their password, with the present password only."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from tests.readerstudy.conftest import PASSWORD

pytestmark = pytest.mark.django_db
ME = "/accounts/me/"
NEW = "another word for tests"


@pytest.fixture
def own(client: Client, reader_user: User) -> Client:
    client.force_login(reader_user)
    return client


def test_the_address_for_mail_is_given_changed_and_taken_back(own: Client, reader_user: User) -> None:
    for email in ("me@example.org", ""):
        assertRedirects(own.post(ME, {"email": email, "password": PASSWORD}), ME)
        reader_user.refresh_from_db()
        assert reader_user.email == email
    assertContains(own.get(ME), "You log in as reader")


def test_a_new_password_logs_every_other_browser_out_and_this_one_not(own: Client, reader_user: User) -> None:
    other = Client()
    other.force_login(reader_user)
    own.post(ME, {"new_password": NEW, "again": NEW, "password": PASSWORD})
    assert [one.get("/reading/").status_code for one in (own, other)] == [200, 302]
    assert Client().login(username="reader", password=NEW)
    assert not Client().login(username="reader", password=PASSWORD)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"password": "guessed"}, "This is not your password"),
        ({"password": ""}, "This field is required"),
        ({"password": PASSWORD, "new_password": NEW, "again": "other"}, "The two passwords differ"),
        ({"password": PASSWORD, "new_password": "short", "again": "short"}, "too short"),
        ({"password": PASSWORD, "new_password": "reader1234", "again": "reader1234"}, "too similar"),
        ({"password": PASSWORD, "email": "nowhere"}, "Enter a valid email address"),
    ],
)
def test_what_does_not_do_is_told_and_changes_nothing(
    own: Client, reader_user: User, fields: dict[str, str], message: str
) -> None:
    assertContains(own.post(ME, {"email": "me@example.org", **fields}), message)
    reader_user.refresh_from_db()
    assert reader_user.email == ""
    assert reader_user.check_password(PASSWORD)


def test_guessing_the_present_password_is_shut_off_as_at_the_login(own: Client) -> None:
    for _ in range(5):
        own.post(ME, {"password": "guessed"})
    assertContains(own.post(ME, {"password": PASSWORD, "email": "me@example.org"}), "too many wrong passwords")


def test_that_something_was_changed_is_audited_and_not_what_to(own: Client, reader_user: User) -> None:
    own.post(ME, {"email": "me@example.org", "new_password": NEW, "again": NEW, "password": PASSWORD})
    own.post(ME, {"email": "me@example.org", "password": NEW})  # changes nothing
    event = Event.objects.get(verb="accounts.changed")
    assert (event.actor, event.target, event.detail) == (
        reader_user, f"user:{reader_user.pk}", {"what": ["email", "password"]},
    )  # fmt: skip


def test_the_name_in_the_head_of_every_page_leads_there(own: Client) -> None:
    assertContains(own.get("/reading/"), f'<a href="{ME}">reader</a>')
