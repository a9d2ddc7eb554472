"""Figures of merit that are computed curve by curve, and their covariance by leaving cases out one at a time.

They have no placement values; any function of the scores of positive and negative cases will do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from analysis.errors import RatingsError
from analysis.measures.curves import Curves

FloatArray = NDArray[np.float64]
SingleFigure = Callable[[FloatArray, FloatArray], float]


def partial_auc(low: float = 0.8, high: float = 1.0, *, standardized: bool = False) -> SingleFigure:
    """Area under the empirical ROC curve where the specificity lies between `low` and `high`.

    The curve is interpolated linearly at both ends. The raw area lies between 0 and ``high - low``; standardised by
    McClish (Med Decis Making 1989;9:190), it is [1 + (area - chance)/(most - chance)]/2, 1/2 for a guess.

    Raises
    ------
    RatingsError
        When ``0 <= low < high <= 1`` does not hold.

    Notes
    -----
    Checked against pROC's ``auc(partial.auc = c(1, .8), partial.auc.focus = "specificity")``, with and without
    ``partial.auc.correct``.

    Examples
    --------
    >>> above, below = np.array([2.0, 3, 4, 5]), np.array([1.0, 2, 3, 1])
    >>> round(partial_auc(0.5, 1)(above, below), 6)
    0.375
    """
    if not 0 <= low < high <= 1:
        raise RatingsError(
            f"the specificity range {low:g} to {high:g} is none; give two numbers between 0 and 1, the lower one first"
        )
    left, right = 1 - high, 1 - low

    def figure(above: FloatArray, below: FloatArray) -> float:
        fpf, tpf = _corners(above, below)
        area = _area_up_to(fpf, tpf, right) - _area_up_to(fpf, tpf, left)
        if not standardized:
            return area
        most, chance = right - left, (right**2 - left**2) / 2
        return (1 + (area - chance) / (most - chance)) / 2

    return figure


def d_prime(above: FloatArray, below: FloatArray) -> float:
    """Sensitivity index z(H) - z(F) of calls, in standard deviations; see :func:`criterion` for H and F."""
    hits, false_alarms = _rates(above, below)
    return float(ndtri(hits) - ndtri(false_alarms))


def criterion(above: FloatArray, below: FloatArray) -> float:
    """Response criterion c = -[z(H) + z(F)]/2 of calls: above 0, a reader is slow to call synthetic.

    H and F are the shares of synthetic and authentic cases called synthetic, with one half added to the calls and one
    to the cases, whatever they are: the log-linear rule of Hautus (Behav Res Methods 1995;27:46), under which shares
    of 0 and 1 have finite values.

    Examples
    --------
    >>> above, below = np.array([1.0, 1, 1, 0]), np.array([0.0, 0, 0, 1])
    >>> round(d_prime(above, below), 6), round(abs(criterion(above, below)), 6)
    (1.048801, 0.0)
    """
    hits, false_alarms = _rates(above, below)
    return float(-(ndtri(hits) + ndtri(false_alarms)) / 2)


OF_CALLS: dict[str, SingleFigure] = {"dprime": d_prime, "criterion": criterion}


def estimates_of(curves: Curves, figure: SingleFigure) -> FloatArray:
    """The figure of each curve, shape (q,)."""
    return np.array([figure(*_of_class(curves, row)) for row in range(len(curves.labels))])


def leave_one_out(curves: Curves, figure: SingleFigure) -> FloatArray:
    """The figure of each curve without each case, shape (q, K).

    A case that was not read leaves the figure as it is. Leaving out one of several cases of a class with the same score
    gives the same figure, so it is computed once for each distinct score.
    """
    found = np.repeat(estimates_of(curves, figure)[:, None], len(curves.positive), axis=1)
    for row in range(len(curves.labels)):
        above, below = _of_class(curves, row)
        for of_class, is_above in ((curves.positive, True), (~curves.positive, False)):
            mine = of_class & curves.read[row]
            values, which, counts = np.unique(curves.scores[row, mine], return_inverse=True, return_counts=True)
            repeated = np.repeat(values, counts)
            first = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(int)
            without = [np.delete(repeated, start) for start in first]
            moved = [figure(rest, below) if is_above else figure(above, rest) for rest in without]
            found[row, mine] = np.array(moved)[which]
    return found


def leave_one_cluster_out(
    curves: Curves, clusters: NDArray[Any], estimate: Callable[[Curves], FloatArray]
) -> FloatArray:
    """The figures of all curves without each cluster of cases, shape (q, number of clusters)."""
    columns = [estimate(curves.cases(clusters != cluster)) for cluster in np.unique(clusters)]
    return np.column_stack(columns)


def jackknife_of(left_out: FloatArray) -> FloatArray:
    """Covariance (n - 1)/n times the sum of products about the mean, of figures without each of n units, shape (q, n).

    Efron, Stein. Ann Stat 1981;9:586.
    """
    n = left_out.shape[1]
    moved = left_out - left_out.mean(axis=1, keepdims=True)
    return np.asarray(moved @ moved.T * (n - 1) / n)


def _of_class(curves: Curves, row: int) -> tuple[FloatArray, FloatArray]:
    read = curves.read[row]
    return curves.scores[row, read & curves.positive], curves.scores[row, read & ~curves.positive]


def _corners(above: FloatArray, below: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Points of the empirical curve from (0, 0) to (1, 1), one for each distinct score."""
    values = np.unique(np.concatenate([above, below]))
    tpf = 1 - np.searchsorted(np.sort(above), values, "left") / len(above)
    fpf = 1 - np.searchsorted(np.sort(below), values, "left") / len(below)
    return np.append(fpf, 0.0)[::-1], np.append(tpf, 0.0)[::-1]


def _area_up_to(fpf: FloatArray, tpf: FloatArray, limit: float) -> float:
    """Area from the left up to a false positive fraction; the curve rises from its right end at a vertical piece."""
    inside = np.flatnonzero(fpf <= limit)
    last = inside[-1]
    area = float(np.trapezoid(tpf[inside], fpf[inside]))
    if last == len(fpf) - 1 or fpf[last] == limit:
        return area
    share = (limit - fpf[last]) / (fpf[last + 1] - fpf[last])
    at_limit = tpf[last] + share * (tpf[last + 1] - tpf[last])
    return area + float((limit - fpf[last]) * (tpf[last] + at_limit)) / 2


def _rates(above: FloatArray, below: FloatArray) -> tuple[float, float]:
    return (float(above.sum()) + 0.5) / (len(above) + 1), (float(below.sum()) + 0.5) / (len(below) + 1)
