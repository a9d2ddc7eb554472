"""Whoever writes a program reads the same words and the same names, whatever language their browser asks for."""

from __future__ import annotations

import pytest
from django.test import Client

from readerstudy.accounts.models import Role
from tests.readerstudy.unpictured import a_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    """A coordinator's browser."""
    client = Client()
    client.force_login(a_person("desk", Role.COORDINATOR))
    return client


def test_the_schema_is_the_same_in_every_language(desk: Client) -> None:
    english, german = (
        desk.get("/api/schema/?format=json", headers={"Accept-Language": language}) for language in ("en", "de")
    )
    assert english.status_code == 200
    assert english.content == german.content
    assert b"synthetic" in english.content


def test_the_page_that_explains_it_is_too_but_for_what_frames_it(desk: Client) -> None:
    english, german = (
        desk.get("/api/docs/", headers={"Accept-Language": language}).content.decode() for language in ("en", "de")
    )
    told = [page[page.index("<h2>Operations") : page.index("</main>")] for page in (english, german)]
    assert told[0] == told[1]
    assert "Abmelden" in german
