"""A cohort of compressed frames is answered as alike as any other, and standard clients and decoders can read it."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import requests
from dicomweb_client import DICOMwebClient
from PIL import Image

from readerstudy.cohorts import frames
from readerstudy.cohorts.wado import PresentedInstance
from tests.readerstudy.cohorts.conftest import served
from tests.readerstudy.cohorts.test_blinded_dicomweb_protocol import RAW, ask, content, of

HTJ2K = "image/jphc; transfer-syntax=1.2.840.10008.1.2.4.201"


@pytest.fixture
def root(compressed: list[PresentedInstance], tmp_path: Path) -> Iterator[str]:
    """The address of a root that serves the compressed images."""
    with served(compressed, tmp_path) as address:
        yield address


@pytest.mark.parametrize(
    ("resource", "accept"),
    [("frames/1", HTJ2K), ("frames/1", ""), ("frames/1", 'multipart/related; type="image/jphc"'),
     ("metadata", ""), ("rendered", "image/png"), ("rendered", "image/jpeg"), ("frames/1", RAW)],
)  # fmt: skip
def test_status_headers_their_order_and_length_are_those_of_every_other_case(
    root: str, compressed: list[PresentedInstance], resource: str, accept: str
) -> None:
    seen = set()
    for one in compressed:
        answer = requests.get(f"{root}/{of(one)}/{resource}", headers={"Accept": accept}, timeout=10)
        headers = tuple((name, value) for name, value in answer.headers.items() if name != "Date")
        seen.add((answer.status_code, headers, len(answer.content)))
    assert len(seen) == 1
    ((status, headers, length),) = seen
    assert status == (406 if accept == RAW else 200)
    assert dict(headers)["Content-Length"] == str(length)
    assert {name.lower() for name, _ in headers}.isdisjoint({"etag", "last-modified", "content-disposition"})


def test_the_stored_frames_are_of_unlike_length_and_each_is_padded_with_zeros_alone(
    compressed: list[PresentedInstance],
) -> None:
    assert len({one.frame.stat().st_size for one in compressed}) == 3
    for one in compressed:
        stored, sent = one.frame.read_bytes(), content(ask(compressed, f"{of(one)}/frames/1"))
        assert sent == stored + bytes(one.padded_length - len(stored))


def test_a_standard_client_gets_frames_that_decode_to_the_picture(
    root: str, compressed: list[PresentedInstance]
) -> None:
    client = DICOMwebClient(root, session=requests.Session())
    for one in compressed:
        uids = one.dicom_study_uid, one.dicom_series_uid, one.sop_instance_uid
        (frame,) = client.retrieve_instance_frames(*uids, frame_numbers=[1])
        pixels = frames.read_pixels(one.frame, one.rows, one.columns, one.profile)
        assert np.array_equal(imagecodecs.htj2k_decode(bytes(frame)), pixels)
        shown = Image.open(BytesIO(client.retrieve_instance_rendered(*uids)))
        assert np.array_equal(np.asarray(shown), pixels)


def test_what_is_not_offered_is_refused_with_what_is(compressed: list[PresentedInstance]) -> None:
    answer = ask(compressed, f"{of(compressed[0])}/frames/1", RAW)
    assert answer.status_code == 406
    assert content(answer).decode() == f"This is offered as {HTJ2K}, and not otherwise.\n"


def test_a_damaged_frame_is_told_as_a_missing_one(compressed: list[PresentedInstance]) -> None:
    compressed[0].frame.write_bytes(b"\xff\x4f\xff\x51 no codestream")
    answer = ask(compressed, f"{of(compressed[0])}/rendered")
    assert answer.status_code == 404
    assert b"missing from the store" in content(answer)
