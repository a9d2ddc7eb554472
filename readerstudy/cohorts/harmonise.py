"""From a decoded image to a presentation image: one matrix, one bit depth, one grey range for every case."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from readerstudy.cohorts.profiles import DEFAULT_PROFILE, PresentationProfile
from readerstudy.cohorts.source_image import MIN_SIDE, RejectedImageError

Grey = NDArray[np.float32]


SQUARE_1024 = DEFAULT_PROFILE


def present(pixels: Grey, profile: PresentationProfile = SQUARE_1024) -> NDArray[np.uint8]:
    """Make the presentation image.

    Uniform borders are cropped, the centre square is cut out, resampled with an antialiasing filter, and its grey
    values are spread robustly over 0–255. Bars added instead of the crop would tell the class by the canvas's shape.

    Parameters
    ----------
    pixels : ndarray of float32, shape (rows, columns)
        Grey values on any scale.

    Returns
    -------
    ndarray of uint8, shape (profile.side, profile.side)

    Raises
    ------
    RejectedImageError
        The image is uniform, or hardly anything of it is left without its borders.
    """
    if pixels.min() == pixels.max():
        raise RejectedImageError("is uniform: every pixel has the same grey value")
    square = centre_square(crop_uniform_borders(pixels, profile))
    if min(square.shape) < MIN_SIDE or square.min() == square.max():
        raise RejectedImageError("is almost uniform: nothing is left of it without its borders")
    resampled = Image.fromarray(square).resize((profile.side, profile.side), Image.Resampling.LANCZOS)
    return _spread(np.asarray(resampled), profile)


def crop_uniform_borders(pixels: Grey, profile: PresentationProfile = SQUARE_1024) -> Grey:
    """Cut off edge lines that hold one grey level (any level) from end to end, and a second such frame within.

    A line that anatomy, a marker or a slanted collimator touches is no border, so nothing is cut into.
    """
    extent = float(np.subtract(*np.percentile(pixels, [99.9, 0.1]))) or float(np.ptp(pixels))
    for _ in range(2):
        top, bottom = _border_widths(pixels, extent, profile)
        pixels = pixels[top : pixels.shape[0] - bottom]
        left, right = _border_widths(pixels.T, extent, profile)
        pixels = pixels[:, left : pixels.shape[1] - right]
    return pixels


def _border_widths(lines: Grey, extent: float, profile: PresentationProfile) -> tuple[int, int]:
    """Count the border lines at the beginning and, of the rest, at the end."""
    first = _border_width(lines, extent, profile)
    return first, _border_width(lines[first:][::-1], extent, profile)


def _border_width(lines: Grey, extent: float, profile: PresentationProfile) -> int:
    if lines.size == 0:
        return 0
    strays = np.abs(lines - np.median(lines[0]))
    is_border = (strays.mean(axis=1) <= profile.border_mean * extent) & (
        strays.max(axis=1) <= profile.border_peak * extent
    )
    return int(is_border.argmin()) if not is_border.all() else len(lines)


def centre_square(pixels: Grey) -> Grey:
    """Cut out the largest square around the centre."""
    rows, columns = pixels.shape
    side = min(rows, columns)
    top, left = (rows - side) // 2, (columns - side) // 2
    return pixels[top : top + side, left : left + side]


def _spread(pixels: Grey, profile: PresentationProfile) -> NDArray[np.uint8]:
    low, high = np.percentile(pixels, [profile.darkest, profile.brightest])
    if low == high:
        low, high = pixels.min(), pixels.max()
    spread: NDArray[np.float64] = (pixels.astype(np.float64) - low) / (float(high) - float(low)) * 255
    presented: NDArray[np.uint8] = np.rint(spread.clip(0, 255)).astype(np.uint8)
    return presented
