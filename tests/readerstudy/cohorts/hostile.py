"""Files that are made to do harm, by the dozen: each names one way in which a decoder or a parser can be led astray."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

import imagecodecs
import numpy as np
from PIL import Image, PngImagePlugin
from pydicom.uid import (
    UID,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from tests.readerstudy.cohorts.hostile_dicom import (
    DEEP,
    PICTURE,
    attributes,
    compressed,
    frames,
    headers,
    tables,
    with_table,
)
from tests.readerstudy.cohorts.hostile_pictures import exif_ring, pictures, tiffs
from tests.readerstudy.cohorts.samples import as_file, dicom_bytes, dicom_dataset, dicom_file


def hostile_files() -> dict[str, bytes]:
    """Give every file by the name of what it does."""
    return dict([*pictures(), *tiffs(), *headers(), *attributes(), *tables(), *frames(), *_truncated()])


def sound_files() -> dict[str, bytes]:
    """Give one small sound file of every kind, to be damaged."""
    grey, colour = Image.fromarray(PICTURE), Image.fromarray(np.dstack([PICTURE] * 3))
    text = PngImagePlugin.PngInfo()
    text.add_itxt("parameters", "a chest radiograph", zip=True)
    palette = dicom_dataset(PICTURE, PhotometricInterpretation="PALETTE COLOR")
    for name in ("Red", "Green", "Blue"):
        setattr(palette, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(palette, f"{name}PaletteColorLookupTableData", np.arange(256, dtype="<u2").tobytes())
    return {
        "PNG": as_file(grey, pnginfo=text),
        "PNG in colour": as_file(colour.quantize(16)),
        "PNG in 16-bit colour": bytes(imagecodecs.png_encode(np.dstack([DEEP] * 3))),
        "TIFF in 16-bit colour": bytes(imagecodecs.tiff_encode(np.dstack([DEEP] * 3), compression="lzw")),
        "JPEG": as_file(colour, "JPEG", exif=exif_ring()),
        "JPEG progressive": as_file(grey, "JPEG", progressive=True),
        "TIFF": as_file(grey, "TIFF", save_all=True, append_images=[grey]),
        "TIFF LZW": as_file(grey, "TIFF", compression="tiff_lzw"),
        "WebP": as_file(colour, "WebP"),
        "WebP lossless": as_file(colour, "WebP", lossless=True),
        "DICOM": dicom_file(DEEP, WindowCenter="1000", WindowWidth="500", PixelSpacing=["0.1", "0.1"]),
        "DICOM implicit": dicom_file(PICTURE, syntax=ImplicitVRLittleEndian, RescaleSlope="2", RescaleIntercept="-5"),
        "DICOM VOI table": with_table("VOILUTSequence", [4096, 0, 12], np.arange(4096, dtype="<u2").tobytes()),
        "DICOM palette": dicom_bytes(palette),
        "DICOM RLE": _by_pydicom(RLELossless),
        "DICOM JPEG": compressed(as_file(grey, "JPEG"), JPEGBaseline8Bit),
        "DICOM JPEG lossless": compressed(bytes(imagecodecs.jpeg8_encode(PICTURE, lossless=True)), JPEGLosslessSV1),
        "DICOM JPEG-LS": compressed(bytes(imagecodecs.jpegls_encode(PICTURE)), JPEGLSLossless),
        "DICOM JPEG 2000": _by_pydicom(JPEG2000Lossless),
        "DICOM HTJ2K": compressed(bytes(imagecodecs.htj2k_encode(PICTURE)), HTJ2KLossless),
    }


def _by_pydicom(syntax: UID) -> bytes:
    dataset = dicom_dataset(DEEP)
    dataset.compress(syntax)
    return dicom_bytes(dataset)


def _truncated() -> Iterator[tuple[str, bytes]]:
    for name, data in sound_files().items():
        yield f"{name} cut off in its head", data[: min(200, len(data) // 4)]
        yield f"{name} cut off in its pixels", data[: len(data) * 3 // 4]


def mutants(count: int, *, seed: int) -> Iterator[tuple[str, bytes]]:
    """Damage sound files at random, most of it where the structure is: bytes, runs, lengths, repeats and cuts."""
    draw = random.Random(seed)
    files = list(sound_files().items())
    for number in range(count):
        name, sound = files[number % len(files)]
        data = bytearray(sound)
        for _ in range(draw.randint(1, 6)):
            _damage(data, draw)
        yield f"{name} {seed}/{number}", bytes(data)


def _damage(data: bytearray, draw: random.Random) -> None:
    at = draw.randrange(min(len(data), draw.choice([64, 700, len(data)])))
    kind = draw.randrange(6)
    if kind == 0:
        data[at] ^= 1 << draw.randrange(8)
    elif kind == 1:
        data[at] = draw.choice([0, 1, 0x7F, 0x80, 0xFE, 0xFF])
    elif kind == 2:
        data[at : at + 4] = struct.pack(draw.choice("<>") + "L", draw.choice([0, 1, 2**16, 2**31 - 1, 2**32 - 1]))
    elif kind == 3:
        data[at : at + draw.randint(1, 64)] = b""
    elif kind == 4:
        data[at:at] = data[at : at + draw.randint(1, 64)]
    else:
        del data[draw.randint(max(1, len(data) - 400), len(data)) :]
    if not data:
        data += b"\0"
