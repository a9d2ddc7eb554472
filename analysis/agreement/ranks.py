"""Midranks, and how they move when one more value is counted."""

from __future__ import annotations

import numpy as np

from analysis.agreement.scale import FloatArray


def midranks(scores: FloatArray) -> FloatArray:
    """Rank of each of all values, ties sharing their mean; NaN stays NaN. (scipy.stats.rankdata loads scipy.stats.)

    Examples
    --------
    >>> midranks(np.array([30.0, 10.0, 30.0, np.nan]))
    array([2.5, 1. , 2.5, nan])
    """
    values, codes, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.where(np.isnan(values), np.nan, np.cumsum(counts) - (counts - 1) / 2)
    return np.asarray(ranks[codes].reshape(scores.shape))


def above_less_below(of_value: FloatArray) -> FloatArray:
    """For each of the rising values, the sum of what belongs to higher ones less the sum of what belongs to lower.

    Examples
    --------
    >>> above_less_below(np.array([1.0, 2.0, 3.0]))
    array([ 5.,  2., -3.])
    """
    up_to = np.cumsum(of_value)
    return np.asarray(up_to[-1] - 2 * up_to + of_value)
