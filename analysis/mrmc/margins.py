"""Non-inferiority and equivalence: one-sided tests against a margin, with the standard error and df of the difference.

Chen, Petrick, Sahiner. Acad Radiol 2012;19:1158.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis import intervals
from analysis.errors import RatingsError
from analysis.intervals import Interval


@dataclass(frozen=True)
class MarginTest:
    """Is `a` worse than `b` by less than the margin?

    Attributes
    ----------
    a, b : str
        What is compared.
    margin : float
        The largest loss that does not matter, in units of the figure.
    statistic, df, p
        t = (a - b + margin)/SE, one-sided; z where `df` is None.
    p_equivalence : float or None
        The larger p of both directions: that neither is worse by the margin.
    limit : float or None
        Lower limit of a - b with confidence 1 - alpha/2 on one side; above -margin means not inferior.
    noninferior, equivalent : bool or None
        The verdicts at alpha/2 on each side, as regulators ask.
    """

    a: str
    b: str
    margin: float
    statistic: float | None
    df: float | None
    p: float | None
    p_equivalence: float | None
    limit: float | None
    noninferior: bool | None
    equivalent: bool | None


def require_margin(margin: float | None) -> None:
    """Refuse a margin that is no positive number."""
    if margin is not None and not (np.isfinite(margin) and margin > 0):
        raise RatingsError(f"the margin is {margin:g} and must be a positive number, for example 0.05")


def margin_tests(
    a: str,
    b: str,
    difference: float,
    se: float | None,
    df: float | None,
    ci: Interval | None,
    margin: float,
    alpha: float,
) -> tuple[MarginTest, MarginTest]:
    """Test `a` against `b` and `b` against `a`, from the difference a - b.

    Examples
    --------
    >>> first, _ = margin_tests("new", "old", -0.0438, 0.0206825, 15.066, (-0.0879, 0.0003), 0.05, 0.05)
    >>> round(first.statistic, 4), round(first.p, 4), first.noninferior
    (0.2998, 0.3842, False)
    """
    if not se:
        nothing = (margin, None, df, None, None, None, None, None)
        return MarginTest(a, b, *nothing), MarginTest(b, a, *nothing)
    statistics = [(sign * difference + margin) / se for sign in (1, -1)]
    ps = [intervals.upper_p(statistic, df) for statistic in statistics]
    both = max(ps)
    low, high = ci if ci is not None else (difference, difference)
    limits = (low, -high)
    first, second = (
        MarginTest(*names, margin, statistic, df, p, both, limit, p < alpha / 2, both < alpha / 2)
        for names, statistic, p, limit in zip(((a, b), (b, a)), statistics, ps, limits, strict=True)
    )
    return first, second
