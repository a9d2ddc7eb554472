"""Whatever profile a cohort has, its cases travel alike; but for the one that keeps what was acquired and says so."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from readerstudy.cohorts.models import Image
from readerstudy.cohorts.profiles import PROFILES, profile_named
from tests.blinding.playing import HTJ2K, RAW, Exchange, RecordingClient, resources_of
from tests.blinding.test_transport_equality import TELLING_HEADERS, UID, kind_of
from tests.blinding.world import a_world

UNIFORM = [
    "square-1024-12bit/1", "square-1024-htj2k/1", "square-1024-htj2k/1,bits=12", "letterbox-1024-8bit/1",
    "levelled-1024-8bit/1", "square-512-8bit/1",
]  # fmt: skip
Kinds = dict[tuple[str, str, str], list[Exchange]]


def looked_at(folder: Path, profile: str) -> Kinds:
    """Look at every resource of every image of the world, case by case, and sort the answers by what was asked."""
    client = RecordingClient(a_world(folder, profile_named(profile)).reader)
    grouped: Kinds = defaultdict(list)
    for _ in range(2):  # the practice, then the test
        state = client.start().json()
        root = f"/api/v1/sessions/{state['code']}/dicomweb"
        while state["readings"]:
            for path, accept in resources_of(state["readings"][0]):
                client.get(f"{root}/{path}", headers={"Accept": accept} if accept else {})
                one = client.exchanges[-1]
                grouped[kind_of(one)].append(one)
            state = client.read_on(state["code"], at_most=1)
    return grouped


@pytest.mark.django_db
@pytest.mark.parametrize("profile", UNIFORM)
def test_all_cases_of_a_cohort_travel_alike(tmp_path: Path, profile: str) -> None:
    kinds = looked_at(tmp_path, profile)
    assert len(kinds) >= 12
    for kind, exchanges in kinds.items():
        assert len(exchanges) % 8 == 0, kind  # six cases and two of practice
        assert len({one.status for one in exchanges}) == 1, kind
        cohorts = [exchanges] if profile_named(profile).transfer == "raw" else [exchanges[:2], exchanges[2:]]
        for alike in cohorts:  # a compressed cohort is padded to its own longest
            assert len({one.headers for one in alike}) == 1, kind
            assert len({len(one.body) for one in alike}) == 1, kind
        assert dict(exchanges[0].headers).keys().isdisjoint(TELLING_HEADERS)
        if "json" in kind[2] or "text" in kind[2]:
            assert len({UID.sub("UID", one.body.decode()) for one in exchanges}) == 1, kind


@pytest.mark.django_db
@pytest.mark.parametrize(("profile", "accept", "other"), [("square-1024-12bit/1", RAW, HTJ2K),
                                                        ("square-1024-htj2k/1", HTJ2K, RAW)])  # fmt: skip
def test_frames_travel_in_the_one_form_of_the_cohort_and_no_other(
    tmp_path: Path, profile: str, accept: str, other: str
) -> None:
    client = RecordingClient(a_world(tmp_path, PROFILES[profile]).reader)
    state = client.start().json()
    root = f"/api/v1/sessions/{state['code']}/dicomweb"
    frame = next(path for path, _ in resources_of(state["readings"][0]) if path.endswith("frames/1"))
    answer = client.get(f"{root}/{frame}", headers={"Accept": f"{other};q=1, {accept};q=0.5"})
    assert answer["Content-Type"] == accept
    refused = client.get(f"{root}/{frame}", headers={"Accept": other})
    assert refused.status_code == 406
    assert accept in refused.content.decode()


@pytest.mark.django_db
def test_compressed_frames_are_padded_to_the_longest_of_the_cohort(tmp_path: Path) -> None:
    kinds = looked_at(tmp_path, "square-1024-htj2k/1")
    frames = [exchanges for kind, exchanges in kinds.items() if kind[2] == HTJ2K]
    lengths = [len(one.body) for one in frames[0]]
    for name, sent in (("practice", lengths[:2]), ("cohort", lengths[2:])):
        stored = Image.objects.filter(case__cohort__title__contains=name).values_list("length", flat=True)
        assert len(set(stored)) > 1
        assert set(sent) == {max(stored)}


@pytest.mark.django_db
def test_the_form_of_metadata_follows_the_profile_alone(tmp_path: Path) -> None:
    kinds = looked_at(tmp_path, "square-1024-12bit/1")
    (metadata,) = {
        re.sub(UID, "UID", one.body.decode())
        for kind, exchanges in kinds.items() if kind[1].endswith("instances/UID/metadata") for one in exchanges
    }  # fmt: skip
    (record,) = json.loads(metadata)
    told = {tag: element.get("Value") for tag, element in record.items()}
    assert (told["00280100"], told["00280101"], told["00280102"]) == ([16], [12], [11])
    assert (told["00281050"], told["00281051"]) == ([2048.0], [4096.0])
    assert "00280030" not in told, "no spacing"
    frames = [one.body for kind, found in kinds.items() if kind[2] == RAW for one in found]
    for frame in frames:
        values = np.frombuffer(frame, "<u2")
        assert (values.size, values.min(), values.max()) == (1024 * 1024, 0, 4095)


@pytest.mark.django_db
def test_images_as_acquired_differ_in_matrix_and_length_alone_and_have_no_window(tmp_path: Path) -> None:
    assert "tell the class" in PROFILES["as-acquired-16bit/1"].warning
    kinds = looked_at(tmp_path, "as-acquired-16bit/1")
    for kind, exchanges in kinds.items():
        assert len({one.status for one in exchanges}) == 1, kind
        assert len({tuple(pair for pair in one.headers if pair[0] != "Content-Length") for one in exchanges}) == 1, kind
    records = [
        json.loads(one.body)[0]
        for kind, exchanges in kinds.items() if kind[1].endswith("instances/UID/metadata") for one in exchanges
    ]  # fmt: skip
    assert len({(tuple(one["00280010"]["Value"]), tuple(one["00280011"]["Value"])) for one in records}) == 7
    for one in records:
        assert "00281050" not in one
        del one["00280010"], one["00280011"]
    assert len({UID.sub("UID", json.dumps(one)) for one in records}) == 1
