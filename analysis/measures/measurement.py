"""From reads to the estimates of one figure of merit and their covariances."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import intervals
from analysis.errors import RatingsError
from analysis.measures import binormal, single
from analysis.measures.covariance import COVARIANCES, ROUNDING, FloatArray, clustered
from analysis.measures.curves import Curves, from_reads
from analysis.measures.figures import FIGURES, require_cases
from analysis.table.oddities import oddities

METRIC_NAMES = {
    "auc": "AUC",
    "binormal": "binormal AUC",
    "pauc": "partial AUC",
    "accuracy": "accuracy",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "dprime": "d′",
    "criterion": "criterion c",
}
COVARIANCE_NAMES = {"delong": "DeLong", "jackknife": "jackknife", "unbiased": "unbiased"}
OF_RATINGS = ("auc", "binormal", "pauc")
SPECIFICITY_RANGE = (0.8, 1.0)

SpecificityRange = tuple[float, float]


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
    limits : tuple of float
        Between what the figure can lie; infinite where it has no bound.
    notes : tuple of str
        What is to be said of the curves.
    """

    metric: str
    covariance: str
    curves: Curves
    estimates: FloatArray
    covariances: FloatArray
    limits: tuple[float, float] = (0.0, 1.0)
    notes: tuple[str, ...] = ()

    def standard_error(self, row: int) -> float:
        """Standard error of one curve's estimate, over the sampling of cases."""
        variance = float(self.covariances[row, row])
        return variance**0.5 if variance > ROUNDING else 0.0

    def interval(self, row: int, alpha: float) -> tuple[intervals.Interval | None, str]:
        """Interval of one curve over the sampling of cases, and the method's name.

        Wald's, clipped to what the figure can be; where the estimated variance is zero (an AUC of 0 or 1, say), a score
        interval, which has a width all the same, or None where there is none for the figure.
        """
        estimate, se = float(self.estimates[row]), self.standard_error(row)
        if se > 0:
            found = intervals.symmetric(estimate, se, None, alpha)
            return intervals.clipped(found, self.limits), f"Wald, {self.covariance}"
        read, positive = self.curves.read[row], self.curves.positive
        m, n = int((read & positive).sum()), int((read & ~positive).sum())
        if self.metric in ("auc", "binormal"):
            return intervals.newcombe(estimate, m, n, alpha), "Newcombe score (the estimated variance is zero)"
        size = {"sensitivity": m, "specificity": n, "accuracy": m + n}.get(self.metric)
        if size is None:
            return None, "none (the estimated variance is zero)"
        return intervals.wilson(estimate, size, alpha), "Wilson score (the estimated variance is zero)"

    @property
    def covariance_in_words(self) -> str:
        """The name of the covariances, with what was done about clusters."""
        name = COVARIANCE_NAMES[self.covariance]
        return name if self.curves.clusters is None else f"{name} (cases in clusters)"


def measure(
    reads: pd.DataFrame,
    metric: str = "auc",
    *,
    threshold: float | None = None,
    spec_range: SpecificityRange | None = None,
    standardized: bool = False,
    covariance: str | None = None,
    cluster: str | None = None,
) -> Measurement:
    """Measure every reader in every modality of validated reads.

    Parameters
    ----------
    reads : pandas.DataFrame
        Rows of :attr:`analysis.table.ratings.Ratings.frame`, unique by modality, reader and case.
    metric : {"auc", "binormal", "pauc", "accuracy", "sensitivity", "specificity", "dprime", "criterion"}
        The first three are of the column ``rating``, the others of ``call``, or of ratings at or above `threshold`.
    threshold : float, optional
        Call synthetic what is rated at or above it.
    spec_range : tuple of float, optional
        Specificities between which the partial area is taken; by default .8 and 1.
    standardized : bool
        McClish's standardised partial area.
    covariance : {"delong", "jackknife", "unbiased"}, optional
        By default DeLong's for the AUC, the jackknife for the others.
    cluster : str, optional
        Column that says which cases belong together: DeLong's covariance is then Obuchowski's, and the jackknife leaves
        out one cluster at a time.

    Raises
    ------
    RatingsError
        For an unknown or impossible choice, a column without values, or a reader with too few cases.
    """
    covariance = covariance or ("delong" if metric == "auc" else "jackknife")
    _refuse_impossible(metric, threshold, covariance, spec_range, standardized, cluster)
    of_ratings = metric in OF_RATINGS or threshold is not None
    curves = from_reads(reads, "rating" if of_ratings else "call", cluster=cluster)
    if threshold is not None:
        curves = curves.at_threshold(threshold)
    if metric in FIGURES:
        measured = measure_curves(curves, metric, covariance)
    else:
        measured = _measure_singly(curves, metric, spec_range or SPECIFICITY_RANGE, standardized)
    return replace(measured, notes=(*measured.notes, *oddities(reads)))


def measure_curves(curves: Curves, metric: str, covariance: str) -> Measurement:
    """Measure ratings (for the AUC) or calls (for the others) that are matrices already."""
    placements = FIGURES[metric](curves)
    if curves.clusters is None:
        covariances = COVARIANCES[covariance](curves, placements)
    elif covariance == "delong":
        covariances = clustered(curves, placements, curves.clusters)
    else:
        covariances = _over_clusters(curves, curves.clusters, lambda left: FIGURES[metric](left).estimates)
    return Measurement(metric, covariance, curves, placements.estimates, covariances)


def constant_curves(measured: Measurement) -> list[str]:
    """What is to be said of the curves; a warning for each whose estimated variance is zero."""
    found = list(measured.notes)
    for row, (modality, reader) in enumerate(measured.curves.labels):
        if measured.standard_error(row) == 0:
            interval = "the interval is a score interval" if measured.interval(row, 0.05)[0] else "there is no interval"
            found.append(
                f"Reader {reader} (modality {modality}): {METRIC_NAMES[measured.metric]} {measured.estimates[row]:g} "
                f"has an estimated variance of zero; {interval}."
            )
    return found


def _measure_singly(curves: Curves, metric: str, spec_range: SpecificityRange, standardized: bool) -> Measurement:
    """Figures without placement values, with the jackknife."""
    require_cases(curves, at_least=2)
    limits: tuple[float, float] = (0.0, 1.0)
    notes: tuple[str, ...] = ()
    figure: single.SingleFigure
    if metric == "binormal":
        figure, curves = binormal.area, binormal.categorised(curves)
        notes = tuple(binormal.notes_on(curves))
    elif metric == "pauc":
        figure = single.partial_auc(*spec_range, standardized=standardized)
        limits = limits if standardized else (0.0, spec_range[1] - spec_range[0])
    else:
        figure, limits = single.OF_CALLS[metric], (-np.inf, np.inf)
    estimates = partial(single.estimates_of, figure=figure)
    if curves.clusters is None:
        covariances = single.jackknife_of(single.leave_one_out(curves, figure))
    else:
        covariances = _over_clusters(curves, curves.clusters, estimates)
    return Measurement(metric, "jackknife", curves, estimates(curves), covariances, limits, notes)


def _over_clusters(curves: Curves, clusters: NDArray[np.intp], estimate: Callable[[Curves], FloatArray]) -> FloatArray:
    return single.jackknife_of(single.leave_one_cluster_out(curves, clusters, estimate))


def _refuse_impossible(
    metric: str,
    threshold: float | None,
    covariance: str,
    spec_range: SpecificityRange | None,
    standardized: bool,
    cluster: str | None,
) -> None:
    if metric not in METRIC_NAMES:
        raise RatingsError(f"metric {metric!r} is not known; choose from {', '.join(METRIC_NAMES)}")
    if covariance not in COVARIANCES:
        raise RatingsError(f"covariance {covariance!r} is not known; choose from {', '.join(COVARIANCES)}")
    if metric in OF_RATINGS and threshold is not None:
        raise RatingsError(
            f"the {METRIC_NAMES[metric]} has no threshold; leave --threshold out, or choose another metric"
        )
    if threshold is not None and not np.isfinite(threshold):
        raise RatingsError("the threshold must be a finite number")
    if metric != "pauc" and (spec_range is not None or standardized):
        raise RatingsError("a range of specificities is of the partial AUC; choose the metric pauc, or leave it out")
    _refuse_covariance(metric, covariance, cluster)


def _refuse_covariance(metric: str, covariance: str, cluster: str | None) -> None:
    if metric != "auc" and covariance == "delong":
        raise RatingsError(f"DeLong's covariance is of the AUC only; choose jackknife for {METRIC_NAMES[metric]}")
    if metric not in FIGURES and covariance == "unbiased":
        raise RatingsError(f"there is no unbiased covariance of the {METRIC_NAMES[metric]}; choose jackknife")
    if cluster is not None and covariance == "unbiased":
        raise RatingsError("there is no unbiased covariance for cases in clusters; choose delong or jackknife")
