"""What is found about what moves accuracy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import results
from analysis.effects.regression_result import RegressionResult
from analysis.effects.traits import Level
from analysis.intervals import Interval
from analysis.measures.measurement import METRIC_NAMES
from analysis.mrmc.result import CaseCounts, Difference, GlobalTest


@dataclass(frozen=True)
class Group:
    """Readers' mean of one figure in one group.

    Attributes
    ----------
    group, metric : str
    readers, cases
        What the figure rests on.
    estimate : float
    ci_readers : tuple of float, optional
        Interval with the readers random and the cases fixed: t over the readers' figures.
    se, df, ci
        With readers and cases random, or what else was asked for. Intervals are clipped to possible values.
    """

    group: str
    metric: str
    readers: int
    cases: CaseCounts
    estimate: float
    ci_readers: Interval | None
    se: float | None
    df: float | None
    ci: Interval | None


@dataclass(frozen=True)
class GroupComparison:
    """The groups held against each other in one figure; `p_holm` has the p values of the differences, adjusted."""

    metric: str
    design: str
    test: GlobalTest | None
    differences: tuple[Difference, ...]
    p_holm: tuple[float | None, ...]


@dataclass(frozen=True)
class Correlation:
    """Spearman's rank correlation of a trait and a figure over n readers or cases; None where it is not defined."""

    metric: str
    over: str
    n: int
    rho: float | None
    ci: Interval | None
    p: float | None
    method: str


@dataclass(frozen=True)
class OverReaders:
    """Mean of one value for each reader, such as the slope of their reads, tested against 0 by t."""

    readers: int
    estimate: float
    se: float | None
    df: float | None
    ci: Interval | None
    p: float | None


@dataclass(frozen=True)
class Effect:
    """One trait, looked at alone; what does not apply to it is empty or None.

    `slope` is the change of accuracy for one unit more, of each reader's straight line through the reads.
    """

    by: str
    varies_over: Level
    groups: tuple[Group, ...]
    comparisons: tuple[GroupComparison, ...]
    correlations: tuple[Correlation, ...]
    slope: OverReaders | None
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class EffectsResult(results.Result):
    """Result of :func:`effects_on_accuracy`; `regression` is None where it is not possible."""

    effects: tuple[Effect, ...]
    regression: RegressionResult | None
    readers: int
    cases: int
    reads: int
    alpha: float
    method: str
    generalises_to: str
    warnings: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row for each figure: by, part, metric, name, estimate, se, df, low, high, p."""
        rows = [row for effect in self.effects for row in _rows(effect)]
        if self.regression is not None:
            rows += [
                {"by": row["column"], "part": "log odds ratio", "metric": "accuracy", **_without(row, "column")}
                for row in self.regression.to_frame().to_dict("records")
            ]
        columns = ["by", "part", "metric", "name", "estimate", "se", "df", "low", "high", "p"]
        return pd.DataFrame(rows).reindex(columns=columns)

    def __str__(self) -> str:
        level = f"{100 * (1 - self.alpha):g} % CI"
        return results.paragraphs(
            self.method,
            f"{results.counted(self.readers, 'reader')}, {results.counted(self.cases, 'case')}, "
            f"{results.counted(self.reads, 'read')}",
            *(part for effect in self.effects for part in _printed(effect, level)),
            self.generalises_to,
            "" if self.regression is None else str(self.regression),
            "\n".join(f"Note: {warning}" for warning in self.warnings),
        )


def _without(row: dict[Any, Any], name: str) -> dict[str, Any]:
    return {str(key): value for key, value in row.items() if key != name}


def _rows(effect: Effect) -> Iterator[dict[str, Any]]:
    def row(part: str, metric: str, name: str, estimate: float | None, ci: Interval | None, **rest: Any) -> Any:
        low, high = ci or (None, None)
        named = {"by": effect.by, "part": part, "metric": metric, "name": name}
        return named | {"estimate": estimate, "low": low, "high": high} | rest

    for x in effect.groups:
        yield row("group", x.metric, x.group, x.estimate, x.ci, se=x.se, df=x.df)
    for comparison in effect.comparisons:
        for d in comparison.differences:
            yield row("difference", comparison.metric, f"{d.a} − {d.b}", d.estimate, d.ci, se=d.se, df=d.df, p=d.p)
    for c in effect.correlations:
        yield row("Spearman's rho", c.metric, f"over {c.over}", c.rho, c.ci, p=c.p)
    if effect.slope is not None:
        s = effect.slope
        yield row("slope", "accuracy", "mean over readers", s.estimate, s.ci, se=s.se, df=s.df, p=s.p)


def _printed(effect: Effect, level: str) -> Iterator[str]:
    yield f"By {effect.by} (varies from {effect.varies_over} to {effect.varies_over})"
    yield results.text_table(
        [
            {
                "group": x.group,
                "figure": METRIC_NAMES[x.metric],
                "readers": x.readers,
                "cases": x.cases.positive + x.cases.negative,
                "mean": x.estimate,
                f"{level} (readers)": x.ci_readers,
                level: x.ci,
            }
            for x in effect.groups
        ]
    )
    yield results.text_table(
        [
            {
                "difference": f"{d.a} − {d.b}",
                "figure": METRIC_NAMES[comparison.metric],
                "estimate": d.estimate,
                "SE": d.se,
                "df": d.df,
                level: d.ci,
                "p": d.p,
                "p (Holm)": p_holm,
            }
            for comparison in effect.comparisons
            for d, p_holm in zip(comparison.differences, comparison.p_holm, strict=True)
        ]
    )
    for comparison in effect.comparisons:
        if comparison.test is not None:
            yield f"All groups equal in {METRIC_NAMES[comparison.metric]}: {comparison.test.in_words}"
    yield results.text_table(
        [
            {
                "Spearman's rho with": METRIC_NAMES[c.metric],
                "over": f"{c.n} {c.over}",
                "rho": c.rho,
                level: c.ci,
                "p": c.p,
            }
            for c in effect.correlations
        ]
    )
    if effect.slope is not None:
        s = effect.slope
        yield results.text_table(
            [
                {
                    "each reader's slope": f"mean of {s.readers}",
                    "accuracy per unit": s.estimate,
                    "SE": s.se,
                    level: s.ci,
                    "p": s.p,
                }
            ]
        )
