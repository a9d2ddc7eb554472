"""Obuchowski–Rockette analysis on a table of estimates and their covariance matrix, with Hillis' degrees of freedom.

Nothing here knows ratings: any figure of merit with any covariance will do. Symbols as in the literature: t modalities,
r readers, D the error term, MS mean squares, Cov1 same reader and different modality, Cov2 same modality and different
readers, Cov3 both different.

References
----------
Obuchowski, Rockette. Commun Stat Simul Comput 1995;24:285. Hillis. Statist Med 2007;26:596.
Hillis, Berbaum, Metz. Acad Radiol 2008;15:647.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.measures.covariance import ROUNDING, FloatArray

Random = Literal["both", "readers", "cases"]


@dataclass(frozen=True)
class Components:
    """Error covariances and variance components; None where the design has none, negative ones as they are."""

    error: float
    cov1: float | None
    cov2: float | None
    cov3: float | None
    reader: float | None
    modality_reader: float | None


@dataclass(frozen=True)
class MeanSquares:
    """Mean squares of the modality × reader table of estimates; None where there are no degrees of freedom."""

    modality: float | None
    modality_reader: float | None
    reader: float | None


@dataclass(frozen=True)
class ErrorTerm:
    """The denominator D of a test; the variance of a mean over r readers is D/r. `df` of None means infinitely many."""

    variance: float
    df: float | None


@dataclass(frozen=True, eq=False)
class Comparison:
    """What differences between modalities rest on.

    Attributes
    ----------
    means : ndarray, shape (t,)
        Readers' mean in each modality.
    sizes : tuple of int
        Number of readers in each; a difference has the variance (1/r_i + 1/r_j) D.
    components, mean_squares
        As estimated.
    term : ErrorTerm
        D with its degrees of freedom.
    """

    means: FloatArray
    sizes: tuple[int, ...]
    components: Components
    mean_squares: MeanSquares
    term: ErrorTerm


def mean_squares(estimates: FloatArray) -> MeanSquares:
    """Mean squares of `estimates`, shape (t, r)."""
    t, r = estimates.shape
    of_modality, of_reader, grand = estimates.mean(axis=1), estimates.mean(axis=0), estimates.mean()
    residual = estimates - of_modality[:, None] - of_reader + grand
    return MeanSquares(
        modality=_ratio(r * np.sum((of_modality - grand) ** 2), t - 1),
        modality_reader=_ratio(np.sum(residual**2), (t - 1) * (r - 1)),
        reader=_ratio(t * np.sum((of_reader - grand) ** 2), r - 1),
    )


def components(estimates: FloatArray, covariances: FloatArray) -> Components:
    """Error covariances as plain means over `covariances`, shape (t·r, t·r) by modality, and variance components.

    With one modality: Var(R) = MS(R) - Var + Cov2. With several: Var(TR) = MS(TR) - Var + Cov1 + Cov2 - Cov3 and
    Var(R) = [MS(R) - MS(TR)]/t - Cov1 + Cov3.
    """
    t, r = estimates.shape
    squares = mean_squares(estimates)
    error = float(np.diag(covariances).mean())
    cov1, cov2, cov3 = _mean_covariances(covariances, t, r)
    reader = modality_reader = None
    if squares.reader is not None and cov2 is not None:
        if t == 1:
            reader = squares.reader - error + cov2
        elif squares.modality_reader is not None and cov1 is not None and cov3 is not None:
            reader = (squares.reader - squares.modality_reader) / t - cov1 + cov3
            modality_reader = squares.modality_reader - error + cov1 + cov2 - cov3
    return Components(error, cov1, cov2, cov3, reader, modality_reader)


def difference_term(estimates: FloatArray, covariances: FloatArray, random: Random) -> ErrorTerm:
    """Error term of differences between t >= 2 modalities; a difference of two means has SE sqrt(2 D/r).

    Readers and cases random: D = MS(TR) + r max(Cov2 - Cov3, 0), df = D²/{MS(TR)²/[(t-1)(r-1)]}. Readers only:
    D = MS(TR) on (t-1)(r-1). Cases only: D = Var - Cov1 + (r-1) max(Cov2 - Cov3, 0), normal.
    """
    t, r = estimates.shape
    found = components(estimates, covariances)
    shared = 0.0 if found.cov2 is None or found.cov3 is None else max(found.cov2 - found.cov3, 0.0)
    fixed_readers = found.error - (found.cov1 or 0.0) + (r - 1) * shared
    return error_term(mean_squares(estimates).modality_reader, (t - 1) * (r - 1), r * shared, fixed_readers, random)


def crossed(estimates: FloatArray, covariances: FloatArray, random: Random) -> Comparison:
    """Compare t >= 2 modalities that all r readers have read in, `estimates` of shape (t, r)."""
    t, r = estimates.shape
    return Comparison(
        means=estimates.mean(axis=1),
        sizes=(r,) * t,
        components=components(estimates, covariances),
        mean_squares=mean_squares(estimates),
        term=difference_term(estimates, covariances, random),
    )


def single_term(estimates: FloatArray, covariances: FloatArray, random: Random) -> ErrorTerm:
    """Error term of the mean of r readers in one modality, `estimates` of shape (r,); its SE is sqrt(D/r).

    Readers and cases random: D = MS(R) + r max(Cov2, 0), df = D²/{MS(R)²/(r-1)}. Readers only: D = MS(R) on r-1.
    Cases only: D = Var + (r-1) max(Cov2, 0), normal.
    """
    r = len(estimates)
    found = components(estimates[None, :], covariances)
    shared = max(found.cov2 or 0.0, 0.0)
    fixed_readers = found.error + (r - 1) * shared
    return error_term(mean_squares(estimates[None, :]).reader, r - 1, r * shared, fixed_readers, random)


def error_term(
    mean_square: float | None, df: int, from_cases: float, fixed_readers: float, random: Random
) -> ErrorTerm:
    """D for what is random, from the mean square of the readers, and what readers share by the same cases."""
    if random == "cases":
        return ErrorTerm(rounded(fixed_readers), None)
    if mean_square is None:
        raise ValueError("random readers need at least two readers")
    if random == "readers":
        return ErrorTerm(rounded(mean_square), float(df))
    variance = rounded(mean_square + from_cases)
    return ErrorTerm(variance, df * (variance / mean_square) ** 2 if mean_square > 0 else None)


def rounded(variance: float) -> float:
    """The variance; zero where it is a rounding error."""
    return variance if abs(variance) > ROUNDING else 0.0


def _mean_covariances(covariances: FloatArray, t: int, r: int) -> tuple[float | None, float | None, float | None]:
    modality, reader = np.divmod(np.arange(t * r), r)
    same_modality = modality[:, None] == modality
    same_reader = reader[:, None] == reader
    return (
        mean_of(covariances[~same_modality & same_reader]),
        mean_of(covariances[same_modality & ~same_reader]),
        mean_of(covariances[~same_modality & ~same_reader]),
    )


def mean_of(values: FloatArray) -> float | None:
    """The mean; None of nothing."""
    return float(values.mean()) if values.size else None


def _ratio(sum_of_squares: float, df: int) -> float | None:
    """Mean square; a sum of squares of rounding errors counts as zero, or its df would be nonsense."""
    if df == 0:
        return None
    return float(sum_of_squares / df) if sum_of_squares > ROUNDING**2 else 0.0
