"""The endpoint table is whole, and every role is answered as it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from readerstudy.cohorts.models import Cohort
from tests.blinding.conftest import Played
from tests.blinding.endpoints import ENDPOINTS, Answer, Endpoint
from tests.blinding.site import Site, a_site
from tests.readerstudy.reader_client import JUDGEMENT

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
KEY = "7f0c3ac0-95a6-4a53-9e8d-2a2d8f3f7a11"


def routes(resolver: URLResolver, names: str = "", prefix: str = "") -> Iterator[tuple[str, str]]:
    """Give name and pattern of everything that the application answers."""
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield f"{names}{entry.name}", route
        else:
            yield from routes(entry, f"{names}{entry.namespace}:" if entry.namespace else names, route)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    known, listed = set(routes(get_resolver())), {(one.name, one.route) for one in ENDPOINTS}
    assert known - listed == set(), "say in endpoints.py who may open these and what a reader sees of them"
    assert listed - known == set(), "these rows of endpoints.py lead nowhere any more"


def test_no_two_routes_share_a_name() -> None:
    names = [name for name, _ in routes(get_resolver())]
    assert len(names) == len(set(names))


def test_a_row_says_that_a_reader_gets_a_body_where_one_does() -> None:
    for row in ENDPOINTS:
        gets_a_body = row.who.reader in (200, 201)
        assert (row.tells_reader != "nothing") == gets_a_body, row


def test_truth_is_told_by_the_endpoints_of_feedback_alone() -> None:
    telling = {row.name for row in ENDPOINTS if row.tells_reader == "truth"}
    assert telling == {"training_api:feedback", "training_api:feedback-at-end"}


def test_the_canaries_search_every_route_that_a_reader_gets_a_body_of(played: Played) -> None:
    got = {one.route for one in played.exchanges if one.status in (200, 201)}
    # An invitation is followed before there is a reader; its page is searched on its own (test_attacking_reader.py).
    # So are the answers of another protocol (test_canaries_of_aid_and_answers.py).
    others = {"detectors_api:aid", "training_api:feedback-at-end", "training_api:qualification"}
    assert {row.name for row in ENDPOINTS if row.tells_reader != "nothing"} - got == {"studies:join", *others}


@pytest.fixture
def site(db: None, tmp_path: Path) -> Site:
    """Something behind every address."""
    return a_site(tmp_path)


@pytest.fixture
def browsers(site: Site) -> dict[str, Client]:
    """A browser of each role."""
    return {role: site.browser(role) for role in site.people}


def ask(row: Endpoint, browser: Client, names: dict[str, str], method: str = "") -> Response:
    """Ask from a browser, and take back whatever it changed there and in the database."""
    client = Client()
    client.cookies.update(browser.cookies)
    path, how = row.path.format(**names), method or row.method
    with transaction.atomic():
        if row.sends == "judgement" and how == "POST":
            headers = {"Idempotency-Key": KEY}
            answer = client.post(path, JUDGEMENT, content_type="application/json", headers=headers)
        elif row.sends.startswith("{") and how == row.method:
            client.defaults["HTTP_IDEMPOTENCY_KEY"] = KEY
            answer = client.generic(how, path, row.sends, content_type="application/json")
        elif how == "POST":
            answer = client.post(path, _form(row))
        else:
            answer = client.generic(how, path)
        if answer.streaming:
            answer.getvalue()  # which closes the file
        transaction.set_rollback(True)
    return answer


def _form(row: Endpoint) -> dict[str, Any]:
    if row.sends == "new study":
        cohort = Cohort.objects.get(slug="free")
        return {"title": "A new one", "slug": "new-one", "cohort-A": cohort.pk}
    key, _, value = row.sends.partition("=")
    return {key: value} if key else {}


def answered(response: Response) -> Answer:
    """Give the status, or say that the way leads to the login page."""
    leads_to_login = response.status_code == 302 and response["Location"].startswith("/accounts/login/?next=")
    return "login" if leads_to_login else response.status_code


def test_every_role_is_answered_as_the_table_says(
    browsers: dict[str, Client], site: Site, subtests: pytest.Subtests
) -> None:
    for row in ENDPOINTS:
        for role, expected in row.asked().items():
            with subtests.test(f"{row.method} {row.path} as {role}"):
                assert answered(ask(row, browsers[role], site.names)) == expected


def test_no_other_method_opens_what_is_shut(browsers: dict[str, Client], site: Site) -> None:
    opened = []
    asked = set()
    for row in ENDPOINTS:
        for role, expected in row.asked().items():
            if expected not in ("login", 403, 404) or (role == "colleague" and row.who.stranger == expected):
                continue
            for method in METHODS:
                question = (role, method, row.path, row.sends if method in ("POST", row.method) else "")
                if question in asked:  # by another row of the same address
                    continue
                asked.add(question)
                response = ask(row, browsers[role], site.names, method)
                if response.status_code in (200, 201, 204) and not _is_description(row, method, response):
                    opened.append((method, row.path, role, response.status_code))
    assert opened == []


def _is_description(row: Endpoint, method: str, response: Response) -> bool:
    """Whether an API says what it takes (OPTIONS): the same words to everybody who is logged in."""
    return method == "OPTIONS" and row.path.startswith("/api/v1/") and set(response.json()) <= {
        "name", "description", "renders", "parses",
    }  # fmt: skip


def test_coordinators_pages_are_not_there_for_readers_whether_they_exist_or_not(
    browsers: dict[str, Client], site: Site
) -> None:
    reader = browsers["reader"]
    nowhere = dict.fromkeys(site.names, "nowhere") | dict.fromkeys(["job", "blackout", "number", "pair", "member"], "0")
    for row in ENDPOINTS:
        if row.who.reader == 404:
            there, not_there = ask(row, reader, site.names), ask(row, reader, nowhere)
            assert there.status_code == not_there.status_code == 404, row
            assert len(there.content) == len(not_there.content), row
            assert sorted(there.headers) == sorted(not_there.headers), row
