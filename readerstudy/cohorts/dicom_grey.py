"""From stored values to grey values: the pipeline of PS3.4, N.2, as acquired and as the file wants to be displayed.

Every step is a function of one stored value, so that steps are computed for each value that can be stored and then
looked up: exact, quick, and without large arrays in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut

from readerstudy.cohorts.source_image import RejectedImageError, luma

Grey = NDArray[np.float32]
Values = NDArray[np.float64]
Step = Callable[[Values], Values]

_ROWS_AT_ONCE = 256


def grey(stored: NDArray[np.generic], photometric: str, dataset: Dataset) -> tuple[Grey, Grey | None]:
    """Give the grey values as acquired, and after the VOI LUT or window if the file has one; bright is dense in both.

    Parameters
    ----------
    stored : ndarray, shape (rows, columns) or (rows, columns, 3)
        As `stored_values` gives them.
    photometric : str
        How to read them.
    dataset : Dataset
        Image Pixel, Modality LUT, VOI LUT and Presentation LUT modules.

    Raises
    ------
    RejectedImageError
        A table makes no sense, or grey values are no finite numbers.
    """
    if stored.ndim == 3:
        pixels = (
            stored[..., 0].astype(np.float32) if photometric.startswith("YBR") else luma(*np.moveaxis(stored, 2, 0))
        )
        return pixels, None
    if photometric == "PALETTE COLOR":
        return _mapped(stored, _palette(dataset, stored.dtype)), None
    modality, display = _modality(dataset), _display(dataset)
    turned = photometric == "MONOCHROME1" or dataset.get("PresentationLUTShape") == "INVERSE"
    pixels = _finite(_mapped(stored, _then(modality.apply, modality.turn if turned else None)))
    if display is None:
        return pixels, None
    shown = _then(modality.apply, display.apply, display.turn if turned else None)
    return pixels, _finite(_mapped(stored, shown))


class _Transform(NamedTuple):
    """A step, and the one that inverts what it gives: its lowest value becomes its highest.

    Inverting depends on the attributes alone, so that a file and its inverted twin have the same pixels.
    """

    apply: Step
    turn: Step


def _then(*steps: Step | None) -> Step:
    def apply(values: Values) -> Values:
        for step in steps:
            values = values if step is None else step(values)
        return values

    return apply


def _turn_about(total: float) -> Step:
    return lambda values: total - values


def _mapped(stored: NDArray[np.generic], step: Step) -> Grey:
    mapped = np.empty(stored.shape, np.float32)
    # What does not fit 32 bits becomes infinite here, and is refused once for the whole image.
    with np.errstate(all="ignore"):
        table = _table(stored.dtype, step) if stored.dtype.itemsize <= 2 else None
        for top in range(0, len(stored), _ROWS_AT_ONCE):
            rows = slice(top, top + _ROWS_AT_ONCE)
            if table is None:
                mapped[rows] = step(stored[rows].astype(np.float64))
            else:
                mapped[rows] = table[stored[rows].view(f"u{stored.dtype.itemsize}")]
    return mapped


def _table(dtype: np.dtype[np.generic], step: Step) -> Grey:
    """Give what a step makes of every value of a type, by its bits."""
    every = np.arange(2 ** (8 * dtype.itemsize), dtype=f"u{dtype.itemsize}").view(dtype)
    return step(every.astype(np.float64)).astype(np.float32)


def _finite(values: Grey) -> Grey:
    # Minimum and maximum find every NaN and infinity without an array of marks.
    if not np.isfinite([values.min(), values.max()]).all():
        raise RejectedImageError("has grey values that are no finite numbers: its rescale attributes are wrong")
    return values


def _modality(dataset: Dataset) -> _Transform:
    """Modality LUT or rescale (PS3.3, C.11.1)."""
    if items := dataset.get("ModalityLUTSequence"):
        return _look_up(items[0], dataset)
    slope, intercept = float(dataset.get("RescaleSlope") or 1), float(dataset.get("RescaleIntercept") or 0)
    stored = -1 if dataset.PixelRepresentation else 2 ** int(dataset.BitsStored) - 1
    return _Transform(lambda values: values * slope + intercept, _turn_about(slope * stored + 2 * intercept))


def _display(dataset: Dataset) -> _Transform | None:
    """VOI LUT, or the first window; one that makes no sense is none (PS3.3, C.11.2)."""
    if items := dataset.get("VOILUTSequence"):
        return _look_up(items[0], dataset)
    centre, width = _first(dataset, "WindowCenter"), _first(dataset, "WindowWidth")
    if centre is None or width is None or not np.isfinite([centre, width]).all():
        return None
    window = _window(str(dataset.get("VOILUTFunction") or "LINEAR"), centre, width)
    if window is None:
        return None
    highest = 2.0 ** int(dataset.BitsStored) - 1
    return _Transform(lambda values: window(values) * highest, _turn_about(highest))


def _first(dataset: Dataset, keyword: str) -> float | None:
    element = dataset.get_item(keyword) and dataset[keyword]
    if not element or element.is_empty:
        return None
    return float(element.value[0] if element.VM > 1 else element.value)


def _window(function: str, centre: float, width: float) -> Step | None:
    """Give the function from grey values to 0–1 (PS3.3, C.11.2.1.2.1, C.11.2.1.3.1 and C.11.2.1.3.2)."""
    if function == "SIGMOID" and width > 0:
        return lambda values: 1 / (1 + np.exp(-4 * (values - centre) / width))
    if function == "LINEAR_EXACT" and width > 0:
        return lambda values: np.clip((values - centre) / width + 0.5, 0, 1)
    if function == "LINEAR" and width == 1:
        return lambda values: (values > centre - 0.5).astype(np.float64)
    if function == "LINEAR" and width > 1:
        return lambda values: np.clip((values - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)
    return None


def _look_up(item: Dataset, dataset: Dataset) -> _Transform:
    """Read a lookup table (PS3.3, C.11.1.1 and C.11.2.1.1); values before and after it get its first and last entry."""
    count, first, bits = (int(number) for number in item.LUTDescriptor)
    count = count or 65536
    first = first - 65536 if dataset.PixelRepresentation and first > 32767 else first
    if not 1 <= bits <= 16:
        raise RejectedImageError(f"has a lookup table of {bits} bits, which is not supported")
    table = _entries(item, dataset, count)
    if len(table) != count:
        raise RejectedImageError(f"has a lookup table of {len(table):,} entries that says it has {count:,}")

    def apply(values: Values) -> Values:
        # A NaN has no place in a table; it stays one, and is found at the end.
        places = np.clip(np.rint(values) - first, 0, count - 1)
        return np.where(np.isnan(places), np.nan, table[np.nan_to_num(places).astype(np.intp)])

    return _Transform(apply, _turn_about(float(table.min() + table.max())))


def _entries(item: Dataset, dataset: Dataset, count: int) -> Values:
    data = item.LUTData
    if not isinstance(data, bytes):
        return np.atleast_1d(np.asarray(data, dtype=np.float64))
    if count <= len(data) <= count + 1 < 2 * count:
        return np.frombuffer(data, np.uint8, count).astype(np.float64)  # two entries of 8 bits to a word
    order = "<" if dataset.file_meta.TransferSyntaxUID.is_little_endian else ">"
    return np.frombuffer(data[: len(data) // 2 * 2], f"{order}u2").astype(np.float64)


def _palette(dataset: Dataset, dtype: np.dtype[np.generic]) -> Step:
    """Give the luma of each palette entry (PS3.3, C.7.6.3.1.5)."""

    def apply(values: Values) -> Values:
        colour = apply_color_lut(values.astype(dtype), dataset)
        return luma(colour[..., 0], colour[..., 1], colour[..., 2]).astype(np.float64)

    return apply
