"""DICOM files in. pydicom reads them here, decodes their pixels in dicom_pixels.py, and shows them in dicom_grey.py."""

from __future__ import annotations

import logging
import math
import warnings
from io import BytesIO
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from readerstudy.cohorts.dicom_grey import grey
from readerstudy.cohorts.dicom_pixels import stored_values
from readerstudy.cohorts.source_image import RejectedImageError, SourceImage, check_frame, check_matrix, checked_aspect

# It logs whole tracebacks for damaged files, which a person would read beside the reason that we give.
logging.getLogger("pydicom").setLevel(logging.CRITICAL)

# Headers of radiographs have some 10 kB and some hundred elements; with overlay planes they can reach megabytes.
MAX_HEADER_BYTES = 16 * 2**20
MAX_HEADER_READS = 100_000
_ENORMOUS_HEADER = "has an enormous header, far longer than a radiograph's: export it without private attributes"
_PREAMBLE = 128
_PIXEL_DATA = 0x7FE00010
_UNDEFINED_LENGTH = 0xFFFFFFFF
# Float and double pixel data and the pixel data themselves; what else has this group only describes them.
_PIXEL_TAGS = (0x7FE00008, 0x7FE00009, _PIXEL_DATA)
_OVERLAY_ROWS = [0x60000010 + (group << 16) for group in range(0, 32, 2)]
_READ_ATTRIBUTES = [
    "Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames",
    "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    "ExtendedOffsetTable", "ExtendedOffsetTableLengths",
    "PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "PixelAspectRatio",
    "RescaleSlope", "RescaleIntercept", "ModalityLUTSequence", "PresentationLUTShape",
    "WindowCenter", "WindowWidth", "VOILUTFunction", "VOILUTSequence",
    "RedPaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData",
    "GreenPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableDescriptor", "BluePaletteColorLookupTableData",
    "SegmentedRedPaletteColorLookupTableData", "SegmentedGreenPaletteColorLookupTableData",
    "SegmentedBluePaletteColorLookupTableData",
]  # fmt: skip
_READ_TAGS = [tag for tag in map(tag_for_keyword, _READ_ATTRIBUTES) if tag is not None] + _OVERLAY_ROWS
_GREY = ("MONOCHROME1", "MONOCHROME2")
_COLOUR = ("RGB", "PALETTE COLOR", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")


def is_dicom(data: bytes) -> bool:
    """Tell by its content whether this is a DICOM file (PS3.10, 7.1)."""
    return data[_PREAMBLE : _PREAMBLE + 4] == b"DICM"


def decode(data: bytes, frame: int | None = None) -> SourceImage:
    """Decode one frame of a DICOM image to grey, bright for bone.

    The modality LUT or rescale is applied, MONOCHROME1 is inverted, colour and palettes become luma. Overlays are
    counted and never burned in.

    Parameters
    ----------
    data : bytes
        The whole file (PS3.10).
    frame : int, optional
        Which frame, from 1; needed where there are several.

    Raises
    ------
    RejectedImageError
        The file is truncated or damaged, holds no grey or colour image, or is compressed in a way for which there is
        no decoder; the message says which.
    """
    try:
        with warnings.catch_warnings():
            # pydicom remarks on every breach of the standard; only what stops the pixels from being read matters.
            warnings.simplefilter("ignore")
            return _decode(data, frame)
    except (RejectedImageError, MemoryError):
        raise
    except Exception as error:
        # Parsers and decoders fed with damaged bytes raise whatever they like; to a person it is all one.
        raise RejectedImageError("is a damaged DICOM file: export it again") from error


def _decode(data: bytes, frame: int | None) -> SourceImage:
    dataset, pixel_data_at = _read_header(data)
    _check_header(dataset)
    frames = int(dataset.get("NumberOfFrames") or 1)
    chosen = check_frame(frame, frames)
    spacing, aspect = _geometry(dataset)
    dataset[_PIXEL_DATA] = _read_pixel_data(data, pixel_data_at, dataset.file_meta.TransferSyntaxUID)
    stored, photometric = stored_values(dataset, chosen - 1)
    del dataset[_PIXEL_DATA]  # the copy of the file's largest part has done its work
    pixels, displayed = grey(stored, photometric, dataset)
    overlays = sum(tag in dataset for tag in _OVERLAY_ROWS)
    return SourceImage(pixels, "DICOM", int(dataset.BitsStored), displayed, spacing, aspect, overlays)


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
        if tag in _PIXEL_TAGS or tag > _PIXEL_DATA:
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
    photometric = str(dataset.get("PhotometricInterpretation", ""))
    if photometric not in _GREY + _COLOUR:
        raise RejectedImageError(f"has the photometric interpretation {photometric[:20]!r}, which is not supported")
    bits = int(dataset.get("BitsAllocated") or 0)
    if bits not in (1, 8, 16, 32):
        raise RejectedImageError(f"allocates {bits} bits to a pixel, which is not supported")


def _geometry(dataset: Dataset) -> tuple[tuple[float, float] | None, float]:
    """Give the distances between pixel centres and the shape of a pixel (PS3.3, 10.7.1.3 and C.7.6.3.1.7).

    Spacing at the detector stands in where none is calibrated to the body.
    """
    named = (_pair(dataset, word) for word in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"))
    spacing = next((pair for pair in named if pair), None)
    height, width = spacing or _pair(dataset, "PixelAspectRatio") or (1.0, 1.0)
    return spacing, checked_aspect(height / width)


def _pair(dataset: Dataset, keyword: str) -> tuple[float, float] | None:
    """Give two positive numbers, vertical first; None where there are none."""
    value = dataset.get(keyword)
    if value is None or isinstance(value, str) or len(value) != 2:
        return None
    first, second = float(value[0]), float(value[1])
    return (first, second) if all(math.isfinite(one) and one > 0 for one in (first, second)) else None
