"""What a DICOMweb client is told of a presentation image: attributes set here one by one, never taken from a source."""

from __future__ import annotations

from typing import Any

from pydicom.datadict import keyword_for_tag, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.uid import SecondaryCaptureImageStorage

DicomJson = dict[str, dict[str, Any]]


def presentation_dataset(
    *,
    dicom_study_uid: str,
    dicom_series_uid: str,
    sop_instance_uid: str,
    rows: int,
    columns: int,
    bits: int = 8,
    spacing: float | None = None,
    windowed: bool = True,
) -> DicomJson:
    """Describe a presentation image with exactly what display needs, and the same for every case but the UIDs.

    The attributes are set here one by one and never taken from a source, so that none can slip through.

    Returns
    -------
    dict
        DICOM JSON model (PS3.18 Annex F) of a single-frame Secondary Capture image. It has a spacing where all
        images of the cohort have one, and no window where grey values are as acquired: what an image needs is then
        found by the viewer, as a window of its own would be a mark.
    """
    dataset = Dataset()
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = sop_instance_uid
    dataset.Modality = "OT"
    dataset.PatientName = ""
    dataset.PatientID = ""
    dataset.StudyInstanceUID = dicom_study_uid
    dataset.SeriesInstanceUID = dicom_series_uid
    dataset.SeriesNumber = 1
    dataset.InstanceNumber = 1
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.NumberOfFrames = 1
    dataset.Rows = rows
    dataset.Columns = columns
    if spacing is not None:
        dataset.PixelSpacing = [spacing, spacing]
    dataset.BitsAllocated = 8 if bits == 8 else 16
    dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.PixelRepresentation = 0
    if windowed:
        # With these two a linear window shows every grey value as it is stored (PS3.3 C.11.2.1.2.1).
        dataset.WindowCenter = 2 ** (bits - 1)
        dataset.WindowWidth = 2**bits
    return dataset.to_json_dict()


def study_result(*, dicom_study_uid: str) -> DicomJson:
    """Describe a study to a search (PS3.18 table 10.6.3-3); what could tell a case apart is empty."""
    dataset = Dataset()
    for keyword in _EMPTY_STUDY_ATTRIBUTES:
        setattr(dataset, keyword, "")
    dataset.InstanceAvailability = "ONLINE"
    dataset.ModalitiesInStudy = "OT"
    dataset.StudyInstanceUID = dicom_study_uid
    dataset.NumberOfStudyRelatedSeries = 1
    dataset.NumberOfStudyRelatedInstances = 1
    return dataset.to_json_dict()


_EMPTY_STUDY_ATTRIBUTES = [
    "StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName",
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyID",
]  # fmt: skip


def series_result(*, dicom_study_uid: str, dicom_series_uid: str) -> DicomJson:
    """Describe a series to a search (PS3.18 table 10.6.3-4)."""
    dataset = Dataset()
    dataset.Modality = "OT"
    dataset.StudyInstanceUID = dicom_study_uid
    dataset.SeriesInstanceUID = dicom_series_uid
    dataset.SeriesNumber = 1
    dataset.NumberOfSeriesRelatedInstances = 1
    return dataset.to_json_dict()


def tag_of(attribute: str) -> str | None:
    """Give the tag, as eight upper-case hex digits, of an attribute named by keyword or tag; None if there is none."""
    tag = tag_for_keyword(attribute)
    if tag is None and len(attribute) == 8:
        try:
            tag = int(attribute, 16)
        except ValueError:
            return None
        tag = tag if keyword_for_tag(tag) else None
    return None if tag is None else f"{tag:08X}"
