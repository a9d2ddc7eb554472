"""Files that are made to do harm, by the dozen: each names one way in which a decoder or a parser can be led astray."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import imagecodecs
import numpy as np
from PIL import Image, PngImagePlugin
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


def hostile_files() -> dict[str, bytes]:
    """Give every file by the name of what it does."""
    return dict([*_pictures(), *_tiffs(), *_headers(), *_attributes(), *_tables(), *_frames(), *_truncated()])


def compressed(frame: bytes, syntax: UID, **attributes: Any) -> bytes:
    """Put a compressed frame into a DICOM file."""
    dataset = dicom_dataset(PICTURE, PixelData=encapsulate([frame]), **attributes)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset["PixelData"].is_undefined_length = True
    return dicom_bytes(dataset)


# Pictures


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def _png(
    columns: int, rows: int, pixels: bytes, *, before: bytes = b"", depth: int = 8, colour: int = 0, interlace: int = 0
) -> bytes:
    head = struct.pack(">LLBBBBB", columns, rows, depth, colour, 0, 0, interlace)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + before + _chunk(b"IDAT", zlib.compress(pixels, 9))
        + _chunk(b"IEND", b"")
    )  # fmt: skip


def _pictures() -> Iterator[tuple[str, bytes]]:
    plain = bytes(65 * 64)
    yield "PNG bomb: 20,000 × 20,000 of one colour", _png(20_000, 20_000, bytes(10**6))
    yield "PNG bomb: 8,000 × 8,000 in colour with alpha", _png(8000, 8000, bytes(32_001 * 8000), colour=6)
    yield "PNG bomb: two thousand million rows", _png(64, 2**31 - 1, plain)
    yield "PNG that inflates to a gigabyte for 64 × 64 pixels", _png(64, 64, bytes(2**30))
    yield "PNG of zero columns", _png(0, 64, plain)
    yield "PNG of a depth that does not exist", _png(64, 64, plain, depth=7)
    yield "PNG of a colour type that does not exist", _png(64, 64, plain, colour=5)
    yield "PNG with a palette that is not there", _png(64, 64, plain, colour=3)
    yield (
        "PNG with a palette of two colours and pixels beyond it",
        _png(64, 64, b"\xff" * len(plain), colour=3, before=_chunk(b"PLTE", bytes(6))),
    )
    yield "PNG with a palette of half a colour", _png(64, 64, plain, colour=3, before=_chunk(b"PLTE", bytes(5)))
    yield "PNG interlaced in a way that does not exist", _png(64, 64, plain, interlace=9)
    yield "PNG with a million chunks", _png(64, 64, plain, before=_chunk(b"teXt", b"") * 10**6)
    yield (
        "PNG with a text that inflates to a gigabyte",
        _png(64, 64, plain, before=_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(2**30), 9))),
    )
    yield (
        "PNG with a hundred texts that inflate to ten megabytes",
        _png(64, 64, plain, before=_chunk(b"iTXt", b"k\0\1\0\0\0" + zlib.compress(bytes(10 * 2**20), 9)) * 100),
    )
    yield (
        "PNG with a colour profile that inflates to a gigabyte",
        _png(64, 64, plain, before=_chunk(b"iCCP", b"k\0\0" + zlib.compress(bytes(2**30), 9))),
    )
    yield (
        "PNG with a chunk that says it has four gigabytes",
        _png(64, 64, plain).replace(struct.pack(">L", 0) + b"IEND", b"\xff\xff\xff\xffIEND"),
    )
    yield (
        "PNG with a chunk that says it has less than nothing",
        _png(64, 64, plain).replace(b"\0\0\0\0IEND", b"\x80\0\0\0IEND"),
    )
    yield (
        "PNG with an animation of four thousand million frames",
        _png(64, 64, plain, before=_chunk(b"acTL", struct.pack(">LL", 2**32 - 1, 0))),
    )
    yield "PNG whose EXIF points at itself", as_file(PICTURE, exif=_exif_ring())
    yield "JPEG whose EXIF points at itself", as_file(PICTURE, "JPEG", exif=_exif_ring())
    yield "WebP whose EXIF points at itself", as_file(PICTURE, "WebP", exif=_exif_ring())
    jpeg = as_file(PICTURE, "JPEG")
    at = jpeg.index(b"\xff\xc0")
    yield "JPEG that says it has 65,535 × 65,535 pixels", jpeg[: at + 5] + b"\xff" * 4 + jpeg[at + 9 :]
    yield (
        "JPEG that says it has 19,000 × 3,000 pixels",
        (jpeg[: at + 5] + struct.pack(">HH", 3000, 19_000) + jpeg[at + 9 :]),
    )
    yield "JPEG of 255 components", jpeg[: at + 9] + b"\xff" + jpeg[at + 10 :]
    yield "JPEG without Huffman tables", jpeg.replace(b"\xff\xc4", b"\xff\xfe")
    yield "JPEG with a segment of no length", jpeg[:2] + b"\xff\xe1\0\0" + jpeg[2:]
    yield "JPEG of fill bytes", b"\xff\xd8" + b"\xff" * 10**6
    yield "JPEG of a thousand scans", _many_scans()
    yield (
        "JPEG with a colour profile in too many parts",
        (jpeg[:2] + b"".join(b"\xff\xe2\0\x12ICC_PROFILE\0" + bytes([part, 255]) for part in range(255)) + jpeg[2:]),
    )
    webp = as_file(PICTURE, "WebP")
    yield "WebP that says it has 16,383 × 16,383 pixels", webp[:26] + b"\xff\x3f\xff\x3f" + webp[30:]
    yield "WebP without anything in it", webp[:12]
    yield "WebP that says it has four gigabytes", webp[:4] + b"\xff" * 4 + webp[8:]
    yield (
        "WebP with a canvas of 16,777,216 columns",
        (b"RIFF\xff\xff\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0" + b"\xff" * 6 + b"ANIM\x06\0\0\0" + bytes(6)),
    )
    yield "polyglot: a DICOM preamble that begins a TIFF", b"II*\0" + dicom_file(PICTURE)[4:]
    yield "polyglot: a PNG with a DICOM file behind it", as_file(PICTURE) + dicom_file(PICTURE)


def _exif_ring() -> bytes:
    """A directory whose EXIF and GPS parts are itself (TIFF 6.0, section 2; JEITA CP-3451, 4.6.3)."""
    entries = struct.pack("<HHHLL", 2, 0x8769, 4, 1, 8) + struct.pack("<HHLL", 0x8825, 4, 1, 8)
    return b"Exif\0\0II*\0\x08\0\0\0" + entries + struct.pack("<L", 8)


def _many_scans() -> bytes:
    jpeg = as_file(PICTURE, "JPEG", progressive=True)
    at = jpeg.index(b"\xff\xda")
    return jpeg[:at] + jpeg[at:-2] * 1000 + b"\xff\xd9"


def _tiff(entries: dict[int, tuple[int, int, int]], data: bytes = bytes(4096), following: int = 0) -> bytes:
    """Write a TIFF file: tag to type, count, value; the data begin at byte 8."""
    usual = {256: (4, 1, 64), 257: (4, 1, 64), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 1), 273: (4, 1, 8),
             278: (4, 1, 64), 279: (4, 1, 4096)}  # fmt: skip
    rows = sorted((usual | entries).items())
    directory = struct.pack("<H", len(rows)) + b"".join(struct.pack("<HHLL", tag, *row) for tag, row in rows)
    return b"II*\0" + struct.pack("<L", 8 + len(data)) + data + directory + struct.pack("<L", following)


def _tiffs() -> Iterator[tuple[str, bytes]]:
    yield "TIFF bomb: 60,000 × 60,000 in one strip", _tiff({256: (4, 1, 60_000), 257: (4, 1, 60_000)})
    yield (
        "TIFF bomb: 8,000 × 8,000 deflated",
        _tiff(
            {256: (4, 1, 8000), 257: (4, 1, 8000), 278: (4, 1, 8000), 259: (3, 1, 8), 279: (4, 1, 62_000)},
            zlib.compress(bytes(64 * 10**6), 9).ljust(62_500, b"\0"),
        ),
    )
    yield (
        "TIFF that inflates to far more than it says",
        _tiff({259: (3, 1, 8), 279: (4, 1, 10**6)}, zlib.compress(bytes(2**30), 9)),
    )
    yield "TIFF whose pages run in a ring", _tiff({}, following=8 + 4096)
    yield "TIFF whose page begins outside", b"II*\0\xff\xff\xff\x7f" + bytes(100)
    yield "TIFF with a tag of four thousand million values", _tiff({279: (4, 2**32 - 1, 8), 273: (4, 2**32 - 1, 8)})
    yield "TIFF with a strip outside the file", _tiff({273: (4, 1, 2**31)})
    yield "TIFF with a strip that overlaps its own directory", _tiff({273: (4, 1, 4100), 279: (4, 1, 2**31)})
    yield "TIFF with tiles of nothing", _tiff({322: (4, 1, 0), 323: (4, 1, 0), 324: (4, 1, 8), 325: (4, 1, 4096)})
    yield (
        "TIFF with tiles of 2³¹ columns",
        _tiff({322: (4, 1, 2**31), 323: (4, 1, 16), 324: (4, 1, 8), 325: (4, 1, 4096)}),
    )
    yield "TIFF of 65,535 samples", _tiff({277: (3, 1, 65_535)})
    yield "TIFF of 65,535 bits", _tiff({258: (3, 1, 65_535)})
    yield "TIFF of no bits", _tiff({258: (3, 1, 0)})
    yield "TIFF with rows to a strip of nothing", _tiff({278: (4, 1, 0)})
    yield "TIFF with a compression that does not exist", _tiff({259: (3, 1, 60_000)})
    yield "TIFF of LZW codes that refer to nothing", _tiff({259: (3, 1, 5)}, b"\xff" * 4096)
    yield "TIFF of old-style JPEG without a JPEG", _tiff({259: (3, 1, 6)})
    yield (
        "TIFF of numbers that are none",
        _tiff({258: (3, 1, 32), 339: (3, 1, 3), 279: (4, 1, 16_384)}, b"\xff" * 16_384),
    )
    yield "BigTIFF whose page begins outside", b"II+\0\x08\0\0\0" + b"\xff" * 8
    yield (
        "TIFF of a directory of 65,535 entries",
        b"II*\0\x08\0\0\0\xff\xff" + struct.pack("<HHLL", 1, 1, 1, 1) * 65_535,
    )


# DICOM


def _inserted(elements: bytes, before: bytes = _SOP_CLASS) -> bytes:
    data = dicom_file(PICTURE)
    at = data.index(before)
    return data[:at] + elements + data[at:]


def _headers() -> Iterator[tuple[str, bytes]]:
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


def _attributes() -> Iterator[tuple[str, bytes]]:
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


def _lut(keyword: str, descriptor: list[int], data: bytes, **attributes: Any) -> bytes:
    item = Dataset()
    item.LUTDescriptor, item.LUTData = descriptor, data
    item["LUTDescriptor"].VR, item["LUTData"].VR = "US", "OW"
    return _with(keyword, Sequence([item]), **attributes)


def _with(keyword: str, items: Sequence, **attributes: Any) -> bytes:
    return dicom_file(DEEP, **(attributes | {keyword: items}))


def _tables() -> Iterator[tuple[str, bytes]]:
    for keyword, name in (("ModalityLUTSequence", "modality"), ("VOILUTSequence", "VOI")):
        yield f"{name} table that says it has more entries", _lut(keyword, [4096, 0, 16], bytes(16))
        yield f"{name} table without entries", _lut(keyword, [4096, 0, 16], b"")
        yield f"{name} table of 65,535 bits", _lut(keyword, [8, 0, 65_535], bytes(16))
        yield f"{name} table that begins beyond every value", _lut(keyword, [8, 65_535, 16], bytes(range(16)))
        yield f"{name} table described by one number", _lut(keyword, [8], bytes(16))
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


def _frames() -> Iterator[tuple[str, bytes]]:
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
        "JPEG": as_file(colour, "JPEG", exif=_exif_ring()),
        "JPEG progressive": as_file(grey, "JPEG", progressive=True),
        "TIFF": as_file(grey, "TIFF", save_all=True, append_images=[grey]),
        "TIFF LZW": as_file(grey, "TIFF", compression="tiff_lzw"),
        "WebP": as_file(colour, "WebP"),
        "WebP lossless": as_file(colour, "WebP", lossless=True),
        "DICOM": dicom_file(DEEP, WindowCenter="1000", WindowWidth="500", PixelSpacing=["0.1", "0.1"]),
        "DICOM implicit": dicom_file(PICTURE, syntax=ImplicitVRLittleEndian, RescaleSlope="2", RescaleIntercept="-5"),
        "DICOM VOI table": _lut("VOILUTSequence", [4096, 0, 12], np.arange(4096, dtype="<u2").tobytes()),
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
