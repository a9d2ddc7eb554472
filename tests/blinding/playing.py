"""A reader's whole session over the API and the pages, with everything that was answered kept for the search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import Resolver404, resolve

from readerstudy.accounts.models import User
from tests.blinding.world import SLUG
from tests.readerstudy.reader_client import DISPLAY, ReaderClient

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

RAW = "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1"
RAW_PARTS = 'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.1'
HTJ2K = "image/jphc; transfer-syntax=1.2.840.10008.1.2.4.201"
FEEDBACK = "training_api:feedback"


@dataclass(frozen=True)
class Exchange:
    """A request and all that came back."""

    method: str
    path: str
    route: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def answered(self) -> bytes:
        """Status line, headers and body in one."""
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        return f"HTTP/1.1 {self.status}\r\n{head}\r\n".encode() + self.body

    @property
    def comparable(self) -> tuple[str, str, int, tuple[tuple[str, str], ...], bytes]:
        """Everything but the clock and the tokens against forgery, which are other ones in each answer."""
        headers = tuple(pair for pair in self.headers if pair[0] != "Expires" and not pair[1].startswith("csrftoken="))
        return self.method, self.path, self.status, headers, _CLOCK_OR_TOKEN.sub(b"", self.body)


_CLOCK_OR_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"|"seconds_left":\d+')


class RecordingClient(ReaderClient):
    """A reader's browser that keeps every answer."""

    def __init__(self, user: User, **options: Any) -> None:
        super().__init__(user, **options)
        self.exchanges: list[Exchange] = []

    def request(self, **request: Any) -> Response:
        """Ask, and keep the answer."""
        response = super().request(**request)
        cookies = [("Set-Cookie", morsel.OutputString()) for morsel in response.cookies.values()]
        body = response.getvalue() if response.streaming else response.content
        query = request.get("QUERY_STRING", "")
        exchange = Exchange(
            request["REQUEST_METHOD"],
            request["PATH_INFO"] + (f"?{query}" if query else ""),
            route_of(request["PATH_INFO"]),
            response.status_code,
            (("Reason", response.reason_phrase), *sorted(response.headers.items()), *cookies),
            body,
        )
        self.exchanges.append(exchange)
        return response


def route_of(path: str) -> str:
    """Name the route of a path, or give an empty string."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def play(client: RecordingClient, *, cases: int | None = None) -> list[Exchange]:
    """Let the client go everywhere that a reader can go and read everything, or so many cases, to the end."""
    _visit_pages(client)
    for _ in range(2):  # the practice, then the test
        state = client.start(SLUG).json()
        if "code" not in state:
            break
        _read(client, state, cases)
    _visit_pages(client)
    return client.exchanges


def _visit_pages(client: RecordingClient) -> None:
    for path in (
        "/",
        "/reading/",
        f"/reading/{SLUG}/consent/",
        f"/reading/{SLUG}/withdraw/",
        "/accounts/me/",
        "/accounts/login/",
        "/healthz",
        "/nothing/here/",
    ):
        client.get(path)
    for path in ("/api/v1/studies/", "/api/v1/preferences/", "/api/docs/", "/api/schema/", "/api/schema/?format=json"):
        client.get(path)
    client.patch("/api/v1/preferences/", {"keys": {"invert": "x"}}, content_type="application/json")
    client.post(f"/api/v1/studies/{SLUG}/display/", DISPLAY, content_type="application/json")
    client.post(f"/reading/{SLUG}/consent/", {})
    client.post(f"/reading/{SLUG}/consent/", {"agree": "yes"})
    client.post(f"/api/v1/studies/{SLUG}/consent/")
    for path in ("/studies/", f"/studies/{SLUG}/protocol/", f"/studies/{SLUG}/results/", "/cohorts/"):
        client.get(path)


def _read(client: RecordingClient, state: dict[str, Any], cases: int | None) -> None:
    code, done = state["code"], 0
    client.post(f"/reading/{SLUG}/start/")
    client.start(SLUG)
    client.get(f"/reading/sessions/{code}/")
    client.options(f"/api/v1/sessions/{code}/")
    while state["readings"] and done != cases:
        _look(client, state)
        _draft(client, code, state["readings"][0]["position"])
        state = _judge_in_every_way(client, code, state["readings"][0]["position"])
        done += 1
    client.get("/reading/")
    client.state(code)


def _draft(client: RecordingClient, code: str, position: int) -> None:
    """Keep what is entered, in turn and out of turn; and try to go back to the case before, and to the end."""
    for place in (position, position, position + 1, max(position - 1, 1)):
        client.draft(code, place, {"call": "synthetic"})
    client.reopen(code, position)
    if position > 1 and client.reopen(code, position - 1).status_code == 200:
        client.state(code)
        client.leave(code, position - 1)
    client.end(code, {"unusual": "no"})


def _look(client: RecordingClient, state: dict[str, Any]) -> None:
    root = f"/api/v1/sessions/{state['code']}/dicomweb"
    for resource in ("studies", "series", "instances", "instances?PatientName=A*", "studies?limit=x", "nothing"):
        client.get(f"{root}/{resource}")
    # The images ahead are those of the next cases: each is looked at once, when it comes into view.
    for reading in state["readings"] if state["done"] == 0 else state["readings"][2:]:
        for path, accept in resources_of(reading):
            client.get(f"{root}/{path}", headers={"Accept": accept} if accept else {})


def resources_of(reading: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give every resource of an image and the media type to ask for."""
    study = f"studies/{reading['dicom_study_uid']}"
    series = f"{study}/series/{reading['dicom_series_uid']}"
    instance = f"{series}/instances/{reading['sop_instance_uid']}"
    for path in (f"{study}/series", f"{study}/instances", f"{series}/instances"):
        yield path, ""
    for path in (study, series, instance):
        yield f"{path}/metadata", ""
    yield f"{instance}/frames/1", RAW
    yield f"{instance}/frames/1", RAW_PARTS
    yield f"{instance}/frames/1", HTJ2K
    yield f"{instance}/frames/2", RAW
    yield f"{instance}/rendered", "image/png"
    yield f"{instance}/frames/1/rendered", "image/jpeg"
    yield f"{instance}/rendered?viewport=64,64", "image/png"


def _judge_in_every_way(client: RecordingClient, code: str, position: int) -> dict[str, Any]:
    """Judge with mistakes, twice, and out of turn; give the state that the accepted judgement brought."""
    key = f"00000000-0000-4000-8000-{code[-8:]}{position:04x}"
    client.feedback(code, position)
    client.judge(code, position, key=key, confidence=0)
    client.judge(code, position + 1, key=key)
    accepted = client.judge(code, position, key=key)
    client.judge(code, position, key=key)
    client.judge(code, position, key=key, confidence=1)
    client.judge(code, position)
    client.feedback(code, position)
    state: dict[str, Any] = accepted.json()["session"]
    return state
