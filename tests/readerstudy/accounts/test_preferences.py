"""What a person prefers stays with the account, and nobody else sees it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from readerstudy.accounts.models import User

PATH = "/api/v1/preferences/"


@pytest.fixture
def reader(client: Client, reader_user: User) -> Client:
    """The reader's browser."""
    client.force_login(reader_user)
    return client


def change(client: Client, **changes: Any) -> Any:
    return client.patch(PATH, json.dumps(changes), content_type="application/json")


def test_at_first_nothing_is_chosen(reader: Client) -> None:
    assert reader.get(PATH).json() == {"keys": {}, "language": ""}


def test_each_is_changed_alone_and_kept(reader: Client, reader_user: User) -> None:
    assert change(reader, keys={"invert": "x", "undo": "Ctrl+z"}).json()["language"] == ""
    assert change(reader, language="de").json() == {"keys": {"invert": "x", "undo": "Ctrl+z"}, "language": "de"}
    reader_user.refresh_from_db()
    assert reader_user.preferences == {"keys": {"invert": "x", "undo": "Ctrl+z"}, "language": "de"}
    assert change(reader, keys={"invert": " "}).json()["keys"] == {"invert": " "}


def test_what_is_emptied_is_forgotten(reader: Client, reader_user: User) -> None:
    change(reader, keys={"invert": "x"}, language="de")
    change(reader, keys={}, language="")
    reader_user.refresh_from_db()
    assert reader_user.preferences == {}


def test_the_language_is_answered_in(reader: Client) -> None:
    change(reader, language="de")
    assert '<html lang="de">' in reader.get("/reading/").content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"language": "tlh"}, {"language": None}, {"keys": []}, {"keys": {"invert": ["x"]}},
        {"keys": {"invert": "x" * 31}}, {"keys": {"a" * 61: "x"}},
        {"keys": {f"k{n}": "x" for n in range(101)}}, {"keys": {"invert": "\x00"}},
    ],
)  # fmt: skip
def test_what_cannot_be_preferred_is_refused_and_changes_nothing(
    reader: Client, reader_user: User, changes: dict[str, Any]
) -> None:
    answer = change(reader, **changes)
    assert answer.status_code == 400
    assert list(answer.json()) == list(changes)
    reader_user.refresh_from_db()
    assert reader_user.preferences == {}


def test_it_is_ones_own_alone(reader: Client, coordinator: User) -> None:
    change(reader, keys={"invert": "x"})
    other = Client()
    assert other.get(PATH).status_code == 403
    other.force_login(coordinator)
    assert other.get(PATH).json()["keys"] == {}
