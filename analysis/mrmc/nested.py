"""Readers nested in modalities: every reader reads in one modality only.

Hillis. Statist Med 2014;33:330. The readers of a modality differ by MS[R(T)], and readers of any two modalities share
what the same cases tell, Cov3; the number of readers may differ between modalities.
"""

from __future__ import annotations

import numpy as np

from analysis.measures.covariance import FloatArray
from analysis.mrmc.hillis import Comparison, Components, MeanSquares, Random, error_term, mean_of


def nested(estimates: FloatArray, covariances: FloatArray, sizes: tuple[int, ...], random: Random) -> Comparison:
    """Compare t >= 2 modalities with readers of their own.

    Parameters
    ----------
    estimates : ndarray, shape (N,)
        Of all readers, by modality.
    covariances : ndarray, shape (N, N)
    sizes : tuple of int
        Number of readers of each modality.

    Notes
    -----
    D = MS[R(T)] + n0 max(Cov2 - Cov3, 0) on D²/{MS[R(T)]²/(N - t)}, with n0 = (N - sum r_i²/N)/(t - 1); with readers
    fixed, D = Var - Cov2 + n0 max(Cov2 - Cov3, 0). A difference of two means has variance (1/r_i + 1/r_j) D.

    MRMCaov 0.3.0 has another coefficient in place of n0, with the wrong sign. With this one, the variance of the
    difference of two modalities equals that of the U-statistics where readers are as many in each.
    """
    total, t = len(estimates), len(sizes)
    modality = np.repeat(np.arange(t), sizes)
    means = np.bincount(modality, estimates) / sizes
    same = modality[:, None] == modality
    other_reader = ~np.eye(total, dtype=bool)
    error = float(np.diag(covariances).mean())
    cov2, cov3 = mean_of(covariances[same & other_reader]), mean_of(covariances[~same])
    square = _mean_square(estimates - means[modality], total - t)
    n0 = (total - sum(size**2 for size in sizes) / total) / (t - 1)
    shared = 0.0 if cov2 is None or cov3 is None else max(cov2 - cov3, 0.0)
    fixed_readers = error - (cov2 or 0.0) + n0 * shared
    grand = float(means @ sizes) / total
    return Comparison(
        means=means,
        sizes=sizes,
        components=Components(
            error, None, cov2, cov3, None if square is None or cov2 is None else square - error + cov2, None
        ),
        mean_squares=MeanSquares(float(np.square(means - grand) @ sizes) / (t - 1), None, square),
        term=error_term(square, total - t, n0 * shared, fixed_readers, random),
    )


def _mean_square(deviations: FloatArray, df: int) -> float | None:
    return float(np.sum(deviations**2) / df) if df else None
