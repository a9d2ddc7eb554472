"""The same radiograph comes out of every format in which one arrives, bright for bone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from readerstudy.cohorts.decoding import decode
from tests.readerstudy.cohorts.samples import as_file, dicom_bytes, dicom_dataset, dicom_file, radiograph

PICTURE = radiograph()
DEEP = (PICTURE.astype(np.uint16) * 16 + 7).astype(np.uint16)  # 12 significant bits


def pixels(data: bytes) -> NDArray[np.float32]:
    return decode(data).pixels


def test_a_grey_png_keeps_its_values() -> None:
    image = decode(as_file(PICTURE))
    assert np.array_equal(image.pixels, PICTURE)
    assert (image.format, image.bits, image.rows, image.columns) == ("PNG", 8, 96, 80)


def test_a_16_bit_png_keeps_its_values() -> None:
    image = decode(as_file(DEEP))
    assert np.array_equal(image.pixels, DEEP)
    assert image.bits == 16


def test_a_grey_picture_stored_in_colour_has_the_same_pixels() -> None:
    colour = Image.fromarray(PICTURE).convert("RGB")
    assert np.array_equal(pixels(as_file(colour)), PICTURE)
    assert decode(as_file(colour)).pixel_digest == decode(as_file(PICTURE)).pixel_digest


def test_colour_becomes_luma() -> None:
    colour = np.zeros((32, 32, 3), np.uint8)
    colour[:16] = (255, 0, 0)
    colour[16:] = (0, 255, 0)
    grey = pixels(as_file(colour))
    assert (grey[0, 0], grey[31, 0]) == (76, 150)  # 0.299 and 0.587 of 255 (ITU-R BT.601)


def test_a_palette_is_looked_up() -> None:
    picture = Image.fromarray((PICTURE // 2).astype(np.uint8)).convert("P")
    picture.putpalette([value for index in range(256) for value in (255 - index,) * 3])
    assert np.array_equal(pixels(as_file(picture)), 255 - PICTURE // 2)


def test_what_is_transparent_is_black() -> None:
    picture = Image.fromarray(PICTURE).convert("LA")
    alpha = np.full(PICTURE.shape, 255, np.uint8)
    alpha[:10] = 0
    picture.putalpha(Image.fromarray(alpha))
    grey = pixels(as_file(picture))
    assert (grey[:10] == 0).all()
    assert np.array_equal(grey[10:], PICTURE[10:])


def test_a_jpeg_comes_close_to_its_values() -> None:
    image = decode(as_file(PICTURE, "JPEG", quality=95))
    assert np.abs(image.pixels - PICTURE).mean() < 2
    assert image.format == "JPEG"


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_the_exif_orientation_is_applied(form: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side: turn by 90 degrees clockwise to view
    turned = pixels(as_file(PICTURE, form, exif=exif))
    assert turned.shape == (80, 96)
    assert np.abs(turned - np.rot90(PICTURE, -1)).mean() < 3


def test_the_content_counts_and_not_the_name() -> None:
    assert decode(dicom_file(PICTURE)).format == "DICOM"


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("stored", [PICTURE, DEEP], ids=["8 bit", "16 bit"])
def test_uncompressed_dicom_keeps_its_values(syntax: UID, stored: NDArray[np.generic]) -> None:
    assert np.array_equal(pixels(dicom_file(stored, syntax=syntax)), stored)


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, JPEGLSLossless])
@pytest.mark.parametrize("stored", [PICTURE, DEEP], ids=["8 bit", "16 bit"])
def test_losslessly_compressed_dicom_keeps_its_values(syntax: UID, stored: NDArray[np.generic]) -> None:
    dataset = dicom_dataset(stored)
    dataset.compress(syntax)
    assert np.array_equal(pixels(dicom_bytes(dataset)), stored)


def test_a_jpeg_inside_dicom_comes_close_to_its_values() -> None:
    dataset = dicom_dataset(PICTURE, PixelData=encapsulate([as_file(PICTURE, "JPEG", quality=95)]))
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    dataset["PixelData"].is_undefined_length = True
    assert np.abs(pixels(dicom_bytes(dataset)) - PICTURE).mean() < 2


def test_monochrome1_is_inverted_so_that_bone_is_bright() -> None:
    inverted = dicom_file(255 - PICTURE, PhotometricInterpretation="MONOCHROME1")
    assert np.array_equal(pixels(inverted), PICTURE)
    assert decode(inverted).pixel_digest == decode(as_file(PICTURE)).pixel_digest


def test_signed_values_and_a_rescale_are_applied() -> None:
    signed = PICTURE.astype(np.int16) - 128
    rescaled = pixels(dicom_file(signed, RescaleSlope="2", RescaleIntercept="256"))
    assert np.array_equal(rescaled, PICTURE * 2.0)
    inverted = pixels(dicom_file(signed, PhotometricInterpretation="MONOCHROME1"))
    assert np.array_equal(inverted, -1.0 - signed)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_modality_lut_is_applied(photometric: str) -> None:
    lut = Dataset()
    lut.LUTDescriptor = [256, 0, 16]
    lut.LUTData = [4 * value for value in range(256)]
    lut.ModalityLUTType = "US"
    lut["LUTDescriptor"].VR = lut["LUTData"].VR = "US"
    data = dicom_file(PICTURE, ModalityLUTSequence=Sequence([lut]), PhotometricInterpretation=photometric)
    expected = PICTURE * 4.0 if photometric == "MONOCHROME2" else 1020 - PICTURE * 4.0
    assert np.array_equal(pixels(data), expected)


def test_a_colour_secondary_capture_becomes_grey() -> None:
    assert np.array_equal(pixels(dicom_file(np.dstack([PICTURE] * 3))), PICTURE)


def test_a_palette_secondary_capture_becomes_grey() -> None:
    table = np.arange(255, -1, -1, dtype="<u2") * 257
    dataset = dicom_dataset(PICTURE, PhotometricInterpretation="PALETTE COLOR")
    for colour in ("Red", "Green", "Blue"):
        setattr(dataset, f"{colour}PaletteColorLookupTableData", table.tobytes())
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
    assert np.array_equal(pixels(dicom_bytes(dataset)), (255 - PICTURE) * 257.0)


def test_what_follows_the_pixels_is_not_read() -> None:
    assert np.array_equal(pixels(dicom_file(PICTURE) + b"\xfc\xff\xfc\xffOB\0\0\xff\xff\xff\xff"), PICTURE)


def test_real_radiographs_are_decoded(shared_data: Path) -> None:
    for path in sorted((shared_data / "dicom").glob("*.dcm")):
        image = decode(path.read_bytes())
        assert image.format == "DICOM"
        assert np.ptp(image.pixels) > 0


def test_two_transfer_syntaxes_of_one_real_radiograph_have_the_same_pixels(shared_data: Path) -> None:
    raw, j2k = (decode((shared_data / "dicom" / name).read_bytes()) for name in ("RG3_UNCR.dcm", "RG3_J2KR.dcm"))
    assert raw.pixel_digest == j2k.pixel_digest


def test_the_real_lower_leg_has_bright_bone_on_a_dark_ground(shared_data: Path) -> None:
    image = decode((shared_data / "dicom" / "RG3_UNCR.dcm").read_bytes())  # stored as MONOCHROME1
    shaft, air = image.pixels[400:700, 850:950], image.pixels[400:700, 550:600]
    assert np.median(shaft) > np.median(air) + 200
