"""Files to import: pictures drawn here, encoded as cameras, archives and careless people would."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid


def radiograph(rows: int = 96, columns: int = 80, *, seed: int = 0) -> NDArray[np.uint8]:
    """Draw an 8-bit picture without uniform edges: a bright shape on a slanted, grainy background."""
    y, x = np.mgrid[0:rows, 0:columns]
    slope = 40 + 60 * x / columns + 30 * y / rows
    shape = 90 * np.exp(-(((x - columns / 2) / (columns / 5)) ** 2 + ((y - rows / 2) / (rows / 4)) ** 2))
    grain = np.random.default_rng(seed).normal(0, 4, (rows, columns))
    picture: NDArray[np.uint8] = np.clip(slope + shape + grain, 0, 255).astype(np.uint8)
    return picture


def as_file(picture: NDArray[np.generic] | Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """Encode a picture with Pillow."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def dicom_dataset(pixels: NDArray[np.generic], *, syntax: UID = ExplicitVRLittleEndian, **attributes: Any) -> Dataset:
    """Build a single-frame image around stored values; any attribute can be set to something else or to None."""
    bits = pixels.dtype.itemsize * 8
    dataset = Dataset()
    dataset.preamble = bytes(128)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    dataset.PatientID, dataset.PatientName, dataset.Modality = "CANARY-1", "CANARY^NAME", "DX"
    dataset.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    dataset.PhotometricInterpretation = "RGB" if pixels.ndim == 3 else "MONOCHROME2"
    if pixels.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
    dataset.PixelRepresentation = int(np.issubdtype(pixels.dtype, np.signedinteger))
    order: Literal["<", ">"] = "<" if syntax.is_little_endian else ">"
    dataset.PixelData = pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
    dataset["PixelData"].VR = "OW" if bits > 8 else "OB"
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
        if value is None:
            delattr(dataset, keyword)
    return dataset


def dicom_bytes(dataset: Dataset) -> bytes:
    """Write a dataset as a DICOM file."""
    file = BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def dicom_file(pixels: NDArray[np.generic], *, syntax: UID = ExplicitVRLittleEndian, **attributes: Any) -> bytes:
    """Write stored values as a DICOM file."""
    return dicom_bytes(dicom_dataset(pixels, syntax=syntax, **attributes))
