"""Two tabs that send at the same moment, over real HTTP: every case is judged exactly once."""

from __future__ import annotations

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import requests
from pytest_django.live_server_helper import LiveServer

from readerstudy.reading.models import Judgement
from tests.readerstudy.reader_client import JUDGEMENT, ReaderClient

TABS = 4


def send(address: str, cookie: str, key: str, together: Barrier) -> int:
    session = requests.Session()
    session.trust_env = False
    session.cookies.update({"sessionid": cookie, "csrftoken": "c" * 32})
    together.wait()
    headers = {"Idempotency-Key": key, "X-CSRFToken": "c" * 32}
    return session.post(address, json=JUDGEMENT, headers=headers, timeout=30).status_code


def send_together(server: LiveServer, client: ReaderClient, path: str, keys: list[str]) -> Counter[int]:
    address = f"{server.url}{path}"
    cookie, together = client.cookies["sessionid"].value, Barrier(len(keys))
    with ThreadPoolExecutor(len(keys)) as tabs:
        return Counter(tabs.map(lambda key: send(address, cookie, key, together), keys))


def judge_together(server: LiveServer, client: ReaderClient, code: str, position: int, keys: list[str]) -> Counter[int]:
    return send_together(server, client, f"/api/v1/sessions/{code}/readings/{position}/judgements/", keys)


@pytest.mark.django_db(transaction=True)
def test_one_of_many_tabs_stores_its_judgement_and_the_others_hear_that_it_is_done(
    live_server: LiveServer, code: str, reader: ReaderClient
) -> None:
    for position in (1, 2, 3):
        keys = [str(uuid.uuid4()) for _ in range(TABS)]
        assert judge_together(live_server, reader, code, position, keys) == {201: 1, 409: TABS - 1}
    assert Counter(Judgement.objects.values_list("reading__position", flat=True)) == {1: 1, 2: 1, 3: 1}


@pytest.mark.django_db(transaction=True)
def test_one_judgement_sent_many_times_at_once_is_stored_once_and_acknowledged_to_all(
    live_server: LiveServer, code: str, reader: ReaderClient
) -> None:
    key = str(uuid.uuid4())
    assert judge_together(live_server, reader, code, 1, [key] * TABS) == {201: 1, 200: TABS - 1}
    assert Judgement.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_starting_from_two_tabs_at_once_draws_one_session(
    live_server: LiveServer, study: object, reader: ReaderClient
) -> None:
    answers = send_together(live_server, reader, "/api/v1/studies/s/sessions/", [str(tab) for tab in range(TABS)])
    assert answers == {201: 1, 200: TABS - 1}
