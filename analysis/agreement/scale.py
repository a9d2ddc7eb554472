"""Ratings brought to a size at which squares of any finite numbers are finite and no digit is lost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def scaled(values: FloatArray) -> FloatArray:
    """The values over a power of two, so that the greatest lies between 1 and 2; NaN stays NaN.

    Examples
    --------
    >>> scaled(np.array([3 * 2.0**600, -(2.0**601)])) ** 2
    array([2.25, 1.  ])
    """
    return np.asarray(values / _power_of_two(values))


def centred(values: FloatArray) -> tuple[FloatArray, float]:
    """The values from about their middle, in a unit near the greatest distance; and that unit.

    Examples
    --------
    >>> centred(np.array([1e9, 1e9 + 6]))
    (array([-1.5,  1.5]), 2.0)
    """
    if np.isnan(values).all():
        return values, 1.0
    power = _power_of_two(values)
    values = values / power
    from_middle = values - (np.nanmin(values) + np.nanmax(values)) / 2
    unit = _power_of_two(from_middle)
    return from_middle / unit, power * unit


def _power_of_two(values: FloatArray) -> float:
    greatest = np.nanmax(np.abs(values), initial=0.0)
    return float(2.0 ** (int(np.frexp(greatest)[1]) - 1)) if greatest > 0 else 1.0
