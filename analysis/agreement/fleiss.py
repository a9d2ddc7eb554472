"""Agreement among readers on the call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import intervals, results
from analysis.errors import RatingsError
from analysis.intervals import Interval
from analysis.measures.curves import from_reads
from analysis.table.ratings import Phases, Ratings, validate


@dataclass(frozen=True)
class FleissKappa:
    """Chance-corrected agreement; None where it is not defined.

    Attributes
    ----------
    estimate, se, ci
        Kappa, Gwet's subject-level standard error, and its t interval clipped to [-1, 1].
    observed, expected : float
        Share of agreeing pairs of readers, and the share that the categories' overall use would give.
    cases, readers, calls : int
        Cases with at least one call, readers, and calls.
    """

    estimate: float | None
    se: float | None
    ci: Interval | None
    observed: float | None
    expected: float
    cases: int
    readers: int
    calls: int


@dataclass(frozen=True)
class AgreementResult(results.Result):
    """Result of :func:`fleiss_kappa`."""

    fleiss_kappa: FleissKappa
    alpha: float
    method: str
    generalises_to: str
    warnings: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row for each coefficient."""
        return pd.DataFrame([{"coefficient": "Fleiss kappa", **self.to_dict()["fleiss_kappa"]}])

    def __str__(self) -> str:
        kappa = self.fleiss_kappa
        ci = f"{100 * (1 - self.alpha):g} % CI"
        return results.paragraphs(
            f"{self.method}\n{kappa.readers} readers, {kappa.cases} cases, {kappa.calls} calls",
            results.text_table(
                [
                    {
                        "coefficient": "Fleiss kappa",
                        "estimate": kappa.estimate,
                        "SE": kappa.se,
                        ci: kappa.ci,
                        "observed": kappa.observed,
                        "expected": kappa.expected,
                    }
                ]
            ),
            self.generalises_to,
            "\n".join(f"Note: {warning}" for warning in self.warnings),
        )


def fleiss_kappa(
    ratings: pd.DataFrame | Ratings, *, phase: Phases = None, modality: str | None = None, alpha: float = 0.05
) -> AgreementResult:
    """Fleiss' kappa of the readers' calls, with an interval over cases.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        A ratings table; human first reads are used, a missing call is a missing rating.
    phase, modality : str, optional
        Restrict to these.
    alpha : float
        The interval has confidence 1 - alpha.

    Raises
    ------
    RatingsError
        When there are no calls, fewer than two readers, or the choices do not allow the analysis.

    See Also
    --------
    fleiss_kappa_of_counts : the formulas, for any number of categories.
    """
    reads = validate(ratings).single_modality_reads(phase=phase, modality=modality)
    calls = from_reads(reads, "call")
    if len(calls.readers) < 2:
        raise RatingsError(
            f"column 'reader': {calls.readers[0]} is the only reader with calls; agreement needs at least two readers"
        )
    kappa = fleiss_kappa_of_counts(_category_counts(calls.scores), readers=len(calls.readers), alpha=alpha)
    return AgreementResult(
        fleiss_kappa=kappa,
        alpha=alpha,
        method="Agreement on the call; Gwet's subject-level standard error, t interval over cases",
        generalises_to=f"The result generalises to cases like these {kappa.cases}, as read by these {kappa.readers} "
        "readers.",
        warnings=tuple(_warnings(kappa, bool(calls.read.all()))),
    )


def fleiss_kappa_of_counts(
    counts: NDArray[np.integer[Any]], *, readers: int | None = None, alpha: float = 0.05
) -> FleissKappa:
    """Fleiss' kappa with Gwet's standard error, also when cases differ in their number of ratings.

    Parameters
    ----------
    counts : ndarray of int, shape (n, q)
        How many readers put case i into category k. Cases without a rating are left out.
    readers : int, optional
        Number of readers, for the record; by default the most ratings of one case.
    alpha : float
        The interval has confidence 1 - alpha.

    Notes
    -----
    With r_i ratings of case i: observed agreement p_a is the mean of sum_k r_ik (r_ik - 1) / [r_i (r_i - 1)] over the
    n' cases with r_i >= 2; category shares pi_k are the means of r_ik / r_i over all n cases; p_e = sum pi_k²;
    kappa = (p_a - p_e)/(1 - p_e). Variance: sum (kappa_i - kappa)² / [n (n - 1)] with
    kappa_i = (n/n') (p_a,i - p_e)/(1 - p_e) [0 where r_i < 2] - 2 (1 - kappa) (p_e,i - p_e)/(1 - p_e) and
    p_e,i = sum_k pi_k r_ik / r_i.
    Fleiss, Psychol Bull 1971;76:378; Gwet, Handbook of Inter-Rater Reliability, 4th ed. 2014, and
    Psychometrika 2021;86:1. This is not the standard error under no agreement that some packages print, which serves
    a test only. Written here because statsmodels has neither missing ratings nor this standard error; checked against
    irrCAC (fleiss.kappa.raw) and statsmodels (fleiss_kappa).

    Examples
    --------
    >>> round(fleiss_kappa_of_counts(np.array([[3, 0], [0, 3], [3, 0], [1, 2]])).estimate, 4)
    0.6571
    """
    counts = counts[counts.sum(axis=1) > 0]
    n, per_case = len(counts), counts.sum(axis=1)
    readers = int(per_case.max()) if readers is None else readers
    paired = per_case >= 2
    shares = counts / per_case[:, None]
    pi = shares.mean(axis=0)
    expected = float(pi @ pi)
    agreeing = np.zeros(n)
    agreeing[paired] = (counts * (counts - 1)).sum(axis=1)[paired] / (per_case * (per_case - 1))[paired]
    observed = float(agreeing[paired].mean()) if paired.any() else None
    if observed is None or np.count_nonzero(pi) < 2:
        return FleissKappa(None, None, None, observed, expected, n, readers, int(per_case.sum()))
    kappa = (observed - expected) / (1 - expected)
    of_case = n / paired.sum() * (agreeing - expected * paired) / (1 - expected)
    of_case -= 2 * (1 - kappa) * (shares @ pi - expected) / (1 - expected)
    se = float(np.sqrt(np.sum((of_case - kappa) ** 2) / (n * (n - 1)))) if n > 1 else None
    return FleissKappa(kappa, se, _interval(kappa, se, n, alpha), observed, expected, n, readers, int(per_case.sum()))


def _interval(kappa: float, se: float | None, n: int, alpha: float) -> Interval | None:
    if se is None or se == 0:
        return None
    low, high = intervals.symmetric(kappa, se, n - 1, alpha)
    return max(low, -1.0), min(high, 1.0)


def _category_counts(calls: NDArray[np.float64]) -> NDArray[np.intp]:
    categories = np.unique(calls[~np.isnan(calls)])
    return np.column_stack([(calls == category).sum(axis=0) for category in categories])


def _warnings(kappa: FleissKappa, complete: bool) -> list[str]:
    found = []
    if not complete:
        found.append("Some calls are missing; agreement is over the cases with at least two calls (Gwet 2014).")
    if kappa.estimate is None:
        found.append("Kappa is not defined: all calls are the same, or no case has two calls.")
    elif kappa.ci is None:
        found.append("The estimated standard error is zero; no interval is possible.")
    return found
