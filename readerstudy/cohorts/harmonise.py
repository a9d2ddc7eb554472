"""From a decoded image to a presentation image: one matrix, one bit depth, one grey range for every case."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from readerstudy.cohorts.profiles import DEFAULT_PROFILE, PresentationProfile
from readerstudy.cohorts.source_image import MIN_SIDE, RejectedImageError, SourceImage, check_matrix

Grey = NDArray[np.float32]
# Presented grey values: one byte each, or two.
Presented = NDArray[np.uint8] | NDArray[np.uint16]
# Left, top, width and height, in source pixels.
Rectangle = tuple[int, int, int, int]

# Detectors with unlike rows and columns differ by a factor of two or so.
MOST_ASPECT = 10.0
# Millimetres between pixel centres: from micrographs of specimens to thumbnails of whole bodies.
LEAST_SPACING, MOST_SPACING = 0.005, 10.0


def present(image: SourceImage, profile: PresentationProfile, blackouts: Sequence[Rectangle] = ()) -> Presented:
    """Make the presentation image; the same input gives the same bytes, always and everywhere.

    In this order: black-outs, square pixels, uniform borders off, the profile's spacing or its cut, its matrix by an
    antialiasing filter, its grey range, bars, JPEG. Without normalisation integers stay exactly what they are; an
    image with negative values is lifted as a whole until its lowest is 0, and what the bits cannot hold is clipped.

    Parameters
    ----------
    image : SourceImage
        The decoded file.
    profile : PresentationProfile
        The recipe.
    blackouts : sequence of (x, y, width, height), optional
        Rectangles in source pixels that are filled with the picture's darkest value before all else.

    Returns
    -------
    ndarray of uint8 or uint16 (more than 8 bits), shape (rows, columns)
        (side, side) unless the profile keeps the image's own matrix.

    Raises
    ------
    RejectedImageError
        The image is uniform, hardly anything of it is left without its borders, or it lacks the spacing that the
        profile needs.
    """
    pixels = _blacked_out(_source_of(image, profile), blackouts)
    if pixels.min() == pixels.max():
        raise RejectedImageError("is uniform: every pixel has the same grey value")
    pixels = _with_square_pixels(pixels, image.aspect) if profile.spacing is None else pixels
    if profile.crop_borders:
        pixels = crop_uniform_borders(pixels, profile)
    if profile.spacing is not None:
        pixels = _at_spacing(pixels, image.spacing, profile.spacing)
    if profile.fit == "square":
        pixels = centre_square(pixels) if profile.spacing is None else _centre(pixels, profile.side)
    if min(pixels.shape) < MIN_SIDE or pixels.min() == pixels.max():
        raise RejectedImageError("is almost uniform: nothing is left of it without its borders")
    presented = _on_canvas(_graded(_resampled(pixels, profile), profile), profile)
    return presented if profile.jpeg_quality is None else _through_jpeg(presented, profile.jpeg_quality)


def frame_bytes(presented: Presented, profile: PresentationProfile) -> bytes:
    """Give a presentation image as it travels: little-endian grey values row by row, or an HTJ2K codestream.

    The codestream (ISO/IEC 15444-15) is reversible; its length depends on the picture, so that it is padded to the
    cohort's longest when it is served.
    """
    if profile.transfer == "htj2k":
        return bytes(imagecodecs.htj2k_encode(presented, reversible=True))
    return presented.astype(presented.dtype.newbyteorder("<"), copy=False).tobytes()


def _source_of(image: SourceImage, profile: PresentationProfile) -> Grey:
    """Give the grey values to start from; a window of the file that leaves nothing to see is passed over."""
    shown = image.displayed if profile.display else None
    return image.pixels if shown is None or shown.min() == shown.max() else shown


def _blacked_out(pixels: Grey, blackouts: Sequence[Rectangle]) -> Grey:
    if not blackouts:
        return pixels
    darkest, pixels = pixels.min(), pixels.copy()
    for x, y, width, height in blackouts:
        pixels[y : y + height, x : x + width] = darkest
    return pixels


def _with_square_pixels(pixels: Grey, aspect: float) -> Grey:
    """Stretch the axis that has too few pixels; nothing is shrunk, so that no detail is lost."""
    rows, columns = pixels.shape
    if not 1 / MOST_ASPECT <= aspect <= MOST_ASPECT:
        raise RejectedImageError(f"has pixels {aspect:g} times as high as wide, which no radiograph has")
    if round(rows * aspect) == rows:
        return pixels
    return _resized(pixels, round(rows * max(aspect, 1)), round(columns / min(aspect, 1)))


def _at_spacing(pixels: Grey, own: tuple[float, float] | None, wanted: float) -> Grey:
    if own is None:
        raise RejectedImageError("does not say the spacing of its pixels, which this cohort's profile resamples to one")
    if not all(LEAST_SPACING <= each <= MOST_SPACING for each in own):
        raise RejectedImageError(f"has a spacing of {own[0]:g} × {own[1]:g} mm between pixels, which no radiograph has")
    rows, columns = (round(length * each / wanted) for length, each in zip(pixels.shape, own, strict=True))
    return _resized(pixels, rows, columns)


def _resized(pixels: Grey, rows: int, columns: int) -> Grey:
    """Resample with an antialiasing filter (Lanczos, three lobes)."""
    if (rows, columns) == pixels.shape:
        return pixels
    check_matrix(rows, columns)
    return np.asarray(Image.fromarray(pixels).resize((columns, rows), Image.Resampling.LANCZOS))


def crop_uniform_borders(pixels: Grey, profile: PresentationProfile = DEFAULT_PROFILE) -> Grey:
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
    return _centre(pixels, min(pixels.shape))


def _centre(pixels: Grey, side: int) -> Grey:
    """Cut off what lies beyond a square of this side around the centre."""
    rows, columns = pixels.shape
    top, left = max(rows - side, 0) // 2, max(columns - side, 0) // 2
    return pixels[top : top + side, left : left + side]


def _resampled(pixels: Grey, profile: PresentationProfile) -> Grey:
    """Bring the image to its place in the matrix, through a coarser one if the profile says so."""
    rows, columns = _final_size(pixels, profile)
    if profile.resample_side is not None:
        scale = profile.resample_side / max(rows, columns)
        pixels = _resized(pixels, max(round(rows * scale), 1), max(round(columns * scale), 1))
    return _resized(pixels, rows, columns)


def _final_size(pixels: Grey, profile: PresentationProfile) -> tuple[int, int]:
    rows, columns = pixels.shape
    longest = max(rows, columns)
    if profile.fit == "own" or (profile.spacing is not None and longest <= profile.side):
        return rows, columns
    if profile.spacing is not None:
        raise RejectedImageError(f"is too long to be shown whole: {longest} pixels at the profile's spacing")
    return max(round(rows * profile.side / longest), 1), max(round(columns * profile.side / longest), 1)


def _graded(pixels: Grey, profile: PresentationProfile) -> Presented:
    """Turn grey values into whole numbers of the profile's bits."""
    top, kind = 2**profile.bits - 1, np.uint8 if profile.bits == 8 else np.uint16
    # Lifting keeps integers exact: float32 holds every one up to 2^24. In place, as images of 60 million pixels come.
    values = _spread(pixels, profile, top) if profile.normalise else pixels - min(np.floor(pixels.min()), np.float32(0))
    np.rint(np.clip(values, 0, top, out=values), out=values)
    presented: NDArray[Any] = values.astype(kind)
    return presented


def _spread(pixels: Grey, profile: PresentationProfile, top: int) -> NDArray[Any]:
    low, high = np.percentile(pixels, [profile.darkest, profile.brightest])
    if low == high:
        low, high = pixels.min(), pixels.max()
    values = pixels.astype(np.float64)
    values -= low
    values /= float(high) - float(low)
    values *= top
    return values


def _on_canvas(presented: Presented, profile: PresentationProfile) -> Presented:
    """Add bars of the picture's darkest value around what does not fill the matrix."""
    if profile.fit == "own" or presented.shape == (profile.side, profile.side):
        return presented
    canvas: NDArray[Any] = np.full((profile.side, profile.side), presented.min(), presented.dtype)
    top, left = ((profile.side - length) // 2 for length in presented.shape)
    canvas[top : top + presented.shape[0], left : left + presented.shape[1]] = presented
    return canvas


def _through_jpeg(presented: Presented, quality: int) -> Presented:
    compressed = BytesIO()
    Image.fromarray(presented).save(compressed, "JPEG", quality=quality)
    return np.array(Image.open(compressed))
