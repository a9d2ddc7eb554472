"""Agreement of readers with themselves, on cases that they have read again.

Everything is a function of six sums over pairs of a first and a later read (1, x, y, x², y², xy), so that leaving out a
case, with all its pairs, is a subtraction: standard errors are the jackknife over cases.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis import intervals
from analysis.agreement.coefficient import UNDEFINED, Coefficient, with_variance
from analysis.agreement.scale import FloatArray, centred
from analysis.agreement.within_reader_result import IntraReader, IntraReaderResult, Limits
from analysis.errors import RatingsError
from analysis.table.ratings import Phases, Ratings, present, validate

_READ = ["reader", "case", "modality", "phase"]
_ANY = (-np.inf, np.inf)
# A variance below this part of the mean square is a rounded zero.
_ROUNDING = 1e-12
Statistic = Callable[[FloatArray], FloatArray]


def intra_reader(
    ratings: pd.DataFrame | Ratings, *, phase: Phases = None, modality: str | None = None, alpha: float = 0.05
) -> IntraReaderResult:
    """Agreement of first reads with their repetitions, for each reader and for all together.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        A ratings table. Each human read with ``reread`` of 1 or more is held against the read with ``reread`` 0 of the
        same reader, case, modality and phase.
    phase, modality : str, optional
        Restrict to these.
    alpha : float
        Intervals have confidence 1 - alpha, and limits of agreement hold that share of differences.

    Raises
    ------
    RatingsError
        When no read is the repetition of another, or the choices do not allow the analysis.

    Notes
    -----
    Of calls: the share of the same ones, with Wilson's interval on the number of pairs that would have the same
    standard error, and Cohen's kappa. Of ratings: ICC(A,1) of the two occasions, its interval on Fisher's z scale, and
    the limits of agreement of Bland and Altman (Lancet 1986;327:307): mean difference (later less first) plus and minus
    the normal quantile times its standard deviation. All standard errors are by the jackknife over cases, so that
    several readers of a case, and several repetitions, count as one cluster; t intervals on cases - 1.
    No package was found that has these with clusters; checked against :func:`cohen` and :func:`intraclass` where each
    case is read twice by one reader.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"reader": "R1", "case": [1, 2, 3, 4] * 2, "truth": [0, 0, 1, 1] * 2,
    ...                       "call": [0, 0, 1, 1, 0, 1, 1, 1], "reread": [0] * 4 + [1] * 4})
    >>> found = intra_reader(table).pooled
    >>> found.pairs, found.same_calls.estimate, found.kappa.estimate
    (4, 0.75, 0.5)
    """
    intervals.quantile(None, alpha)
    ratings = validate(ratings)
    pairs = repetitions(ratings, ratings.single_modality_reads(phase=phase, modality=modality))
    if pairs.empty:
        raise RatingsError(
            "column 'reread': no read repeats another (reread of 1 or more beside a first read with 0 of the same "
            "reader, case, modality and phase); number the repetitions in that column"
        )
    return of_repetitions(pairs, alpha)


def repetitions(ratings: Ratings, first: pd.DataFrame) -> pd.DataFrame:
    """Each repetition with the columns of the `first` read that it repeats, named ``first_call`` and so on."""
    frame = ratings.frame
    again = frame[(frame["kind"] == "human") & (frame["reread"] > 0)]
    renamed = first[[*_READ, "call", "rating"]].rename(columns={"call": "first_call", "rating": "first_rating"})
    return again[[*_READ, "call", "rating"]].merge(renamed, on=_READ, how="inner")


def of_repetitions(pairs: pd.DataFrame, alpha: float) -> IntraReaderResult:
    """Results of what :func:`repetitions` gives, of which there is at least one."""
    readers = [(name, pairs[pairs["reader"] == name]) for name in present(pairs["reader"])]
    pooled = _of_pairs(None, pairs, alpha)
    several = pairs.duplicated(["reader", "case"]).any()
    return IntraReaderResult(
        readers=tuple(_of_pairs(name, own, alpha) for name, own in readers),
        pooled=pooled,
        alpha=alpha,
        method="First reads against their repetitions: share of the same calls, Cohen's kappa, ICC(A,1), limits of "
        "agreement; jackknife over cases",
        generalises_to="The result generalises to cases like these "
        f"{pooled.cases}, as read again by {'this reader' if len(readers) == 1 else 'these readers'}.",
        warnings=tuple(
            ["Some cases were repeated more than once; every repetition is held against the first read."]
            if several
            else []
        ),
    )


def _of_pairs(reader: str | None, pairs: pd.DataFrame, alpha: float) -> IntraReader:
    calls, cases_of_calls = _columns(pairs, "call")
    ratings, cases_of_ratings = _columns(pairs, "rating")
    by_case = _sums_of_cases(calls, cases_of_calls)
    moved, unit = centred(ratings)
    moved_by_case = _sums_of_cases(moved, cases_of_ratings)
    return IntraReader(
        reader=reader,
        cases=pairs["case"].nunique(),
        pairs=len(pairs),
        same_calls=_share(by_case, alpha),
        kappa=_jackknifed(_kappa, by_case, alpha),
        icc=_correlation(moved_by_case, alpha),
        limits=_limits(moved_by_case, unit, alpha),
    )


def _columns(pairs: pd.DataFrame, column: str) -> tuple[FloatArray, pd.Series]:
    """First and later values, shape (2, pairs), of the pairs that have both, and their cases."""
    both = pairs[[f"first_{column}", column]].notna().all(axis=1)
    return pairs.loc[both, [f"first_{column}", column]].to_numpy(dtype=float).T, pairs.loc[both, "case"]


def _sums_of_cases(values: FloatArray, cases: pd.Series) -> FloatArray:
    """Shape (cases, 6): pairs, sums, sums of squares and of products."""
    x, y = values
    codes, names = pd.factorize(cases)
    terms = (np.ones_like(x), x, y, x**2, y**2, x * y)
    return np.stack([np.bincount(codes, weights=term, minlength=len(names)) for term in terms], axis=-1)


def _jackknifed(
    statistic: Statistic, by_case: FloatArray, alpha: float, limits: intervals.Interval = (-1.0, 1.0)
) -> Coefficient:
    """The statistic of all sums, with the variance from leaving out each case."""
    if not len(by_case):
        return UNDEFINED
    total = by_case.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = float(statistic(total))
        without = statistic(total - by_case)
    if not np.isfinite(estimate):
        return UNDEFINED
    n = len(by_case)
    if n < 2 or not np.isfinite(without).all():
        return Coefficient(estimate, None, None)
    return with_variance(estimate, (n - 1) * float(np.var(without)), n - 1, alpha, limits)


def _share(by_case: FloatArray, alpha: float) -> Coefficient:
    """Share of the same calls; never an interval of zero width."""
    found = _jackknifed(_same, by_case, alpha)
    if found.estimate is None or found.se is None:
        return found
    n, pairs = len(by_case), by_case[:, 0].sum()
    unclustered = found.estimate * (1 - found.estimate) * n / (n - 1)
    effective = min(unclustered / found.se**2, pairs) if found.se > 0 else n
    return Coefficient(found.estimate, found.se, intervals.wilson(found.estimate, max(round(effective), 1), alpha))


def _correlation(by_case: FloatArray, alpha: float) -> Coefficient:
    """ICC(A,1), with the interval carried back from Fisher's z."""
    found = _jackknifed(_icc, by_case, alpha)
    on_z = _jackknifed(lambda sums: np.arctanh(_icc(sums)), by_case, alpha, _ANY)
    ci = None if found.ci is None or on_z.ci is None else (float(np.tanh(on_z.ci[0])), float(np.tanh(on_z.ci[1])))
    return Coefficient(found.estimate, found.se, ci)


def _limits(by_case: FloatArray, unit: float, alpha: float) -> Limits | None:
    """Limits of agreement in units of the ratings; None with fewer than two pairs."""
    if by_case[:, 0].sum() < 2:
        return None
    z = intervals.quantile(None, alpha)

    def in_units(statistic: Statistic) -> Coefficient:
        found = _jackknifed(statistic, by_case, alpha, _ANY)
        return found.times(unit)

    return Limits(
        difference=in_units(_difference),
        sd=float(_sd(by_case.sum(axis=0))) * unit,
        low=in_units(lambda sums: _difference(sums) - z * _sd(sums)),
        high=in_units(lambda sums: _difference(sums) + z * _sd(sums)),
    )


def _parts(sums: FloatArray) -> tuple[FloatArray, ...]:
    return tuple(np.moveaxis(sums, -1, 0))


def _same(sums: FloatArray) -> FloatArray:
    pairs, _, _, xx, yy, xy = _parts(sums)
    return np.asarray(1 - (xx + yy - 2 * xy) / pairs)


def _kappa(sums: FloatArray) -> FloatArray:
    pairs, x, y, *_ = _parts(sums)
    expected = (x * y + (pairs - x) * (pairs - y)) / pairs**2
    return np.asarray((_same(sums) - expected) / (1 - expected))


def _difference(sums: FloatArray) -> FloatArray:
    pairs, x, y, *_ = _parts(sums)
    return np.asarray((y - x) / pairs)


def _sd(sums: FloatArray) -> FloatArray:
    pairs, x, y, xx, yy, xy = _parts(sums)
    return np.asarray(np.sqrt(np.maximum(xx + yy - 2 * xy - (y - x) ** 2 / pairs, 0) / (pairs - 1)))


def _icc(sums: FloatArray) -> FloatArray:
    """Absolute agreement of two occasions (McGraw and Wong 1996), from the mean squares of their table."""
    pairs, x, y, xx, yy, xy = _parts(sums)
    of_cases = ((xx + yy + 2 * xy) / 2 - (x + y) ** 2 / (2 * pairs)) / (pairs - 1)
    of_occasions = (x - y) ** 2 / (2 * pairs)
    error = ((xx + yy - 2 * xy) / 2 - of_occasions) / (pairs - 1)
    total = of_cases + error + 2 / pairs * (of_occasions - error)
    return np.asarray((of_cases - error) / np.where(total > _ROUNDING * (xx + yy) / pairs, total, np.nan))
