"""PNG, JPEG, WebP and TIFF files that are made to do harm."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from tests.readerstudy.cohorts.samples import as_file, dicom_file, radiograph

PICTURE = radiograph(64, 64)


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


def pictures() -> Iterator[tuple[str, bytes]]:
    """PNG, JPEG and WebP files, and files of two kinds at once."""
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
    yield "PNG whose EXIF points at itself", as_file(PICTURE, exif=exif_ring())
    yield "JPEG whose EXIF points at itself", as_file(PICTURE, "JPEG", exif=exif_ring())
    yield "WebP whose EXIF points at itself", as_file(PICTURE, "WebP", exif=exif_ring())
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


def exif_ring() -> bytes:
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


def tiffs() -> Iterator[tuple[str, bytes]]:
    """TIFF files."""
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
