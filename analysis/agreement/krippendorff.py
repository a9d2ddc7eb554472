"""Krippendorff's alpha, 1 - D_o/D_e, with his own metrics.

Krippendorff, Content Analysis, 2nd ed. 2004, chapter 11. Only pairable values count, those of cases with at least two.
Neither statsmodels nor scipy has it. Checked against the values of his own example, the Python package krippendorff,
and irrCAC (``krippen.alpha.raw``, also its standard error; its ``ordinal`` weights are not Krippendorff's metric).
``irr::kripp.alpha`` is wrong for complete data of more than two readers.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from analysis.agreement.chance import Table, tabulate
from analysis.agreement.coefficient import UNDEFINED, Coefficient, over_cases
from analysis.agreement.ranks import above_less_below, midranks
from analysis.agreement.scale import FloatArray
from analysis.agreement.weights import Kind

Metric = Literal["nominal", "ordinal", "interval", "ratio"]

# The square of the number of values between two is the square of the difference of their midranks.
_KINDS: dict[str, Kind] = {"nominal": "identity", "ordinal": "quadratic", "interval": "quadratic", "ratio": "ratio"}


def krippendorff(scores: FloatArray, metric: Metric, alpha: float) -> Coefficient:
    """Alpha of `scores`, shape (readers, cases), NaN where missing.

    Metrics: ``nominal`` counts any difference; ``ordinal`` squares the number of values between two, ``interval`` their
    difference, ``ratio`` their difference over their sum (no value is negative).

    Notes
    -----
    With N pairable values in n cases, r = N/n, pi_k = N_k/N, and weights w = 1 - metric/its greatest value:
    p_a' = sum_i sum_k r_ik (sum_l w_kl r_il - 1)/(r_i - 1)/N, p_e = sum w_kl pi_k pi_l and
    alpha = 1 - (1 - 1/N)(1 - p_a')/(1 - p_e). The standard error is linearised over cases (Gwet 2014, chapter 5); for
    the ordinal metric, which is itself made of the ratings, with what a case adds to the ranks of all.

    Examples
    --------
    >>> krippendorff(np.array([[1.0, 2, 3, 3], [1.0, 2, 3, 4]]), "nominal", 0.05).estimate
    0.6956521739130435
    """
    scores = scores[:, (~np.isnan(scores)).sum(axis=0) >= 2]
    table = tabulate(midranks(scores) if metric == "ordinal" else scores, _KINDS[metric])
    if table.categories < 2:
        return UNDEFINED
    count = table.count
    total, n = float(count.sum()), len(count)
    usual = total / n
    agreeing = (table.within() - count) / (count - 1) / usual
    shares = table.shares(1 / total)
    towards = table.weights.towards(shares)
    observed, expected = float(agreeing.mean()), float(shares @ towards)
    corrected = (1 - 1 / total) * observed + 1 / total
    uneven = count / usual - 1
    parts = (agreeing - corrected * uneven - expected) / (1 - expected)
    by_chance = table.sum_of_case(towards) / usual - expected * uneven
    parts -= 2 * (1 - observed) / (1 - expected) * (by_chance - expected) / (1 - expected)
    if metric == "ordinal":
        parts += n * _through_ranks(table, observed, expected)
    return over_cases((corrected - expected) / (1 - expected), parts, alpha)


def _through_ranks(table: Table, observed: float, expected: float) -> FloatArray:
    """What each case adds by shifting the ranks of all values: half a rank for each value above or below."""
    rated, count = table.codes >= 0, table.count
    of_value = table.shares(1.0)
    ranks = np.cumsum(of_value) - of_value / 2
    spread = ranks[-1] - ranks[0]
    at = np.where(rated, ((ranks - ranks[0]) / spread)[table.codes], 0.0)
    total, disagreement, by_chance = count.sum(), 1 - observed, 1 - expected
    of_observed = 4 * (count * at - at.sum(axis=0)) / (count - 1)
    of_expected = 4 * (at - at.sum() / total)
    slope = (disagreement / by_chance * of_expected - of_observed) / (by_chance * total)
    return np.asarray(table.sum_of_case(above_less_below(table.shares(slope))) / (2 * spread))
