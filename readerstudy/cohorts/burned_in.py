"""Where a radiograph may have writing burned into its pixels: rectangles for a person to look at, nothing more.

Writing has thin strokes with sharp edges that stand out from what lies behind them, in signs of like height beside each
other. No text is read. Lead markers of the side are found as well, as they should be: they may tell a hospital.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from readerstudy.cohorts.source_image import SourceImage

Bytes = NDArray[np.uint8]
# x, y, width, height in source pixels.
Rectangle = list[int]

MOST_CANDIDATES = 50
_LONGEST_SIDE = 1280
_MOST_PIECES = 20_000
# Grey levels of 255 by which a stroke stands out from its surroundings, and by which its rim rises within 3 pixels.
_CONTRAST, _SHARPNESS = 64, 76
# A sign standing alone must be sharper, larger and less filled, as many a bright spot is no sign.
_SHARPNESS_ALONE, _HEIGHT_ALONE, _FILL_ALONE = 115, 8, (0.15, 0.75)
_TALLEST, _WIDEST = 0.09, 0.12


@dataclass(frozen=True)
class _Piece:
    """A connected stroke: its rectangle, the part of it that is filled, and how sharp its rim is."""

    x: int
    y: int
    width: int
    height: int
    fill: float
    sharpness: float

    def continues(self, other: _Piece) -> bool:
        """Whether it can be the next sign of a line after another."""
        taller = max(self.height, other.height)
        offset = abs((self.y + self.height / 2) - (other.y + other.height / 2))
        gap = self.x - (other.x + other.width)
        return offset < 0.6 * taller and gap < 1.2 * taller and 0.4 < self.height / other.height < 2.5

    @property
    def stands_alone(self) -> bool:
        """Whether it looks like a sign even without neighbours."""
        least, most = _FILL_ALONE
        is_sign = self.height >= _HEIGHT_ALONE and self.width >= self.height / 4
        return is_sign and least < self.fill < most and self.sharpness > _SHARPNESS_ALONE


def text_candidates(image: SourceImage) -> list[Rectangle]:
    """Find rectangles that may hold writing, lighter or darker than what is around it.

    Parameters
    ----------
    image : SourceImage
        Its grey values as acquired are looked at: whatever window is set later, the writing is there.

    Returns
    -------
    list of [x, y, width, height]
        In source pixels, at most 50, the largest first.
    """
    grey, scale = _small_grey(image.pixels)
    boxes = [box for bright in (grey, 255 - grey) for line in _lines(_pieces(bright)) for box in [_around(line)]]
    merged = sorted(_merged(boxes), key=lambda box: -box[2] * box[3])[:MOST_CANDIDATES]
    return [_in_source(box, scale, image) for box in merged]


def _small_grey(pixels: NDArray[np.float32]) -> tuple[Bytes, float]:
    """Give the picture in 256 levels, made smaller if it is large, and by how much."""
    scale = min(1.0, _LONGEST_SIDE / max(pixels.shape))
    if scale < 1:
        rows, columns = (max(1, round(side * scale)) for side in pixels.shape)
        pixels = np.asarray(Image.fromarray(pixels).resize((columns, rows), Image.Resampling.BOX))
    low, high = float(pixels.min()), float(pixels.max())
    return ((pixels - low) * (255 / ((high - low) or 1))).astype(np.uint8), scale


def _pieces(bright: Bytes) -> list[_Piece]:
    """Find what is thin, light and sharply bounded."""
    size = max(9, int(max(bright.shape) * 0.02) | 1)
    opened = _extreme(_extreme(bright, size, np.minimum), size, np.maximum)
    strokes = bright - opened > _CONTRAST
    labels, count = ndimage.label(strokes, np.ones((3, 3)))
    if not 0 < count < _MOST_PIECES:
        return []
    rise = _extreme(bright, 3, np.maximum) - _extreme(bright, 3, np.minimum)
    rim = strokes & (_extreme(strokes.view(np.uint8), 3, np.minimum) == 0)
    area = np.bincount(labels.ravel(), minlength=count + 1)
    on_rim = labels[rim]
    length = np.bincount(on_rim, minlength=count + 1).clip(1)
    sharpness = np.bincount(on_rim, weights=rise[rim], minlength=count + 1) / length
    longest = max(bright.shape)
    pieces = []
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        height, width = rows.stop - rows.start, columns.stop - columns.start
        fits = 5 <= height <= _TALLEST * longest and width <= min(_WIDEST * longest, 6 * height)
        if fits and area[number] >= 8 and sharpness[number] >= _SHARPNESS:
            fill = area[number] / (height * width)
            pieces.append(_Piece(columns.start, rows.start, width, height, fill, sharpness[number]))
    return pieces


def _extreme(grey: Bytes, size: int, pick: np.ufunc) -> Bytes:
    """Give the least or greatest value of the square of `size` pixels (odd) around each pixel.

    Windows of doubled length are made of two of half the length, so that a wide one costs little more than a narrow.
    """
    for axis in (0, 1):
        padding = [(size // 2, size // 2) if axis == each else (0, 0) for each in (0, 1)]
        line = np.pad(grey, padding, mode="edge").swapaxes(0, axis)
        reach = 1
        while reach < size:
            step = min(reach, size - reach)
            line = pick(line[:-step], line[step:])
            reach += step
        grey = line.swapaxes(0, axis)
    return grey


def _lines(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Join signs beside each other into lines, and keep those that look like writing."""
    lines: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda piece: (piece.x, piece.y)):
        line = next((line for line in lines if piece.continues(line[-1])), None)
        if line is None:
            lines.append([piece])
        else:
            line.append(piece)
    return [line for line in lines if len(line) > 1 or line[0].stands_alone]


def _around(line: list[_Piece]) -> Rectangle:
    left, top = min(piece.x for piece in line), min(piece.y for piece in line)
    right = max(piece.x + piece.width for piece in line)
    bottom = max(piece.y + piece.height for piece in line)
    return [left, top, right - left, bottom - top]


def _merged(boxes: list[Rectangle]) -> list[Rectangle]:
    """Make one of those that touch, until none do."""
    merged: list[Rectangle] = []
    for box in boxes:
        while touching := next((one for one in merged if _touch(one, box)), None):
            merged.remove(touching)
            box = _union(touching, box)
        merged.append(box)
    return merged


def _touch(one: Rectangle, other: Rectangle) -> bool:
    return all(
        one[axis] <= other[axis] + other[axis + 2] and other[axis] <= one[axis] + one[axis + 2] for axis in (0, 1)
    )


def _union(one: Rectangle, other: Rectangle) -> Rectangle:
    left, top = min(one[0], other[0]), min(one[1], other[1])
    right, bottom = (max(one[axis] + one[axis + 2], other[axis] + other[axis + 2]) for axis in (0, 1))
    return [left, top, right - left, bottom - top]


def _in_source(box: Rectangle, scale: float, image: SourceImage) -> Rectangle:
    """Widen by a pixel on each side, scale back, and stay within the picture."""
    left, top = (max(0, int((at - 1) / scale)) for at in box[:2])
    right = min(image.columns, int(np.ceil((box[0] + box[2] + 1) / scale)))
    bottom = min(image.rows, int(np.ceil((box[1] + box[3] + 1) / scale)))
    return [left, top, right - left, bottom - top]
