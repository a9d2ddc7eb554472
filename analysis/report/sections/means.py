"""The readers' means with readers and cases random, and what their uncertainty is made of."""

from __future__ import annotations

from functools import partial

from analysis.charts.forest import forest_chart
from analysis.mrmc.result import MrmcResult
from analysis.report.document import About, Column, Figure, Section, Table
from analysis.report.study import Condition
from analysis.report.words import MEANINGS, READERS_AND_CASES, TITLES, level, warnings_by_metric

_TITLE = "Readers and cases random (MRMC)"


def section(condition: Condition) -> Section:
    """Forest charts of every figure of merit, estimates with degrees of freedom, variance components."""
    found = {metric: result.to_dict() for metric, result in condition.means.items()}
    possible = {metric: result for metric, result in condition.means.items() if isinstance(result, MrmcResult)}
    if not possible:
        return Section("means", _TITLE, {"problem": next(iter(found.values()))["problem"]} | found)
    return Section(
        name="means",
        title=_TITLE,
        found=found,
        meaning="Both the readers and the cases are samples: the intervals of the means hold for others like them.",
        tables=[_table(condition, possible)],
        figures=[_forest(metric, result) for metric, result in possible.items()],
        notes=warnings_by_metric(possible),
    )


def _forest(metric: str, result: MrmcResult) -> Figure:
    return Figure(
        f"forest-{metric}",
        f"{TITLES[metric]} of each reader and their mean",
        partial(forest_chart, result),
        About(
            f"{MEANINGS[metric]} {READERS_AND_CASES}" if result.random == "both" else MEANINGS[metric],
            f"{result.method}. Single readers: intervals over cases.",
            result.generalises_to,
        ),
    )


def _table(condition: Condition, possible: dict[str, MrmcResult]) -> Table:
    ci = level(condition.study.alpha)
    first = next(iter(possible.values()))
    return Table(
        name="components",
        title="Means and variance components",
        columns=[
            Column("figure", "Figure"),
            Column("estimate", "Mean", "figure", "ci"),
            Column("se", "SE", "figure"),
            Column("df", "df", "decimal"),
            Column("design", "Design"),
            Column("reads", "Reads", "count"),
            Column("missing", "Missing", "count"),
            Column("reader", "Var(reader)", "small"),
            Column("error", "Var(error)", "small"),
            Column("cov2", "Cov2", "small"),
        ],
        rows=[_row(metric, result) for metric, result in possible.items()],
        about=About(
            "Var(reader) is how much readers truly differ, Var(error) how much a reader's figure would move with other "
            "cases, and Cov2 how much the readers move together because they read the same cases.",
            f"{first.method}; the standard error holds for the {ci}. Negative components are shown as estimated.",
            first.generalises_to,
        ),
    )


def _row(metric: str, result: MrmcResult) -> dict[str, object]:
    mean, parts = result.modalities[0], result.components
    return {
        "figure": TITLES[metric],
        "estimate": mean.estimate,
        "ci": mean.ci,
        "se": mean.se,
        "df": mean.df,
        "design": result.design,
        "reads": result.reads,
        "missing": result.missing,
        "reader": parts.reader,
        "error": parts.error,
        "cov2": parts.cov2,
    }
