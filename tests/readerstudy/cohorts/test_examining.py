"""What is measured and kept of a file, and what is made of a decoding process that answers nonsense."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from readerstudy.cohorts import dicom_header, examining, harmonise, masters
from readerstudy.cohorts.decoding import decode
from readerstudy.cohorts.evidence import jpeg_quality, of_file
from readerstudy.cohorts.examining import Examined, examine, examine_here
from readerstudy.cohorts.profiles import DEFAULT_PROFILE, PROFILES
from readerstudy.cohorts.source_image import RejectedImageError
from tests.readerstudy.cohorts.samples import as_file, dicom_file, radiograph

PNG = as_file(radiograph())


def traits(data: bytes) -> dict[str, float]:
    found: dict[str, float] = of_file(data, decode(data))["traits"]
    return found


def test_the_process_gives_what_the_parts_give() -> None:
    examined = examine(PNG, DEFAULT_PROFILE)
    image = decode(PNG)
    assert (examined.format, examined.rows, examined.columns, examined.bits) == ("PNG", 96, 80, 8)
    assert examined.sha256 == hashlib.sha256(PNG).hexdigest()
    assert examined.pixel_digest == image.pixel_digest
    assert np.array_equal(masters.from_bytes(examined.master).pixels, image.pixels)
    assert examined.frame == harmonise.present(image, DEFAULT_PROFILE).tobytes()


@pytest.mark.parametrize("name", list(PROFILES))
def test_every_profile_is_taken(name: str) -> None:
    data = dicom_file(radiograph(700, 600).astype(np.uint16) * 16, PixelSpacing=[0.5, 0.5])
    examined = examine(data, PROFILES[name])
    assert examined.presented_rows > 0
    assert len(examined.frame) > 0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"letter", "is no DICOM"),
        (PNG[:300], "damaged"),
        (as_file(np.full((64, 64), 7, np.uint8)), "uniform"),
    ],
)
def test_what_cannot_become_a_case_is_rejected_in_words(data: bytes, words: str) -> None:
    with pytest.raises(RejectedImageError, match=words):
        examine(data, DEFAULT_PROFILE)


NONSENSE: list[dict[str, Any]] = [
    {"pixel_digest": "../../etc"}, {"perceptual_hash": "A" * 64}, {"frame": b"short"}, {"master": "text"},
    {"rows": 0}, {"columns": -5}, {"presented_rows": 2**40}, {"format": "F" * 21}, {"attributes": []}, {"rows": "96"},
]  # fmt: skip


@pytest.mark.parametrize("change", NONSENSE, ids=lambda change: next(iter(change)))
def test_an_answer_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    examined = Examined(**{**examine_here(PNG, DEFAULT_PROFILE), **change})
    with pytest.raises((ValueError, TypeError)):
        examining._check(examined, DEFAULT_PROFILE)


def test_evidence_is_plain_data() -> None:
    for data in (PNG, dicom_file(radiograph())):
        found = of_file(data, decode(data))
        assert json.loads(json.dumps(found)) == found


def test_traits_say_how_the_file_was_stored() -> None:
    grey = radiograph()
    colour = np.stack([grey, grey, 255 - grey], axis=-1)
    alike = np.stack([grey] * 3, axis=-1)
    assert traits(PNG) == {
        "bytes": len(PNG), "rows": 96, "columns": 80, "bits": 8, "format_code": 1, "channels": 1, "exact_grey": 1,
        "has_spacing": 0, "has_provenance": 0, "jpeg_quality": 0,
    }  # fmt: skip
    assert (traits(as_file(colour))["channels"], traits(as_file(colour))["exact_grey"]) == (3, 0)
    for data in (as_file(alike), dicom_file(alike)):
        assert (traits(data)["channels"], traits(data)["exact_grey"]) == (3, 1)


def test_colour_of_a_dicom_file_is_seen_in_either_layout() -> None:
    grey = radiograph()
    colour = np.stack([grey, grey, 255 - grey], axis=-1)
    assert traits(dicom_file(colour))["exact_grey"] == 0
    planar = dicom_file(np.ascontiguousarray(colour.transpose(2, 0, 1)).reshape(96, 80, 3), PlanarConfiguration=1)
    assert traits(planar)["exact_grey"] == 0


@pytest.mark.parametrize("quality", [30, 50, 75, 90, 100])
def test_the_quality_of_a_jpeg_file_is_estimated(quality: int) -> None:
    # Pillow's encoder, libjpeg, scales the standard's tables by the rule that is turned round here.
    assert traits(as_file(radiograph(), "JPEG", quality=quality))["jpeg_quality"] == pytest.approx(quality, abs=1)


def test_the_standard_table_is_quality_50() -> None:
    standard = Image.open(BytesIO(as_file(radiograph(), "JPEG", quality=50))).quantization[0]  # type: ignore[attr-defined]
    assert sum(standard) == 3688
    assert jpeg_quality(standard) == 50


def test_what_is_no_pixel_in_a_picture_file_is_named_as_removed() -> None:
    exif = Image.Exif()
    exif[0x0131] = "A program"
    jpeg = as_file(radiograph(), "JPEG", exif=exif, comment=b"SMITH")
    png = as_file(radiograph(), dpi=(300, 300), exif=exif)
    removed = {part["path"] for data in (jpeg, png) for part in of_file(data, decode(data))["removed"]}
    assert removed == {"JPEG EXIF or XMP", "JPEG Comment", "PNG pHYs", "PNG eXIf"}


def test_real_headers_are_walked_to_their_end(shared_data: Path) -> None:
    files = sorted((shared_data / "dicom").iterdir())
    assert len(files) == 16
    for path in files:
        assert dicom_header.walk(path.read_bytes()).complete, path.name


SOUND = dicom_file(radiograph(20, 20))


@given(st.data())
def test_damaged_headers_are_walked_as_far_as_they_go(data: st.DataObject) -> None:
    at = data.draw(st.integers(132, len(SOUND) - 1))
    mutant = bytearray(SOUND)
    mutant[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(132, len(SOUND)))
    header = dicom_header.walk(bytes(mutant[:cut]))
    assert all(0 <= one.start <= one.end <= cut for one in header.elements)


def test_a_header_of_endless_depth_ends_the_walk() -> None:
    item = b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    deep = b"".join([b"\x08\x00\x10\x11SQ\0\0\xff\xff\xff\xff" + item] * 5000)
    start = SOUND.index(b"\x08\x00\x16\x00UI")
    header = dicom_header.walk(SOUND[:start] + deep + SOUND[start:])
    assert not header.complete
    assert max(len(one.path) for one in header.elements) <= dicom_header.MAX_DEPTH + 1
