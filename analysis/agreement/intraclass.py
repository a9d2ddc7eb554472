"""Intraclass correlations of McGraw and Wong (Psychol Methods 1996;1:30, correction 1996;1:390).

With n cases, k readers and the mean squares of cases (R), readers (C), within cases (W) and error (E) of the table of
the cases that every reader has rated; cases with a missing rating are left out, as irr and pingouin do. statsmodels and
scipy have none. Checked against pingouin (``intraclass_corr``) and Shrout and Fleiss (Psychol Bull 1979;86:420).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtri

from analysis.agreement.scale import FloatArray, centred
from analysis.intervals import Interval

# Mean squares below this part of the greatest are rounded zeros.
_ROUNDING = 1e-24
# A difference this small beside its terms is a rounded zero.
_CANCELLED = 1e-12


@dataclass(frozen=True)
class Intraclass:
    """One intraclass correlation; what is not defined is None."""

    estimate: float | None
    ci: Interval | None


@dataclass(frozen=True)
class _Squares:
    """Mean squares of a table of n cases and k readers."""

    n: int
    k: int
    cases: float
    readers: float
    within: float
    error: float


# The form for a single reader, and that for the mean of k.
FORMS = {"1": "1k", "A1": "Ak", "C1": "Ck"}


def intraclass(scores: FloatArray, alpha: float) -> dict[str, Intraclass]:
    """All six forms for `scores`, shape (readers, cases), NaN where missing.

    ``1``: readers drawn anew for every case (one-way). ``A1``: the same readers, whose levels count (absolute
    agreement). ``C1``: their levels do not count (consistency). ``1k``, ``Ak``, ``Ck``: of the mean of k readers, by
    Spearman and Brown from those, limits too. For ``Ak`` that is McGraw and Wong's interval, as in psych and pingouin;
    irr puts the coefficient of k readers into the degrees of freedom of one.

    Examples
    --------
    >>> found = intraclass(np.array([[1.0, 2, 3, 4], [3.0, 4, 5, 6]]), alpha=0.05)
    >>> round(found["A1"].estimate, 4), found["C1"].estimate
    (0.4545, 1.0)
    """
    scores = scores[:, ~np.isnan(scores).any(axis=0)]
    if min(scores.shape) < 2 or (scores == scores[0, 0]).all():
        return dict.fromkeys((*FORMS, *FORMS.values()), Intraclass(None, None))
    squares = _mean_squares(scores)
    found = {
        "1": _by_f(squares, squares.within, squares.n * (squares.k - 1), alpha),
        "A1": _agreement(squares, alpha),
        "C1": _by_f(squares, squares.error, (squares.n - 1) * (squares.k - 1), alpha),
    }
    return found | {FORMS[one]: _of_mean(item, squares.k) for one, item in found.items()}


def _mean_squares(scores: FloatArray) -> _Squares:
    k, n = scores.shape
    scores, _ = centred(scores)
    cases, readers, mean = scores.mean(axis=0), scores.mean(axis=1), scores.mean()
    sums = (
        k * np.sum((cases - mean) ** 2) / (n - 1),
        n * np.sum((readers - mean) ** 2) / (k - 1),
        np.sum((scores - cases) ** 2) / (n * (k - 1)),
        np.sum((scores - cases - readers[:, None] + mean) ** 2) / ((n - 1) * (k - 1)),
    )
    return _Squares(n, k, *(float(square) if square > _ROUNDING * max(sums) else 0.0 for square in sums))


def _by_f(squares: _Squares, rest: float, df: int, alpha: float) -> Intraclass:
    """(F - 1)/(F + k - 1) of the mean squares of cases and `rest`; limits from F over its quantiles."""
    n, k = squares.n, squares.k
    total = squares.cases + (k - 1) * rest
    if total == 0:
        return Intraclass(None, None)
    estimate = (squares.cases - rest) / total
    if rest == 0:
        return Intraclass(estimate, None)
    ratio = squares.cases / rest
    limits = (ratio / fdtri(n - 1, df, 1 - alpha / 2), ratio * fdtri(df, n - 1, 1 - alpha / 2))
    low, high = (float((limit - 1) / (limit + k - 1)) for limit in limits)
    return Intraclass(estimate, (low, high))


def _agreement(squares: _Squares, alpha: float) -> Intraclass:
    """Absolute agreement, its interval by Satterthwaite's degrees of freedom (McGraw and Wong, table 7)."""
    n, k, cases, readers, error = squares.n, squares.k, squares.cases, squares.readers, squares.error
    total = cases + (k - 1) * error + k * (readers - error) / n
    if total <= _CANCELLED * (cases + readers + error):
        return Intraclass(None, None)
    estimate = (cases - error) / total
    if estimate == 1:
        return Intraclass(estimate, None)
    of_readers = k * estimate / (n * (1 - estimate)) * readers
    of_error = (1 + k * estimate * (n - 1) / (n * (1 - estimate))) * error
    if abs(of_readers + of_error) <= _CANCELLED * (abs(of_readers) + abs(of_error)):
        return Intraclass(estimate, None)
    df = (of_readers + of_error) ** 2 / (of_readers**2 / (k - 1) + of_error**2 / ((n - 1) * (k - 1)))
    below, above = fdtri(n - 1, df, 1 - alpha / 2), fdtri(df, n - 1, 1 - alpha / 2)
    if not np.isfinite([below, above]).all():
        return Intraclass(estimate, None)
    spread = k * readers + (k * n - k - n) * error
    low = n * (cases - below * error) / (below * spread + n * cases)
    high = n * (above * cases - error) / (spread + n * above * cases)
    return Intraclass(estimate, (float(low), float(high)))


def _of_mean(single: Intraclass, k: int) -> Intraclass:
    """The correlation of the mean of k readers from that of one, limits too."""
    if single.estimate is None:
        return single
    estimate = _spearman_brown(single.estimate, k)
    if single.ci is None:
        return Intraclass(estimate, None)
    low, high = (_spearman_brown(limit, k) for limit in single.ci)
    return Intraclass(estimate, None if low is None or high is None else (low, high))


def _spearman_brown(value: float, k: int) -> float | None:
    """Of the mean of k readers; None where the mean would have no variance left."""
    remaining = 1 + (k - 1) * value
    return k * value / remaining if remaining > _CANCELLED else None
