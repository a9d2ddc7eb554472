"""A standard DICOMweb client with the reader's login gets the images that are open now, and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import count
from typing import Any

import numpy as np
import pytest
import requests
from dicomweb_client import DICOMwebClient
from PIL import Image
from pydicom.dataset import Dataset
from pytest_django.live_server_helper import LiveServer

from readerstudy.accounts.models import User
from readerstudy.cohorts import frames
from readerstudy.reading.images import PresentedReading, open_readings
from readerstudy.reading.models import Reading, ReadingSession
from readerstudy.studies.models import Study
from readerstudy.studies.services import close_study
from tests.readerstudy.makers import a_study
from tests.readerstudy.reader_client import ReaderClient

RAW = (("application/octet-stream", "1.2.840.10008.1.2.1"),)
Uids = tuple[str, str, str]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study(reader_user: User, colleague_user: User) -> Study:
    """Six cases with pictures, and two readers who have agreed to take part."""
    return a_study(readers=[reader_user, colleague_user], consent=True)


@pytest.fixture
def http(live_server: LiveServer) -> Iterator[Callable[[ReaderClient | None], requests.Session]]:
    """Give the function that makes an HTTP session with somebody's login cookie."""
    opened = []

    def log_in(client: ReaderClient | None) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        if client:
            session.cookies["sessionid"] = client.cookies["sessionid"].value
        opened.append(session)
        return session

    yield log_in
    for session in opened:
        session.close()


@pytest.fixture
def root(live_server: LiveServer, code: str) -> str:
    """The address of the reader's DICOMweb root."""
    return f"{live_server.url}/api/v1/sessions/{code}/dicomweb"


@pytest.fixture
def dicomweb(root: str, reader: ReaderClient, http: Callable[..., requests.Session]) -> DICOMwebClient:
    """The client of the session's own reader."""
    return DICOMwebClient(root, session=http(reader))


def uids(reading: dict[str, Any]) -> Uids:
    return reading["dicom_study_uid"], reading["dicom_series_uid"], reading["sop_instance_uid"]


def every_uid(code: str) -> list[Uids]:
    """Give the UIDs of all places, as the server would once each was the current one."""
    session = ReadingSession.objects.get(code=code)
    presented: list[PresentedReading] = [open_readings(session, position)[0] for position in range(1, 7)]
    return [
        (one.instance.dicom_study_uid, one.instance.dicom_series_uid, one.instance.sop_instance_uid)
        for one in presented
    ]  # fmt: skip


def frame_address(root: str, one: Uids) -> str:
    return f"{root}/studies/{one[0]}/series/{one[1]}/instances/{one[2]}/frames/1"


def test_searches_find_the_open_images_and_no_others(dicomweb: DICOMwebClient, reader: ReaderClient, code: str) -> None:
    for done in range(7):
        readings = reader.state(code)["readings"]
        assert len(readings) == min(3, 6 - done)
        if not readings:
            break
        found = [Dataset.from_json(one) for one in dicomweb.search_for_instances()]
        given = {(str(one.StudyInstanceUID), str(one.SeriesInstanceUID), str(one.SOPInstanceUID)) for one in found}
        assert given == {uids(reading) for reading in readings}
        assert len(dicomweb.search_for_studies()) == len(dicomweb.search_for_series()) == len(readings)
        reader.judge(code, done + 1)


def test_search_results_stand_in_the_order_of_their_uids_and_not_of_reading(code: str, reader: ReaderClient) -> None:
    session = ReadingSession.objects.get(code=code)
    for number in count():
        session.code = f"{number:030x}"
        in_order_of_reading = [one.instance.dicom_study_uid for one in open_readings(session, 1)]
        if in_order_of_reading != sorted(in_order_of_reading):
            break
    session.save()
    for level in ("studies", "series", "instances"):
        found = reader.get(f"/api/v1/sessions/{session.code}/dicomweb/{level}").json()
        order = [record["0020000D"]["Value"][0] for record in found]
        assert order == sorted(in_order_of_reading)


def test_each_open_image_arrives_byte_for_byte_with_its_metadata(
    dicomweb: DICOMwebClient, reader: ReaderClient, code: str
) -> None:
    for reading in reader.state(code)["readings"]:
        stored = Reading.objects.select_related("case__image").get(session__code=code, position=reading["position"])
        pixels = frames.path_of(stored.case.image).read_bytes()
        (frame,) = dicomweb.retrieve_instance_frames(*uids(reading), frame_numbers=[1], media_types=RAW)
        assert bytes(frame) == pixels
        assert len(frame) == 1024 * 1024
        metadata = Dataset.from_json(dicomweb.retrieve_instance_metadata(*uids(reading)))
        assert (metadata.Rows, metadata.Columns, str(metadata.PatientName)) == (1024, 1024, "")
        shown = Image.open(BytesIO(dicomweb.retrieve_instance_rendered(*uids(reading))))
        assert np.asarray(shown).tobytes() == pixels


def test_what_is_before_or_too_far_ahead_is_not_there(
    root: str, reader: ReaderClient, code: str, http: Callable[..., requests.Session]
) -> None:
    session, known = http(reader), every_uid(code)
    reader.judge(code, 1)
    reader.judge(code, 2)
    for resource in ("frames/1", "metadata", "rendered"):
        answers = [
            session.get(frame_address(root, one).replace("frames/1", resource), timeout=10).status_code
            for one in known
        ]  # fmt: skip
        assert answers == [404, 404, 200, 200, 200, 404]


def test_an_image_that_exists_later_is_refused_in_the_words_of_one_that_never_does(
    root: str, code: str, reader: ReaderClient, http: Callable[..., requests.Session]
) -> None:
    session, later = http(reader), every_uid(code)[5]
    never: Uids = tuple(uid[:-8] + "00000000" for uid in later)  # type: ignore[assignment]
    one, other = (session.get(frame_address(root, each), timeout=10) for each in (later, never))
    assert (one.status_code, one.content) == (other.status_code, other.content)
    assert without_date(one) == without_date(other)


def without_date(response: requests.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name != "Date"}


def test_all_images_are_answered_with_the_same_headers_and_length(
    root: str, code: str, reader: ReaderClient, http: Callable[..., requests.Session]
) -> None:
    session, known = http(reader), every_uid(code)
    headers, lengths = [], set()
    for position in range(1, 7):
        for resource in ("frames/1", "metadata", "rendered"):
            answer = session.get(frame_address(root, known[position - 1]).replace("frames/1", resource), timeout=10)
            headers.append((resource, without_date(answer)))
            lengths.add((resource, len(answer.content)))
        reader.judge(code, position)
    assert len(lengths) == 3
    for resource in ("frames/1", "metadata", "rendered"):
        first, *others = [found for name, found in headers if name == resource]
        assert all(found == first for found in others)
        assert first["Cache-Control"] == "private, no-store"
        assert {"ETag", "Last-Modified", "Content-Disposition", "Set-Cookie"}.isdisjoint(first)


@pytest.mark.parametrize("who", ["colleague", "stranger", None])
def test_nobody_else_finds_anything(
    root: str, code: str, who: str | None, request: pytest.FixtureRequest, http: Callable[..., requests.Session]
) -> None:
    session = http(request.getfixturevalue(who) if who else None)
    missing = root.replace(code, "0" * 30)
    for resource in ("studies", "instances", frame_address("", every_uid(code)[0])[1:], "rubbish"):
        own, none = (session.get(f"{one}/{resource}", timeout=10, allow_redirects=False) for one in (root, missing))
        assert own.status_code == none.status_code == 404
        assert len(own.content) == len(none.content)


def test_a_closed_study_shows_no_image(dicomweb: DICOMwebClient, study: Study, code: str, reader: ReaderClient) -> None:
    first = uids(reader.state(code)["readings"][0])
    close_study(study=study, actor=None)
    for ask in (dicomweb.search_for_studies, lambda: dicomweb.retrieve_instance_metadata(*first)):
        with pytest.raises(requests.HTTPError, match="404"):
            ask()


def test_a_finished_session_shows_no_image(dicomweb: DICOMwebClient, code: str, reader: ReaderClient) -> None:
    last = every_uid(code)[5]
    reader.read_on(code)
    for ask in (dicomweb.search_for_studies, lambda: dicomweb.retrieve_instance_metadata(*last)):
        with pytest.raises(requests.HTTPError, match="404"):
            ask()


def test_a_case_has_other_uids_in_another_session_and_all_have_one_length(
    code: str, reader: ReaderClient, colleague: ReaderClient
) -> None:
    other = colleague.start().json()["code"]
    one, two = ({uid for uids in every_uid(each) for uid in uids} for each in (code, other))
    assert len(one) == len(two) == 18
    assert one.isdisjoint(two)
    assert {len(uid) for uid in one | two} == {len("2.25.") + 39}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_the_root_can_only_be_read(code: str, reader: ReaderClient, method: str) -> None:
    answer = reader.generic(method, f"/api/v1/sessions/{code}/dicomweb/studies")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
