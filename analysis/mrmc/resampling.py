"""Figures of merit of bootstrap samples, from how often each case and reader was drawn; nothing is copied.

Rows are cases or readers, columns are draws, so that every step works on whole rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.measures.covariance import FloatArray
from analysis.measures.curves import Curves


def counts(generator: np.random.Generator, units: int, draws: int) -> FloatArray:
    """How often each of the units is drawn when as many are drawn with replacement; shape (units, draws)."""
    picked = generator.integers(units, size=(units, draws)) * draws + np.arange(draws)
    return np.bincount(picked.ravel(), minlength=units * draws).reshape(units, draws).astype(float)


def case_counts(generator: np.random.Generator, curves: Curves, draws: int, *, by_class: bool) -> FloatArray:
    """How often each case is drawn, shape (K, draws): whole clusters where there are any, else within its class."""
    if curves.clusters is not None:
        return counts(generator, int(curves.clusters.max()) + 1, draws)[curves.clusters]
    if not by_class:
        return counts(generator, curves.positive.size, draws)
    found = np.empty((curves.positive.size, draws))
    for of_class in (curves.positive, ~curves.positive):
        found[of_class] = counts(generator, int(of_class.sum()), draws)
    return found


def figures(curves: Curves, metric: str, drawn: FloatArray) -> FloatArray:
    """Figure of merit of every curve in every draw, shape (q, draws); NaN where no case is left for it."""
    one = _area if metric == "auc" else _share
    with np.errstate(invalid="ignore"):
        return np.array([one(scores, curves.positive, metric, drawn) for scores in curves.scores])


def _area(scores: FloatArray, positive: NDArray[np.bool_], metric: str, drawn: FloatArray) -> FloatArray:
    """Weighted AUC: every positive case against the cumulated counts of the negative cases below it."""
    read = ~np.isnan(scores)
    below = np.flatnonzero(read & ~positive)
    below = below[np.argsort(scores[below])]
    above, above_drawn = scores[read & positive], drawn[read & positive]
    cumulated = np.zeros((len(below) + 1, drawn.shape[1]))
    np.cumsum(drawn[below], axis=0, out=cumulated[1:])
    beaten = cumulated[np.searchsorted(scores[below], above, "left")]
    beaten += cumulated[np.searchsorted(scores[below], above, "right")]
    wins = np.einsum("kd,kd->d", above_drawn, beaten)
    return np.asarray(wins / (2 * above_drawn.sum(axis=0) * cumulated[-1]))


def _share(calls: FloatArray, positive: NDArray[np.bool_], metric: str, drawn: FloatArray) -> FloatArray:
    """Weighted share of right calls among the cases that the metric counts."""
    counted = {"accuracy": np.ones_like(positive), "sensitivity": positive, "specificity": ~positive}[metric]
    chosen = counted & ~np.isnan(calls)
    right = (calls == positive)[chosen]
    return np.asarray(right @ drawn[chosen] / drawn[chosen].sum(axis=0))


def weighted_mean(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Mean over the rows by `weights` of the same shape, leaving out what is NaN; NaN where nothing is left."""
    there = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(there, values * weights, 0.0).sum(axis=0) / (weights * there).sum(axis=0))
