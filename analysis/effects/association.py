"""Numbers that may move accuracy: rank correlation over readers or cases, and each reader's own slope."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from analysis import intervals
from analysis.effects.result import Correlation, OverReaders
from analysis.effects.traits import Trait
from analysis.intervals import Interval
from analysis.measures.covariance import FloatArray

MOST_FOR_EXACT = 8


def spearman(x: FloatArray, y: FloatArray) -> tuple[float | None, float | None, str]:
    """Spearman's rho with its two-sided p value and the method of that; None of fewer than
    three pairs, and where x or y does not vary.

    Up to eight pairs the p value is exact, ties or not: the share of the n! orders of y whose rho is at least as far
    from 0. Beyond, it is that of t = rho sqrt((n - 2)/(1 - rho²)) on n - 2, as scipy.stats.spearmanr gives it.

    Examples
    --------
    >>> rho, p, method = spearman(np.array([1.0, 2, 3, 4, 5]), np.array([1.0, 3, 2, 5, 4]))
    >>> round(rho, 4), round(p, 6), method
    (0.8, 0.133333, 'exact')
    """
    from scipy.stats import rankdata, spearmanr

    if len(x) < 3 or len(np.unique(x)) < 2 or len(np.unique(y)) < 2:
        return None, None, "not defined"
    found = spearmanr(x, y)
    if len(x) > MOST_FOR_EXACT:
        return float(found.statistic), float(found.pvalue), "t approximation"
    a, b = rankdata(x) - (len(x) + 1) / 2, rankdata(y) - (len(y) + 1) / 2
    products = b[_orders(len(b))] @ a
    return float(found.statistic), float(np.mean(np.abs(products) >= abs(a @ b) - 1e-9)), "exact"


def spearman_interval(rho: float, n: int, alpha: float) -> Interval | None:
    """Interval of rho on Fisher's z scale, with the variance (1 + rho²/2)/(n - 3) (Bonett, Wright 2000).

    None of fewer than four pairs, and of a rho of 1 or -1. Psychometrika 2000;65:23.

    Examples
    --------
    >>> [round(limit, 4) for limit in spearman_interval(0.5, 50, 0.05)]
    [0.2412, 0.6924]
    """
    if n < 4 or abs(rho) > 1 - 1e-12:
        return None
    low, high = intervals.symmetric(float(np.arctanh(rho)), ((1 + rho**2 / 2) / (n - 3)) ** 0.5, None, alpha)
    return float(np.tanh(low)), float(np.tanh(high))


def over_readers(figures: pd.Series, reads: pd.DataFrame, trait: Trait, metric: str, alpha: float) -> Correlation:
    """Correlation of a reader's trait with the reader's figure."""
    of_reader = trait.values.groupby(reads["reader"].astype(str)).first()
    return _correlation(of_reader, figures, metric, "readers", alpha)


def over_cases(outcome: pd.Series, reads: pd.DataFrame, trait: Trait, alpha: float) -> Correlation:
    """Correlation of a case's trait with the share of its readers who are right."""
    of_case = trait.values.groupby(reads["case"], observed=True).first()
    shares = outcome.groupby(reads["case"], observed=True).mean()
    return _correlation(of_case, shares, "accuracy", "cases", alpha)


def within_readers(outcome: pd.Series, reads: pd.DataFrame, trait: Trait, alpha: float) -> OverReaders | None:
    """Each reader's least-squares slope of right (1) and wrong (0) on the trait, tested over readers by t."""
    slopes = slopes_of_readers(outcome, trait.values, reads["reader"])
    return mean_over_readers(slopes, alpha) if len(slopes) else None


def slopes_of_readers(y: pd.Series, x: pd.Series, reader: pd.Series) -> FloatArray:
    """Least-squares slope of y on x of each reader with at least three reads and two values of x."""
    frame = pd.DataFrame({"x": x, "y": y, "reader": reader}).dropna()
    found = []
    for _, mine in frame.groupby("reader", observed=True):
        if len(mine) > 2 and mine["x"].nunique() > 1:
            found.append(slope(mine["x"].to_numpy(), mine["y"].to_numpy()))
    return np.array(found)


def slope(x: FloatArray, y: FloatArray) -> float:
    """Least-squares slope of y on x."""
    deviations = x - x.mean()
    return float(deviations @ y / (deviations @ deviations))


def mean_over_readers(values: FloatArray, alpha: float) -> OverReaders:
    """Mean of one value for each reader, with its t interval and test against 0; None of one reader."""
    r, mean = len(values), float(values.mean())
    se = float(values.std(ddof=1)) / r**0.5 if r > 1 else None
    if not se:
        return OverReaders(r, mean, se, None, None, None)
    ci = intervals.symmetric(mean, se, r - 1, alpha)
    return OverReaders(r, mean, se, float(r - 1), ci, intervals.two_sided_p(mean / se, r - 1))


def _correlation(x: pd.Series, y: pd.Series, metric: str, over: str, alpha: float) -> Correlation:
    pairs = pd.DataFrame({"x": x, "y": y}).dropna()
    n = len(pairs)
    rho, p, method = spearman(pairs["x"].to_numpy(dtype=float), pairs["y"].to_numpy(dtype=float))
    ci = None if rho is None else spearman_interval(rho, n, alpha)
    return Correlation(metric, over, n, rho, ci, p, method)


@cache
def _orders(n: int) -> np.ndarray[tuple[int, int], np.dtype[np.intp]]:
    """All orders of 0 … n-1, shape (n!, n)."""
    orders = np.zeros((1, 1), dtype=np.intp)
    for size in range(1, n):
        orders = np.concatenate([np.insert(orders, place, size, axis=1) for place in range(size + 1)])
    return orders
