"""Stated probabilities against what came true: the reliability curve, and Brier's score with its parts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import intervals
from analysis.intervals import Interval
from analysis.measures.covariance import FloatArray
from analysis.readers.calibration_result import Bin, Brier


def brier(stated: FloatArray, outcome: FloatArray, bins: int) -> Brier:
    """Brier's score of stated probabilities for outcomes 0 and 1, with its parts over bins of equal width."""
    k = _bin_numbers(stated, bins)
    n = np.bincount(k, minlength=bins)
    filled = n > 0
    p, y = (np.bincount(k, values, minlength=bins)[filled] / n[filled] for values in (stated, outcome))
    share = n[filled] / len(stated)
    of_read = np.cumsum(filled)[k] - 1
    deviations = stated - p[of_read]
    return Brier(
        score=float(np.mean((stated - outcome) ** 2)),
        reliability=float(share @ (p - y) ** 2),
        resolution=float(share @ (y - outcome.mean()) ** 2),
        uncertainty=float(outcome.mean() * (1 - outcome.mean())),
        within_bins=float(np.mean(deviations**2 - 2 * deviations * (outcome - y[of_read]))),
    )


def share_interval(outcome: FloatArray, readers: NDArray[np.intp], cases: NDArray[np.intp], alpha: float) -> Interval:
    """Wilson's interval of a share over reads of several readers, who may have read the same cases.

    The number of reads is the effective one, p (1 - p)/V times (z/t)²; of a share of 0 or 1, which shows no variance,
    that of cases in place of p (1 - p)/V. V takes the reads of one reader and those of one case as clusters; t is on
    readers - 1 (Korn, Graubard. Surv Methodol 1998;24:193). One reader's share has the plain interval.
    """
    n, share = len(outcome), float(outcome.mean())
    r = len(np.unique(readers))
    if r < 2:
        return intervals.wilson(share, n, alpha)
    deviations = (outcome - share) / n
    of_readers, of_cases = _clustered(deviations, readers), _clustered(deviations, cases)
    variance = max(of_readers + of_cases - float(deviations @ deviations), of_readers, of_cases)
    effective = min(n, share * (1 - share) / variance) if variance > 0 else len(np.unique(cases))
    shrink = (intervals.quantile(None, alpha) / intervals.quantile(r - 1, alpha)) ** 2
    return intervals.wilson(share, effective * shrink, alpha)


def _clustered(deviations: FloatArray, clusters: NDArray[np.intp]) -> float:
    sums = np.bincount(clusters, deviations)
    g = len(np.unique(clusters))
    return float(sums @ sums) * (g / (g - 1) if g > 1 else 1.0)


def _bin_numbers(stated: FloatArray, bins: int) -> NDArray[np.intp]:
    return np.minimum(np.floor(np.round(stated * bins, 9)).astype(np.intp), bins - 1)


def reliability_curve(said: pd.DataFrame, stated: str, outcome: str, bins: int, alpha: float) -> tuple[Bin, ...]:
    """Bins of the stated probabilities that have reads, with the share for which they came true.

    Parameters
    ----------
    said : pandas.DataFrame
        Reads with the columns ``reader``, ``case`` and those named.
    stated, outcome : str
        Columns of probabilities and of outcomes between 0 and 1.
    """
    numbers = _bin_numbers(said[stated].to_numpy(), bins)
    found = []
    for number in np.unique(numbers):
        mine = said[numbers == number]
        came_true = mine[outcome].to_numpy()
        readers, cases = (pd.factorize(mine[column])[0] for column in ("reader", "case"))
        found.append(
            Bin(
                low=float(number / bins),
                high=float((number + 1) / bins),
                expected=float(mine[stated].mean()),
                observed=float(came_true.mean()),
                reads=len(mine),
                ci=share_interval(came_true, readers, cases, alpha),
            )
        )
    return tuple(found)
