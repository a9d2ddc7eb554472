"""What cannot become a case is refused with a reason that a person can act on, quickly and without a traceback."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import MPEG2MPML, JPEG2000Lossless, JPEGBaseline8Bit, RLELossless

from readerstudy.cohorts.decoding import decode
from readerstudy.cohorts.harmonise import present
from readerstudy.cohorts.profiles import DEFAULT_PROFILE
from readerstudy.cohorts.source_image import MAX_SIDE, RejectedImageError, SourceImage, check_matrix
from readerstudy.cohorts.sources import local_files
from tests.readerstudy.cohorts.samples import as_file, dicom_bytes, dicom_dataset, dicom_file, radiograph

PICTURE = radiograph()


def reason(data: bytes) -> str:
    with pytest.raises(RejectedImageError) as caught:
        decode(data)
    return str(caught.value)


def test_an_empty_file_is_rejected() -> None:
    assert reason(b"") == "is empty (0 bytes)"


def test_a_text_file_with_the_name_of_an_image_is_rejected() -> None:
    assert "no DICOM, PNG, JPEG, TIFF or WebP" in reason(b"This is a letter, not an X-ray.\n" * 20)


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_a_truncated_picture_is_rejected(form: str, share: float) -> None:
    data = as_file(PICTURE, form)
    assert "truncated" in reason(data[: int(len(data) * share)]) or "damaged" in reason(data[: int(len(data) * share)])


def test_a_dicom_file_truncated_in_its_pixels_is_rejected_with_what_is_there() -> None:
    assert reason(dicom_file(PICTURE)[:-1000]) == "is truncated: 6,680 of 7,680 bytes of pixel data are there"


def test_a_dicom_file_truncated_in_its_header_is_rejected() -> None:
    assert "truncated" in reason(dicom_file(PICTURE)[:400])
    assert "truncated" in reason(dicom_file(PICTURE)[:132])


def test_a_compressed_dicom_file_without_its_end_is_rejected() -> None:
    dataset = dicom_dataset(PICTURE)
    dataset.compress(RLELossless)
    assert "truncated" in reason(dicom_bytes(dataset)[:-200])


def test_a_dicom_file_without_pixels_is_rejected() -> None:
    assert "no pixel data" in reason(dicom_file(PICTURE, PixelData=None))
    assert "no pixel data" in reason(dicom_file(PICTURE, PixelData=b""))


@pytest.mark.parametrize("attributes", [{"Rows": 0}, {"Columns": 0}, {"Rows": None}])
def test_an_image_of_zero_pixels_is_rejected(attributes: dict[str, Any]) -> None:
    assert "has no pixels" in reason(dicom_file(PICTURE, **attributes))


def test_a_png_of_zero_pixels_is_rejected() -> None:
    data = bytearray(as_file(PICTURE))
    data[16:24] = struct.pack(">LL", 0, 96)
    assert reason(bytes(data))


def test_a_multi_frame_file_is_rejected_with_advice() -> None:
    frames = np.stack([PICTURE] * 12)
    data = dicom_file(PICTURE, NumberOfFrames=12, PixelData=frames.tobytes())
    assert reason(data) == "has 12 frames: name the one that you want, as in file.dcm#3"


def test_an_animated_png_is_rejected_with_advice() -> None:
    first, second = Image.fromarray(PICTURE), Image.fromarray(255 - PICTURE)
    assert "has 2 frames" in reason(as_file(first, save_all=True, append_images=[second]))


@pytest.mark.parametrize(("rows", "columns"), [(65535, 65535), (MAX_SIDE + 1, 100), (3, 100)])
def test_absurd_dimensions_are_rejected_before_they_cost_memory(rows: int, columns: int) -> None:
    assert "too" in reason(dicom_file(PICTURE, Rows=rows, Columns=columns))
    png = bytearray(as_file(PICTURE))
    png[16:24] = struct.pack(">LL", columns, rows)
    assert reason(bytes(png))


def test_a_jpeg_that_cannot_hold_its_pixels_is_rejected() -> None:
    jpeg = as_file(PICTURE, "JPEG")
    at = jpeg.index(b"\xff\xc0") + 5
    assert "so few bytes" in reason(jpeg[:at] + struct.pack(">HH", 3000, 9000) + jpeg[at + 4 :])
    # The smallest JPEG of so many pixels: one grey, by the best tables.
    assert decode(as_file(np.full((3000, 9000), 90, np.uint8), "JPEG", optimize=True, quality=1)).rows == 3000
    assert decode(as_file(np.full((3000, 9000), 90, np.uint8), "JPEG", progressive=True, quality=1)).rows == 3000


def test_a_png_of_countless_chunks_is_rejected() -> None:
    png, empty = as_file(PICTURE), struct.pack(">L4sL", 0, b"teXt", 0)
    assert "more than 100,000 parts" in reason(png[:33] + empty * 100_001 + png[33:])


def test_a_radiograph_of_usual_size_is_not_absurd() -> None:
    check_matrix(5928, 4728)  # a full-field digital mammogram


def test_an_enormous_private_element_is_rejected_unread() -> None:
    dataset = dicom_dataset(PICTURE)
    dataset.add_new(0x00091001, "OB", bytes(20 * 2**20))
    assert "enormous header" in reason(dicom_bytes(dataset))


def test_a_header_of_a_million_elements_is_rejected() -> None:
    data = dicom_file(PICTURE)
    start = data.index(struct.pack("<HH", 0x0008, 0x0016))
    elements = b"".join(struct.pack("<HH2sH", 0x0009, 0x1000, b"SH", 0) for _ in range(10**6))
    assert "enormous header" in reason(data[:start] + elements + data[start:])


def test_a_header_of_endlessly_nested_sequences_is_rejected() -> None:
    data = dicom_file(PICTURE)
    start = data.index(struct.pack("<HH", 0x0008, 0x0016))
    sequence = struct.pack("<HH2sHL", 0x0008, 0x1140, b"SQ", 0, 0xFFFFFFFF)
    item = struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
    assert reason(data[:start] + (sequence + item) * 50_000)


def test_a_deflated_file_is_refused_before_it_is_inflated() -> None:
    data = bytearray(dicom_file(PICTURE).replace(b"1.2.840.10008.1.2.1\x00", b"1.2.840.10008.1.2.1.99", 1))
    # The UID grew by two bytes, and so do the lengths of its element and of its group.
    at = data.index(b"1.2.840.10008.1.2.1.99")
    data[at - 2 : at] = struct.pack("<H", 22)
    group_length = struct.unpack_from("<L", data, 140)[0]
    struct.pack_into("<L", data, 140, group_length + 2)
    assert "deflated" in reason(bytes(data))


def test_a_transfer_syntax_without_a_decoder_is_named() -> None:
    dataset = dicom_dataset(PICTURE, PixelData=encapsulate([b"\0\0\1\xba"]))
    dataset.file_meta.TransferSyntaxUID = MPEG2MPML
    dataset["PixelData"].is_undefined_length = True
    assert f"is compressed as {MPEG2MPML.name}, for which there is no decoder" in reason(dicom_bytes(dataset))


def test_an_unknown_transfer_syntax_is_named() -> None:
    data = dicom_file(PICTURE).replace(b"1.2.840.10008.1.2.1\x00", b"1.2.840.10008.9.9.9\x00", 1)
    assert "unknown transfer syntax 1.2.840.10008.9.9.9" in reason(data)


def test_a_frame_that_claims_another_matrix_than_its_header_is_rejected_before_decoding() -> None:
    dataset = dicom_dataset(PICTURE)
    dataset.compress(JPEG2000Lossless)
    data = bytearray(dicom_bytes(dataset))
    at = data.index(b"\xff\x4f\xff\x51")
    for offset in (8, 24):  # the image, and its one tile
        struct.pack_into(">LL", data, at + offset, 60_000, 60_000)
    assert "60000 × 60000" in reason(bytes(data))


def test_a_jpeg_frame_that_claims_another_matrix_is_rejected() -> None:
    dataset = dicom_dataset(PICTURE, PixelData=encapsulate([as_file(radiograph(64, 64), "JPEG")]))
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    dataset["PixelData"].is_undefined_length = True
    assert "64 × 64" in reason(dicom_bytes(dataset))


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"PhotometricInterpretation": "HSV"}, "photometric interpretation 'HSV'"),
        ({"BitsAllocated": 12}, "12 bits"),
        ({"RescaleSlope": "1e300", "RescaleIntercept": "0"}, "no finite numbers"),
        ({"PixelData": b"\0\1" * 100}, "do not decode"),
        ({"SamplesPerPixel": None}, "do not decode"),
    ],
)
def test_attributes_that_make_no_sense_are_named(attributes: dict[str, Any], words: str) -> None:
    assert words in reason(dicom_file(PICTURE, **attributes))


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_uniform_image_is_rejected(level: int) -> None:
    image = decode(as_file(np.full((64, 64), level, np.uint8)))
    with pytest.raises(RejectedImageError, match="is uniform"):
        present(image, DEFAULT_PROFILE)


def test_an_image_that_is_all_border_is_rejected() -> None:
    pixels = np.zeros((200, 200), np.float32)
    pixels[100, 100] = 255
    with pytest.raises(RejectedImageError, match="uniform"):
        present(SourceImage(pixels, "PNG", 8), DEFAULT_PROFILE)


@given(data=st.data())
def test_damaged_files_never_raise_anything_else(data: st.DataObject) -> None:
    sound = data.draw(st.sampled_from(_SOUND_FILES))
    damaged = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 8))):
        # Most of the damage goes where the structure is.
        last = data.draw(st.sampled_from([min(700, len(sound) - 1), len(sound) - 1]))
        damaged[data.draw(st.integers(0, last))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(damaged)) | st.just(len(damaged)))
    with contextlib.suppress(RejectedImageError):
        image = decode(bytes(damaged[:end]))
        assert present(image, DEFAULT_PROFILE).shape == (1024, 1024)


def _compressed(syntax: str) -> bytes:
    dataset = dicom_dataset(radiograph(32, 32))
    dataset.compress(syntax)
    return dicom_bytes(dataset)


_SOUND_FILES = [
    as_file(radiograph(32, 32)),
    as_file(radiograph(32, 32), "JPEG"),
    dicom_file(radiograph(32, 32)),
    _compressed(RLELossless),
    _compressed(JPEG2000Lossless),
]


def test_a_file_that_cannot_be_opened_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "gone.png").write_bytes(as_file(PICTURE))
    (file,) = local_files(tmp_path)
    (tmp_path / "gone.png").unlink()
    with pytest.raises(RejectedImageError, match="cannot be opened"):
        file.read()
