"""How well one number tells the classes apart: the area under its ROC curve, with cases clustered by patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis import intervals
from analysis.errors import RatingsError
from analysis.measures.covariance import ROUNDING
from analysis.measures.curves import Curves
from analysis.measures.figures import auc

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Area:
    """An area under a ROC curve.

    Attributes
    ----------
    auc : float
        The probability that the measure ranks a synthetic above an authentic case; ties count one half.
    ci : tuple of float
        Its interval, within 0 to 1.
    higher_in : {"synthetic", "authentic", "neither"}
        The class with the higher values.
    """

    auc: float
    ci: tuple[float, float]
    higher_in: str

    @property
    def tells(self) -> bool:
        """Whether the whole interval lies above chance."""
        return self.ci[0] > 0.5


def area(
    values: ArrayLike, positive: ArrayLike, clusters: ArrayLike | None = None, *, oriented: bool = True,
    alpha: float = 0.05,
) -> Area:  # fmt: skip
    """Area under the ROC curve of one measure, as a cue to the class.

    A cue serves in either direction, so by default the area is given in the direction in which it is at least 0.5, and
    `higher_in` says which that is. Without any cue such an area lies somewhat above 0.5 by chance: it is the interval
    that says whether it does so reliably. A constant measure has an area of exactly 0.5.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        The measure of each case; finite.
    positive : array_like of bool, shape (n,)
        Whether a case is synthetic.
    clusters : array_like, shape (n,), optional
        What cases belong to one patient; by default each is a patient's only one.
    oriented : bool
        False leaves the direction as it is: higher means synthetic.

    Returns
    -------
    Area
        With the interval auc ± z·SE, SE from the variance for clustered cases of Obuchowski (Biometrics 1997;53:567,
        section 3), which is DeLong's where each patient has one case. Where it is zero (perfect separation, a constant
        measure) the interval is Newcombe's (2006, method 5).

    Raises
    ------
    RatingsError
        A class has fewer than two cases.

    Examples
    --------
    >>> found = area([1, 2, 2, 4], [False, False, True, True])
    >>> found.auc, found.higher_in
    (0.875, 'synthetic')
    >>> area([7, 7, 7, 7], [False, True, False, True]).auc
    0.5
    """
    scores, is_positive = np.asarray(values, dtype=float), np.asarray(positive, dtype=bool)
    if not np.isfinite(scores).all():
        raise RatingsError("a measure is not finite for every case; leave the case or the measure out")
    if min(is_positive.sum(), (~is_positive).sum()) < 2:
        raise RatingsError("each class needs at least two cases")
    placed = auc(Curves((("", ""),), scores[None], is_positive))
    estimate = float(placed.estimates[0])
    higher_in = "neither" if estimate == 0.5 else "synthetic" if estimate > 0.5 else "authentic"
    groups = np.arange(len(scores)) if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    variance = _clustered_variance(placed.strata[0][0], placed.strata[1][0], estimate, is_positive, groups)
    shown = max(estimate, 1 - estimate) if oriented else estimate
    return Area(shown, _interval(shown, variance, is_positive, alpha), higher_in)


def _interval(estimate: float, variance: float, positive: NDArray[np.bool_], alpha: float) -> tuple[float, float]:
    if variance > ROUNDING:
        return intervals.clipped(intervals.symmetric(estimate, variance**0.5, None, alpha))
    return intervals.newcombe(estimate, int(positive.sum()), int((~positive).sum()), alpha)


def _clustered_variance(
    v10: FloatArray, v01: FloatArray, estimate: float, positive: NDArray[np.bool_], clusters: NDArray[np.intp]
) -> float:
    """Obuchowski's (1997) variance: the structural components are summed within each patient first."""
    above = _sums(v10 - estimate, clusters[positive], clusters)
    below = _sums(v01 - estimate, clusters[~positive], clusters)
    with_above = len(np.unique(clusters[positive]))
    with_below = len(np.unique(clusters[~positive]))
    patients = len(np.unique(clusters))
    m, n = len(v10), len(v01)
    if min(with_above, with_below) < 2:
        return 0.0  # one patient holds a whole class: no variance can be had
    return float(
        with_above / (with_above - 1) * (above @ above) / m**2
        + with_below / (with_below - 1) * (below @ below) / n**2
        + 2 * patients / (patients - 1) * (above @ below) / (m * n)
    )


def _sums(deviations: FloatArray, members: NDArray[np.intp], clusters: NDArray[np.intp]) -> FloatArray:
    return np.asarray(np.bincount(members, weights=deviations, minlength=int(clusters.max()) + 1), dtype=float)
