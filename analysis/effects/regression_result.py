"""What a regression of right calls on covariates gives."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from analysis import intervals, results
from analysis.intervals import Interval
from analysis.mrmc.hillis import Random


@dataclass(frozen=True)
class Coefficient:
    """One coefficient of the model.

    Attributes
    ----------
    column : str
    group, against : str, optional
        The group, and the one that it is held against; None for numbers, whose effect is that of one unit more.
    estimate, se, df, ci, p
        Logarithm of the odds ratio of a right call, tested against 0 by t.
    odds_ratio, odds_ratio_ci
        The same as a ratio.
    """

    column: str
    group: str | None
    against: str | None
    estimate: float
    se: float
    df: float
    ci: Interval
    p: float
    odds_ratio: float
    odds_ratio_ci: Interval

    @classmethod
    def of(
        cls, column: str, group: str | None, against: str | None, found: tuple[float, float, float], alpha: float
    ) -> Coefficient:
        """The coefficient with estimate, standard error and degrees of freedom as `found`."""
        estimate, se, df = found
        low, high = intervals.symmetric(estimate, se, df, alpha)
        p = intervals.two_sided_p(estimate / se, df)
        ratio, ratio_ci = _ratio(estimate), (_ratio(low), _ratio(high))
        return cls(column, group, against, estimate, se, df, (low, high), p, ratio, ratio_ci)

    @property
    def name(self) -> str:
        """The contrast in words: "subspecialty: chest against bone", or the column."""
        return self.column if self.group is None else f"{self.column}: {self.group} against {self.against}"


@dataclass(frozen=True)
class ColumnTest:
    """Test that a column's groups are all equal: F on df1 and df2."""

    column: str
    value: float
    df1: float
    df2: float
    p: float


@dataclass(frozen=True)
class RegressionResult(results.Result):
    """Result of :func:`regress_accuracy`."""

    coefficients: tuple[Coefficient, ...]
    tests: tuple[ColumnTest, ...]
    reads: int
    left_out: int
    readers: int
    cases: int
    clusters: int
    random: Random
    working: str
    alpha: float
    method: str
    generalises_to: str
    warnings: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row for each coefficient: column, name, estimate (log odds ratio), se, df, low, high, p."""
        return pd.DataFrame(
            [
                {
                    "column": x.column,
                    "name": x.name,
                    "estimate": x.estimate,
                    "se": x.se,
                    "df": x.df,
                    "low": x.ci[0],
                    "high": x.ci[1],
                    "p": x.p,
                }
                for x in self.coefficients
            ]
        )

    def __str__(self) -> str:
        level = f"{100 * (1 - self.alpha):g} % CI"
        return results.paragraphs(
            self.method,
            f"{results.counted(self.reads, 'read')} ({self.left_out} left out), "
            f"{results.counted(self.readers, 'reader')}, {results.counted(self.cases, 'case')}",
            results.text_table(
                [
                    {
                        "right calls": x.name,
                        "odds ratio": x.odds_ratio,
                        level: x.odds_ratio_ci,
                        "log odds ratio": x.estimate,
                        "SE": x.se,
                        "df": x.df,
                        "p": x.p,
                    }
                    for x in self.coefficients
                ]
            ),
            results.text_table(
                [
                    {"all groups equal": x.column, "F": x.value, "df": f"{x.df1:g}, {x.df2:g}", "p": x.p}
                    for x in self.tests
                ]
            ),
            self.generalises_to,
            "\n".join(f"Note: {warning}" for warning in self.warnings),
        )


def _ratio(log: float) -> float:
    return math.exp(log) if log < 700 else math.inf
