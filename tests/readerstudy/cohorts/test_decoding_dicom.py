"""A radiograph comes out of every DICOM encoding with the values that went in, as other programs encoded them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.pixels.processing import apply_voi_lut, apply_windowing
from pydicom.sequence import Sequence
from pydicom.uid import (
    JPEG2000,
    UID,
    ExplicitVRBigEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from readerstudy.cohorts.decoding import decode
from readerstudy.cohorts.source_image import RejectedImageError
from tests.readerstudy.cohorts.samples import dicom_bytes, dicom_dataset, dicom_file, radiograph

Stored = NDArray[np.generic]
Encode = Callable[[Stored, int], bytes]

EIGHT = radiograph()
BITS = [8, 10, 12, 14, 16]
HTJ2K = UID("1.2.840.10008.1.2.4.203")


def of_depth(bits: int) -> NDArray[np.unsignedinteger[Any]]:
    """Give the radiograph with so many significant bits, the lowest of them used."""
    grain = np.random.default_rng(bits).integers(0, 2 ** max(bits - 8, 0), EIGHT.shape)
    deep = (EIGHT.astype(np.uint32) << max(bits - 8, 0)) + grain
    return deep.astype(np.uint8 if bits == 8 else np.uint16)


def compressed(
    frames: list[bytes], syntax: UID, stored: Stored, bits: int, *, extended: bool = False, **attributes: Any
) -> bytes:
    """Put encoded frames into a DICOM file."""
    dataset = dicom_dataset(stored, BitsStored=bits, HighBit=bits - 1, **attributes)
    if extended:
        dataset.PixelData, dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths = encapsulate_extended(
            frames
        )
    else:
        dataset.PixelData = encapsulate(frames)
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    dataset.file_meta.TransferSyntaxUID = syntax
    return dicom_bytes(dataset)


def _jpeg_lossless(stored: Stored, bits: int) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(stored, lossless=True, predictor=1, bitspersample=bits))


def _jpeg_lossless_predictor_6(stored: Stored, bits: int) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(stored, lossless=True, predictor=6, bitspersample=bits))


def _jpeg_lossless_by_another_encoder(stored: Stored, bits: int) -> bytes:
    return bytes(imagecodecs.ljpeg_encode(stored, bitspersample=bits))


def _jpeg_ls(stored: Stored, _bits: int) -> bytes:
    return bytes(imagecodecs.jpegls_encode(stored))


def _jpeg_2000(stored: Stored, _bits: int) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(stored, level=0, codecformat="j2k", reversible=True))


def _htj2k(stored: Stored, _bits: int) -> bytes:
    return bytes(imagecodecs.htj2k_encode(stored))


LOSSLESS: dict[str, tuple[UID, Encode]] = {
    "JPEG lossless": (JPEGLossless, _jpeg_lossless_predictor_6),
    "JPEG lossless SV1": (JPEGLosslessSV1, _jpeg_lossless),
    "JPEG lossless SV1 by liblj92": (JPEGLosslessSV1, _jpeg_lossless_by_another_encoder),
    "JPEG-LS": (JPEGLSLossless, _jpeg_ls),
    "JPEG 2000": (JPEG2000Lossless, _jpeg_2000),
    "JPEG 2000 under the lossy name": (JPEG2000, _jpeg_2000),
    "HTJ2K lossless": (HTJ2KLossless, _htj2k),
    "HTJ2K lossless RPCL": (HTJ2KLosslessRPCL, _htj2k),
    "HTJ2K": (HTJ2K, _htj2k),
}


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("name", LOSSLESS)
def test_what_another_encoder_compressed_without_loss_keeps_its_values(name: str, bits: int) -> None:
    syntax, encode = LOSSLESS[name]
    stored = of_depth(bits)
    image = decode(compressed([encode(stored, bits)], syntax, stored, bits))
    assert np.array_equal(image.pixels, stored)
    assert (image.bits, image.format, image.displayed, image.overlays) == (bits, "DICOM", None, 0)


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize(
    ("syntax", "signed"),
    [
        (RLELossless, False),
        (RLELossless, True),
        (JPEGLSLossless, False),
        (JPEG2000Lossless, False),
        (JPEG2000Lossless, True),
    ],
)
def test_what_pydicom_compresses_without_loss_keeps_its_values(syntax: UID, bits: int, *, signed: bool) -> None:
    stored: Stored = of_depth(bits)
    if signed:
        stored = (stored.astype(np.int32) - 2 ** (bits - 1)).astype(np.int8 if bits == 8 else np.int16)
    dataset = dicom_dataset(stored, BitsStored=bits, HighBit=bits - 1)
    dataset.compress(syntax)
    assert np.array_equal(decode(dicom_bytes(dataset)).pixels, stored)


@pytest.mark.parametrize("bits", [12, 16])
def test_signed_values_in_jpeg_lossless_keep_their_sign(bits: int) -> None:
    signed = (of_depth(bits).astype(np.int32) - 2 ** (bits - 1)).astype(np.int16)
    words = signed.view(np.uint16) & (2**bits - 1)  # the standard stores their two's complement (PS3.5, A.4.1)
    data = compressed([_jpeg_lossless(words, bits)], JPEGLosslessSV1, signed, bits)
    assert np.array_equal(decode(data).pixels, signed)


def test_8_bit_jpeg_in_a_16_bit_header_is_read() -> None:
    wide = EIGHT.astype(np.uint16)
    assert np.array_equal(decode(compressed([_jpeg_lossless(EIGHT, 8)], JPEGLosslessSV1, wide, 8)).pixels, EIGHT)


@pytest.mark.parametrize(("syntax", "bits"), [(JPEGBaseline8Bit, 8), (JPEGExtended12Bit, 8), (JPEGExtended12Bit, 12)])
def test_lossy_jpeg_comes_close(syntax: UID, bits: int) -> None:
    stored = of_depth(bits)
    frame = bytes(imagecodecs.jpeg8_encode(stored, level=98, bitspersample=bits))
    assert np.abs(decode(compressed([frame], syntax, stored, bits)).pixels - stored).mean() < 2 ** (bits - 8)


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_near_lossless_jpeg_ls_comes_as_close_as_it_says(bits: int) -> None:
    stored = of_depth(bits)
    data = compressed([bytes(imagecodecs.jpegls_encode(stored, level=3))], JPEGLSNearLossless, stored, bits)
    assert np.abs(decode(data).pixels - stored).max() == 3


@pytest.mark.parametrize("bits", [8, 12])
def test_lossy_jpeg_2000_comes_close(bits: int) -> None:
    stored = of_depth(bits)
    frame = bytes(imagecodecs.jpeg2k_encode(stored, level=60 if bits == 8 else 80, codecformat="j2k", reversible=False))
    assert np.abs(decode(compressed([frame], JPEG2000, stored, bits)).pixels - stored).mean() < 2 ** (bits - 8)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32])
@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_every_uncompressed_type_keeps_its_values(syntax: UID, dtype: type[np.integer[Any]]) -> None:
    stored = (EIGHT.astype(np.int32) - (128 if np.issubdtype(dtype, np.signedinteger) else 0)).astype(dtype)
    assert np.array_equal(decode(dicom_file(stored, syntax=syntax)).pixels, stored)


def test_single_bits_become_black_and_white() -> None:
    picture = EIGHT > 100
    packed = np.packbits(picture, bitorder="little")
    data = dicom_file(EIGHT, BitsAllocated=1, BitsStored=1, HighBit=0, PixelData=packed.tobytes())
    assert np.array_equal(decode(data).pixels, picture)


def test_bits_above_the_stored_ones_are_ignored() -> None:
    stored = of_depth(12)
    data = dicom_file(stored | 0xA000, BitsStored=12, HighBit=11)
    assert np.array_equal(decode(data).pixels, stored)


COLOUR = np.dstack([EIGHT, 255 - EIGHT, EIGHT // 2])
LUMA = np.array(Image.fromarray(COLOUR).convert("L"), dtype=np.float32)


@pytest.mark.parametrize("planar", [0, 1])
def test_colour_is_read_by_pixel_and_by_plane(planar: int) -> None:
    samples = COLOUR if planar == 0 else np.moveaxis(COLOUR, 2, 0)
    data = dicom_file(COLOUR, PlanarConfiguration=planar, PixelData=samples.tobytes())
    assert np.array_equal(decode(data).pixels, LUMA)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
def test_compressed_colour_becomes_luma(syntax: UID) -> None:
    dataset = dicom_dataset(COLOUR)
    dataset.compress(syntax)
    assert np.abs(decode(dicom_bytes(dataset)).pixels - LUMA).max() <= 1


@pytest.mark.parametrize(("photometric", "space"), [("YBR_FULL_422", "YCBCR"), ("YBR_FULL", "YCBCR"), ("RGB", "RGB")])
@pytest.mark.parametrize("marked", [True, False])
def test_colour_in_jpeg_becomes_luma(photometric: str, space: str, *, marked: bool) -> None:
    smooth = np.array(Image.fromarray(COLOUR).resize((8, 8)).resize((80, 96), Image.Resampling.BICUBIC))
    frame = bytes(imagecodecs.jpeg8_encode(smooth, level=98, colorspace="RGB", outcolorspace=space))
    if not marked:
        frame = _without_application_segment(frame)
    data = compressed([frame], JPEGBaseline8Bit, smooth, 8, PhotometricInterpretation=photometric)
    luma = np.array(Image.fromarray(smooth).convert("L"), dtype=np.float32)
    assert np.abs(decode(data).pixels - luma).mean() < 2


def _without_application_segment(frame: bytes) -> bytes:
    """Drop the JFIF or Adobe segment, which says how colours are meant."""
    assert frame[2:4] in (b"\xff\xe0", b"\xff\xee")
    return frame[:2] + frame[4 + int.from_bytes(frame[4:6], "big") :]


def test_luma_and_chroma_stored_as_such_give_the_luma() -> None:
    ybr = np.array(Image.fromarray(COLOUR).convert("YCbCr"))
    data = dicom_file(ybr, PhotometricInterpretation="YBR_FULL")
    assert np.array_equal(decode(data).pixels, ybr[..., 0])


CLIP = [radiograph(seed=seed) for seed in range(4)]
MANY = np.stack(CLIP)


@pytest.mark.parametrize("frame", [1, 3, 4])
def test_the_chosen_frame_of_a_clip_is_decoded(frame: int) -> None:
    raw = dicom_file(EIGHT, NumberOfFrames=4, PixelData=MANY.tobytes())
    frames = [_jpeg_ls(one, 8) for one in CLIP]
    packed = compressed(frames, JPEGLSLossless, EIGHT, 8, NumberOfFrames=4)
    extended = compressed(frames, JPEGLSLossless, EIGHT, 8, NumberOfFrames=4, extended=True)
    for data in (raw, packed, extended):
        assert np.array_equal(decode(data, frame).pixels, CLIP[frame - 1])


def test_a_clip_asks_for_a_frame_that_it_has() -> None:
    data = dicom_file(EIGHT, NumberOfFrames=4, PixelData=MANY.tobytes())
    with pytest.raises(RejectedImageError, match=r"has 4 frames: name the one that you want, as in file\.dcm#3"):
        decode(data)
    for frame in (0, 5, -1):
        with pytest.raises(RejectedImageError, match=f"has no frame {frame}: it has 4"):
            decode(data, frame)
    assert np.array_equal(decode(dicom_file(EIGHT), 1).pixels, EIGHT)


DEEP = of_depth(12)
WINDOWS: list[dict[str, Any]] = [
    {"WindowCenter": "1500", "WindowWidth": "800"},
    {"WindowCenter": "1500", "WindowWidth": "800", "VOILUTFunction": "LINEAR_EXACT"},
    {"WindowCenter": "1500", "WindowWidth": "800", "VOILUTFunction": "SIGMOID"},
    {"WindowCenter": ["1500", "20"], "WindowWidth": ["800", "10"]},
    {"WindowCenter": "500", "WindowWidth": "801.5", "RescaleSlope": "0.5", "RescaleIntercept": "-100"},
]


@pytest.mark.parametrize("window", WINDOWS)
def test_a_window_is_applied_beside_the_values_as_acquired(window: dict[str, Any]) -> None:
    dataset = dicom_dataset(DEEP, BitsStored=12, HighBit=11, **window)
    image = decode(dicom_bytes(dataset))
    acquired = DEEP * float(window.get("RescaleSlope", 1)) + float(window.get("RescaleIntercept", 0))
    assert image.displayed is not None
    assert np.array_equal(image.pixels, acquired)
    # pydicom's own windowing spreads over the range of the rescaled values instead of 0 to 4095.
    expected = apply_windowing(acquired, dataset)
    lowest, highest = window_range(dataset)
    assert np.allclose(image.displayed, (expected - lowest) / (highest - lowest) * 4095, atol=0.01)


def window_range(dataset: Dataset) -> tuple[float, float]:
    slope, intercept = float(dataset.get("RescaleSlope", 1)), float(dataset.get("RescaleIntercept", 0))
    return intercept, 4095 * slope + intercept


@pytest.mark.parametrize(
    "window",
    [
        {"WindowCenter": "1500", "WindowWidth": "0"},
        {"WindowCenter": "1500"},
        {"WindowCenter": "1500", "WindowWidth": "-4", "VOILUTFunction": "SIGMOID"},
        {"WindowCenter": "1500", "WindowWidth": "400", "VOILUTFunction": "CURLY"},
        {"WindowCenter": "", "WindowWidth": ""},
    ],
)
def test_a_window_that_makes_no_sense_is_none(window: dict[str, Any]) -> None:
    image = decode(dicom_file(DEEP, **window))
    assert image.displayed is None
    assert np.array_equal(image.pixels, DEEP)


def lut(first: int, entries: NDArray[np.unsignedinteger[Any]], bits: int, *, as_bytes: bool = True) -> Dataset:
    item = Dataset()
    item.LUTDescriptor = [len(entries) % 65536, first, bits]
    item.LUTData = entries.tobytes() if as_bytes else [int(entry) for entry in entries]
    item["LUTDescriptor"].VR, item["LUTData"].VR = "US", "OW" if as_bytes else "US"
    return item


CURVE = (np.sqrt(np.arange(1000)) * 100).astype(np.uint16)


@pytest.mark.parametrize("as_bytes", [True, False])
def test_a_voi_lut_is_applied_and_comes_before_a_window(*, as_bytes: bool) -> None:
    dataset = dicom_dataset(DEEP, BitsStored=12, HighBit=11, WindowCenter="1500", WindowWidth="800")
    dataset.VOILUTSequence = Sequence([lut(1000, CURVE, 12, as_bytes=as_bytes)])
    image = decode(dicom_bytes(dataset))
    assert image.displayed is not None
    assert np.array_equal(image.displayed, apply_voi_lut(DEEP.astype(np.int32), dataset))
    assert image.displayed.min() == CURVE[0]
    assert image.displayed.max() == CURVE[-1]


def test_a_voi_lut_of_bytes_is_read() -> None:
    table = np.arange(255, -1, -1, dtype=np.uint8)
    image = decode(dicom_file(EIGHT, VOILUTSequence=Sequence([lut(0, table, 8)])))
    assert image.displayed is not None
    assert np.array_equal(image.displayed, 255 - EIGHT)


def test_a_lookup_table_may_begin_below_zero() -> None:
    signed = EIGHT.astype(np.int16) - 128
    item = lut(0, np.arange(256, dtype=np.uint16) * 3, 16)
    item["LUTDescriptor"].VR = "SS"
    item.LUTDescriptor = [256, -128, 16]
    assert np.array_equal(decode(dicom_file(signed, ModalityLUTSequence=Sequence([item]))).pixels, EIGHT * 3.0)


def test_a_full_lookup_table_has_a_zero_for_its_length() -> None:
    table = np.arange(65536, dtype=np.uint32)[::-1].astype(np.uint16)
    image = decode(dicom_file(DEEP, ModalityLUTSequence=Sequence([lut(0, table, 16)])))
    assert np.array_equal(image.pixels, 65535.0 - DEEP)


@pytest.mark.parametrize("shown", [*WINDOWS, {"VOILUTSequence": Sequence([lut(1000, CURVE, 12)])}])
def test_monochrome1_is_inverted_before_and_after_its_window(shown: dict[str, Any]) -> None:
    straight = decode(dicom_file(DEEP, BitsStored=12, HighBit=11, **shown))
    turned = decode(dicom_file(DEEP, BitsStored=12, HighBit=11, PhotometricInterpretation="MONOCHROME1", **shown))
    assert straight.displayed is not None
    assert turned.displayed is not None
    for before, after in ((straight.pixels, turned.pixels), (straight.displayed, turned.displayed)):
        assert np.ptp(before + after) <= 1e-3 * np.ptp(before)


@pytest.mark.parametrize(
    ("photometric", "shape", "turned"),
    [
        ("MONOCHROME2", "IDENTITY", False),
        ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME1", "INVERSE", True),  # two words for one inversion (PS3.3, C.8.11.3, table C.8-71)
        ("MONOCHROME1", "IDENTITY", True),
    ],
)
def test_an_inverse_presentation_inverts_once(photometric: str, shape: str, *, turned: bool) -> None:
    data = dicom_file(EIGHT, PhotometricInterpretation=photometric, PresentationLUTShape=shape)
    assert np.array_equal(decode(data).pixels, 255 - EIGHT if turned else EIGHT)


def test_spacing_and_the_shape_of_pixels_are_read() -> None:
    image = decode(dicom_file(EIGHT, PixelSpacing=["0.2", "0.1"], ImagerPixelSpacing=["0.3", "0.3"]))
    assert (image.spacing, image.aspect) == ((0.2, 0.1), 2.0)
    image = decode(dicom_file(EIGHT, ImagerPixelSpacing=["0.15", "0.15"]))
    assert (image.spacing, image.aspect) == ((0.15, 0.15), 1.0)
    image = decode(dicom_file(EIGHT, PixelAspectRatio=["3", "4"]))
    assert (image.spacing, image.aspect) == (None, 0.75)
    image = decode(dicom_file(EIGHT, PixelSpacing=["0", "0.1"]))
    assert (image.spacing, image.aspect) == (None, 1.0)


def test_pixels_far_from_square_are_rejected() -> None:
    with pytest.raises(RejectedImageError, match="100 times as high as wide"):
        decode(dicom_file(EIGHT, PixelSpacing=["10", "0.1"]))


def test_overlays_are_counted_and_not_burned_in() -> None:
    dataset = dicom_dataset(EIGHT)
    for group in (0x6000, 0x6002):
        dataset.add_new((group, 0x0010), "US", 96)
        dataset.add_new((group, 0x0011), "US", 80)
        dataset.add_new((group, 0x3000), "OW", b"\xff" * 960)
    image = decode(dicom_bytes(dataset))
    assert image.overlays == 2
    assert np.array_equal(image.pixels, EIGHT)


@given(
    slope=st.floats(0.001, 1000), intercept=st.floats(-1e5, 1e5), centre=st.floats(-1e5, 1e5), width=st.floats(1, 1e5)
)
def test_display_keeps_the_order_of_grey_values(slope: float, intercept: float, centre: float, width: float) -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    image = decode(
        dicom_file(ramp, RescaleSlope=f"{slope:.8g}", RescaleIntercept=f"{intercept:.8g}",
                   WindowCenter=f"{centre:.8g}", WindowWidth=f"{width:.8g}")
    )  # fmt: skip
    assert image.displayed is not None
    assert (np.diff(image.pixels.ravel()) >= 0).all()
    assert (np.diff(image.displayed.ravel()) >= 0).all()
    assert 0 <= image.displayed.min() <= image.displayed.max() <= 255
