"""The one module that speaks pydicom: source files in, presentation attributes out."""

from __future__ import annotations

import logging
import warnings
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.datadict import keyword_for_tag, tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import get_frame
from pydicom.filereader import read_dataset
from pydicom.pixels.decoders.base import Decoder, get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    RLELossless,
    SecondaryCaptureImageStorage,
)

from readerstudy.cohorts.codestream import matrix_of
from readerstudy.cohorts.source_image import RejectedImageError, SourceImage, check_matrix, luma

# It logs whole tracebacks for damaged files, which a person would read beside the reason that we give.
logging.getLogger("pydicom").setLevel(logging.CRITICAL)

DicomJson = dict[str, dict[str, Any]]

# Headers of radiographs have some 10 kB and some hundred elements; with overlay planes they can reach megabytes.
MAX_HEADER_BYTES = 16 * 2**20
MAX_HEADER_READS = 100_000
_ENORMOUS_HEADER = "has an enormous header, far longer than a radiograph's: export it without private attributes"
_PREAMBLE = 128
_PIXEL_DATA = 0x7FE00010
_UNDEFINED_LENGTH = 0xFFFFFFFF
_FIRST_PIXEL_TAG = 0x7FE00008  # Float Pixel Data; every kind of pixel data has a tag from here on
_READ_ATTRIBUTES = [
    "Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames",
    "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    "RescaleSlope", "RescaleIntercept", "ModalityLUTSequence",
    "RedPaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData",
    "GreenPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableDescriptor", "BluePaletteColorLookupTableData",
    "SegmentedRedPaletteColorLookupTableData", "SegmentedGreenPaletteColorLookupTableData",
    "SegmentedBluePaletteColorLookupTableData",
]  # fmt: skip
_READ_TAGS = [tag for tag in map(tag_for_keyword, _READ_ATTRIBUTES) if tag is not None]
_GREY = ("MONOCHROME1", "MONOCHROME2")
_COLOUR = ("RGB", "PALETTE COLOR", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")


def is_dicom(data: bytes) -> bool:
    """Tell by its content whether this is a DICOM file (PS3.10, 7.1)."""
    return data[_PREAMBLE : _PREAMBLE + 4] == b"DICM"


def decode(data: bytes) -> SourceImage:
    """Decode a single-frame DICOM image to grey, bright for bone.

    The modality LUT or rescale is applied, MONOCHROME1 is inverted, colour and palettes become luma.

    Parameters
    ----------
    data : bytes
        The whole file (PS3.10).

    Raises
    ------
    RejectedImageError
        The file is truncated or damaged, holds no single grey or colour image, or is compressed in a way for which
        there is no decoder; the message says which.
    """
    try:
        with warnings.catch_warnings():
            # pydicom remarks on every breach of the standard; only what stops the pixels from being read matters.
            warnings.simplefilter("ignore")
            return _decode(data)
    except RejectedImageError:
        raise
    except Exception as error:
        # Parsers and decoders fed with damaged bytes raise whatever they like; to a person it is all one.
        raise RejectedImageError("is a damaged DICOM file: export it again") from error


def _decode(data: bytes) -> SourceImage:
    dataset, pixel_data_at = _read_header(data)
    _check_header(dataset)
    dataset[_PIXEL_DATA] = _read_pixel_data(data, pixel_data_at, dataset.file_meta.TransferSyntaxUID)
    stored, photometric = _decode_pixels(dataset)
    values = _colour_to_grey(stored, photometric) if stored.ndim == 3 else _grey(stored, photometric, dataset)
    if not np.isfinite(values).all():
        raise RejectedImageError("has grey values that are no finite numbers: its rescale attributes are wrong")
    return SourceImage(values, "DICOM", int(dataset.BitsStored))


class _Header(BytesIO):
    """The beginning of a file, of which only so many pieces can be read: a header of a million elements ends early."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads += 1
        if self._reads > MAX_HEADER_READS:
            raise RejectedImageError(_ENORMOUS_HEADER)
        return super().read(size)


def _read_header(data: bytes) -> tuple[Dataset, int]:
    """Read the few attributes that decoding needs, and give them with the place where the pixel data begin."""
    header = _Header(data[:MAX_HEADER_BYTES])
    header.seek(_PREAMBLE + 4)
    transfer_syntax = _transfer_syntax(header)
    reached: list[int] = []

    def at_pixel_data(tag: int, _vr: str | None, _length: int) -> bool:
        if tag >= _FIRST_PIXEL_TAG:
            reached.append(tag)
        return bool(reached)

    dataset = _read(header, transfer_syntax, stop_when=at_pixel_data, specific_tags=_READ_TAGS)
    if reached[-1:] == [_PIXEL_DATA]:
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = transfer_syntax
        return dataset, header.tell()
    if not reached and len(data) > MAX_HEADER_BYTES:
        raise RejectedImageError(_ENORMOUS_HEADER)
    raise RejectedImageError("has no pixel data: it is no image, or it is truncated")


def _transfer_syntax(header: BytesIO) -> UID:
    """Read the file meta information (PS3.10, 7.1), which says how to read the rest."""
    meta = _read(header, ExplicitVRLittleEndian, stop_when=lambda tag, _vr, _length: tag >> 16 != 2)
    transfer_syntax = UID(str(meta.get("TransferSyntaxUID", "")))
    if not transfer_syntax:
        raise RejectedImageError("names no transfer syntax: its header is damaged or truncated")
    if transfer_syntax == DeflatedExplicitVRLittleEndian:
        # Inflating can cost a thousand times the file's size, and no radiography device writes it.
        raise RejectedImageError("is stored deflated, which is not accepted: export it uncompressed")
    if transfer_syntax.is_private or not transfer_syntax.is_transfer_syntax:
        raise RejectedImageError(f"has the unknown transfer syntax {transfer_syntax[:64]}: export it uncompressed")
    return transfer_syntax


def _read_pixel_data(data: bytes, start: int, transfer_syntax: UID) -> DataElement:
    """Read the one element at `start`; what follows it in the file is never looked at."""
    file = BytesIO(data)
    file.seek(start)
    found = _read(file, transfer_syntax, stop_when=lambda tag, _vr, _length: tag != _PIXEL_DATA)
    if _PIXEL_DATA not in found:
        raise RejectedImageError("is truncated: its pixel data have no end")
    declared = getattr(found.get_item(_PIXEL_DATA), "length", _UNDEFINED_LENGTH)
    element = found[_PIXEL_DATA]
    if not element.value:
        raise RejectedImageError("has no pixel data: the element is empty")
    if declared != _UNDEFINED_LENGTH and len(element.value) < declared:
        raise RejectedImageError(f"is truncated: {len(element.value):,} of {declared:,} bytes of pixel data are there")
    return element


def _read(file: BytesIO, transfer_syntax: UID, **options: Any) -> Dataset:
    return read_dataset(file, transfer_syntax.is_implicit_VR, transfer_syntax.is_little_endian, **options)


def _check_header(dataset: Dataset) -> None:
    """Refuse before decoding what cannot become one grey image."""
    check_matrix(int(dataset.get("Rows") or 0), int(dataset.get("Columns") or 0))
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames > 1:
        raise RejectedImageError(f"has {frames} frames: export the frame you want as a single image")
    photometric = str(dataset.get("PhotometricInterpretation", ""))
    if photometric not in _GREY + _COLOUR:
        raise RejectedImageError(f"has the photometric interpretation {photometric[:20]!r}, which is not supported")
    bits = int(dataset.get("BitsAllocated") or 0)
    if bits not in (1, 8, 16, 32):
        raise RejectedImageError(f"allocates {bits} bits to a pixel, which is not supported")


def _decode_pixels(dataset: Dataset) -> tuple[NDArray[np.generic], str]:
    """Give the stored values, shaped (rows, columns) or (rows, columns, 3), and their photometric interpretation."""
    transfer_syntax = dataset.file_meta.TransferSyntaxUID
    if transfer_syntax.is_encapsulated and transfer_syntax != RLELossless:
        _check_codestream(dataset)
    try:
        stored, properties = _decoder(transfer_syntax).as_array(dataset, index=0)
    except RejectedImageError:
        raise
    except Exception as error:
        raise RejectedImageError(
            f"has pixel data that do not decode ({transfer_syntax.name}): damaged or truncated"
        ) from error
    return stored, str(properties["photometric_interpretation"])


def _check_codestream(dataset: Dataset) -> None:
    """Refuse a frame that declares another matrix than the header: it could claim any amount of memory."""
    matrix = matrix_of(get_frame(dataset.PixelData, 0, number_of_frames=1))
    if matrix is not None and matrix != (dataset.Rows, dataset.Columns):
        rows, columns = matrix
        raise RejectedImageError(f"is damaged: its pixels are {columns} × {rows}, and its header says otherwise")


def _decoder(transfer_syntax: UID) -> Decoder:
    try:
        decoder = get_decoder(transfer_syntax)
        missing = not decoder.is_available
    except NotImplementedError:
        missing = True
    if missing:
        raise RejectedImageError(
            f"is compressed as {transfer_syntax.name}, for which there is no decoder: export it uncompressed"
        )
    return decoder


def _grey(stored: NDArray[np.generic], photometric: str, dataset: Dataset) -> NDArray[np.float32]:
    if photometric == "PALETTE COLOR":
        return _luma(apply_color_lut(stored, dataset))
    values = apply_modality_lut(stored, dataset)
    if photometric == "MONOCHROME1":
        values = _turning_point(dataset) - values.astype(np.float64)
    return values.astype(np.float32)


def _turning_point(dataset: Dataset) -> float:
    """Give the sum of the lowest and the highest value that the image could have: inverting subtracts from it.

    It depends on the attributes alone, so that a file and its inverted twin have the same pixels.
    """
    if "ModalityLUTSequence" in dataset:
        entries = apply_modality_lut(np.arange(65536), dataset)
        return float(entries.min() + entries.max())
    stored = -1 if dataset.PixelRepresentation else 2 ** int(dataset.BitsStored) - 1
    return float(dataset.get("RescaleSlope", 1)) * stored + 2 * float(dataset.get("RescaleIntercept", 0))


def _colour_to_grey(stored: NDArray[np.generic], photometric: str) -> NDArray[np.float32]:
    if photometric.startswith("YBR"):
        return stored[..., 0].astype(np.float32)
    return _luma(stored)


def _luma(colour: NDArray[np.generic]) -> NDArray[np.float32]:
    return luma(colour[..., 0], colour[..., 1], colour[..., 2])


def presentation_dataset(
    *, dicom_study_uid: str, dicom_series_uid: str, sop_instance_uid: str, rows: int, columns: int
) -> DicomJson:
    """Describe a presentation image with exactly what display needs, and the same for every case but the UIDs.

    The attributes are set here one by one and never taken from a source, so that none can slip through.

    Returns
    -------
    dict
        DICOM JSON model (PS3.18 Annex F) of a single-frame 8-bit Secondary Capture image.
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
    dataset.BitsAllocated = 8
    dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelRepresentation = 0
    # With these two a linear window shows every grey value as it is stored (PS3.3 C.11.2.1.2.1).
    dataset.WindowCenter = 128
    dataset.WindowWidth = 256
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
