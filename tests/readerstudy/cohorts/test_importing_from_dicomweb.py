"""Images come from a DICOMweb server; one that is down, slow or no such server is told in words, in seconds."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
from pydicom import dcmread
from pydicom.uid import JPEG2000Lossless
from pytest_django import Settings

from readerstudy.cohorts import dicomweb, frames
from readerstudy.cohorts.importing import import_images
from readerstudy.cohorts.models import Cohort, Image, Source
from readerstudy.cohorts.services import create_cohort
from readerstudy.cohorts.sources import SourceUnavailableError, list_files
from tests.readerstudy.cohorts.conftest import Orthanc, free_port
from tests.readerstudy.cohorts.samples import dicom_dataset, radiograph

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort() -> Cohort:
    return create_cohort(name="remote", actor=None)


@pytest.fixture
def archive(orthanc: Orthanc, settings: Settings) -> Orthanc:
    """Make the running Orthanc the operator's archive, with its login in the settings."""
    settings.DICOMWEB_URL, settings.DICOMWEB_USER, settings.DICOMWEB_PASSWORD = (
        orthanc.url, orthanc.user, orthanc.password,
    )  # fmt: skip
    return orthanc


@pytest.mark.orthanc
def test_radiographs_are_imported_from_a_real_server(cohort: Cohort, archive: Orthanc) -> None:
    compressed = dicom_dataset(radiograph(seed=2))
    compressed.compress(JPEG2000Lossless)
    sent = [dicom_dataset(radiograph(seed=1)), compressed, dicom_dataset(radiograph(seed=3), Modality="CR")]
    other = [dicom_dataset(radiograph(seed=4), Modality="CT")]
    archive.store(sent + other)
    summary = import_images(cohort=cohort, files=list_files(archive.url), actor=None)
    assert summary.as_json().items() >= {"imported": 3, "duplicates": 0, "rejected": []}.items()
    assert {one.file for one in summary.imported} == {str(dataset.SOPInstanceUID) for dataset in sent}
    for image in Image.objects.all():
        content = frames.path_of(image).read_bytes()
        assert len(content) == 1024 * 1024
        assert b"CANARY" not in content


@pytest.mark.orthanc
def test_pixels_from_a_server_and_from_a_file_are_one_case(cohort: Cohort, archive: Orthanc, tmp_path: Path) -> None:
    dataset = dicom_dataset(radiograph())
    archive.store([dataset])
    dataset.save_as(tmp_path / "local.dcm", enforce_file_format=True)
    import_images(cohort=cohort, files=list_files(archive.url + "/"), actor=None)
    again = import_images(cohort=cohort, files=list_files(tmp_path / "local.dcm"), actor=None)
    assert len(again.duplicates) == 1


@pytest.mark.orthanc
def test_real_radiographs_survive_the_way_through_a_server(cohort: Cohort, archive: Orthanc, shared_data: Path) -> None:
    paths = [shared_data / "dicom" / name for name in ("RG3_J2KR.dcm", "d007_wrapped.dcm")]
    archive.store([dcmread(path) for path in paths])
    import_images(cohort=cohort, files=list_files(archive.url), actor=None)
    again = [import_images(cohort=cohort, files=list_files(path), actor=None) for path in paths]
    assert [len(summary.duplicates) for summary in again] == [1, 1]
    assert Source.objects.filter(cohort=cohort).count() == 2


@pytest.mark.orthanc
def test_a_server_without_radiographs_is_told(cohort: Cohort, archive: Orthanc) -> None:
    with pytest.raises(SourceUnavailableError, match="There are no radiographs"):
        import_images(cohort=cohort, files=list_files(archive.url), actor=None)


@pytest.mark.orthanc
def test_a_server_that_wants_a_login_is_told(cohort: Cohort, orthanc: Orthanc) -> None:
    with pytest.raises(SourceUnavailableError, match="401: check DICOMWEB_URL"):
        import_images(cohort=cohort, files=list_files(orthanc.url), actor=None)


@pytest.mark.orthanc
def test_an_address_beside_the_root_is_told(cohort: Cohort, archive: Orthanc) -> None:
    with pytest.raises(SourceUnavailableError, match="404: is this its DICOMweb root"):
        import_images(cohort=cohort, files=list_files(archive.url + "/nowhere"), actor=None)


def refusal(cohort: Cohort, url: str) -> str:
    """Import from a bad address and give what is said, which must come within seconds."""
    start = time.monotonic()
    with pytest.raises(SourceUnavailableError) as caught:
        import_images(cohort=cohort, files=list_files(url), actor=None)
    assert time.monotonic() - start < 5
    return str(caught.value)


def test_a_dead_server_is_told_in_seconds(cohort: Cohort) -> None:
    assert "cannot be reached" in refusal(cohort, f"http://127.0.0.1:{free_port()}/dicom-web")


def test_an_unknown_host_is_told_in_seconds(cohort: Cohort) -> None:
    assert "cannot be reached" in refusal(cohort, "http://archive.invalid/dicom-web")


def test_a_silent_server_is_told_when_time_is_up(cohort: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dicomweb, "_TIMEOUT", (1, 1))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert "does not answer in time" in refusal(cohort, f"http://127.0.0.1:{silent.getsockname()[1]}")


@pytest.mark.parametrize("url", ["http://", "https://:80/x", "http://[::1", "http://a b/"])
def test_a_malformed_address_is_told(cohort: Cohort, url: str) -> None:
    assert url in refusal(cohort, url)


Answer = Callable[[str], tuple[int, bytes]]


@pytest.fixture
def server() -> Iterator[SimpleNamespace]:
    """Run an HTTP server that answers GET with whatever `answer` gives for the path."""
    state = SimpleNamespace(answer=lambda _path: (200, b"[]"), logins=[])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                status, body = state.answer(self.path)
            except ConnectionAbortedError:
                self.close_connection = True
                return
            state.logins.append(self.headers.get("Authorization"))
            self.send_response(status)
            self.send_header("Content-Type", "application/dicom+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    http = HTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{http.server_port}/dicom-web"
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield state
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"[1, 2]", b'"no"', b"\xff\xfe", b"[[]]", b"null"])
def test_a_server_that_speaks_no_dicomweb_is_told(cohort: Cohort, server: SimpleNamespace, body: bytes) -> None:
    server.answer = lambda _path: (200, body)
    assert "does not answer as a DICOMweb root" in refusal(cohort, server.url)


def test_a_server_that_fails_is_told_with_its_status(cohort: Cohort, server: SimpleNamespace) -> None:
    server.answer = lambda _path: (500, b"")
    assert "answered 500" in refusal(cohort, server.url)


def _search_answer(path: str) -> tuple[int, bytes]:
    """Answer every search with one record and ignore the offset, as some servers do."""
    if "/instances/" in path:
        return 500, b""
    return 200, (
        b'[{"0020000D": {"vr": "UI", "Value": ["1.2"]}, "0020000E": {"vr": "UI", "Value": ["1.2.3"]},'
        b' "00080018": {"vr": "UI", "Value": ["1.2.3.4"]}, "00080060": {"vr": "CS", "Value": ["DX"]}}]'
    )


def test_a_search_that_repeats_itself_ends(cohort: Cohort, server: SimpleNamespace) -> None:
    server.answer = _search_answer
    summary = import_images(cohort=cohort, files=list_files(server.url), actor=None)
    assert [(one.file, one.reason) for one in summary.rejected] == [
        ("1.2.3.4", "could not be fetched: the server answered 500")
    ]


def test_an_instance_that_is_no_dicom_is_rejected(cohort: Cohort, server: SimpleNamespace) -> None:
    server.answer = lambda path: (200, b"rubbish") if "/instances/" in path else _search_answer(path)
    (rejection,) = import_images(cohort=cohort, files=list_files(server.url), actor=None).rejected
    assert "no sound DICOM file" in rejection.reason


def _archive_of(count: int) -> Callable[[str], tuple[int, bytes]]:
    """Answer as a server with so many instances of one series does."""

    def answer(path: str) -> tuple[int, bytes]:
        found = re.search(r"/instances/1\.2\.3\.(\d+)$", path)
        if found:
            file = BytesIO()
            dicom_dataset(radiograph(seed=int(found[1]))).save_as(file, enforce_file_format=True)
            return 200, file.getvalue()
        uids = [{"00080018": {"vr": "UI", "Value": [f"1.2.3.{number}"]}} for number in range(count)]
        one = {"0020000D": {"vr": "UI", "Value": ["1.2"]}, "0020000E": {"vr": "UI", "Value": ["1.2.3"]}}
        return 200, json.dumps(uids if "/instances" in path else [one]).encode()

    return answer


def test_a_server_that_dies_in_the_middle_loses_nothing_and_is_gone_on_with(
    cohort: Cohort, server: SimpleNamespace
) -> None:
    asked: list[str] = []
    whole = _archive_of(6)

    def dies(path: str) -> tuple[int, bytes]:
        asked.extend(re.findall(r"/instances/(.+)$", path))
        if len(set(asked)) > 3:
            raise ConnectionAbortedError
        return whole(path)

    server.answer = dies
    with pytest.raises(SourceUnavailableError, match="cannot be reached"):
        import_images(cohort=cohort, files=list_files(server.url), actor=None, source=server.url)
    kept = cohort.cases.count()
    assert 0 < kept < 6
    server.answer = whole
    summary = import_images(cohort=cohort, files=list_files(server.url), actor=None, source=server.url)
    assert (len(summary.imported), len(summary.rejected), cohort.cases.count()) == (6, 0, 6)


def test_the_archives_password_is_sent_to_no_other_server(
    cohort: Cohort, server: SimpleNamespace, settings: Settings
) -> None:
    settings.DICOMWEB_USER, settings.DICOMWEB_PASSWORD = "archive", "secret"
    for trusted in ("http://127.0.0.1:1/dicom-web", server.url[:-5], ""):
        settings.DICOMWEB_URL = trusted
        refusal(cohort, server.url)
    assert set(server.logins) == {None}
    settings.DICOMWEB_URL = server.url + "/"
    refusal(cohort, server.url)
    assert server.logins[-1].startswith("Basic ")
