"""Intervals and p values from an estimate, its standard error and its degrees of freedom.

Degrees of freedom of None mean infinitely many, that is, the normal distribution. Only :mod:`scipy.special` is used:
it is what scipy.stats evaluates, and loads in a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc, ndtr, ndtri, stdtr, stdtrit

from analysis.errors import RatingsError

Interval = tuple[float, float]


def quantile(df: float | None, alpha: float) -> float:
    """Two-sided critical value of the t distribution, or of the normal for `df` of None."""
    if not 0 < alpha < 1:
        raise RatingsError(f"alpha is {alpha:g} and must lie between 0 and 1, for example 0.05")
    return float(ndtri(1 - alpha / 2) if df is None else stdtrit(df, 1 - alpha / 2))


def symmetric(estimate: float, se: float, df: float | None, alpha: float) -> Interval:
    """Estimate plus and minus the critical value times the standard error."""
    half = quantile(df, alpha) * se
    return (estimate - half, estimate + half)


def of_mean(values: ArrayLike, alpha: float) -> Interval | None:
    """t interval of the mean of independent values, such as readers' figures; None of fewer than two.

    Examples
    --------
    >>> [round(limit, 4) for limit in of_mean([0.7, 0.8, 0.9], 0.05)]
    [0.5516, 1.0484]
    """
    found = np.asarray(values, dtype=float)
    if len(found) < 2:
        return None
    return symmetric(float(found.mean()), float(found.std(ddof=1)) / len(found) ** 0.5, len(found) - 1, alpha)


def clipped(interval: Interval, limits: Interval = (0.0, 1.0)) -> Interval:
    """The part of an interval that a figure can take; by default, a proportion."""
    return (max(interval[0], limits[0]), min(interval[1], limits[1]))


def two_sided_p(statistic: float, df: float | None) -> float:
    """Probability of a t (or normal) statistic at least as far from 0."""
    return float(2 * (ndtr(-abs(statistic)) if df is None else stdtr(df, -abs(statistic))))


def upper_p(statistic: float, df: float | None) -> float:
    """Probability of a larger t (or normal) statistic."""
    return float(ndtr(-statistic) if df is None else stdtr(df, -statistic))


def f_tail(value: float, df1: float, df2: float) -> float:
    """Probability of a larger F."""
    return float(fdtrc(df1, df2, value))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p values for their number, step by step (Holm, Scand J Statist 1979;6:65).

    Examples
    --------
    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    factors = np.arange(len(p_values), 0, -1)
    stepped = np.maximum.accumulate(np.asarray(p_values)[order] * factors).clip(max=1.0)
    adjusted = np.empty(len(p_values))
    adjusted[order] = stepped
    return [float(p) for p in adjusted]


def wilson(estimate: float, n: float, alpha: float) -> Interval:
    """Score interval of a proportion of n (Wilson, JASA 1927;22:209): never of zero width. n may be effective."""
    return _score_interval(estimate, lambda p: p * (1 - p) / n, alpha)


def newcombe(estimate: float, m: int, n: int, alpha: float) -> Interval:
    """Score interval of an AUC from the estimate and the class sizes alone: never of zero width.

    Method 5 of Newcombe (Statist Med 2006;25:559): the Hanley–McNeil variance at the limit itself, with both class
    sizes replaced by their mean within the brackets.

    Examples
    --------
    >>> newcombe(1.0, 50, 50, 0.05)[0] < 1.0
    True
    """
    mean_size = (m + n) / 2 - 1

    def variance(a: float) -> float:
        return a * (1 - a) / (m * n) * (1 + mean_size * ((1 - a) / (2 - a) + a / (1 + a)))

    return _score_interval(estimate, variance, alpha)


def _score_interval(estimate: float, variance: Callable[[float], float], alpha: float) -> Interval:
    """All values that the estimate does not contradict: |estimate - value| <= z sqrt(variance(value))."""
    z = quantile(None, alpha)

    def contradicted(value: float) -> bool:
        return (estimate - value) ** 2 > z**2 * variance(value)

    return (_boundary(contradicted, 0.0, estimate), _boundary(contradicted, 1.0, estimate))


def _boundary(contradicted: Callable[[float], bool], outside: float, inside: float) -> float:
    """Bisect between a contradicted and an accepted value; `outside` itself where it is accepted."""
    if outside == inside:
        return outside
    for _ in range(100):
        middle = (outside + inside) / 2
        if contradicted(middle):
            outside = middle
        else:
            inside = middle
    return inside
