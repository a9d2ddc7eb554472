"""Measures of a picture that a computer could tell the classes by without looking at anatomy."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

WINDOW = 512  # the side of the central part that is looked at in full detail
_ROUGHLY = 250_000  # so many pixels are enough for a histogram
_FLAT, _FLAT_PEAK = 0.01, 0.15  # of the picture's range: how far a border line strays from one grey
_LOW, _FINE, _LIMIT = 0.02, 0.25, 0.45  # cycles per pixel
_TINY = 1e-12

Grey = NDArray[np.float32]

# What each measure is, in words for people.
CUES = {
    "border_width": "Width of uniform borders",
    "aspect": "Width divided by height",
    "mean": "Mean grey value",
    "sd": "Spread of grey values",
    "skewness": "Skewness of grey values",
    "kurtosis": "Kurtosis of grey values",
    "levels": "Number of grey levels",
    "high_frequency": "Energy in fine detail",
    "blockiness": "JPEG blocks (8 × 8)",
    "spectrum_slope": "Slope of the radial spectrum",
    "noise": "Noise level",
}


def picture_cues(pixels: NDArray[np.number]) -> dict[str, float]:
    """Measure a picture.

    Grey values are put on a scale of 0 to 1 by the 0.5th and 99.5th percentile for all measures of texture, so that
    these do not depend on the scale; mean and spread are parts of the full range of the values that occur.

    Parameters
    ----------
    pixels : ndarray, shape (rows, columns)
        Grey values on any scale, at least 16 on a side.

    Returns
    -------
    dict of str to float
        One finite number for each key of `CUES`: the widest uniform border as part of the shorter side; moments
        (skewness and excess kurtosis of the histogram); levels as
        log2 of their number; log10 of the part of the power above 0.25 cycles per pixel; blockiness as the log ratio
        of the mean step across 8 × 8 block edges to the mean step elsewhere; the slope of log power over log frequency
        between 0.02 and 0.45 cycles per pixel; noise by Immerkær (CVIU 1996;64:300), log10.

    Examples
    --------
    >>> flat = picture_cues(np.ones((64, 64)))
    >>> flat["levels"], flat["border_width"], flat["aspect"]
    (0.0, 1.0, 1.0)
    """
    grey = np.asarray(pixels, dtype=np.float32)
    rough = grey[:: max(1, math.isqrt(grey.size // _ROUGHLY)), :: max(1, math.isqrt(grey.size // _ROUGHLY))]
    low, high = (float(value) for value in np.percentile(rough, [0.5, 99.5]))
    middle = _middle(grey)
    scaled = (middle - low) / ((high - low) or 1.0)
    return {
        "border_width": _border_width(grey, high - low),
        "aspect": grey.shape[1] / grey.shape[0],
        **_moments(rough),
        "levels": math.log2(len(np.unique(middle))),
        **_spectrum(scaled),
        "blockiness": _blockiness(scaled),
        "noise": _noise(scaled),
    }


def _middle(grey: Grey) -> Grey:
    """Give the central part, cut at multiples of 8 so that blocks stay where they are."""
    rows, columns = grey.shape
    top, left = (max(0, (side - WINDOW) // 2) // 8 * 8 for side in (rows, columns))
    return grey[top : top + WINDOW, left : left + WINDOW]


def _border_width(grey: Grey, extent: float) -> float:
    """Give the widest of the four uniform borders, as part of the shorter side."""
    widths = [_flat_lines(turned, extent) for turned in (grey, grey[::-1], grey.T, grey.T[::-1])]
    return max(widths) / min(grey.shape) if max(widths) < min(grey.shape) else 1.0


def _flat_lines(lines: Grey, extent: float) -> int:
    level = float(np.median(lines[0]))
    for number, line in enumerate(lines):
        strays = np.abs(line - level)
        if strays.mean() > _FLAT * extent or strays.max() > _FLAT_PEAK * extent:
            return number
    return len(lines)


def _moments(grey: Grey) -> dict[str, float]:
    values = grey.ravel().astype(np.float64)
    low, extent = values.min(), float(np.ptp(values)) or 1.0
    unit = (values - low) / extent
    mean, sd = float(unit.mean()), float(unit.std())
    standard = (unit - mean) / (sd or 1.0)
    cubed = standard * standard * standard
    skewness, kurtosis = float(cubed.mean()), float((cubed * standard).mean()) - 3
    return {"mean": mean, "sd": sd, "skewness": skewness, "kurtosis": kurtosis if sd else 0.0}


def _spectrum(scaled: Grey) -> dict[str, float]:
    """Give the part of the power in fine detail, and the slope of the radial spectrum, under a Hann window."""
    window, rings, count = _rings(*scaled.shape)
    power = np.abs(fft.rfft2((scaled - scaled.mean()) * window)) ** 2
    total = np.bincount(rings, power.ravel())
    frequency = (np.arange(len(total)) + 0.5) / 200
    fine = total[frequency > _FINE].sum() / (total[frequency > _LOW].sum() + _TINY)
    fitted = (frequency > _LOW) & (frequency < _LIMIT) & (count > 0)
    density = np.log10(total[fitted] / count[fitted] + _TINY)
    slope = np.polyfit(np.log10(frequency[fitted]), density, 1)[0]
    return {"high_frequency": math.log10(fine + _TINY), "spectrum_slope": float(slope)}


@lru_cache(maxsize=8)
def _rings(rows: int, columns: int) -> tuple[Grey, NDArray[np.int64], NDArray[np.int64]]:
    """Give the Hann window, the ring of each frequency (1/200 cycle per pixel wide), and the frequencies in each."""
    window = np.outer(np.hanning(rows), np.hanning(columns)).astype(np.float32)
    radius = np.hypot(fft.fftfreq(rows)[:, None], fft.rfftfreq(columns)[None])
    rings = (radius * 200).astype(np.int64).ravel()
    return window, rings, np.bincount(rings)


def _blockiness(scaled: Grey) -> float:
    """Give the mean step across block edges over the mean step elsewhere, log10; both directions together."""
    at_edges, elsewhere = [], []
    for turned in (scaled, scaled.T):
        steps = np.abs(np.diff(turned, axis=0)).mean(axis=1)
        is_edge = np.arange(1, len(steps) + 1) % 8 == 0
        at_edges.append(steps[is_edge].mean())
        elsewhere.append(steps[~is_edge].mean())
    return float(np.log10((np.mean(at_edges) + 1e-6) / (np.mean(elsewhere) + 1e-6)))


def _noise(scaled: Grey) -> float:
    # Second differences in both directions are his mask [[1, −2, 1], [−2, 4, −2], [1, −2, 1]].
    strays = np.abs(np.diff(np.diff(scaled, 2, axis=0), 2, axis=1))
    return math.log10(math.sqrt(math.pi / 2) / 6 * float(strays.mean()) + 1e-6)
