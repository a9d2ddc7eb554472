"""Covariates that tell right from wrong calls without fail: the odds ratio is then infinite, and there is no fit."""

from __future__ import annotations

import numpy as np

from analysis.measures.covariance import FloatArray

_TOLERANCE = 1e-7


def separating(design: FloatArray, outcome: FloatArray) -> list[int]:
    """Columns that together separate the outcomes 1 and 0, wholly or but for ties; empty where none do.

    There is separation where some b has x b >= 0 for every outcome of 1 and x b <= 0 for every 0, not always with 0:
    a linear programme (Albert, Anderson. Biometrika 1984;71:1; Konis. DPhil thesis, Oxford, 2007).

    Parameters
    ----------
    design : ndarray, shape (n, p)
        Columns of about the same spread; any constant is one of them.
    outcome : ndarray, shape (n,)
        1 or 0.

    Examples
    --------
    >>> years = np.array([1.0, 2, 3, 4])
    >>> X = np.column_stack([np.ones(4), years])
    >>> separating(X, np.array([0.0, 0, 1, 1])), separating(X, np.array([0.0, 1, 0, 1]))
    ([0, 1], [])
    """
    from scipy.optimize import linprog

    signed = np.unique(np.where(outcome > 0.5, 1.0, -1.0)[:, None] * design, axis=0)
    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1))
    if -found.fun <= _TOLERANCE * len(signed):
        return []
    return [int(column) for column in np.flatnonzero(np.abs(found.x) > _TOLERANCE)]
