"""The uncertainty of the readers' average ROC curve, as a band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import results
from analysis.errors import RatingsError
from analysis.intervals import quantile
from analysis.measures.covariance import FloatArray
from analysis.measures.curves import Curves, from_reads
from analysis.table.ratings import Phases, Ratings, validate

_NUDGE = 1e-9  # reads a curve at the upper end of a vertical rise


@dataclass(frozen=True, eq=False)
class RocBand(results.Result):
    """Result of :func:`average_roc_band`.

    Attributes
    ----------
    fpf, tpf, low, high : ndarray, shape (points,)
        The average curve at equally spaced false positive fractions, at the upper ends of its rises, and its limits.
    """

    modality: str
    fpf: FloatArray
    tpf: FloatArray
    low: FloatArray
    high: FloatArray
    readers: int
    draws: int
    alpha: float
    method: str
    generalises_to: str

    def to_frame(self) -> pd.DataFrame:
        """One row for each false positive fraction."""
        return pd.DataFrame({"fpf": self.fpf, "tpf": self.tpf, "low": self.low, "high": self.high})

    def __str__(self) -> str:
        tenths = self.to_frame().iloc[:: max(1, (len(self.fpf) - 1) // 10)]
        rows = [
            {"false positive fraction": row.fpf, "average": row.tpf, "limits": (row.low, row.high)}
            for row in tenths.itertuples()
        ]
        return results.paragraphs(self.method, results.text_table(rows), self.generalises_to)


def average_roc_band(
    ratings: pd.DataFrame | Ratings,
    *,
    random: Literal["both", "readers", "cases"] = "both",
    draws: int = 1000,
    points: int = 201,
    seed: int | np.random.Generator = 0,
    phase: Phases = None,
    modality: str | None = None,
    alpha: float = 0.05,
) -> RocBand:
    """Pointwise band of the vertically averaged ROC curve, by drawing readers and cases with replacement.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        Human first reads of one modality with ratings; readers who have rated a class not at all are left out.
    random : {"both", "readers", "cases"}
        What is drawn. Cases are drawn within their class, the same ones for all readers.
    draws, points : int
        Number of bootstrap samples, and of false positive fractions from 0 to 1.
    seed : int or numpy.random.Generator
        The same seed gives the same bits.
    phase, modality : str, optional
        Restrict to these.
    alpha : float
        At each false positive fraction the band has confidence 1 - alpha; it is no band for the curve as a whole.

    Raises
    ------
    RatingsError
        When the table or the choices do not allow the analysis.

    Notes
    -----
    The limits are percentiles of the draws. With readers and cases drawn the band is somewhat too wide on average, as
    every bootstrap of both is (Gallas, Bandos, Samuelson, Wagner. Commun Stat Theory Methods 2009;38:2586). Checked
    against drawing rows of the table itself, one sample at a time.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     [(r, c, c % 2, (c * 7 + r * 5 + 4 * (c % 2)) % 11) for r in (1, 2, 3) for c in range(30)],
    ...     columns=["reader", "case", "truth", "rating"],
    ... )
    >>> band = average_roc_band(table, draws=200, points=11)
    >>> bool((band.low <= band.tpf).all() and (band.tpf <= band.high).all())
    True
    """
    quantile(None, alpha)
    reads = validate(ratings).single_modality_reads(phase=phase, modality=modality)
    curves = _with_both_classes(from_reads(reads, "rating"))
    rng = np.random.default_rng(seed)
    r, cases = len(curves.labels), len(curves.positive)
    weights = _draw_cases(rng, curves.positive, draws) if random != "readers" else np.ones((1, cases))
    picked = rng.multinomial(r, np.full(r, 1 / r), draws) if random != "cases" else np.ones((1, r))
    grid = np.linspace(0, 1, points)
    drawn = _averages(curves, grid, weights, picked.astype(float))
    low, high = np.quantile(drawn, [alpha / 2, 1 - alpha / 2], axis=0)
    whose = {"both": "readers and cases", "readers": "readers", "cases": "cases"}[random]
    return RocBand(
        modality=curves.labels[0][0],
        fpf=grid,
        tpf=_averages(curves, grid, np.ones((1, cases)), np.ones((1, r)))[0],
        low=low,
        high=high,
        readers=r,
        draws=draws,
        alpha=alpha,
        method=f"Pointwise percentiles of {draws:,} bootstrap samples of {whose}; readers averaged vertically",
        generalises_to=_generalises_to(random, r, cases),
    )


def _with_both_classes(curves: Curves) -> Curves:
    positives = (curves.read & curves.positive).sum(axis=1)
    usable = (positives > 0) & (curves.read.sum(axis=1) > positives)
    if not usable.any():
        raise RatingsError("column 'rating': no reader has rated cases of both classes; there is no ROC curve")
    return curves.rows(usable)


def _draw_cases(rng: np.random.Generator, positive: NDArray[np.bool_], draws: int) -> FloatArray:
    """How often each case is drawn, within its class, shape (draws, K)."""
    weights = np.empty((draws, len(positive)))
    for of_class in (positive, ~positive):
        n = int(of_class.sum())
        weights[:, of_class] = rng.multinomial(n, np.full(n, 1 / n), draws)
    return weights


def _averages(curves: Curves, grid: FloatArray, weights: FloatArray, picked: FloatArray) -> FloatArray:
    """Average curve of each draw on the grid, shape (draws, points); readers without a drawn class are left out."""
    total = np.zeros((max(len(weights), len(picked)), len(grid)))
    counted = np.zeros((len(total), 1))
    for row in range(len(curves.labels)):
        heights = _heights(curves, row, grid, weights)
        usable = ~np.isnan(heights[:, :1])
        total += np.where(usable, heights, 0) * picked[:, [row]]
        counted += usable * picked[:, [row]]
    return np.asarray(total[counted[:, 0] > 0] / counted[counted[:, 0] > 0])


def _heights(curves: Curves, row: int, grid: FloatArray, weights: FloatArray) -> FloatArray:
    """True positive fraction of one reader on the grid in each draw, shape (draws, points); NaN without a class."""
    cases = np.flatnonzero(curves.read[row])
    cases = cases[np.argsort(-curves.scores[row, cases], kind="stable")]
    scores, positive = curves.scores[row, cases], curves.positive[cases]
    last_of_tie = np.append(scores[1:] != scores[:-1], True)
    own = weights[:, cases]
    true = np.cumsum(own * positive, axis=1)[:, last_of_tie]
    false = np.cumsum(own * ~positive, axis=1)[:, last_of_tie]
    found = np.full((len(weights), len(grid)), np.nan)
    rising = np.linspace(0, _NUDGE / 10, last_of_tie.sum() + 1)  # np.interp wants rising abscissae
    for draw in np.flatnonzero((true[:, -1] > 0) & (false[:, -1] > 0)):
        fpf = np.append(0.0, false[draw] / false[draw, -1]) + rising
        found[draw] = np.interp(grid + _NUDGE, fpf, np.append(0.0, true[draw] / true[draw, -1]))
    return found


def _generalises_to(random: str, readers: int, cases: int) -> str:
    if random == "readers":
        return f"The band generalises to readers like these {readers}, but only for these {cases} cases."
    if random == "cases":
        return f"The band generalises to cases like these {cases}, but only as read by these {readers}."
    return f"The band generalises to readers like these {readers} and to cases like these {cases}."
