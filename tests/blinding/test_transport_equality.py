"""Cases of very different sources travel alike: the same headers, the same attributes, the same lengths."""

from __future__ import annotations

import json
import re
from collections import defaultdict

import pytest

from readerstudy.reading.images import open_readings
from readerstudy.reading.models import Reading, ReadingSession
from tests.blinding.conftest import Played
from tests.blinding.playing import Exchange, RecordingClient

UID = re.compile(r"2\.25\.[0-9]{39}")
TELLING_HEADERS = {"ETag", "Last-Modified", "Content-Disposition", "Content-Location", "Content-Encoding", "Set-Cookie"}


def kind_of(exchange: Exchange) -> tuple[str, str, str]:
    """Say what was asked of an image, without which image it was."""
    content_type = dict(exchange.headers)["Content-Type"]
    return exchange.method, re.sub(r"^.*/dicomweb/", "", UID.sub("UID", exchange.path)), content_type


@pytest.fixture
def by_kind(played: Played) -> dict[tuple[str, str, str], list[Exchange]]:
    """Every answer about one image, by what was asked of it."""
    grouped = defaultdict(list)
    for one in played.exchanges:
        if one.route == "api:dicomweb" and UID.search(one.path):
            grouped[kind_of(one)].append(one)
    return grouped


def test_the_sources_are_as_unlike_as_they_should_be(played: Played) -> None:
    forms, rows, columns, bits = zip(*played.sources, strict=True)
    assert set(forms) == {"PNG", "JPEG", "DICOM"}
    assert len(set(zip(rows, columns, strict=True))) == 6
    assert set(bits) >= {8, 16}


def test_all_answers_of_a_kind_have_the_same_status_headers_and_length(
    by_kind: dict[tuple[str, str, str], list[Exchange]],
) -> None:
    assert len(by_kind) >= 12
    for kind, exchanges in by_kind.items():
        assert len(exchanges) == 8, kind  # six cases and two of practice
        assert len({one.status for one in exchanges}) == 1, kind
        assert len({one.headers for one in exchanges}) == 1, kind
        assert len({len(one.body) for one in exchanges}) == 1, kind
        headers = dict(exchanges[0].headers)
        assert headers["Cache-Control"] == "private, no-store"
        assert headers.keys().isdisjoint(TELLING_HEADERS)


def test_bodies_differ_by_their_uids_and_their_pixels_alone(
    by_kind: dict[tuple[str, str, str], list[Exchange]],
) -> None:
    frames = []
    for kind, exchanges in by_kind.items():
        if "json" in kind[2] or "text" in kind[2]:
            assert len({UID.sub("UID", one.body.decode()) for one in exchanges}) == 1, kind
        elif kind[2].startswith("application/octet-stream"):
            frames += [one.body for one in exchanges]
    assert len(frames) == len(set(frames)) == 8
    for frame in frames:
        assert len(frame) == 1024 * 1024
        assert (min(frame), max(frame)) == (0, 255)


def test_uids_sort_in_another_order_in_every_session(client: RecordingClient) -> None:
    """Search results stand in the order of their UIDs (test_session_dicomweb.py), which therefore may not be a mark."""
    code = client.start().json()["code"]
    session, orders = ReadingSession.objects.get(code=code), set()
    for number in range(60):
        session.code = f"{number:030x}"
        positions = {one.instance.dicom_study_uid: one.position for one in open_readings(session, 1)}
        orders.add(tuple(position for _, position in sorted(positions.items())))
    assert len(orders) == 2  # of the two practice cases


def test_search_results_differ_by_their_uids_alone(client: RecordingClient) -> None:
    code = client.start().json()["code"]
    for resource in ("studies", "series", "instances"):
        records = client.get(f"/api/v1/sessions/{code}/dicomweb/{resource}").json()
        assert len(records) == Reading.objects.filter(session__code=code).count()
        assert len({UID.sub("UID", json.dumps(record)) for record in records}) == 1
