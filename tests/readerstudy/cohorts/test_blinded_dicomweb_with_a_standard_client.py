"""A real `dicomweb_client` uses the blinded DICOMweb root over real HTTP, as a site's own scripts would."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
import requests
from dicomweb_client import DICOMwebClient
from PIL import Image
from pydicom.dataset import Dataset

from readerstudy.cohorts.wado import PresentedInstance

RAW = (("application/octet-stream", "1.2.840.10008.1.2.1"),)


@pytest.fixture
def client(dicomweb_root: str) -> DICOMwebClient:
    session = requests.Session()
    session.trust_env = False
    return DICOMwebClient(dicomweb_root, session=session)


def uids(instance: PresentedInstance) -> tuple[str, str, str]:
    return instance.dicom_study_uid, instance.dicom_series_uid, instance.sop_instance_uid


def test_every_level_can_be_searched(client: DICOMwebClient, presented: list[PresentedInstance]) -> None:
    studies = {Dataset.from_json(found).StudyInstanceUID for found in client.search_for_studies()}
    series = {Dataset.from_json(found).SeriesInstanceUID for found in client.search_for_series()}
    instances = {Dataset.from_json(found).SOPInstanceUID for found in client.search_for_instances()}
    assert studies == {one.dicom_study_uid for one in presented}
    assert series == {one.dicom_series_uid for one in presented}
    assert instances == {one.sop_instance_uid for one in presented}


def test_a_search_below_a_study_finds_what_is_in_it(client: DICOMwebClient, presented: list[PresentedInstance]) -> None:
    study, series, instance = uids(presented[1])
    assert [Dataset.from_json(found).SeriesInstanceUID for found in client.search_for_series(study)] == [series]
    for found in (client.search_for_instances(study), client.search_for_instances(study, series)):
        assert [Dataset.from_json(one).SOPInstanceUID for one in found] == [instance]


def test_a_filter_and_a_page_narrow_the_search(client: DICOMwebClient, presented: list[PresentedInstance]) -> None:
    study = presented[2].dicom_study_uid
    assert len(client.search_for_studies(search_filters={"StudyInstanceUID": study})) == 1
    assert len(client.search_for_studies(search_filters={"0020000D": study}, fuzzymatching=True)) == 1
    assert client.search_for_studies(search_filters={"PatientName": "Smith*"}) == []
    assert len(client.search_for_studies(limit=2)) == 2
    assert len(client.search_for_studies(offset=2)) == 1
    assert len(client.search_for_studies(get_remaining=True, limit=1)) == 3


def test_metadata_is_given_at_every_level(client: DICOMwebClient, presented: list[PresentedInstance]) -> None:
    study, series, instance = uids(presented[0])
    for given in (
        client.retrieve_study_metadata(study)[0],
        client.retrieve_series_metadata(study, series)[0],
        client.retrieve_instance_metadata(study, series, instance),
    ):
        dataset = Dataset.from_json(given)
        assert (dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID) == uids(presented[0])
        assert (dataset.Rows, dataset.Columns, dataset.BitsStored) == (64, 64, 8)


@pytest.mark.parametrize("media_types", [RAW, None, ("application/octet-stream",)])
def test_frames_arrive_byte_for_byte(
    client: DICOMwebClient, presented: list[PresentedInstance], media_types: tuple[str | tuple[str, str], ...] | None
) -> None:
    for one in presented:
        (frame,) = client.retrieve_instance_frames(*uids(one), frame_numbers=[1], media_types=media_types)
        assert bytes(frame) == one.frame.read_bytes()


def test_a_rendered_image_shows_the_frame(client: DICOMwebClient, presented: list[PresentedInstance]) -> None:
    for one in presented:
        pixels = np.frombuffer(one.frame.read_bytes(), np.uint8).reshape(64, 64)
        shown = Image.open(BytesIO(client.retrieve_instance_rendered(*uids(one))))
        assert (shown.format, shown.mode) == ("PNG", "L")
        assert np.array_equal(np.asarray(shown), pixels)


def test_a_rendered_image_is_given_as_jpeg_on_request(
    client: DICOMwebClient, presented: list[PresentedInstance]
) -> None:
    content = client.retrieve_instance_rendered(*uids(presented[1]), media_types=("image/jpeg",))
    pixels = np.frombuffer(presented[1].frame.read_bytes(), np.uint8).reshape(64, 64)
    shown = np.asarray(Image.open(BytesIO(content)), dtype=int)
    assert np.abs(shown - pixels).max() <= 8


def test_a_uid_that_is_not_presented_is_not_found(client: DICOMwebClient) -> None:
    with pytest.raises(requests.HTTPError, match="404"):
        client.retrieve_study_metadata("2.25.123")
