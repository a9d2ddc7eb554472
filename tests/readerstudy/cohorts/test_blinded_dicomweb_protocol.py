"""What the blinded DICOMweb root answers is the same for every case but for the picture itself."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import requests
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydicom.dataset import Dataset

from readerstudy.cohorts.frames import as_jpeg
from readerstudy.cohorts.wado import PresentedInstance, respond

RAW = "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1"
# All that displaying an 8-bit grey picture needs; anything more could tell something.
ALLOWED_ATTRIBUTES = {
    "SOPClassUID", "SOPInstanceUID", "Modality", "PatientName", "PatientID", "StudyInstanceUID", "SeriesInstanceUID",
    "SeriesNumber", "InstanceNumber", "SamplesPerPixel", "PhotometricInterpretation", "NumberOfFrames", "Rows",
    "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "WindowCenter", "WindowWidth",
}  # fmt: skip


def of(instance: PresentedInstance) -> str:
    return (
        f"studies/{instance.dicom_study_uid}/series/{instance.dicom_series_uid}/instances/{instance.sop_instance_uid}"
    )


def ask(instances: list[PresentedInstance], resource: str, accept: str = "", method: str = "GET") -> HttpResponseBase:
    path, _, query = resource.partition("?")
    headers = {"Accept": accept} if accept else {}
    request = RequestFactory().generic(method, f"/root/{path}", QUERY_STRING=query, headers=headers)
    return respond(request, instances, path)


def content(response: HttpResponseBase) -> bytes:
    body = b"".join(response)
    if isinstance(response, FileResponse) and response.file_to_stream:
        response.file_to_stream.close()
    return body


EVERY_KIND = [
    ("{}/metadata", ""),
    ("{}/frames/1", RAW),
    ("{}/frames/1", 'multipart/related; type="application/octet-stream"'),
    ("{}/rendered", "image/png"),
    ("{}/rendered", "image/jpeg"),
    ("{}/frames/1/rendered", ""),
    ("{}/rendered?viewport=32,32", "image/jpeg"),
]


@pytest.mark.parametrize(("resource", "accept"), EVERY_KIND)
def test_status_headers_and_length_are_those_of_every_other_case(
    dicomweb_root: str, presented: list[PresentedInstance], resource: str, accept: str
) -> None:
    seen = set()
    for one in presented:
        answer = requests.get(f"{dicomweb_root}/{resource.format(of(one))}", headers={"Accept": accept}, timeout=10)
        headers = tuple((name, value) for name, value in answer.headers.items() if name != "Date")
        seen.add((answer.status_code, headers, len(answer.content)))
    assert len(seen) == 1
    ((status, headers, _length),) = seen
    names = {name.lower() for name, _ in headers}
    assert status == 200
    assert dict(headers)["Cache-Control"] == "private, no-store"
    assert names.isdisjoint({"etag", "last-modified", "content-disposition", "set-cookie", "accept-ranges"})


def test_metadata_differ_in_the_uids_alone_and_hold_nothing_but_what_display_needs(
    presented: list[PresentedInstance],
) -> None:
    rest = set()
    for one in presented:
        (record,) = json.loads(content(ask(presented, f"{of(one)}/metadata")))
        dataset = Dataset.from_json(record)
        assert {element.keyword for element in dataset} == ALLOWED_ATTRIBUTES
        for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
            delattr(dataset, keyword)
        rest.add(dataset.to_json())
    assert len(rest) == 1


@pytest.mark.parametrize("resource", ["studies", "series", "instances"])
def test_a_search_tells_nothing_but_uids_and_no_order(presented: list[PresentedInstance], resource: str) -> None:
    forwards = content(ask(presented, resource))
    assert content(ask(presented[::-1], resource)) == forwards
    uids = {"0020000D", "0020000E", "00080018"}
    rest = {json.dumps({tag: element for tag, element in record.items() if tag not in uids})
            for record in json.loads(forwards)}  # fmt: skip
    assert len(rest) == 1


def test_frames_are_single_part_unless_multipart_is_asked_for(presented: list[PresentedInstance]) -> None:
    resource = f"{of(presented[0])}/frames/1"
    for accept in (RAW, "application/octet-stream", "*/*", "", "application/*", "multipart/related; q=0.1, */*"):
        single = ask(presented, resource, accept)
        assert single["Content-Type"] == RAW
        assert content(single) == presented[0].frame.read_bytes()
    for accept in (
        "multipart/related; type=application/octet-stream; transfer-syntax=*",  # Cornerstone's own
        'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.1, */*;q=0.1',
        'multipart/related; type="*/*"',
        "multipart/related",
    ):
        multi = ask(presented, resource, accept)
        assert multi["Content-Type"].startswith('multipart/related; type="application/octet-stream"')
        assert presented[0].frame.read_bytes() in content(multi)


@pytest.mark.parametrize(
    ("resource", "accept"),
    [
        ("{}/frames/1", "image/jphc; transfer-syntax=1.2.840.10008.1.2.4.201"),
        ("{}/frames/1", "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.90"),
        ("{}/frames/1", 'multipart/related; type="image/jp2"'),
        ("{}/frames/1", "application/octet-stream; q=0"),
        ("{}/metadata", 'multipart/related; type="application/dicom+xml"'),
        ("{}/rendered", "image/gif"),
        ("studies", "text/html"),
    ],
)
def test_what_is_not_offered_is_not_acceptable(presented: list[PresentedInstance], resource: str, accept: str) -> None:
    answer = ask(presented, resource.format(of(presented[0])), accept)
    assert answer.status_code == 406
    assert b"offered as" in content(answer)


@pytest.mark.parametrize(
    "resource",
    [
        "", "studies/2.25.1", "studies/2.25.1/metadata", "studies/2.25.1/series", "series/2.25.1", "patients",
        "{}", "{}/bulkdata", "{}/frames/2", "{}/frames/1,2", "{}/frames/1,1", "{}/frames/0", "{}/frames/",
        "{}/frames/٣", "../../etc/passwd", "studies/../studies", "studies/" + "9" * 10_000,
    ],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(presented: list[PresentedInstance], resource: str) -> None:
    answer = ask(presented, resource.format(of(presented[0])))
    assert answer.status_code == 404
    assert answer["Cache-Control"] == "private, no-store"


def test_uids_of_two_cases_cannot_be_mixed(presented: list[PresentedInstance]) -> None:
    one, other = presented[:2]
    mixed = replace(one, sop_instance_uid=other.sop_instance_uid)
    assert ask(presented, f"{of(mixed)}/metadata").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["limit=x", "limit=-1", "offset=1.5", "limit=" + "9" * 100, "NoSuchAttribute=1", "FFFFFFFF=1", "viewport=1,1"],
)
def test_a_query_that_makes_no_sense_is_refused_with_the_reason(presented: list[PresentedInstance], query: str) -> None:
    answer = ask(presented, f"instances?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0].encode() in content(answer)


@pytest.mark.parametrize("viewport", ["0,1", "1", "a,b", "1,2,3", "999999,1", "-1,5"])
def test_a_viewport_that_makes_no_sense_is_refused(presented: list[PresentedInstance], viewport: str) -> None:
    assert ask(presented, f"{of(presented[0])}/rendered?viewport={viewport}").status_code == 400


def test_a_viewport_is_never_larger_than_the_image(presented: list[PresentedInstance]) -> None:
    for viewport, size in {"32,16": (16, 16), "9999,9999": (64, 64)}.items():
        answer = ask(presented, f"{of(presented[1])}/rendered?viewport={viewport}")
        assert Image.open(BytesIO(content(answer))).size == size


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("StudyInstanceUID={study}", 1), ("0020000d={study}", 1), ("StudyInstanceUID={study},2.25.1", 1),
        ("StudyInstanceUID={study}\\2.25.1", 1), ("StudyInstanceUID=2.25.1", 0), ("Modality=OT", 3), ("Modality=O*", 3),
        ("Modality=?T", 3), ("Modality=CR", 0), ("Modality=[O]T", 0), ("PatientName=", 3), ("PatientName=*", 3),
        ("PatientName=A", 0), ("StudyDescription=chest", 0), ("StudyDate=20260101-20261231", 0),
        ("ReferencedSeriesSequence.SeriesInstanceUID=1", 0), ("includefield=all&fuzzymatching=true&limit=2", 2),
        ("limit=0", 0), ("offset=99", 0), ("limit=2&offset=2", 1),
    ],
)  # fmt: skip
def test_filters_and_pages_are_obeyed(presented: list[PresentedInstance], query: str, count: int) -> None:
    answer = ask(presented, f"instances?{query.format(study=presented[0].dicom_study_uid)}")
    assert len(json.loads(content(answer))) == count


def test_pages_together_are_the_whole_search(presented: list[PresentedInstance]) -> None:
    pages = [json.loads(content(ask(presented, f"series?limit=1&offset={start}"))) for start in range(3)]
    assert [record for page in pages for record in page] == json.loads(content(ask(presented, "series")))


def test_a_search_among_nothing_finds_nothing() -> None:
    assert content(ask([], "studies")) == b"[]"


def test_many_wildcards_do_not_keep_the_server_busy(presented: list[PresentedInstance]) -> None:
    start = time.monotonic()
    ask(presented, "instances?StudyInstanceUID=" + "*1" * 1000 + "x")
    assert time.monotonic() - start < 1


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_written(presented: list[PresentedInstance], method: str) -> None:
    answer = ask(presented, "studies", method=method)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_a_missing_frame_is_told_without_its_path(presented: list[PresentedInstance]) -> None:
    presented[0].frame.unlink()
    answer = ask(presented, f"{of(presented[0])}/frames/1")
    assert answer.status_code == 404
    assert str(presented[0].frame).encode() not in content(answer)


@given(resource=st.text(max_size=80), accept=st.text(max_size=80), query=st.text(max_size=40))
def test_rubbish_never_raises(resource: str, accept: str, query: str) -> None:
    request = RequestFactory().get("/root/", {"limit": query, "accept": accept}, headers={"Accept": accept})
    for path in (resource, "studies"):
        answer = respond(request, [], path)
        assert isinstance(answer, HttpResponse)
        assert answer.status_code in (200, 400, 404, 406)


def test_the_noisiest_picture_still_fits_the_constant_jpeg_length() -> None:
    worst = np.random.default_rng(0).choice(np.array([0, 255], np.uint8), (1024, 1024))
    flat = np.zeros((1024, 1024), np.uint8)
    assert len(as_jpeg(Image.fromarray(worst))) == len(as_jpeg(Image.fromarray(flat)))
