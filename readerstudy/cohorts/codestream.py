"""What a compressed frame says of its own size: a decoder gives it that much memory before it reads any further."""

from __future__ import annotations

import struct

_JPEG_2000 = b"\xff\x4f\xff\x51"  # start of codestream, then image and tile size (ISO/IEC 15444-1, A.4.1 and A.5.1)
_JPEG = b"\xff\xd8"  # start of image (ISO/IEC 10918-1, B.1.1.3)
# Start of frame: all of JPEG's, less the three markers among them that are none, and JPEG-LS's.
_STARTS_OF_FRAME = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}
_START_OF_SCAN = 0xDA


def matrix_of(frame: bytes) -> tuple[int, int] | None:
    """Give the rows and columns that a JPEG, JPEG-LS or JPEG 2000 frame declares.

    Returns
    -------
    tuple of int, or None
        None for a frame that is none of these or whose head is damaged.
    """
    try:
        if frame.startswith(_JPEG):
            return _jpeg_matrix(frame)
        start = frame.find(_JPEG_2000)  # a JP2 file wraps its codestream in boxes
        return _jpeg_2000_matrix(frame, start) if start >= 0 else None
    except struct.error:
        return None


def _jpeg_2000_matrix(frame: bytes, start: int) -> tuple[int, int]:
    right, bottom, left, top = struct.unpack_from(">4L", frame, start + 8)
    return bottom - top, right - left


def _jpeg_matrix(frame: bytes) -> tuple[int, int] | None:
    position = len(_JPEG)
    while True:
        prefix, marker, length = struct.unpack_from(">BBH", frame, position)
        if prefix != 0xFF or marker == _START_OF_SCAN:
            return None
        if marker in _STARTS_OF_FRAME:
            rows, columns = struct.unpack_from(">HH", frame, position + 5)
            return rows, columns
        # A fill byte stands alone; everything else before the scan is a segment with its length.
        position += 1 if marker == 0xFF else 2 + length
