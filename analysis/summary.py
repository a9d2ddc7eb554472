"""The study at a glance: readers' means with their spread."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import intervals, results
from analysis.agreement.chance import fleiss, tabulate
from analysis.errors import RatingsError
from analysis.intervals import Interval
from analysis.measures.curves import Curves, from_reads
from analysis.measures.figures import auc
from analysis.mrmc.result import CaseCounts
from analysis.table.covariates import require_all
from analysis.table.ratings import OUTCOMES, Phases, Ratings, chosen_rows, present, validate


@dataclass(frozen=True)
class Spread:
    """Mean over readers, their standard deviation and range, and the t interval of the mean, clipped to [0, 1].

    With one reader, `sd` and `ci` are None.
    """

    mean: float
    sd: float | None
    min: float
    max: float
    ci: Interval | None


@dataclass(frozen=True)
class Mean:
    """Mean over readers and its t interval, clipped to [0, 1]; None with one reader."""

    mean: float
    ci: Interval | None


@dataclass(frozen=True)
class Kappa:
    """Fleiss' kappa of the calls and Gwet's interval; None where not defined."""

    estimate: float | None
    ci: Interval | None


@dataclass(frozen=True)
class Summary(results.Result):
    """Result of :func:`summary`; None stands for what the reads do not give."""

    readers: int
    cases: CaseCounts
    reads: int
    accuracy: Spread | None
    sensitivity: Spread | None
    specificity: Spread | None
    auc: Mean | None
    fleiss_kappa: Kappa

    def to_frame(self) -> pd.DataFrame:
        """One row for each figure: mean, sd, min, max, low, high."""
        return pd.DataFrame(
            [
                {
                    "figure": name,
                    "mean": item.mean,
                    "sd": getattr(item, "sd", None),
                    "min": getattr(item, "min", None),
                    "max": getattr(item, "max", None),
                    "low": item.ci and item.ci[0],
                    "high": item.ci and item.ci[1],
                }
                for name, item in self._figures()
            ]
        )

    def __str__(self) -> str:
        figures = [
            {
                "mean over readers": name,
                "mean": item.mean,
                "SD": getattr(item, "sd", None),
                "range": (item.min, item.max) if isinstance(item, Spread) else None,
                "95 % CI": item.ci,
            }
            for name, item in self._figures()
        ]
        kappa = self.fleiss_kappa
        return results.paragraphs(
            f"{results.counted(self.readers, 'reader')}, {self.cases.positive} synthetic and "
            f"{self.cases.negative} authentic cases, {results.counted(self.reads, 'read')}",
            results.text_table(figures),
            results.text_table(
                [{"agreement on the call": "Fleiss kappa", "estimate": kappa.estimate, "95 % CI": kappa.ci}]
            )
            if kappa.estimate is not None
            else "",
            f"The means generalise to readers like these {self.readers}, but only for these cases (t intervals over "
            "readers, clipped to possible values)."
            + (" The kappa generalises to cases like these." if kappa.ci else ""),
        )

    def _figures(self) -> list[tuple[str, Spread | Mean]]:
        named = [("accuracy", self.accuracy), ("sensitivity", self.sensitivity), ("specificity", self.specificity)]
        return [(name, item) for name, item in [*named, ("AUC", self.auc)] if item is not None]


def summary(
    ratings: pd.DataFrame | Ratings,
    readers: pd.DataFrame | None = None,
    cases: pd.DataFrame | None = None,
    phase: Phases = None,
    *,
    modality: str | None = None,
) -> Summary:
    """Accuracy, sensitivity, specificity and AUC as means over human readers, and their agreement.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        A ratings table, see :func:`analysis.validate`; human first reads of one phase and modality are used.
    readers, cases : pandas.DataFrame, optional
        Tables of readers and cases, indexed by them; every reader and case of the ratings must stand there.
    phase, modality : str, optional
        Restrict to these.

    Returns
    -------
    Summary
        Each reader counts the same, whatever the number of reads. Accuracy, sensitivity, specificity and kappa are of
        the column ``call`` and None without it: no threshold on the rating is assumed. AUC is None without ratings. A
        reader who has not seen a class does not count in what needs it.

    Raises
    ------
    RatingsError
        When the table or the choices do not allow the analysis.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"reader": ["R1"] * 4 + ["R2"] * 4, "case": [1, 2, 3, 4] * 2, "truth": [0, 0, 1, 1] * 2,
    ...                       "call": [0, 0, 1, 0, 0, 0, 1, 1]})
    >>> result = summary(table)
    >>> result.accuracy.mean, result.sensitivity.mean, result.auc
    (0.875, 0.75, None)
    """
    reads = validate(ratings).single_modality_reads(phase=phase, modality=modality)
    told = [reads[name].notna() for name in OUTCOMES if name in reads.columns]
    reads = chosen_rows(reads, reduce(or_, told))
    if reads.empty:
        raise RatingsError("columns 'rating' and 'call': both are empty in every human read; nothing to summarise")
    for table, key in ((readers, "reader"), (cases, "case")):
        if table is not None:
            require_all(reads, table, key)
    calls = from_reads(reads, "call") if reads["call"].notna().any() else None
    truth_of_case = reads.drop_duplicates("case")["truth"]
    return Summary(
        readers=len(present(reads["reader"])),
        cases=CaseCounts(int((truth_of_case == 1).sum()), int((truth_of_case == 0).sum())),
        reads=len(reads),
        accuracy=spread(_shares_right(calls, np.ones_like(calls.positive))) if calls else None,
        sensitivity=spread(_shares_right(calls, calls.positive)) if calls else None,
        specificity=spread(_shares_right(calls, ~calls.positive)) if calls else None,
        auc=_mean_auc(reads),
        fleiss_kappa=_kappa(calls) if calls else Kappa(None, None),
    )


def _shares_right(calls: Curves, of_interest: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Share of right calls of each reader who has called a case of interest."""
    right = np.where(calls.positive, calls.scores, 1 - calls.scores)[:, of_interest]
    counted = (~np.isnan(right)).sum(axis=1)
    return np.asarray(np.nansum(right, axis=1)[counted > 0] / counted[counted > 0])


def _mean_auc(reads: pd.DataFrame) -> Mean | None:
    if not reads["rating"].notna().any():
        return None
    curves = from_reads(reads, "rating")
    positives = (curves.read & curves.positive).sum(axis=1)
    seen_both = (positives >= 2) & (curves.read.sum(axis=1) - positives >= 2)
    found = spread(auc(curves.rows(seen_both)).estimates)
    return Mean(found.mean, found.ci) if found else None


def spread(values: NDArray[np.float64], alpha: float = 0.05) -> Spread | None:
    """Spread of one value a reader, and the t interval of their mean; None without any."""
    if not len(values):
        return None
    mean, low, high = float(values.mean()), float(values.min()), float(values.max())
    if len(values) == 1:
        return Spread(mean, None, low, high, None)
    sd = float(values.std(ddof=1))
    ci = intervals.symmetric(mean, sd / len(values) ** 0.5, len(values) - 1, alpha)
    return Spread(mean, sd, low, high, intervals.clipped(ci))


def _kappa(calls: Curves) -> Kappa:
    found = fleiss(tabulate(calls.scores, "identity"), alpha=0.05)
    return Kappa(found.estimate, found.ci)
