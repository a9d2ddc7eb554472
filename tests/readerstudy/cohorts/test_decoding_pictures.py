"""A radiograph comes out of PNG, JPEG, TIFF and WebP files with the values that went in."""

from __future__ import annotations

import struct
from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from readerstudy.cohorts.decoding import decode
from readerstudy.cohorts.source_image import RejectedImageError
from tests.readerstudy.cohorts.samples import as_file, radiograph

PICTURE = radiograph()
DEEP = PICTURE.astype(np.uint16) * 257 - 3
FORMATS = ["PNG", "TIFF"]


def tiff(stored: NDArray[Any], *, photometric: int = 1, order: str = "<", kind: int = 1, **tags: int) -> bytes:
    """Write an uncompressed TIFF file of one strip (TIFF 6.0, sections 2 and 8)."""
    data = stored.astype(stored.dtype.newbyteorder("<" if order == "<" else ">")).tobytes()
    rows, columns = stored.shape
    entries = {
        256: columns, 257: rows, 258: stored.dtype.itemsize * 8, 259: 1, 262: photometric, 273: 8, 277: 1, 278: rows,
        279: len(data), 339: kind,
    } | {int(tag): value for tag, value in tags.items()}  # fmt: skip
    directory = struct.pack(f"{order}H", len(entries))
    for tag, value in sorted(entries.items()):
        directory += struct.pack(f"{order}HHLL", tag, 4, 1, value)
    return (
        (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}L", 8 + len(data))
        + data + directory + bytes(4)
    )  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("picture", "bits"), [(PICTURE, 8), (DEEP, 16)])
def test_grey_keeps_its_values(form: str, picture: NDArray[np.generic], bits: int) -> None:
    image = decode(as_file(picture, form))
    assert np.array_equal(image.pixels, picture)
    assert (image.format, image.bits, image.displayed, image.spacing, image.aspect) == (form, bits, None, None, 1.0)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32])
def test_a_plain_tiff_of_every_type_keeps_its_values(order: str, dtype: type[np.generic]) -> None:
    stored = PICTURE.astype(dtype)
    kind = {"u": 1, "i": 2, "f": 3}[stored.dtype.kind]
    assert np.array_equal(decode(tiff(stored, order=order, kind=kind)).pixels, PICTURE)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_tiff_with_white_as_zero_is_turned_over(dtype: type[np.generic]) -> None:
    stored = PICTURE.astype(dtype)
    assert np.array_equal(decode(tiff(stored, photometric=0)).pixels, float(np.iinfo(stored.dtype).max) - PICTURE)


def test_a_float_tiff_with_white_as_zero_is_rejected_as_it_has_no_white() -> None:
    with pytest.raises(RejectedImageError, match="inverted grey values without a highest one"):
        decode(tiff(PICTURE.astype(np.float32), photometric=0, kind=3))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_float_tiff_that_is_not_finite_is_rejected(value: float) -> None:
    stored = PICTURE.astype(np.float32)
    stored[50, 50] = value
    with pytest.raises(RejectedImageError, match="no finite numbers"):
        decode(tiff(stored, kind=3))


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_a_compressed_tiff_is_read(compression: str) -> None:
    pixels = decode(as_file(PICTURE, "TIFF", compression=compression)).pixels
    assert np.abs(pixels - PICTURE).mean() <= (3 if compression == "jpeg" else 0)


def test_a_lossless_webp_keeps_its_values() -> None:
    image = decode(as_file(Image.fromarray(PICTURE).convert("RGB"), "WebP", lossless=True))
    assert np.array_equal(image.pixels, PICTURE)
    assert (image.format, image.bits) == ("WebP", 8)


def test_a_lossy_webp_comes_close() -> None:
    assert np.abs(decode(as_file(PICTURE, "WebP", quality=95)).pixels - PICTURE).mean() < 4


@pytest.mark.parametrize("form", FORMATS)
def test_single_bits_become_black_and_white(form: str) -> None:
    image = decode(as_file(Image.fromarray(PICTURE > 100), form))
    assert np.array_equal(image.pixels, (PICTURE > 100) * 255.0)
    assert image.bits == 1


DEEP_COLOUR = np.dstack([DEEP, DEEP[::-1], 65535 - DEEP])
DEEP_LUMA = np.rint((DEEP_COLOUR.astype(np.int64) @ [19595, 38470, 7471]) / 65536)


@pytest.mark.parametrize("orientation", [1, 6])
def test_colour_of_16_bits_keeps_them(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    png = bytes(imagecodecs.png_encode(DEEP_COLOUR))
    plain = Image.new("L", (1, 1))
    segment = as_file(plain, exif=exif)
    at, end = segment.index(b"eXIf") - 4, segment.index(b"IDAT") - 4
    png = png[:33] + segment[at:end] + png[33:]  # behind the signature and the head
    image = decode(png)
    assert np.array_equal(image.pixels, DEEP_LUMA if orientation == 1 else np.rot90(DEEP_LUMA, -1))
    assert image.bits == 16


def test_transparent_colour_of_16_bits_lies_on_black() -> None:
    alpha = np.full(DEEP.shape, 65535, np.uint16)
    alpha[:10] = 0
    pixels = decode(bytes(imagecodecs.png_encode(np.dstack([DEEP, alpha])))).pixels
    assert (pixels[:10] == 0).all()
    assert np.array_equal(pixels[10:], DEEP[10:])


@pytest.mark.parametrize("compression", ["none", "lzw", "deflate"])
def test_a_tiff_of_16_bit_colour_keeps_them(compression: str) -> None:
    image = decode(bytes(imagecodecs.tiff_encode(DEEP_COLOUR, compression=compression, photometric="rgb")))
    assert np.array_equal(image.pixels, DEEP_LUMA)
    assert image.bits == 16


def test_a_cmyk_jpeg_becomes_grey() -> None:
    pixels = decode(as_file(Image.fromarray(PICTURE).convert("RGB").convert("CMYK"), "JPEG", quality=95)).pixels
    assert np.abs(pixels - PICTURE).mean() < 4


def test_a_colour_model_that_has_no_grey_is_named() -> None:
    with pytest.raises(RejectedImageError, match="has the colour model LAB, which is not supported"):
        decode(as_file(Image.new("LAB", (64, 64)), "TIFF"))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "WebP"])
def test_every_exif_orientation_is_applied(form: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = decode(as_file(Image.fromarray(PICTURE).convert("RGB"), form, exif=exif)).pixels
    # Where the first row and the first column of the file belong (JEITA CP-3451, 4.6.4 A).
    as_viewed = [
        PICTURE, PICTURE[:, ::-1], PICTURE[::-1, ::-1], PICTURE[::-1], PICTURE.T, np.rot90(PICTURE, -1),
        PICTURE[::-1, ::-1].T, np.rot90(PICTURE),
    ][orientation - 1]  # fmt: skip
    assert turned.shape == as_viewed.shape
    assert np.abs(turned - as_viewed).mean() < 4


PAGES = [radiograph(seed=seed) for seed in range(3)]


@pytest.mark.parametrize(("form", "options"), [("TIFF", {}), ("PNG", {}), ("WebP", {"lossless": True})])
def test_the_chosen_page_or_frame_is_decoded(form: str, options: dict[str, Any]) -> None:
    first, *others = [Image.fromarray(page).convert("RGB" if form == "WebP" else "L") for page in PAGES]
    data = as_file(first, form, save_all=True, append_images=others, **options)
    for number, page in enumerate(PAGES, start=1):
        assert np.array_equal(decode(data, number).pixels, page)
    with pytest.raises(RejectedImageError, match="has 3 frames: name the one that you want"):
        decode(data)
    with pytest.raises(RejectedImageError, match="has no frame 4: it has 3"):
        decode(data, 4)


def test_pages_of_a_tiff_may_differ_in_depth() -> None:
    data = as_file(Image.fromarray(PICTURE), "TIFF", save_all=True, append_images=[Image.fromarray(DEEP)])
    assert [decode(data, page).bits for page in (1, 2)] == [8, 16]
    assert np.array_equal(decode(data, 2).pixels, DEEP)


def test_a_tiff_of_too_many_pages_is_rejected() -> None:
    tiny = Image.fromarray(PICTURE[:16, :16])
    data = as_file(tiny, "TIFF", save_all=True, append_images=[tiny] * 1001)
    with pytest.raises(RejectedImageError, match="more than 1,000 pages"):
        decode(data, 2)
