"""What an analysis of repeated reads gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import results
from analysis.agreement.coefficient import Coefficient


@dataclass(frozen=True)
class Limits:
    """Limits of agreement of repeated ratings.

    Attributes
    ----------
    difference : Coefficient
        Mean difference, later less first.
    sd : float
        Standard deviation of the differences.
    low, high : Coefficient
        The limits, each with its own interval.
    """

    difference: Coefficient
    sd: float
    low: Coefficient
    high: Coefficient


@dataclass(frozen=True)
class IntraReader:
    """One reader's agreement with themselves, or that of all readers where `reader` is None.

    `cases` were read again, in `pairs` of a first and a later read. What needs calls or ratings that are not there is
    None.
    """

    reader: str | None
    cases: int
    pairs: int
    same_calls: Coefficient
    kappa: Coefficient
    icc: Coefficient
    limits: Limits | None


@dataclass(frozen=True)
class IntraReaderResult(results.Result):
    """Result of :func:`intra_reader`."""

    readers: tuple[IntraReader, ...]
    pooled: IntraReader
    alpha: float
    method: str
    generalises_to: str
    warnings: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row for each reader, and one for all: the estimates."""
        return pd.DataFrame([_row(item) for item in (*self.readers, self.pooled)])

    def __str__(self) -> str:
        everyone = (*self.readers, self.pooled)
        return results.paragraphs(
            self.method,
            results.text_table([_cells(item, f"{100 * (1 - self.alpha):g} % CI") for item in everyone]),
            results.text_table([_limit_cells(item.reader, item.limits) for item in everyone if item.limits]),
            self.generalises_to,
            "\n".join(f"Note: {warning}" for warning in self.warnings),
        )


def _row(item: IntraReader) -> dict[str, Any]:
    limits = item.limits
    return {
        "reader": item.reader or "all",
        "cases": item.cases,
        "pairs": item.pairs,
        "same_calls": item.same_calls.estimate,
        "kappa": item.kappa.estimate,
        "icc": item.icc.estimate,
        "difference": limits and limits.difference.estimate,
        "low": limits and limits.low.estimate,
        "high": limits and limits.high.estimate,
    }


def _cells(item: IntraReader, ci: str) -> dict[str, Any]:
    return {
        "reader": item.reader or "all",
        "pairs": item.pairs,
        "same calls": item.same_calls.estimate,
        ci: item.same_calls.ci,
        "kappa": item.kappa.estimate,
        f"kappa's {ci}": item.kappa.ci,
        "ICC(A,1)": item.icc.estimate,
        f"ICC's {ci}": item.icc.ci,
    }


def _limit_cells(reader: str | None, limits: Limits) -> dict[str, Any]:
    return {
        "ratings, later less first": reader or "all",
        "mean": limits.difference.estimate,
        "SD": limits.sd,
        "limits of agreement": (limits.low.estimate, limits.high.estimate),
    }
