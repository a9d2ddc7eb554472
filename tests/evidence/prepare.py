"""What a server's database is filled with before a trial. Called in a process of the server's own settings."""

from __future__ import annotations

from django.core.management import call_command
from django.test import Client

from readerstudy.accounts.models import User
from tests.readerstudy.unpictured import a_person, an_unpictured_study


def prepare(readers: int, cases: int) -> list[dict[str, str]]:
    """Migrate, make a running study `s`, and give the cookies of a login for each of its readers."""
    call_command("migrate", verbosity=0)
    people = [a_person(f"reader-{number}") for number in range(readers)]
    an_unpictured_study(readers=people, cases=cases)
    return [_cookies_of(person) for person in people]


def _cookies_of(person: User) -> dict[str, str]:
    browser = Client()
    browser.force_login(person)
    return {"sessionid": browser.cookies["sessionid"].value}
