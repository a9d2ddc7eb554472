"""Login without leaving the page, and the pause after too many wrong passwords, here and on the login page."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from readerstudy.accounts.models import LoginTry, User
from readerstudy.accounts.throttling import WINDOW, WRONG_TRIES
from tests.readerstudy.conftest import PASSWORD

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

PAGE, IN_PLACE = "/accounts/login/", "/api/v1/login/"


def log_in(client: Client, password: str = PASSWORD, username: str = "reader", address: str = "10.0.0.1") -> Response:
    body = {"username": username, "password": password}
    return client.post(IN_PLACE, body, content_type="application/json", REMOTE_ADDR=address)


def log_in_by_page(client: Client, password: str, address: str = "10.0.0.1") -> Response:
    return client.post(PAGE, {"username": "reader", "password": password}, REMOTE_ADDR=address)


def test_the_right_password_opens_a_session_and_says_whose(client: Client, reader_user: User) -> None:
    answer = log_in(client)
    assert (answer.status_code, answer.json()) == (200, {"username": "reader"})
    assert client.get("/reading/").status_code == 200


def test_a_wrong_one_is_told_in_words_and_opens_nothing(client: Client, reader_user: User) -> None:
    for answer in (log_in(client, "guessed"), log_in(client, username="nobody")):
        assert answer.status_code == 400
        assert "correct username and password" in answer.json()["detail"]
    assert client.get("/reading/").status_code == 302


@pytest.mark.parametrize("body", [{}, [], {"username": "reader"}, {"username": "", "password": ""}, {"username": {}}])
def test_what_is_no_login_is_refused(client: Client, reader_user: User, body: object) -> None:
    assert client.post(IN_PLACE, json.dumps(body), content_type="application/json").status_code == 400


def test_another_site_cannot_log_anybody_in(reader_user: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = log_in(strict)
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["detail"]
    strict.get(PAGE)
    token = strict.cookies["csrftoken"].value
    body = {"username": "reader", "password": PASSWORD}
    assert strict.post(IN_PLACE, body, content_type="application/json", HTTP_X_CSRFTOKEN=token).status_code == 200


def test_after_five_wrong_passwords_even_the_right_one_waits(client: Client, reader_user: User) -> None:
    answers = [log_in(client, "guessed").status_code for _ in range(WRONG_TRIES)]
    assert answers == [400] * 5
    refused = log_in(client)
    assert refused.status_code == 429
    assert "Wait 5 minutes" in refused.json()["detail"]
    assert "Wait 5 minutes" in log_in_by_page(client, PASSWORD).content.decode()
    assert client.get("/reading/").status_code == 302


def test_the_page_and_the_login_in_place_count_together(client: Client, reader_user: User) -> None:
    for number in range(WRONG_TRIES):
        log_in_by_page(client, "guessed") if number % 2 else log_in(client, "guessed")
    assert log_in(client).status_code == 429


def test_other_people_and_other_places_are_not_held_up(client: Client, reader_user: User, coordinator: User) -> None:
    for _ in range(WRONG_TRIES + 3):
        log_in(client, "guessed")
    assert log_in(client, address="10.0.0.2").status_code == 200
    assert log_in(client, username="coordinator").status_code == 200


def test_capitals_make_no_second_account_to_guess_at(client: Client, reader_user: User) -> None:
    for number in range(WRONG_TRIES):
        log_in(client, "guessed", username=("reader", "Reader", "READER")[number % 3])
    assert log_in(client).status_code == 429


def test_the_wait_is_over_after_five_minutes_and_is_not_made_longer_by_trying(
    client: Client, reader_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(WRONG_TRIES * 3):
        log_in(client, "guessed")
    assert LoginTry.objects.count() == WRONG_TRIES
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + WINDOW + timedelta(seconds=1))
    assert log_in(client).status_code == 200
    assert not LoginTry.objects.exists()


def test_a_right_password_begins_the_count_anew(client: Client, reader_user: User) -> None:
    for _ in range(3):
        for _ in range(WRONG_TRIES - 1):
            assert log_in(client, "guessed").status_code == 400
        assert log_in(client).status_code == 200


def test_neither_the_name_nor_the_password_is_kept(client: Client, reader_user: User) -> None:
    log_in(client, "a secret phrase", username="the password in the wrong field")
    (kept,) = LoginTry.objects.values_list("who", flat=True)
    assert len(kept) == 64
    assert set(kept) <= set("0123456789abcdef")
