"""Each person is answered in the language they chose, else in the one that their browser asks for."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from readerstudy.accounts.models import Role, User
from tests.readerstudy.unpictured import a_person

pytestmark = pytest.mark.django_db
LOGIN, LANGUAGE = "/accounts/login/", "/accounts/language/"


def page(client: Client, path: str = LOGIN, *, asks_for: str = "") -> str:
    headers = {"Accept-Language": asks_for} if asks_for else {}
    return client.get(path, headers=headers).content.decode()


def choose(client: Client, language: str, *, on: str = LOGIN) -> str:
    answer = client.post(LANGUAGE, {"language": language}, headers={"Referer": f"http://testserver{on}"})
    assert answer.status_code == 302
    return str(answer["Location"])


@pytest.fixture
def coordinator() -> User:
    """Somebody with an account."""
    return a_person("coordinator", Role.COORDINATOR)


@pytest.fixture
def desk(coordinator: User) -> Client:
    """Their browser."""
    client = Client()
    client.force_login(coordinator)
    return client


@pytest.mark.parametrize(
    ("asks_for", "speaks"),
    [("", "en"), ("de", "de"), ("de-AT,de;q=0.9,en;q=0.8", "de"), ("fr,en;q=0.5", "en"), ("fr", "en"), ("…;q=x", "en")],
)
def test_a_browser_is_answered_in_the_language_it_asks_for_where_that_is_offered(asks_for: str, speaks: str) -> None:
    text = page(Client(), asks_for=asks_for)
    assert f'<html lang="{speaks}">' in text
    assert ("Anmelden" if speaks == "de" else "Log in") in text
    assert ("Log in" if speaks == "de" else "Anmelden") not in text


def test_who_chooses_a_language_comes_back_to_the_page_and_keeps_it_on_this_browser() -> None:
    client = Client()
    assert choose(client, "de", on="/accounts/login/?next=/cohorts/") == "/accounts/login/?next=/cohorts/"
    assert '<html lang="de">' in page(client, asks_for="en")
    assert client.cookies["django_language"]["httponly"]
    assert client.cookies["django_language"]["samesite"] == "Lax"


def test_the_choice_of_a_person_with_an_account_goes_with_them_to_every_browser(
    desk: Client, coordinator: User
) -> None:
    choose(desk, "de")
    elsewhere = Client()
    elsewhere.force_login(coordinator)
    assert '<html lang="de">' in page(elsewhere, "/cohorts/", asks_for="en")
    choose(elsewhere, "en")
    assert '<html lang="en">' in page(desk, "/cohorts/", asks_for="de")


def test_a_choice_leaves_the_other_preferences_as_they_are(desk: Client, coordinator: User) -> None:
    User.objects.filter(pk=coordinator.pk).update(preferences={"keys": {"invert": "x"}})
    choose(desk, "de")
    coordinator.refresh_from_db()
    assert coordinator.preferences == {"keys": {"invert": "x"}, "language": "de"}


@pytest.mark.parametrize("language", ["", "fr", "xx", "de-DE", "../de", "DE"])
def test_a_language_that_is_not_offered_changes_nothing(desk: Client, coordinator: User, language: str) -> None:
    choose(desk, language)
    coordinator.refresh_from_db()
    assert coordinator.preferences == {}
    assert "django_language" not in desk.cookies


def test_rubbish_in_the_stored_preference_is_as_good_as_none(desk: Client, coordinator: User) -> None:
    for rubbish in ("xx", 7, None, ["de"], ""):
        User.objects.filter(pk=coordinator.pk).update(preferences={"language": rubbish})
        assert '<html lang="de">' in page(desk, "/cohorts/", asks_for="de")


@pytest.mark.parametrize(
    "referer",
    ["https://elsewhere.example/cohorts/", "//elsewhere.example", "javascript:alert(1)", "", "http://[broken"],
)
def test_nobody_is_sent_to_another_site(referer: str) -> None:
    answer = Client().post(LANGUAGE, {"language": "de"}, headers={"Referer": referer})
    assert answer["Location"] == "/"


def test_the_page_says_which_language_is_the_present_one_and_each_in_its_own_words(desk: Client) -> None:
    text = page(desk, "/cohorts/")
    assert 'value="en" lang="en" aria-pressed="true">English<' in text
    assert 'value="de" lang="de" aria-pressed="false">Deutsch<' in text


def test_the_language_of_one_answer_does_not_reach_the_next(desk: Client) -> None:
    page(desk, "/cohorts/", asks_for="de")
    assert translation.get_language() == "en"
    assert '<html lang="en">' in page(desk, "/cohorts/")


def test_a_refusal_is_said_in_the_language_too() -> None:
    sent = {"username": "nobody", "password": "wrong"}
    answer = Client().post(LOGIN, sent, headers={"Accept-Language": "de"})
    assert "Benutzername" in answer.content.decode()
    missing = Client().get("/nowhere/", headers={"Accept-Language": "de"})
    assert missing.status_code == 404
    assert "Hier ist nichts für Sie" in missing.content.decode()
