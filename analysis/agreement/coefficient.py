"""A coefficient of agreement with its interval over the sampling of cases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis import intervals
from analysis.intervals import Interval

# Coefficients are of order 1: a variance below this is a rounded zero.
_ROUNDING = 1e-15


@dataclass(frozen=True)
class Coefficient:
    """A coefficient with its standard error and interval; what is not defined is None.

    With a standard error of zero there is no interval.
    """

    estimate: float | None
    se: float | None
    ci: Interval | None

    def times(self, unit: float) -> Coefficient:
        """The same in other units."""
        return Coefficient(
            None if self.estimate is None else self.estimate * unit,
            None if self.se is None else self.se * unit,
            None if self.ci is None else (self.ci[0] * unit, self.ci[1] * unit),
        )


UNDEFINED = Coefficient(None, None, None)


def over_cases(
    estimate: float, parts: NDArray[np.float64], alpha: float, limits: Interval = (-1.0, 1.0)
) -> Coefficient:
    """From what each of n cases adds to a coefficient, in parts whose mean it is.

    The standard error is that of the mean, the interval t on n - 1 degrees of freedom, clipped to `limits`.
    """
    n = len(parts)
    if n < 2:
        return Coefficient(estimate, None, None)
    return with_variance(estimate, float(np.var(parts, ddof=1)) / n, n - 1, alpha, limits)


def with_variance(
    estimate: float, variance: float, df: int | None, alpha: float, limits: Interval = (-1.0, 1.0)
) -> Coefficient:
    """The t (or, with `df` None, normal) interval, clipped to `limits`; none for a variance of zero."""
    if variance < _ROUNDING:
        return Coefficient(estimate, 0.0, None)
    se = float(np.sqrt(variance))
    return Coefficient(estimate, se, intervals.clipped(intervals.symmetric(estimate, se, df, alpha), limits))
