"""From reads to the estimates of one figure of merit and their covariances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import intervals
from analysis.errors import RatingsError
from analysis.measures.covariance import COVARIANCES, ROUNDING, FloatArray
from analysis.measures.curves import Curves, from_reads
from analysis.measures.figures import FIGURES

METRIC_NAMES = {"auc": "AUC", "accuracy": "accuracy", "sensitivity": "sensitivity", "specificity": "specificity"}
COVARIANCE_NAMES = {"delong": "DeLong", "jackknife": "jackknife", "unbiased": "unbiased"}


@dataclass(frozen=True, eq=False)
class Measurement:
    """The figure of merit of every curve, with the covariances that the sampling of cases gives them.

    Attributes
    ----------
    metric, covariance : str
        Their names.
    curves : Curves
        What was measured, q curves.
    estimates : ndarray, shape (q,)
    covariances : ndarray, shape (q, q)
    """

    metric: str
    covariance: str
    curves: Curves
    estimates: FloatArray
    covariances: FloatArray

    def standard_error(self, row: int) -> float:
        """Standard error of one curve's estimate, over the sampling of cases."""
        variance = float(self.covariances[row, row])
        return variance**0.5 if variance > ROUNDING else 0.0

    def interval(self, row: int, alpha: float) -> tuple[intervals.Interval, str]:
        """Interval of one curve over the sampling of cases, and the method's name.

        Wald's, clipped to [0, 1]; where the estimated variance is zero (an AUC of 0 or 1, say), a score interval,
        which has a width all the same.
        """
        estimate, se = float(self.estimates[row]), self.standard_error(row)
        if se > 0:
            return intervals.clipped(intervals.symmetric(estimate, se, None, alpha)), f"Wald, {self.covariance}"
        read, positive = self.curves.read[row], self.curves.positive
        m, n = int((read & positive).sum()), int((read & ~positive).sum())
        if self.metric == "auc":
            return intervals.newcombe(estimate, m, n, alpha), "Newcombe score (the estimated variance is zero)"
        size = {"sensitivity": m, "specificity": n, "accuracy": m + n}[self.metric]
        return intervals.wilson(estimate, size, alpha), "Wilson score (the estimated variance is zero)"


def measure(
    reads: pd.DataFrame, metric: str = "auc", *, threshold: float | None = None, covariance: str | None = None
) -> Measurement:
    """Measure every reader in every modality of validated reads.

    Parameters
    ----------
    reads : pandas.DataFrame
        Rows of :attr:`analysis.table.ratings.Ratings.frame`, unique by modality, reader and case.
    metric : {"auc", "accuracy", "sensitivity", "specificity"}
        The AUC is of the column ``rating``, the others of ``call``, or of ratings at or above `threshold`.
    covariance : {"delong", "jackknife", "unbiased"}, optional
        By default DeLong's for the AUC, the jackknife for proportions.

    Raises
    ------
    RatingsError
        For an unknown or impossible choice, a column without values, or a reader with too few cases.
    """
    covariance = covariance or ("delong" if metric == "auc" else "jackknife")
    _refuse_impossible(metric, threshold, covariance)
    if threshold is not None:
        curves = from_reads(reads, "rating").at_threshold(threshold)
    else:
        curves = from_reads(reads, "rating" if metric == "auc" else "call")
    return measure_curves(curves, metric, covariance)


def measure_curves(curves: Curves, metric: str, covariance: str) -> Measurement:
    """Measure ratings (for the AUC) or calls (for the others) that are matrices already."""
    placements = FIGURES[metric](curves)
    return Measurement(metric, covariance, curves, placements.estimates, COVARIANCES[covariance](curves, placements))


def constant_curves(measured: Measurement) -> list[str]:
    """A warning for each curve whose estimated variance is zero."""
    return [
        f"Reader {reader} (modality {modality}): {METRIC_NAMES[measured.metric]} {measured.estimates[row]:g} has an "
        "estimated variance of zero; the interval is a score interval."
        for row, (modality, reader) in enumerate(measured.curves.labels)
        if measured.standard_error(row) == 0
    ]


def _refuse_impossible(metric: str, threshold: float | None, covariance: str) -> None:
    if metric not in FIGURES:
        raise RatingsError(f"metric {metric!r} is not known; choose from {', '.join(FIGURES)}")
    if covariance not in COVARIANCES:
        raise RatingsError(f"covariance {covariance!r} is not known; choose from {', '.join(COVARIANCES)}")
    if metric == "auc" and threshold is not None:
        raise RatingsError("the AUC has no threshold; leave --threshold out, or choose another metric")
    if metric != "auc" and covariance == "delong":
        raise RatingsError(f"DeLong's covariance is of the AUC only; choose jackknife or unbiased for {metric}")
    if threshold is not None and not np.isfinite(threshold):
        raise RatingsError("the threshold must be a finite number")
