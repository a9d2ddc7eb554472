"""The front door: login, logout, home by role, and whether the server is well."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.test import Client, override_settings

from readerstudy import settings as real_settings
from readerstudy.accounts.models import Role, User
from readerstudy.accounts.services import create_user
from readerstudy.audit.models import Event
from tests.readerstudy.conftest import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def test_a_reader_who_logs_in_comes_to_their_own_studies(client: Client, reader_user: User) -> None:
    response = client.post(LOGIN, {"username": "reader", "password": PASSWORD}, follow=True)
    assert [where for where, _ in response.redirect_chain] == ["/", "/reading/"]


def test_a_coordinator_who_logs_in_comes_to_all_studies(client: Client, coordinator: User) -> None:
    response = client.post(LOGIN, {"username": "coordinator", "password": PASSWORD}, follow=True)
    assert [where for where, _ in response.redirect_chain] == ["/", "/studies/"]


def test_a_wrong_password_is_told_and_opens_nothing(client: Client, reader_user: User) -> None:
    response = client.post(LOGIN, {"username": "reader", "password": "guessed"})
    assert response.status_code == 200
    assert "Please enter a correct username and password" in response.content.decode()
    assert client.get("/reading/").status_code == 302


def test_an_account_without_a_password_cannot_be_logged_in_to(client: Client) -> None:
    create_user(username="nobody", password=None, role=Role.READER)
    for guess in ("", "None", "!"):
        client.post(LOGIN, {"username": "nobody", "password": guess})
        assert client.get("/reading/").status_code == 302


@pytest.mark.parametrize("page", ["/", "/reading/", "/studies/", "/cohorts/"])
def test_a_page_asks_for_a_login_and_goes_on_where_one_wanted_to_go(client: Client, page: str) -> None:
    assert client.get(page).headers["Location"] == f"{LOGIN}?next={page}"


def test_a_login_never_leads_to_another_site(client: Client, reader_user: User) -> None:
    form = {"username": "reader", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert client.post(LOGIN, form).headers["Location"] == "/"


def test_somebody_logged_in_is_not_asked_again(client: Client, reader_user: User) -> None:
    client.force_login(reader_user)
    assert client.get(LOGIN).headers["Location"] == "/"


def test_logging_out_ends_the_session(client: Client, reader_user: User) -> None:
    client.force_login(reader_user)
    assert client.post("/accounts/logout/").headers["Location"] == LOGIN
    assert client.get("/reading/").status_code == 302


def test_a_mere_link_logs_nobody_out(client: Client, reader_user: User) -> None:
    client.force_login(reader_user)
    assert client.get("/accounts/logout/").status_code == 405
    assert client.get("/reading/").status_code == 200


def test_a_reader_does_not_learn_that_coordinators_pages_exist(client: Client, reader_user: User) -> None:
    client.force_login(reader_user)
    assert {client.get(page).status_code for page in ("/studies/", "/cohorts/", "/studies/new/")} == {404}


def test_a_form_from_another_site_is_refused(reader_user: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(LOGIN, {"username": "reader", "password": PASSWORD}).status_code == 403


def test_making_an_account_is_audited_without_its_name(coordinator: User) -> None:
    user = create_user(username="somebody", password=None, role=Role.READER, actor=coordinator)
    event = Event.objects.latest("pk")
    assert (event.actor_id, event.verb, event.target) == (coordinator.pk, "accounts.created", f"user:{user.pk}")
    assert event.detail == {"role": "reader"}


def test_passwords_are_kept_by_a_hash_that_costs_an_attacker_memory() -> None:
    with override_settings(PASSWORD_HASHERS=real_settings.PASSWORD_HASHERS):
        user = create_user(username="somebody", password="a long word of mine", role=Role.READER)
        assert identify_hasher(user.password).algorithm == "scrypt"


def test_nothing_comes_from_another_origin_but_what_the_policy_names(client: Client) -> None:
    policy = client.get(LOGIN).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
