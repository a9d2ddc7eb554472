"""The readers' means at a glance."""

from __future__ import annotations

from statistics import stdev
from typing import Any

from analysis.mrmc.result import MrmcResult
from analysis.report.document import About, Column, Headline, Section, Table
from analysis.report.study import METRICS, Condition, Problem
from analysis.report.words import MEANINGS, READERS_AND_CASES, TITLES, level

_TITLE = "At a glance"
_NO_CALLS = "There are ratings and no calls: no threshold is assumed, so there is no accuracy."


def section(condition: Condition) -> Section:
    """Means over readers with their spread, and both kinds of interval."""
    found = condition.summary
    if isinstance(found, Problem):
        return Section("summary", _TITLE, found.to_dict())
    rows = [row for metric in METRICS if (row := _row(condition, metric))]
    cases = f"{found.cases.positive} synthetic and {found.cases.negative} authentic cases"
    return Section(
        name="summary",
        title=_TITLE,
        found=found.to_dict(),
        meaning=f"{found.readers} readers judged {cases} in {found.reads:,} reads.",
        headlines=[Headline(f"Mean {row['words']}", row["mean"], row["over_both"], row["kind"]) for row in rows],
        tables=[_table(condition, rows)] if rows else [],
        notes=[] if found.accuracy else [_NO_CALLS],
    )


def _table(condition: Condition, rows: list[dict[str, Any]]) -> Table:
    ci = level(condition.study.alpha)
    methods = [found for found in condition.means.values() if isinstance(found, MrmcResult)]
    return Table(
        name="means",
        title="Means over readers",
        columns=[
            Column("figure", "Figure"),
            Column("mean", "Mean", "figure"),
            Column("sd", "SD", "figure"),
            Column("min", "Lowest", "figure"),
            Column("max", "Highest", "figure"),
            Column("over_readers", f"{ci}, readers", "interval"),
            Column("over_both", f"{ci}, readers and cases", "interval"),
        ],
        rows=rows,
        about=About(
            " ".join([*(MEANINGS[row["metric"]] for row in rows), READERS_AND_CASES]),
            "Each reader counts the same. Interval over readers: mean ± t SD/√r on r − 1 degrees of freedom, for these "
            f"cases only.{f' Beside it: {methods[0].method}.' if methods else ''}",
            methods[0].generalises_to if methods else "",
        ),
    )


def _row(condition: Condition, metric: str) -> dict[str, Any] | None:
    mrmc, spread = condition.means[metric], getattr(condition.summary, metric, None)
    if spread is None:
        return None
    row = {
        "metric": metric,
        "figure": TITLES[metric],
        "words": "AUC" if metric == "auc" else metric,
        "kind": "figure" if metric == "auc" else "percent",
        "mean": spread.mean,
        "over_readers": spread.ci,
        "over_both": None,
    }
    if isinstance(mrmc, Problem):
        return row | {name: getattr(spread, name, None) for name in ("sd", "min", "max")}
    estimates = [item.estimate for item in mrmc.per_reader]
    spread_of = {"sd": stdev(estimates) if len(estimates) > 1 else None, "min": min(estimates), "max": max(estimates)}
    return row | spread_of | {"over_both": mrmc.modalities[0].ci}
