"""`create_coordinator` makes the account from which everything else is done on the pages."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event

pytestmark = pytest.mark.django_db


def make(name: str = "chief") -> dict[str, str]:
    out = StringIO()
    call_command("create_coordinator", name, json=True, stdout=out)
    said: dict[str, str] = json.loads(out.getvalue())
    return said


def test_without_a_password_one_is_drawn_told_once_and_opens_the_studies(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PASSWORD", raising=False)
    said = make()
    assert client.login(username="chief", password=said["password"])
    assert client.get("/studies/").status_code == 200


def test_a_password_of_the_environment_is_taken_and_not_repeated(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSWORD", "a word for tests")
    assert make() == {"username": "chief"}
    assert client.login(username="chief", password="a word for tests")


def test_a_weak_password_and_a_name_that_is_taken_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD", "short")
    with pytest.raises(CommandError, match="at least 10 characters"):
        make()
    assert not User.objects.exists()
    monkeypatch.setenv("PASSWORD", "a word for tests")
    make()
    with pytest.raises(CommandError, match="already exists"):
        make()


def test_an_operator_may_open_every_study_and_the_audit_log_knows() -> None:
    call_command("create_coordinator", "runs-the-server", operator=True, stdout=StringIO())
    make("chief")
    assert [user.is_superuser for user in User.objects.order_by("pk")] == [True, False]
    assert [event.detail for event in Event.objects.filter(verb="accounts.created").order_by("pk")] == [
        {"role": "coordinator", "operator": True},
        {"role": "coordinator"},
    ]
