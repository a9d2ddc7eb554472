"""The binormal ROC model, fitted to ratings by maximum likelihood.

Somewhere behind the ratings, authentic cases are distributed as N(0, 1) and synthetic ones as N(a/b, 1/b²), cut into
categories; the area is Phi(a / sqrt(1 + b²)). Dorfman, Alf. J Math Psychol 1969;6:487. Ratings with many values are
first reduced to their truth-state runs, within which their order says nothing (Metz, Herman, Shen. Statist Med
1998;17:1033), and these to at most 20 categories of about equal numbers of cases.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from analysis.measures.curves import Curves

FloatArray = NDArray[np.float64]

MOST_CATEGORIES = 20
_STEPS = 200
# Beyond these the parameters are on their way to a limit, and the area does not change any more.
_FARTHEST, _STEEPEST = 6.0, 20.0
_SMALLEST = 1e-300


@dataclass(frozen=True)
class BinormalFit:
    """Parameters of a fitted curve TPF = Phi(a + b z(FPF)), its area, and whether the maximum lies within the model.

    Where it does not (`proper` is false), the data push the parameters beyond any bound, as they do when the classes
    hardly overlap; the area is that of the limit.
    """

    a: float
    b: float
    area: float
    proper: bool


def area(above: FloatArray, below: FloatArray) -> float:
    """Area under the fitted curve."""
    return fit(above, below).area


def categorised(curves: Curves) -> Curves:
    """The same curves with the number of the category in place of each score."""
    scores = curves.scores.copy()
    for row in range(len(curves.labels)):
        read = curves.read[row]
        mine, positive = curves.scores[row, read], curves.positive[read]
        scores[row, read] = np.searchsorted(boundaries(mine[positive], mine[~positive]), mine, "right")
    return replace(curves, scores=scores)


def notes_on(curves: Curves) -> list[str]:
    """A note on each curve to which the model does not fit as it is."""
    found = []
    for row, (modality, reader) in enumerate(curves.labels):
        read = curves.read[row]
        mine, positive = curves.scores[row, read], curves.positive[read]
        if not fit(mine[positive], mine[~positive]).proper:
            found.append(
                f"Reader {reader} (modality {modality}): the ratings do not fix the shape of a binormal curve; its "
                "area is that of the limit."
            )
    return found


def fit(above: FloatArray, below: FloatArray) -> BinormalFit:
    """Fit the model to the ratings of positive and negative cases.

    Notes
    -----
    Fisher scoring on a, b and the boundaries of the categories, with halved steps where the likelihood would fall.

    Examples
    --------
    >>> ratings = np.arange(5.0)
    >>> above, below = np.repeat(ratings, [3, 2, 2, 11, 33]), np.repeat(ratings, [33, 6, 6, 11, 2])
    >>> found = fit(above, below)
    >>> round(found.a, 4), round(found.b, 4), round(found.area, 4)
    (1.6568, 0.713, 0.9113)
    """
    return fit_counts(*category_counts(above, below, boundaries(above, below)))


def boundaries(above: FloatArray, below: FloatArray) -> FloatArray:
    """The least score of every category but the lowest."""
    values = np.unique(np.concatenate([above, below]))
    counts = _counts(values, above, below)
    pure = (counts > 0).sum(axis=0) == 1
    kind = np.where(pure, counts[0] > 0, -1)
    # A run goes on while the same single class is seen; a value that both classes have is a category of its own.
    starts = np.append(True, (kind[1:] != kind[:-1]) | (kind[1:] == -1))
    firsts = values[starts]
    if len(firsts) <= MOST_CATEGORIES:
        return np.asarray(firsts[1:])
    sizes = np.add.reduceat(counts.sum(axis=0), np.flatnonzero(starts))
    upto = np.cumsum(sizes) / sizes.sum()
    category = np.minimum((upto * MOST_CATEGORIES - 1e-9).astype(int), MOST_CATEGORIES - 1)
    return np.asarray(firsts[np.append(False, category[1:] != category[:-1])])


def category_counts(above: FloatArray, below: FloatArray, limits: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Numbers of positive and negative cases in each category, from the lowest."""
    size = len(limits) + 1
    positive = np.bincount(np.searchsorted(limits, above, "right"), minlength=size).astype(float)
    negative = np.bincount(np.searchsorted(limits, below, "right"), minlength=size).astype(float)
    return positive, negative


def fit_counts(positive: FloatArray, negative: FloatArray, start: BinormalFit | None = None) -> BinormalFit:
    """Fit the model to numbers of cases in ordered categories, at least one case of each class."""
    used = positive + negative > 0
    positive, negative = positive[used], negative[used]
    wins = float(positive @ (np.cumsum(negative) - negative / 2)) / (positive.sum() * negative.sum())
    if wins in (0.0, 1.0) or len(positive) < 3:
        # Without overlap, or with a single point on the curve, no shape can be told; with one point b is taken as 1.
        return _without_shape(positive, negative, wins)
    theta = _first_guess(positive, negative, start)
    best = _likelihood(theta, positive, negative)
    for _ in range(_STEPS):
        step = _scoring_step(theta, positive, negative)
        theta, gained = _advance(theta, step, positive, negative, best)
        best += gained
        if np.abs(step).max() < 1e-10 or gained <= 0:
            break
    a, b = float(theta[0]), float(theta[1])
    proper = abs(a) < _FARTHEST and 1 / _STEEPEST < b < _STEEPEST
    return BinormalFit(a, b, float(ndtr(a / np.sqrt(1 + b * b))), proper)


def _without_shape(positive: FloatArray, negative: FloatArray, wins: float) -> BinormalFit:
    if wins in (0.0, 1.0):
        return BinormalFit(np.inf if wins else -np.inf, 1.0, wins, False)
    if len(positive) < 2:
        return BinormalFit(0.0, 1.0, 0.5, False)
    tpf, fpf = positive[1] / positive.sum(), negative[1] / negative.sum()
    a = float(ndtri(tpf) - ndtri(fpf))
    return BinormalFit(a, 1.0, float(ndtr(a / np.sqrt(2))), False)


def _counts(values: FloatArray, above: FloatArray, below: FloatArray) -> NDArray[np.intp]:
    return np.array([np.bincount(np.searchsorted(values, scores), minlength=len(values)) for scores in (above, below)])


def _first_guess(positive: FloatArray, negative: FloatArray, start: BinormalFit | None) -> FloatArray:
    """Boundaries from the shares of negative cases, kept away from 0 and 1; a and b from a line through the points."""
    size = len(negative) - 1
    shares = (np.cumsum(negative)[:-1] + np.linspace(0.25, 0.75, size)) / (negative.sum() + 1)
    cuts = ndtri(np.clip(shares, 1e-4, 1 - 1e-4)) + np.linspace(0, 1e-3, size)
    if start is not None:
        return np.concatenate([[start.a, start.b], cuts])
    hits = (np.cumsum(positive)[:-1] + 0.5) / (positive.sum() + 1)
    b, minus_a = np.polyfit(cuts, ndtri(hits), 1)
    b = float(np.clip(b, 0.2, 5.0))
    return np.concatenate([[-minus_a, b], cuts])


def _probabilities(theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    cuts = theta[2:]
    of_negative = np.diff(ndtr(cuts), prepend=0.0, append=1.0)
    of_positive = np.diff(ndtr(theta[1] * cuts - theta[0]), prepend=0.0, append=1.0)
    return np.maximum(of_positive, _SMALLEST), np.maximum(of_negative, _SMALLEST)


def _likelihood(theta: FloatArray, positive: FloatArray, negative: FloatArray) -> float:
    of_positive, of_negative = _probabilities(theta)
    return float(positive @ np.log(of_positive) + negative @ np.log(of_negative))


def _scoring_step(theta: FloatArray, positive: FloatArray, negative: FloatArray) -> FloatArray:
    """Expected information, inverted, times the score."""
    a, b, cuts = theta[0], theta[1], theta[2:]
    of_positive, of_negative = _probabilities(theta)
    density = np.exp(-(cuts**2) / 2) / np.sqrt(2 * np.pi)
    density_positive = np.exp(-((b * cuts - a) ** 2) / 2) / np.sqrt(2 * np.pi)
    size = len(cuts)
    edge_negative = np.zeros((size, size + 2))
    edge_negative[:, 2:] = np.diag(density)
    edge_positive = np.zeros((size, size + 2))
    edge_positive[:, 0] = -density_positive
    edge_positive[:, 1] = cuts * density_positive
    edge_positive[:, 2:] = np.diag(b * density_positive)
    zero = np.zeros((1, size + 2))
    slope_negative = np.diff(np.vstack([zero, edge_negative, zero]), axis=0)
    slope_positive = np.diff(np.vstack([zero, edge_positive, zero]), axis=0)
    score = slope_positive.T @ (positive / of_positive) + slope_negative.T @ (negative / of_negative)
    information = (slope_positive.T * (positive.sum() / of_positive)) @ slope_positive
    information += (slope_negative.T * (negative.sum() / of_negative)) @ slope_negative
    ridge = 1e-12 * np.trace(information) / len(information)
    return np.asarray(np.linalg.solve(information + ridge * np.eye(len(information)), score))


def _advance(
    theta: FloatArray, step: FloatArray, positive: FloatArray, negative: FloatArray, best: float
) -> tuple[FloatArray, float]:
    """The longest of the halved steps that raises the likelihood and keeps b positive and the boundaries in order."""
    factor = 1.0
    for _ in range(40):
        moved = theta + factor * step
        if moved[1] > 0 and (np.diff(moved[2:]) > 0).all():
            gained = _likelihood(moved, positive, negative) - best
            if gained > 0:
                return moved, gained
        factor /= 2
    return theta, 0.0
