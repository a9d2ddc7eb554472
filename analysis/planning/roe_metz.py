"""Ratings of imagined readers and cases: the binormal model of Roe and Metz.

A rating is a mean by class, plus normal effects of reader, case and their interaction, each of its own and with the
modality. Those of reader and all interactions with it are drawn for each class apart.

References
----------
Roe, Metz. Acad Radiol 1997;4:298. Hillis. Acad Radiol 2012;19:1518 (unequal variances).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from analysis.errors import RatingsError
from analysis.measures.covariance import FloatArray
from analysis.measures.curves import Curves

VARIANCES = ("reader", "modality_reader", "case", "modality_case", "reader_case", "rest")


@dataclass(frozen=True)
class RoeMetz:
    """The model.

    Attributes
    ----------
    aucs : tuple of float
        Expected AUC of a reader in each modality.
    reader, modality_reader, case, modality_case, reader_case, rest : float
        Variances among authentic cases; `rest` is that of reader × modality × case with all that is left. Only their
        ratios matter; Roe and Metz have the last four add up to 1.
    b : float
        Slope of the ROC curve in normal deviates: among synthetic cases every variance is divided by b².
    detector_auc : float, optional
        Expected AUC of a detector, which finds the same cases difficult as the readers do.
    """

    aucs: tuple[float, ...]
    reader: float
    modality_reader: float
    case: float
    modality_case: float
    reader_case: float
    rest: float
    b: float = 1.0
    detector_auc: float | None = None

    def __post_init__(self) -> None:
        detector = () if self.detector_auc is None else (self.detector_auc,)
        if not self.aucs or not all(0 < auc < 1 for auc in (*self.aucs, *detector)):
            raise RatingsError("Roe-Metz model: every AUC must lie between 0 and 1")
        for name in VARIANCES:
            if not (getattr(self, name) >= 0 and np.isfinite(getattr(self, name))):
                raise RatingsError(f"Roe-Metz model: the variance {name} must be 0 or above")
        if self.case + self.modality_case + self.reader_case + self.rest <= 0:
            raise RatingsError("Roe-Metz model: one of the variances of cases must be above 0")
        if not (self.b > 0 and np.isfinite(self.b)):
            raise RatingsError("Roe-Metz model: b must be above 0")

    @property
    def total(self) -> float:
        """Variance of an authentic case's rating."""
        return float(sum(getattr(self, name) for name in VARIANCES))

    @property
    def separations(self) -> tuple[float, ...]:
        """Difference of the means of the classes in each modality: AUC = Phi{separation/sqrt[(1 + 1/b²) total]}."""
        spread = ((1 + 1 / self.b**2) * self.total) ** 0.5
        return tuple(float(ndtri(auc)) * spread for auc in self.aucs)

    @property
    def words(self) -> str:
        """AUCs and variances."""
        aucs = ", ".join(f"{auc:g}" for auc in self.aucs)
        variances = ", ".join(f"{name.replace('_', ' × ')} {getattr(self, name):.3g}" for name in VARIANCES)
        return f"AUC {aucs}; variances: {variances}; b {self.b:.3g}"


def draw(
    model: RoeMetz,
    generator: np.random.Generator,
    *,
    readers: int,
    positive: int,
    negative: int,
    missing: float = 0.0,
    points: int | None = None,
) -> Curves:
    """Draw the ratings of one study; a detector is the last curve.

    Parameters
    ----------
    model : RoeMetz
    generator : numpy.random.Generator
    readers, positive, negative : int
    missing : float
        Share of the readers' reads that are missing, each by chance.
    points : int, optional
        Categories of the scale 1, 2, …; by default the ratings are continuous.
    """
    refuse_sizes(readers, positive, negative, missing, points)
    t, k = len(model.aucs), positive + negative
    of_class = np.arange(k) < positive

    def effect(variance: float, *shape: int) -> FloatArray:
        return np.asarray(generator.normal(0.0, variance**0.5, shape))

    by_class = effect(model.reader, 2, 1, readers) + effect(model.modality_reader, 2, t, readers)
    case = effect(model.case, k)
    scores = by_class[of_class.astype(int)].transpose(1, 2, 0) + case
    scores += effect(model.modality_case, t, 1, k) + effect(model.reader_case, readers, k)
    scores += effect(model.rest, t, readers, k)
    scores[:, :, of_class] /= model.b
    scores[:, :, of_class] += np.array(model.separations)[:, None, None]
    labels = [(f"{i + 1}", f"R{j + 1}") for i in range(t) for j in range(readers)]
    rows = scores.reshape(t * readers, k)
    rows[generator.random(rows.shape) < missing] = np.nan
    if model.detector_auc is not None:
        labels.append(("detector", "D1"))
        rows = np.vstack([rows, _detector(model, generator, case, of_class)])
    if points is not None:
        rows = np.where(np.isnan(rows), np.nan, np.searchsorted(cut_points(model, points), rows) + 1.0)
    return Curves(tuple(labels), rows, of_class)


def simulate(
    model: RoeMetz,
    *,
    readers: int,
    positive: int,
    negative: int,
    seed: int | np.random.Generator = 0,
    missing: float = 0.0,
    points: int | None = None,
) -> pd.DataFrame:
    """Ratings table of one imagined study, synthetic cases first; the same seed gives the same bits.

    Examples
    --------
    >>> model = RoeMetz((0.75, 0.85), 0.01, 0.01, case=0.3, modality_case=0.3, reader_case=0.2, rest=0.2)
    >>> table = simulate(model, readers=2, positive=3, negative=3, points=5)
    >>> table.head(2)[["reader", "kind", "case", "modality", "truth", "rating"]].values.tolist()
    [['R1', 'human', 'C1', '1', 1, 2.0], ['R1', 'human', 'C2', '1', 1, 5.0]]
    """
    curves = draw(
        model,
        np.random.default_rng(seed),
        readers=readers,
        positive=positive,
        negative=negative,
        missing=missing,
        points=points,
    )
    row, case = np.nonzero(curves.read)
    modality, reader = np.array(curves.labels)[row].T
    return pd.DataFrame(
        {
            "reader": reader,
            "kind": np.where(modality == "detector", "detector", "human"),
            "case": [f"C{number + 1}" for number in case],
            "modality": modality,
            "truth": curves.positive[case].astype(int),
            "rating": curves.scores[row, case],
        }
    )


def cut_points(model: RoeMetz, points: int) -> FloatArray:
    """Bounds of the categories, which all ratings together, of as many cases of each class, fill alike."""
    sd = model.total**0.5
    mean = float(np.mean(model.separations))
    grid = np.linspace(-6 * sd, mean + 6 * sd / model.b, 2001)
    below = (ndtr(grid / sd) + ndtr((grid - mean) * model.b / sd)) / 2
    return np.asarray(np.interp(np.arange(1, points) / points, below, grid))


def refuse_sizes(readers: int, positive: int, negative: int, missing: float, points: int | None) -> None:
    """Refuse a study that cannot be drawn."""
    if readers < 1 or positive < 2 or negative < 2:
        raise RatingsError("a simulated study needs a reader and two cases of each class at least")
    if not 0 <= missing < 1:
        raise RatingsError(f"missing is {missing:g} and must be a share from 0 to below 1")
    if points is not None and points < 2:
        raise RatingsError("a scale needs two points at least")


def _detector(model: RoeMetz, generator: np.random.Generator, case: FloatArray, of_class: np.ndarray) -> FloatArray:
    """Scores with the readers' case effects and a rest of their own."""
    own = model.modality_case + model.reader_case + model.rest
    scores = case + generator.normal(0.0, own**0.5, case.shape)
    spread = ((1 + 1 / model.b**2) * (model.case + own)) ** 0.5
    scores[of_class] = scores[of_class] / model.b + float(ndtri(model.detector_auc)) * spread
    return np.asarray(scores)
