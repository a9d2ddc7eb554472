"""Figures of merit: one number for each curve, and how much each case holds it up.

Every figure gives its estimates with the *placement values* of the cases: the mean success of one case against the
cases it is compared with. From them, :mod:`analysis.measures.covariance` gets the DeLong and jackknife covariances.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.errors import RatingsError
from analysis.measures.curves import Curves

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Placements:
    """Estimates of one figure of merit, with the placement values behind them.

    Attributes
    ----------
    estimates : ndarray, shape (q,)
        The figure of merit of each curve.
    strata : tuple of ndarray, shape (q, K_s)
        Placement values, one matrix for each independent sample of cases (for the AUC: positive, then negative
        cases; for a proportion: the cases that it counts); NaN where a case was not read.
        In each stratum the mean over the cases read is the estimate.
    """

    estimates: FloatArray
    strata: tuple[FloatArray, ...]


Figure = Callable[[Curves], Placements]


def auc(curves: Curves) -> Placements:
    """Area under the empirical ROC curve; ties count one half.

    The placement values are the structural components V10 (of positive cases) and V01 (of negative cases) of DeLong,
    DeLong and Clarke-Pearson (Biometrics 1988;44:837). They are counted by binary search in the sorted other class,
    which gives the midrank differences of Sun and Xu (IEEE Signal Process Lett 2014;21:1389) in the same
    O(K log K).

    Raises
    ------
    RatingsError
        When a curve has fewer than two cases of a class.

    Examples
    --------
    >>> curves = Curves((("1", "R1"),), np.array([[1.0, 2.0, 2.0, 4.0]]), np.array([False, False, True, True]))
    >>> auc(curves).estimates
    array([0.875])
    """
    require_cases(curves, at_least=2)
    estimates = np.empty(len(curves.labels))
    v10 = np.full((len(curves.labels), int(curves.positive.sum())), np.nan)
    v01 = np.full((len(curves.labels), int((~curves.positive).sum())), np.nan)
    for row, (above, below) in enumerate(
        zip(curves.scores[:, curves.positive], curves.scores[:, ~curves.positive], strict=True)
    ):
        read_above, read_below = ~np.isnan(above), ~np.isnan(below)
        m, n = read_above.sum(), read_below.sum()
        wins = _wins(above[read_above], below[read_below])
        v10[row, read_above] = wins / (2 * n)
        v01[row, read_below] = (2 * m - _wins(below[read_below], above[read_above])) / (2 * m)
        estimates[row] = wins.sum() / (2 * m * n)
    return Placements(estimates, (v10, v01))


def accuracy(curves: Curves) -> Placements:
    """Share of right calls among all cases; `curves` holds calls."""
    return _proportion(np.where(curves.positive, curves.scores, 1 - curves.scores), curves, "a case")


def sensitivity(curves: Curves) -> Placements:
    """Share of positive (synthetic) cases called synthetic; `curves` holds calls."""
    return _proportion(curves.scores[:, curves.positive], curves, "a positive (synthetic) case")


def specificity(curves: Curves) -> Placements:
    """Share of negative (authentic) cases called authentic; `curves` holds calls."""
    return _proportion(1 - curves.scores[:, ~curves.positive], curves, "a negative (authentic) case")


FIGURES: dict[str, Figure] = {
    "auc": auc,
    "accuracy": accuracy,
    "sensitivity": sensitivity,
    "specificity": specificity,
}


def require_cases(curves: Curves, *, at_least: int) -> None:
    """Refuse curves with fewer than `at_least` cases of either class, naming the reader."""
    for (modality, reader), read in zip(curves.labels, curves.read, strict=True):
        for word, of_class in (("positive (synthetic)", curves.positive), ("negative (authentic)", ~curves.positive)):
            found = int((read & of_class).sum())
            if found < at_least:
                raise RatingsError(
                    f"column 'reader': {reader} (modality {modality}) has read {found} {word} "
                    f"case{'s' if found != 1 else ''}, and {at_least} are needed; add reads or leave the reader out"
                )


def _wins(scores: FloatArray, others: FloatArray) -> FloatArray:
    """Twice the number of `others` that each of the `scores` beats, a tie counting one: whole numbers, hence exact."""
    order = np.argsort(scores)
    # Rising scores are found among the others several times as fast.
    rising, ordered = scores[order], np.sort(others)
    wins = np.empty(len(scores))
    wins[order] = np.searchsorted(ordered, rising, "left") + np.searchsorted(ordered, rising, "right")
    return wins


def _proportion(successes: FloatArray, curves: Curves, what: str) -> Placements:
    reads = (~np.isnan(successes)).sum(axis=1)
    for (modality, reader), count in zip(curves.labels, reads, strict=True):
        if count < 2:
            raise RatingsError(
                f"column 'call': reader {reader} (modality {modality}) has called {what} {count} times, and 2 are "
                "needed; add reads or leave the reader out"
            )
    return Placements(np.nansum(successes, axis=1) / reads, (successes,))
