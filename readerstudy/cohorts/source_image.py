"""What a source file turns into before it is harmonised, and how one is refused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Generous for radiographs (the largest mammograms have about 30 million pixels), small for a machine's memory.
MAX_BYTES = 256 * 2**20
MAX_PIXELS = 64 * 10**6
MAX_SIDE = 20_000
MIN_SIDE = 16
MAX_ASPECT = 8
_ROWS_AT_ONCE = 256


class RejectedImageError(Exception):
    """One file cannot become a case; the message completes a sentence that begins with the file's name."""


@dataclass(frozen=True)
class SourceImage:
    """A decoded file.

    Attributes
    ----------
    pixels : ndarray of float32, shape (rows, columns)
        Grey values as acquired, on any scale (a modality LUT or rescale applied); bright is dense (bone).
    format : str
        `DICOM`, `PNG`, `JPEG`, `TIFF` or `WebP`.
    bits : int
        Bits per sample that the file stores.
    displayed : ndarray of float32, shape (rows, columns), optional
        The same after the VOI LUT or window that the file brings along; None where it brings none.
    spacing : tuple of float, optional
        Millimetres between rows and between columns, where the file says so.
    aspect : float
        Height of a pixel divided by its width.
    overlays : int
        Overlay planes of the file; none of them is burned in.
    """

    pixels: NDArray[np.float32]
    format: str
    bits: int
    displayed: NDArray[np.float32] | None = None
    spacing: tuple[float, float] | None = None
    aspect: float = 1.0
    overlays: int = 0

    @property
    def rows(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])

    @property
    def columns(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @cached_property
    def pixel_digest(self) -> str:
        """SHA-256 of the matrix and the grey values, whatever file they came in."""
        digest = hashlib.sha256(f"{self.rows}x{self.columns}:".encode())
        for top in range(0, self.rows, _ROWS_AT_ONCE):
            # Adding zero makes a negative zero, which a rescale can leave, equal to zero in its bytes too.
            values = np.ascontiguousarray(self.pixels[top : top + _ROWS_AT_ONCE], dtype="<f4") + np.float32(0)
            digest.update(values.data)
        return digest.hexdigest()


def check_matrix(rows: int, columns: int) -> None:
    """Refuse a matrix that no radiograph has, before any memory is given to it.

    Raises
    ------
    RejectedImageError
        No pixels at all, fewer than 16 on a side, or more than memory should hold.
    """
    size = f"{columns} × {rows}"
    if rows <= 0 or columns <= 0:
        raise RejectedImageError(f"has no pixels ({size})")
    if min(rows, columns) < MIN_SIDE:
        raise RejectedImageError(f"is too small to be read: {size} pixels, and each side needs {MIN_SIDE}")
    if max(rows, columns) > MAX_SIDE or rows * columns > MAX_PIXELS:
        raise RejectedImageError(
            f"is too large: {size} pixels; up to {MAX_SIDE:,} on a side and {MAX_PIXELS:,} in all are accepted"
        )


def check_frame(chosen: int | None, frames: int) -> int:
    """Give the frame to take, counted from 1.

    Raises
    ------
    RejectedImageError
        There are several and none was named, or there is no such frame.
    """
    if chosen is None and frames > 1:
        raise RejectedImageError(f"has {frames} frames: name the one that you want, as in file.dcm#3")
    if chosen is not None and not 1 <= chosen <= frames:
        raise RejectedImageError(f"has no frame {chosen}: it has {frames}")
    return chosen or 1


def checked_aspect(aspect: float) -> float:
    """Give the height of a pixel divided by its width back, if a picture can be made of such pixels.

    Raises
    ------
    RejectedImageError
        Pixels are far from square: stretching them would make an absurd picture.
    """
    if not 1 / MAX_ASPECT <= aspect <= MAX_ASPECT:
        raise RejectedImageError(f"has pixels that are {aspect:.3g} times as high as wide: its spacing is wrong")
    return aspect


def luma(red: NDArray[np.generic], green: NDArray[np.generic], blue: NDArray[np.generic]) -> NDArray[np.float32]:
    """Turn colour into grey (ITU-R BT.601 weights in 1/65536, so that equal channels stay exactly as they are)."""
    grey = np.empty(red.shape, np.float32)
    # The weights add up to 65536, so that 16 bits just fit into 32.
    wide: np.dtype[Any] = np.dtype(np.uint32 if red.dtype.kind == "u" and red.dtype.itemsize <= 2 else np.int64)
    for top in range(0, len(grey), _ROWS_AT_ONCE):
        rows = slice(top, top + _ROWS_AT_ONCE)  # whole images in so wide a type would take a gigabyte
        weighted = red[rows].astype(wide) * 19595 + green[rows].astype(wide) * 38470
        grey[rows] = (weighted + blue[rows].astype(wide) * 7471 + 0x8000) >> 16
    return grey
