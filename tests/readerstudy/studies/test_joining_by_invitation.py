"""An invitation's link gives one person a place in a study, once, within thirty days."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from readerstudy.accounts import services as accounts
from readerstudy.accounts.models import Invitation, User
from readerstudy.audit.models import Event
from readerstudy.studies.models import Reader, Study
from readerstudy.studies.services import StudyError, close_study, give_consent, invite_reader, join_study
from tests.readerstudy.unpictured import an_unpictured_study

pytestmark = pytest.mark.django_db
ABOUT = {"years": "12", "subspecialty": "chest", "country": "NO"}
NEW_READER = {"username": "newcomer", "password1": "a word for tests", "password2": "a word for tests", **ABOUT}


@pytest.fixture
def study() -> Study:
    return an_unpictured_study("s", cases=2)


@pytest.fixture
def place(study: Study) -> Reader:
    """An open place."""
    return invite_reader(study=study, actor=None)


def test_places_are_numbered_in_the_order_of_their_invitations(study: Study) -> None:
    assert [invite_reader(study=study, actor=None).code for _ in range(3)] == ["R01", "R02", "R03"]


def test_the_command_prints_the_link(study: Study) -> None:
    out = StringIO()
    call_command("invite_reader", "s", json=True, stdout=out)
    said = json.loads(out.getvalue())
    assert said == {"study": "s", "status": "running", "reader": "R01", "path": Reader.objects.get().join_path}


def test_the_page_of_readers_shows_the_link_until_it_is_used(
    client: Client, coordinator: User, reader_user: User, study: Study
) -> None:
    client.force_login(coordinator)
    page = client.post("/studies/s/readers/invite/", follow=True).content.decode()
    place = Reader.objects.get()
    assert f"http://testserver{place.join_path}" in page
    join_study(reader=place, user=reader_user, years=None, subspecialty="", country="")
    page = client.get("/studies/s/readers/").content.decode()
    assert place.join_path not in page
    assert "accepted" in page


def test_somebody_new_makes_an_account_by_the_link_and_is_logged_in(client: Client, place: Reader) -> None:
    response = client.post(place.join_path, NEW_READER, follow=True)
    assert response.redirect_chain[-1][0] == "/reading/"
    place.refresh_from_db()
    assert place.user is not None
    assert (place.user.username, place.user.role) == ("newcomer", "reader")
    assert (place.years, place.subspecialty, place.country) == (12, "chest", "NO")


def test_an_account_made_by_a_link_is_audited_without_its_name(client: Client, place: Reader) -> None:
    client.post(place.join_path, NEW_READER)
    user = User.objects.get(username="newcomer")
    made, *joined = Event.objects.order_by("pk").filter(Q(actor=user) | Q(target=f"user:{user.pk}"))
    assert (made.verb, made.detail) == ("accounts.created", {"role": "reader"})
    assert [event.verb for event in joined] == ["accounts.invitation_accepted", "studies.reader_joined"]
    assert not Event.objects.filter(Q(target__contains="newcomer") | Q(detail__icontains="newcomer")).exists()


def test_somebody_with_an_account_joins_under_it(client: Client, place: Reader, reader_user: User) -> None:
    client.force_login(reader_user)
    assert "logged in as reader" in client.get(place.join_path).content.decode()
    client.post(place.join_path, ABOUT)
    place.refresh_from_db()
    assert place.user == reader_user
    assert User.objects.count() == 1


def test_what_readers_tell_of_themselves_is_optional(client: Client, place: Reader, reader_user: User) -> None:
    client.force_login(reader_user)
    client.post(place.join_path, {})
    place.refresh_from_db()
    assert (place.user, place.years, place.country) == (reader_user, None, "")


def test_a_link_works_once(client: Client, place: Reader, reader_user: User, colleague_user: User) -> None:
    join_study(reader=place, user=reader_user, years=None, subspecialty="", country="")
    client.force_login(colleague_user)
    for response in (client.get(place.join_path), client.post(place.join_path, ABOUT)):
        assert response.status_code == 410
        assert "This link has ended" in response.content.decode()
    place.refresh_from_db()
    assert place.user == reader_user


def test_a_link_ends_after_thirty_days(client: Client, place: Reader) -> None:
    assert place.invitation is not None
    assert timedelta(days=29, hours=23) < place.invitation.ends_at - timezone.now() <= timedelta(days=30)
    assert client.get(place.join_path).status_code == 200
    Invitation.objects.update(ends_at=timezone.now())
    assert client.get(place.join_path).status_code == 410
    assert client.post(place.join_path, NEW_READER).status_code == 410
    assert not User.objects.exists()


def test_a_link_that_was_never_given_is_404(client: Client, place: Reader) -> None:
    assert client.get("/studies/join/guessed/").status_code == 404


def test_a_link_into_a_closed_study_has_ended(client: Client, place: Reader, study: Study) -> None:
    close_study(study=study, actor=None)
    assert client.get(place.join_path).status_code == 410
    assert client.post(place.join_path, NEW_READER).status_code == 410
    assert not User.objects.exists()


def test_a_coordinator_who_follows_a_link_does_not_use_it_up(client: Client, place: Reader, coordinator: User) -> None:
    client.force_login(coordinator)
    for response in (client.get(place.join_path, follow=True), client.post(place.join_path, ABOUT, follow=True)):
        assert response.redirect_chain == [("/studies/s/readers/", 302)]
        assert "This link is for a reader" in response.content.decode()
    place.refresh_from_db()
    assert place.user is None


def test_nobody_takes_two_places_in_one_study(client: Client, study: Study, place: Reader, reader_user: User) -> None:
    join_study(reader=place, user=reader_user, years=None, subspecialty="", country="")
    second = invite_reader(study=study, actor=None)
    client.force_login(reader_user)
    assert "You are in this study already" in client.post(second.join_path, {}, follow=True).content.decode()
    second.refresh_from_db()
    assert second.user is None
    assert second.invitation is not None
    assert second.invitation.is_open


def test_a_link_that_somebody_else_uses_in_the_same_moment_leaves_no_half_made_account(
    client: Client, place: Reader, colleague_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_user = accounts.create_user

    def create_too_late(**about: Any) -> User:
        mine = Reader.objects.get(pk=place.pk)
        join_study(reader=mine, user=colleague_user, years=None, subspecialty="", country="")
        return create_user(**about)

    monkeypatch.setattr(accounts, "create_user", create_too_late)
    page = client.post(place.join_path, NEW_READER, follow=True).content.decode()
    assert "This link was used before, or it has ended. Ask the coordinator for a new one." in page
    assert not User.objects.filter(username="newcomer").exists()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"username": "reader"}, "A user with that username already exists."),
        ({"password2": "another word"}, "The two password fields didn’t match."),
        ({"password1": "short", "password2": "short"}, "This password is too short"),
        ({"years": "-1"}, "Ensure this value is greater than or equal to 0."),
        ({"years": "many"}, "Enter a whole number."),
        ({"country": "x" * 101}, "Ensure this value has at most 100 characters"),
    ],
)
def test_a_form_that_does_not_do_says_why_and_keeps_the_place(
    client: Client, place: Reader, reader_user: User, fields: dict[str, str], message: str
) -> None:
    assert message in client.post(place.join_path, NEW_READER | fields).content.decode()
    place.refresh_from_db()
    assert place.user is None


def test_consent_is_noted_once_with_the_text_that_was_agreed_to(study: Study, place: Reader, reader_user: User) -> None:
    join_study(reader=place, user=reader_user, years=None, subspecialty="", country="")
    for _ in range(2):
        give_consent(reader=place, actor=reader_user)
    place.refresh_from_db()
    assert place.consented_at is not None
    (event,) = Event.objects.filter(verb="studies.consented")
    assert event.actor == reader_user
    assert len(event.detail["text"]) == 64


def test_nobody_consents_to_a_study_that_does_not_run(study: Study, place: Reader, reader_user: User) -> None:
    join_study(reader=place, user=reader_user, years=None, subspecialty="", country="")
    close_study(study=study, actor=None)
    place.refresh_from_db()
    with pytest.raises(StudyError, match="not open for reading now"):
        give_consent(reader=Reader.objects.get(), actor=reader_user)


def test_a_second_click_on_ones_own_link_leads_home(client: Client, reader_user: User, place: Reader) -> None:
    join_study(reader=place, user=reader_user, years=None, subspecialty="", country="")
    client.force_login(reader_user)
    response = client.get(place.join_path)
    assert (response.status_code, response["Location"]) == (302, "/")


def test_people_and_simulated_readers_cannot_read_in_one_study(
    study: Study, place: Reader, reader_user: User, colleague_user: User
) -> None:
    simulated = invite_reader(study=study, actor=None, simulated=True)
    join_study(reader=simulated, user=colleague_user, years=None, subspecialty="", country="")
    with pytest.raises(StudyError, match="must not mix"):
        join_study(reader=place, user=reader_user, years=None, subspecialty="", country="")
