"""What a compressed frame says of its own size: a decoder gives it that much memory before it reads any further."""

from __future__ import annotations

import struct
from typing import NamedTuple

from readerstudy.cohorts.source_image import RejectedImageError

_JPEG_2000 = b"\xff\x4f\xff\x51"  # start of codestream, then image and tile size (ISO/IEC 15444-1, A.4.1 and A.5.1)
_JPEG = b"\xff\xd8"  # start of image (ISO/IEC 10918-1, B.1.1.3)
_PADDING = b"\0\xff"  # to an even length; fill bytes may stand before any marker
_END = b"\xff\xd9"  # end of image, and of a codestream
# Start of frame: all of JPEG's, less the three markers among them that are none, and JPEG-LS's.
_STARTS_OF_FRAME = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}
_START_OF_SCAN = 0xDA
# The largest radiographs in tiles of 256 × 256; each tile costs a decoder memory before it holds anything.
_MAX_TILES = 4096
_RLE_HEADER = struct.Struct("<16L")


class FrameSize(NamedTuple):
    """What the head of a frame declares."""

    rows: int
    columns: int
    components: int
    tiles: int = 1


def size_of(frame: bytes) -> FrameSize | None:
    """Read the head of a JPEG, JPEG-LS, JPEG 2000 or HTJ2K frame.

    Returns
    -------
    FrameSize or None
        None for a frame that is none of these or whose head is damaged.
    """
    try:
        if frame.startswith(_JPEG):
            return _jpeg_size(frame)
        start = frame.find(_JPEG_2000)  # a JP2 file wraps its codestream in boxes
        return _jpeg_2000_size(frame, start) if start >= 0 else None
    except (struct.error, ZeroDivisionError):
        return None


def check_codestream(frame: bytes, rows: int, columns: int, components: int) -> None:
    """Refuse a frame that is another image than its header says, before a decoder believes either.

    Raises
    ------
    RejectedImageError
        Its head is damaged or declares another matrix or number of colours, or it breaks off.
    """
    size = size_of(frame)
    if size is None:
        raise RejectedImageError("has pixel data that do not decode: their own head is damaged")
    if (size.rows, size.columns) != (rows, columns):
        raise RejectedImageError(
            f"is damaged: its pixels are {size.columns} × {size.rows}, and its header says otherwise"
        )
    if size.components != components or size.tiles > _MAX_TILES:
        raise RejectedImageError(
            f"is damaged: its pixels have {size.components} colours in {size.tiles} tiles, and its header says other"
        )
    if frame.startswith(_JPEG) and not frame.rstrip(_PADDING).endswith(_END):
        raise RejectedImageError("is truncated: its compressed pixels have no end")


def check_rle(frame: bytes, pixels: int, segments: int) -> None:
    """Refuse a run-length encoded frame (PS3.5, G.3 to G.5) whose segments cannot hold its pixels.

    Raises
    ------
    RejectedImageError
        The number of segments is wrong, or they lie outside the frame, overlap, or are too short for any encoding.
    """
    if len(frame) < _RLE_HEADER.size:
        raise RejectedImageError("is truncated: its run-length encoded pixels have no head")
    count, *offsets = _RLE_HEADER.unpack_from(frame)
    if count != segments:
        raise RejectedImageError(f"is damaged: its pixels have {count} segments, and its header asks for {segments}")
    ends = [*offsets[1:count], len(frame)]
    # Two bytes make at most 128 equal ones.
    if any(end - start < pixels / 64 for start, end in zip(offsets[:count], ends, strict=True)):
        raise RejectedImageError("is truncated: its run-length encoded pixels cannot fill the image")


def _jpeg_2000_size(frame: bytes, start: int) -> FrameSize:
    right, bottom, left, top, tile_width, tile_height, tile_left, tile_top, components = struct.unpack_from(
        ">8LH", frame, start + 8
    )
    tiles = -(-(right - tile_left) // tile_width) * -(-(bottom - tile_top) // tile_height)
    return FrameSize(bottom - top, right - left, components, tiles)


def _jpeg_size(frame: bytes) -> FrameSize | None:
    position = len(_JPEG)
    while True:
        prefix, marker, length = struct.unpack_from(">BBH", frame, position)
        if prefix != 0xFF or marker == _START_OF_SCAN:
            return None
        if marker in _STARTS_OF_FRAME:
            return FrameSize(*struct.unpack_from(">HHB", frame, position + 5))
        # A fill byte stands alone; everything else before the scan is a segment with its length.
        position += 1 if marker == 0xFF else 2 + length
