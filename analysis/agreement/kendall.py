"""Kendall's coefficient of concordance W: how far readers put the cases in the same order.

Kendall and Babington Smith (Ann Math Stat 1939;10:275); cases that a reader has not rated are left out, as irr does.
SciPy has Friedman's test, which is a function of W, and neither the coefficient nor an interval of it. Checked against
SciPy (``friedmanchisquare``), whose statistic is m (n - 1) W.
"""

from __future__ import annotations

import numpy as np

from analysis.agreement.coefficient import UNDEFINED, Coefficient, over_cases
from analysis.agreement.ranks import above_less_below, midranks
from analysis.agreement.scale import FloatArray


def kendall_w(scores: FloatArray, alpha: float) -> Coefficient:
    """W of `scores`, shape (m readers, n cases), corrected for ties; the interval is clipped to [0, 1].

    Notes
    -----
    With u_ji the midrank of case i by reader j less (n + 1)/2, W = sum_i (sum_j u_ji)² / (m sum_j sum_i u_ji²), which
    is 12 S/[m² (n³ - n) - m sum T]. The standard error is linearised: a case counts by its own ranks and by the half
    rank by which it shifts those of all others.

    Examples
    --------
    >>> round(kendall_w(np.array([[1.0, 2, 3, 4], [10, 20, 40, 30], [1, 3, 2, 4]]), alpha=0.05).estimate, 4)
    0.7778
    """
    scores = scores[:, ~np.isnan(scores).any(axis=0)]
    m, n = scores.shape
    ranks = np.stack([midranks(reader) for reader in scores]) - (n + 1) / 2
    total, whole = ranks.sum(axis=0), m * float((ranks**2).sum())
    if m < 2 or whole == 0:
        return UNDEFINED
    estimate = float((total**2).sum()) / whole
    of_sum, of_whole = total**2, m * (ranks**2).sum(axis=0)
    for reader in ranks:
        values, codes = np.unique(reader, return_inverse=True)
        for of_case, weights in ((of_sum, total), (of_whole, m * reader)):
            of_value = np.bincount(codes, weights=weights, minlength=len(values)).astype(float)
            of_case += above_less_below(of_value)[codes]
    return over_cases(estimate, estimate + n * (of_sum - estimate * of_whole) / whole, alpha, limits=(0.0, 1.0))
