"""Covariance of the estimates of all curves, over the sampling of cases.

Missing reads need no special branch: two curves share what their common cases tell, and curves without a common case
have covariance zero.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from analysis.measures.curves import Curves
from analysis.measures.figures import Placements

FloatArray = NDArray[np.float64]
Covariance = Callable[[Curves, Placements], FloatArray]

# Estimates are of order 1, and variances are differences of such numbers: one below this is a rounded zero.
ROUNDING = 1e-15

# Doubles held at once while the success scores of all pairs of cases are compared.
_BLOCK = 2_000_000
_ROWS_FOR_ONE_THREAD = 100


def delong(curves: Curves, placements: Placements) -> FloatArray:
    """Sum over the strata of the covariance of placement values, divided by the number of cases.

    DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837, equations 4 to 6. With missing reads, the sum of
    products over the n_ab common cases of curves a and b is divided by n_a n_b - n_a - n_b + n_ab: as free of bias as
    DeLong's divisor n (n - 1) for complete reads, which it then equals.

    Returns
    -------
    ndarray, shape (q, q)
        In squared units of the figure of merit.
    """
    total = np.zeros((len(curves.labels),) * 2)
    for values in placements.strata:
        deviations, common, reads = _deviations(values, placements.estimates)
        pairs = np.outer(reads, reads) - np.add.outer(reads, reads) + common
        total += np.divide(_products(deviations), pairs, out=np.zeros_like(total), where=common > 0)
    return total


def clustered(curves: Curves, placements: Placements, clusters: NDArray[np.intp]) -> FloatArray:
    """DeLong's covariance where cases come in clusters, for example several images of a patient.

    Obuchowski (Biometrics 1997;53:567), whose placement values are summed within each cluster first; extended from the
    variance of one area to the covariance of two, and to missing reads with the divisor of :func:`delong`. Clusters of
    one case each give that one's result.
    """
    numbers, codes = np.unique(clusters, return_inverse=True)
    sums, seen = [], []
    for values, chosen in zip(placements.strata, (curves.positive, ~curves.positive), strict=True):
        deviations, _, count = _deviations(values, placements.estimates)
        belongs = np.zeros((values.shape[1], len(numbers)))
        belongs[np.arange(values.shape[1]), codes[chosen]] = 1.0
        sums.append(deviations @ belongs / count[:, None])
        seen.append((~np.isnan(values)).astype(float) @ belongs > 0)
    total = np.zeros((len(curves.labels),) * 2)
    for one, seen_one in zip(sums, seen, strict=True):
        total += (one @ one.T) * _for_few(seen_one)
    any_class = seen[0] | seen[1]
    cross = (sums[0] @ sums[1].T) * _for_few(any_class)
    return np.asarray(total + cross + cross.T)


def _for_few(seen: NDArray[np.bool_]) -> FloatArray:
    """What makes up for the estimates being in the deviations: c/(c - 1) for c clusters that two curves share."""
    counted = seen.astype(float)
    common, clusters = counted @ counted.T, counted.sum(axis=1)
    products = np.outer(clusters, clusters)
    pairs = products - np.add.outer(clusters, clusters) + common
    return np.asarray(np.divide(products, pairs, out=np.zeros_like(common), where=pairs > 0))


def jackknife(curves: Curves, placements: Placements) -> FloatArray:
    """Leave one case out of the K distinct cases that matter, in closed form: (K - 1)/K times the sum of products.

    Leaving out a case moves the estimate by (estimate - placement value) / (reads of the stratum - 1); a case that a
    reader has not read leaves it unchanged. K counts the cases of all strata together, as MRMCaov and RJafroc do.
    """
    total = np.zeros((len(curves.labels),) * 2)
    for values in placements.strata:
        deviations, _, reads = _deviations(values, placements.estimates)
        moved = deviations / (reads - 1)[:, None]
        total += _products(moved)
    n_cases = sum(values.shape[1] for values in placements.strata)
    return np.asarray(total * (n_cases - 1) / n_cases)


def unbiased(curves: Curves, placements: Placements) -> FloatArray:
    """Product of the estimates minus the U-statistic estimate of the product of their expectations.

    For the AUC, the mean of s_a(k, l) s_b(k', l') over all k != k', l != l' (Gallas, Pennello and Myers, J Opt Soc Am A
    2007;24:B70); for a proportion, of y_a(k) y_b(k') over k != k'. Only cases that both curves have read can coincide,
    so the estimate stays unbiased with missing reads; it then depends somewhat on the direction of the scale.
    """
    sums = placements.estimates * np.prod([_reads(values) for values in placements.strata], axis=0)
    products = np.outer(sums, sums)
    pairs = np.ones_like(products)
    for values, weight in zip(placements.strata, _partners(placements), strict=True):
        rows = np.nan_to_num(values) * weight[:, None]
        products -= rows @ rows.T
        read = (~np.isnan(values)).astype(float)
        pairs *= np.outer(read.sum(axis=1), read.sum(axis=1)) - read @ read.T
    if len(placements.strata) > 1:
        products += _coinciding_successes(curves)
    return np.asarray(np.outer(placements.estimates, placements.estimates) - products / pairs)


COVARIANCES: dict[str, Covariance] = {"delong": delong, "jackknife": jackknife, "unbiased": unbiased}


def _deviations(values: FloatArray, estimates: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Placement values about the estimate (0 where unread), cases common to each pair, and reads of each curve."""
    read = ~np.isnan(values)
    deviations = np.where(read, values - estimates[:, None], 0.0)
    common = np.full((len(read),) * 2, float(read.shape[1])) if read.all() else _products(read.astype(float))
    return deviations, common, np.diag(common).copy()


def _products(rows: FloatArray) -> FloatArray:
    """Sums of products of every two rows.

    BLAS shares even this work among its threads; up to some rows, they cost more time in waiting for each other than
    the sums do.
    """
    alone = len(rows) <= _ROWS_FOR_ONE_THREAD
    return np.asarray(np.einsum("ik,jk->ij", rows, rows) if alone else rows @ rows.T)


def _reads(values: FloatArray) -> FloatArray:
    return np.asarray(np.sum(~np.isnan(values), axis=1), dtype=float)


def _partners(placements: Placements) -> list[FloatArray]:
    """How many cases of the other stratum each case of a stratum is compared with (1 when there is no other)."""
    reads = [_reads(values) for values in placements.strata]
    return reads[::-1] if len(reads) == 2 else [np.ones_like(reads[0])]


def _coinciding_successes(curves: Curves) -> FloatArray:
    """Sum of s_a(k, l) s_b(k, l) over all pairs of a positive case k and a negative case l, shape (q, q)."""
    above, below = curves.scores[:, curves.positive], curves.scores[:, ~curves.positive]
    step = max(1, _BLOCK // below.size)
    total = np.zeros((len(curves.labels),) * 2)
    for start in range(0, above.shape[1], step):
        block = above[:, start : start + step, None]
        wins = ((block > below[:, None, :]) + 0.5 * (block == below[:, None, :])).reshape(len(curves.labels), -1)
        total += wins @ wins.T
    return total
