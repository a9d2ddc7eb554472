"""DICOM files that are made to do harm: headers, attributes and tables that lie, and frames that do."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import imagecodecs
import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from tests.readerstudy.cohorts.samples import as_file, dicom_bytes, dicom_dataset, dicom_file, radiograph

PICTURE = radiograph(64, 64)
DEEP = PICTURE.astype(np.uint16) * 16
_SOP_CLASS = struct.pack("<HH", 0x0008, 0x0016)
_PIXELS = struct.pack("<HH", 0x7FE0, 0x0010)


def compressed(frame: bytes, syntax: UID, **attributes: Any) -> bytes:
    """Put a compressed frame into a DICOM file."""
    dataset = dicom_dataset(PICTURE, PixelData=encapsulate([frame]), **attributes)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset["PixelData"].is_undefined_length = True
    return dicom_bytes(dataset)


def _inserted(elements: bytes, before: bytes = _SOP_CLASS) -> bytes:
    data = dicom_file(PICTURE)
    at = data.index(before)
    return data[:at] + elements + data[at:]


def headers() -> Iterator[tuple[str, bytes]]:
    """Headers that cannot be followed."""
    undefined, item = 0xFFFFFFFF, struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
    sequence = struct.pack("<HH2sHL", 0x0008, 0x1140, b"SQ", 0, undefined)
    end = struct.pack("<HHLHHL", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
    yield "sequences nested fifty thousand deep", _inserted((sequence + item) * 50_000)
    yield "sequences nested a thousand deep, and closed", _inserted((sequence + item) * 1000 + end * 1000)
    yield (
        "lookup tables nested nine hundred deep",
        _inserted(
            (struct.pack("<HH2sHL", 0x0028, 0x3000, b"SQ", 0, undefined) + item) * 900 + end * 900, before=_PIXELS
        ),
    )
    yield "a sequence that never ends", _inserted(sequence + (item + item[:4] + bytes(4)) * 10)
    yield (
        "a sequence of a million empty items",
        _inserted(sequence + struct.pack("<HHL", 0xFFFE, 0xE000, 0) * 10**6 + end[8:]),
    )
    yield "a header of a million elements", _inserted(struct.pack("<HH2sH", 0x0009, 0x1000, b"SH", 0) * 10**6)
    yield (
        "a private header of 20 megabytes",
        _inserted(struct.pack("<HH2sHL", 0x0009, 0x1001, b"OB", 0, 20 * 2**20) + bytes(20 * 2**20)),
    )
    yield (
        "an element that says it has four gigabytes",
        _inserted(struct.pack("<HH2sHL", 0x0009, 0x1001, b"OB", 0, 0xFFFFFFFE)),
    )
    yield (
        "a private element of undefined length",
        _inserted(struct.pack("<HH2sHL", 0x0009, 0x1001, b"UN", 0, undefined)),
    )
    yield "a value representation that does not exist", _inserted(struct.pack("<HH2sH", 0x0009, 0x1001, b"\0\xff", 4))
    yield "rows as text", _changed_vr(b"US", b"LO")
    yield "rows as a sequence", _changed_vr(b"US", b"SQ")
    yield (
        "a header in another order than it says",
        dicom_file(PICTURE).replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.2\0"),
    )
    yield (
        "an implicit header that says it is explicit",
        dicom_file(PICTURE, syntax=ImplicitVRLittleEndian)
        .replace(b"1.2.840.10008.1.2\0", b"1.2.840.10008.1.2\0"[:-1] + b"\0")
        .replace(b"UI\x12\0001.2.840.10008.1.2\0", b"UI\x14\0001.2.840.10008.1.2.1\0"),
    )
    yield "a transfer syntax of a thousand digits", _transfer_syntax(b"1." * 500)
    yield "a transfer syntax in Chinese", _transfer_syntax("射線片".encode())
    yield (
        "a character set that does not exist",
        dicom_file(PICTURE, SpecificCharacterSet="ISO_IR 100").replace(b"ISO_IR 100", b"ISO_IR 999"),
    )
    yield (
        "a name in bytes that no character set has",
        dicom_file(PICTURE).replace(b"CANARY^NAME", b"\xff\xfe\x80\x1b$B^\xc0\x80\xff\xff"),
    )
    yield "deflated, and a gigabyte when inflated", _deflated()
    yield "nothing after the preamble", bytes(128) + b"DICM"
    yield (
        "file meta information of four gigabytes",
        (bytes(128) + b"DICM" + struct.pack("<HH2sHL", 2, 0, b"UL", 4, 0xFFFFFFFF) + bytes(100)),
    )
    yield "a thousand times its own pixel data", dicom_file(PICTURE) + dicom_file(PICTURE)[-4108:] * 1000


def _changed_vr(old: bytes, new: bytes) -> bytes:
    return dicom_file(PICTURE).replace(
        struct.pack("<HH", 0x0028, 0x0010) + old, struct.pack("<HH", 0x0028, 0x0010) + new
    )


def _meta(transfer_syntax: bytes) -> bytes:
    value = transfer_syntax + b"\0" * (len(transfer_syntax) % 2)
    element = struct.pack("<HH2sH", 2, 0x10, b"UI", len(value)) + value
    return bytes(128) + b"DICM" + struct.pack("<HH2sHL", 2, 0, b"UL", 4, len(element)) + element


def _transfer_syntax(name: bytes) -> bytes:
    data = dicom_file(PICTURE)
    return _meta(name) + data[data.index(_SOP_CLASS) :]


def _deflated() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(struct.pack("<HH2sHL", 9, 0x1001, b"OB", 0, 2**30))
    for _ in range(64):
        packed += packer.compress(bytes(2**24))
    return _meta(b"1.2.840.10008.1.2.1.99") + packed + packer.flush()


def attributes() -> Iterator[tuple[str, bytes]]:
    """Attributes that lie about the pixels."""
    yield "a photometric interpretation in no alphabet", dicom_file(PICTURE).replace(b"MONOCHROME2 ", b"\xc4" * 12)
    lies: dict[str, dict[str, Any]] = {
        "zero rows": {"Rows": 0},
        "65,535 × 65,535 pixels": {"Rows": 65_535, "Columns": 65_535},
        "twice as many rows as pixels": {"Rows": 128},
        "no samples": {"SamplesPerPixel": 0},
        "65,535 samples": {"SamplesPerPixel": 65_535},
        "three samples of grey": {"SamplesPerPixel": 3, "PlanarConfiguration": 0},
        "no bits allocated": {"BitsAllocated": 0},
        "64 bits allocated": {"BitsAllocated": 64},
        "more bits stored than allocated": {"BitsStored": 12, "HighBit": 11},
        "no bits stored": {"BitsStored": 0},
        "65,535 bits stored": {"BitsStored": 65_535},
        "a high bit elsewhere": {"HighBit": 63},
        "a pixel representation of 7": {"PixelRepresentation": 7},
        "two thousand million frames": {"NumberOfFrames": 2**31 - 1},
        "less than no frames": {"NumberOfFrames": -3},
        "a rescale slope that is no number": {"RescaleSlope": "1", "RescaleIntercept": "1"},
        "a rescale to infinity": {"RescaleSlope": "1e308", "RescaleIntercept": "1e308"},
        "a rescale of nothing": {"RescaleSlope": "0", "RescaleIntercept": "0"},
        "a window of 1e308": {"WindowCenter": "1e308", "WindowWidth": "1e308"},
        "a sigmoid of nothing": {"WindowCenter": "1", "WindowWidth": "1e-300", "VOILUTFunction": "SIGMOID"},
        "fifty thousand windows": {"WindowCenter": ["1"] * 16_000, "WindowWidth": ["2"] * 16_000},
        "a spacing of almost nothing": {"PixelSpacing": ["1e-300", "1"]},
        "a spacing of ten thousand numbers": {"PixelSpacing": ["1"] * 10_000},
        "an aspect ratio by zero": {"PixelAspectRatio": ["1", "0"]},
        "a palette that is not there": {"PhotometricInterpretation": "PALETTE COLOR"},
        "luma and chroma in one sample": {"PhotometricInterpretation": "YBR_FULL_422"},
        "offsets of frames without frames": {
            "ExtendedOffsetTable": b"\xff" * 8,
            "ExtendedOffsetTableLengths": b"\xff" * 8,
        },
    }  # fmt: skip
    for name, attributes in lies.items():
        data = dicom_file(PICTURE, **attributes)
        yield name, data.replace(b"DS\x02\x001 ", b"DS\x02\0na") if "no number" in name else data


def with_table(keyword: str, descriptor: list[int], data: bytes, **attributes: Any) -> bytes:
    item = Dataset()
    item.LUTDescriptor, item.LUTData = descriptor, data
    item["LUTDescriptor"].VR, item["LUTData"].VR = "US", "OW"
    return _with(keyword, Sequence([item]), **attributes)


def _with(keyword: str, items: Sequence, **attributes: Any) -> bytes:
    return dicom_file(DEEP, **(attributes | {keyword: items}))


def tables() -> Iterator[tuple[str, bytes]]:
    """Lookup tables and palettes that lie about themselves."""
    for keyword, name in (("ModalityLUTSequence", "modality"), ("VOILUTSequence", "VOI")):
        yield f"{name} table that says it has more entries", with_table(keyword, [4096, 0, 16], bytes(16))
        yield f"{name} table without entries", with_table(keyword, [4096, 0, 16], b"")
        yield f"{name} table of 65,535 bits", with_table(keyword, [8, 0, 65_535], bytes(16))
        yield f"{name} table that begins beyond every value", with_table(keyword, [8, 65_535, 16], bytes(range(16)))
        yield f"{name} table described by one number", with_table(keyword, [8], bytes(16))
        yield f"{name} table as a sequence of nothing", _with(keyword, Sequence([]))
        yield f"{name} table without a description", _with(keyword, Sequence([Dataset()]))
    palette = dicom_dataset(PICTURE, PhotometricInterpretation="PALETTE COLOR")
    for colour in ("Red", "Green", "Blue"):
        setattr(palette, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(palette, f"{colour}PaletteColorLookupTableData", bytes(6))
    yield "palette that says it has more entries", dicom_bytes(palette)
    for colour in ("Red", "Green", "Blue"):
        delattr(palette, f"{colour}PaletteColorLookupTableData")
        # Segments that repeat earlier segments, which repeat earlier segments (PS3.3, C.7.9.2.3).
        segments = struct.pack("<HHH", 0, 1, 7) + struct.pack("<HHHH", 2, 60_000, 0, 0) * 2000
        setattr(palette, f"Segmented{colour}PaletteColorLookupTableData", segments)
        palette[f"Segmented{colour}PaletteColorLookupTableData"].VR = "OW"
    yield "palette of segments that repeat each other", dicom_bytes(palette)


def frames() -> Iterator[tuple[str, bytes]]:
    """Compressed frames, and fragments, that are not what they say."""
    jpeg_2000 = bytes(imagecodecs.jpeg2k_encode(PICTURE, level=0, codecformat="j2k", reversible=True))
    htj2k, jpeg_ls = bytes(imagecodecs.htj2k_encode(PICTURE)), bytes(imagecodecs.jpegls_encode(PICTURE))
    lossless = bytes(imagecodecs.jpeg8_encode(PICTURE, lossless=True))
    for name, frame, syntax in (("JPEG 2000", jpeg_2000, JPEG2000Lossless), ("HTJ2K", htj2k, HTJ2KLossless)):
        at = frame.index(b"\xff\x51")
        for lie, offset, value in [
            ("60,000 × 60,000 pixels", 6, struct.pack(">LL", 60_000, 60_000)),
            ("four thousand tiles to a pixel", 22, struct.pack(">LL", 1, 1)),
            ("tiles of nothing", 22, bytes(8)),
            ("16,384 components", 38, struct.pack(">H", 16_384)),
            ("components of 128 bits", 40, b"\x7f"),
            ("components sampled at nothing", 41, b"\0\0"),
            ("components sampled at every 255th pixel", 41, b"\xff\xff"),
        ]:
            place = at - 2 + offset + 2
            yield (
                f"{name} that says it has {lie}",
                compressed(frame[:place] + value + frame[place + len(value) :], syntax),
            )
        yield f"{name} of 33 levels", compressed(_more_levels(frame), syntax)
        yield f"{name} broken off", compressed(frame[: len(frame) // 2], syntax)
    yield (
        "JPEG-LS that says it has 65,535 × 65,535 pixels",
        compressed(_jpeg_size(jpeg_ls, b"\xf7", b"\xff" * 4), JPEGLSLossless),
    )
    yield "JPEG-LS broken off", compressed(jpeg_ls[: len(jpeg_ls) // 2], JPEGLSLossless)
    yield "JPEG-LS of zeros", compressed(jpeg_ls[:40] + bytes(10_000) + b"\xff\xd9", JPEGLSLossless)
    yield (
        "JPEG lossless of 255 components",
        compressed(_jpeg_size(lossless, b"\xc3", b"\0\x40\0\x40\xff"), JPEGLosslessSV1),
    )
    yield "JPEG lossless broken off", compressed(lossless[: len(lossless) // 2], JPEGLosslessSV1)
    yield "JPEG lossless by predictor 255", compressed(_predictor(lossless, 255), JPEGLosslessSV1)
    yield (
        "JPEG in the place of 12 bits",
        compressed(as_file(PICTURE, "JPEG"), JPEGExtended12Bit, BitsAllocated=16, BitsStored=12),
    )
    yield (
        "JPEG of arithmetic codes",
        compressed(as_file(PICTURE, "JPEG").replace(b"\xff\xc0", b"\xff\xc9"), JPEGBaseline8Bit),
    )
    yield "JPEG in colour that says it is grey", compressed(as_file(np.dstack([PICTURE] * 3), "JPEG"), JPEGBaseline8Bit)
    yield "PNG in the place of JPEG", compressed(as_file(PICTURE), JPEGBaseline8Bit)
    yield "RLE of 4,294,967,295 segments", compressed(b"\xff" * 64 + bytes(64), RLELossless)
    yield "RLE whose segments lie outside", compressed(struct.pack("<LL", 1, 2**31) + bytes(156), RLELossless)
    yield (
        "RLE whose segments run backwards",
        compressed(
            struct.pack("<LLL", 2, 100, 64) + bytes(152), RLELossless, BitsAllocated=16, BitsStored=16, HighBit=15
        ),
    )
    yield (
        "RLE that grows to more than its pixels",
        compressed(struct.pack("<LL", 1, 64) + bytes(56) + b"\x81\0" * 10**6, RLELossless),
    )
    yield "RLE that is too short", compressed(struct.pack("<LL", 1, 64) + bytes(56) + b"\x81\0" * 3, RLELossless)
    sound = compressed(jpeg_2000, JPEG2000Lossless)
    at = sound.index(_PIXELS) + 12
    yield (
        "a table of offsets that lead outside",
        (sound[: at + 4] + struct.pack("<L4s", 4, b"\xff" * 4) + sound[at + 8 :]),
    )
    yield "a table of offsets of four gigabytes", sound[: at + 4] + b"\xf0\xff\xff\xff" + sound[at + 8 :]
    yield "a fragment of four gigabytes", sound[: at + 12] + b"\xf0\xff\xff\xff" + sound[at + 16 :]
    yield "a fragment that is no fragment", sound[: at + 8] + b"\0\0\0\0" + sound[at + 12 :]
    yield "fragments without an end", sound[:-8]
    yield "a million empty fragments", sound[: at + 8] + struct.pack("<HHL", 0xFFFE, 0xE000, 0) * 10**6 + sound[-8:]
    yield "more frames than fragments", compressed(jpeg_2000, JPEG2000Lossless, NumberOfFrames=1000)
    yield "a film in the place of a picture", compressed(bytes(1000), UID("1.2.840.10008.1.2.4.102"))


def _jpeg_size(frame: bytes, marker: bytes, size: bytes) -> bytes:
    at = frame.index(b"\xff" + marker) + 5
    return frame[:at] + size + frame[at + len(size) :]


def _more_levels(frame: bytes) -> bytes:
    at = frame.index(b"\xff\x52") + 9  # coding style default, decomposition levels (ISO/IEC 15444-1, A.6.1)
    return frame[:at] + b"\x21" + frame[at + 1 :]


def _predictor(frame: bytes, predictor: int) -> bytes:
    at = frame.index(b"\xff\xda") + 7  # start of scan, Ss (ISO/IEC 10918-1, B.2.3 and H.1)
    return frame[:at] + bytes([predictor]) + frame[at + 1 :]
