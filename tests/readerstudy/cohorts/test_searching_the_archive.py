"""Coordinators search the operator's archive by patient, date, modality and body part; a bad one is told in seconds."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from datetime import date
from threading import Thread
from typing import Any

import pytest
import requests
from pydicom.dataset import Dataset
from pytest_django import Settings

from readerstudy.cohorts import dicomweb, upstream_cache
from readerstudy.cohorts.dicomweb import list_instances, search_studies
from readerstudy.cohorts.source_image import RejectedImageError
from readerstudy.cohorts.sources import SourceUnavailableError
from readerstudy.cohorts.study_search import StudyFound, StudyQuery, study_of
from tests.readerstudy.cohorts.conftest import Orthanc, free_port
from tests.readerstudy.cohorts.samples import dicom_dataset, radiograph


@pytest.fixture
def archive(orthanc: Orthanc, settings: Settings) -> Orthanc:
    """Make the running Orthanc the operator's archive."""
    settings.DICOMWEB_URL, settings.DICOMWEB_USER, settings.DICOMWEB_PASSWORD = (
        orthanc.url, orthanc.user, orthanc.password,
    )  # fmt: skip
    return orthanc


def a_study(seed: int, **attributes: Any) -> Dataset:
    """Draw a radiograph of a study of its own."""
    dataset = dicom_dataset(radiograph(seed=seed), **attributes)
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"1.2.3.{seed}", f"1.2.3.{seed}.1"
    return dataset


@pytest.fixture
def stored(archive: Orthanc) -> Orthanc:
    """Store three studies that differ in all that can be asked for."""
    archive.store(
        [
            a_study(1, PatientID="P1", PatientName="Adams^Eve", StudyDate="20240105", Modality="DX",
                    BodyPartExamined="CHEST", AccessionNumber="A1"),
            a_study(2, PatientID="P2", PatientName="Baker^Bob", StudyDate="20240310", Modality="CR",
                    BodyPartExamined="HAND", AccessionNumber="A2"),
            a_study(3, PatientID="P3", PatientName="Adamson^Cy", StudyDate="20250101", Modality="DX",
                    BodyPartExamined="CHEST", AccessionNumber="A3"),
        ]
    )  # fmt: skip
    return archive


def found(**asked: Any) -> list[str]:
    return sorted(study.uid[-1] for study in search_studies(StudyQuery(**asked)).studies)


@pytest.mark.orthanc
def test_studies_are_found_by_all_that_a_coordinator_can_ask_for(stored: Orthanc) -> None:
    assert found() == ["1", "2", "3"]
    assert found(patient_id="P2") == ["2"]
    assert found(patient_name="adams") == ["1", "3"]
    assert found(patient_name="Baker*") == ["2"]
    assert found(patient_name="adams eve") == ["1"]
    assert found(patient_name="Adams^Eve*") == ["1"]
    assert found(accession="A3") == ["3"]
    assert found(modality="CR") == ["2"]
    assert found(date_from=date(2024, 3, 1)) == ["2", "3"]
    assert found(date_to=date(2024, 3, 10)) == ["1", "2"]
    assert found(date_from=date(2024, 2, 1), date_to=date(2024, 12, 31)) == ["2"]
    assert found(body_part="CHEST") == ["1", "3"]
    assert found(body_part="CHEST", modality="DX", date_from=date(2025, 1, 1)) == ["3"]
    assert found(patient_id="nobody") == []


@pytest.mark.orthanc
def test_a_study_is_told_with_what_makes_it_known(stored: Orthanc) -> None:
    (study,) = search_studies(StudyQuery(patient_id="P1")).studies
    assert (study.patient_name, study.date, study.modalities, study.accession, study.images) == (
        "Adams Eve", date(2024, 1, 5), "DX", "A1", "1",
    )  # fmt: skip
    (by_series,) = search_studies(StudyQuery(patient_id="P1", body_part="CHEST")).studies
    assert (by_series.patient_name, by_series.body_part, by_series.modalities) == ("Adams Eve", "CHEST", "DX")


@pytest.mark.orthanc
def test_results_come_in_pages(stored: Orthanc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dicomweb, "STUDIES_PER_PAGE", 2)
    for asked in (StudyQuery(), StudyQuery(patient_name="*")):
        first, second = (search_studies(asked, page=number) for number in (1, 2))
        assert [len(first.studies), first.has_next, len(second.studies), second.has_next] == [2, True, 1, False]
        assert len({study.uid for study in [*first.studies, *second.studies]}) == 3


@pytest.mark.orthanc
def test_only_the_chosen_studies_are_listed(stored: Orthanc) -> None:
    sent = {file.name for file in list_instances(stored.url)}
    chosen = {file.name for file in list_instances(stored.url, ["1.2.3.1", "1.2.3.3"])}
    by_address = {file.name for file in list_instances(dicomweb.address_of_studies(stored.url, ["1.2.3.1", "1.2.3.3"]))}
    assert len(sent) == 3
    assert chosen == by_address
    assert len(chosen) == 2


@pytest.mark.orthanc
def test_what_was_fetched_is_not_fetched_again_until_it_is_forgotten(stored: Orthanc, settings: Settings) -> None:
    files = list_instances(stored.url, ["1.2.3.1"])
    data = files[0].read()
    assert data[128:132] == b"DICM"
    settings.DICOMWEB_PASSWORD = "changed"
    assert files[0].read() == data
    dicomweb.forget(stored.url, ["1.2.3.1"])
    with pytest.raises(RejectedImageError, match="401"):
        files[0].read()


def test_without_an_archive_the_operators_setting_is_named(settings: Settings) -> None:
    settings.DICOMWEB_URL = ""
    with pytest.raises(SourceUnavailableError, match="DICOMWEB_URL"):
        search_studies(StudyQuery())


Behaviour = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/dicom+json\r\n"


@pytest.fixture
def behave(settings: Settings) -> Iterator[Callable[[Behaviour], None]]:
    """Give the function that makes the archive a server that behaves so once it was asked."""
    listener = socket.create_server(("127.0.0.1", 0))
    settings.DICOMWEB_URL = f"http://127.0.0.1:{listener.getsockname()[1]}/dicom-web"

    def serve(behaviour: Behaviour) -> None:
        def answer() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                    with connection:
                        connection.recv(65536)
                        behaviour(connection)
                except OSError:
                    return

        Thread(target=answer, daemon=True).start()

    yield serve
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def drip(connection: socket.socket) -> None:
    """Send a byte every so often, for ever: no wait for a single byte is long."""
    connection.sendall(HEAD + b"\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.05)


def hang(connection: socket.socket) -> None:
    time.sleep(30)


def break_off(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 5000\r\n\r\n[{")


def redirect(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/inside\r\nContent-Length: 0\r\n\r\n")


def babble(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 12\r\n\r\n<html></html"[:80])


def flood(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"\r\n")
    while True:
        connection.sendall(b" " * 2**16)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (drip, "does not answer in time"),
        (hang, "does not answer in time"),
        (break_off, "cannot be reached"),
        (redirect, "does not answer as a DICOMweb root"),
        (babble, "does not answer as a DICOMweb root"),
        (flood, "does not answer as a DICOMweb root"),
    ],
)
def test_a_server_that_behaves_badly_is_told_and_not_waited_for(
    behave: Callable[[Behaviour], None], behaviour: Behaviour, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dicomweb, "_SECONDS_OF_A_PERSON", 1)
    behave(behaviour)
    start = time.monotonic()
    with pytest.raises(SourceUnavailableError, match=words):
        search_studies(StudyQuery())
    assert time.monotonic() - start < 10


def test_a_dead_server_is_told(settings: Settings) -> None:
    settings.DICOMWEB_URL = f"http://127.0.0.1:{free_port()}/dicom-web"
    with pytest.raises(SourceUnavailableError, match="cannot be reached"):
        search_studies(StudyQuery())


@pytest.mark.parametrize(
    "record",
    [{}, {"00100010": {"vr": "PN", "Value": [None]}}, {"00080020": {"vr": "DA", "Value": ["2024-99-99"]}},
     {"00080061": {"vr": "CS"}}, {"00100010": {"vr": "PN", "Value": [{"Ideographic": "山田"}]}}],
)  # fmt: skip
def test_records_that_lack_or_garble_things_are_shown_with_gaps(record: Any) -> None:
    study = study_of(record)
    assert isinstance(study, StudyFound)
    assert (study.date, study.patient_name) == (None, "")


def test_an_instance_larger_than_any_radiograph_is_rejected(
    behave: Callable[[Behaviour], None], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dicomweb, "_MOST_FETCHED", 2**20)
    behave(flood)
    with pytest.raises(RejectedImageError, match="is larger than"):
        dicomweb._source_file(settings.DICOMWEB_URL, "1", "2", "3").read()


def test_a_multipart_answer_gives_its_first_part_untouched() -> None:
    file = b"\0" * 128 + b"DICM\r\n\r\n--not the boundary\r\n"
    answer = requests.Response()
    answer.headers["Content-Type"] = 'multipart/related; type="application/dicom"; boundary="b"'
    answer._content = b"--b\r\nContent-Type: application/dicom\r\n\r\n" + file + b"\r\n--b--"
    assert dicomweb._first_part(answer) == file


def test_only_the_newest_fetched_files_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream_cache, "MOST_FILES", 3)
    asked: list[int] = []

    def kept(number: int) -> bytes:
        def fetch() -> bytes:
            asked.append(number)
            return b"%d" % number

        return upstream_cache.kept("u", "s", str(number), fetch)

    assert [kept(number) for number in (0, 1, 2, 3, 3, 0)] == [b"0", b"1", b"2", b"3", b"3", b"0"]
    assert asked == [0, 1, 2, 3, 0]


@pytest.mark.parametrize(("text", "is_one"), [("1.2.840", True), ("1.2/../3", False), ("", False), ("1" * 65, False)])
def test_uids_are_digits_and_dots(text: str, is_one: bool) -> None:
    assert dicomweb.is_uid(text) == is_one
