"""Each reader on their own."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.mrmc.result import MrmcResult
from analysis.report.document import About, Column, Section, Table
from analysis.report.study import METRICS, Condition
from analysis.report.words import MEANINGS, TITLES, level

_TITLE = "Readers"


def section(condition: Condition) -> Section:
    """How much, how fast and how well each reader read, and the mean below."""
    rows = reader_rows(condition)
    measured = [metric for metric in METRICS if any(metric in row for row in rows)]
    columns = [
        Column("reader", "Reader"),
        Column("reads", "Reads", "count"),
        *(Column(f"{metric}.estimate", TITLES[metric], "figure", f"{metric}.ci") for metric in measured),
        Column("median_seconds", "Median time", "seconds"),
    ]
    table = Table(
        name="readers",
        title="Readers and their mean",
        columns=columns if _has_times(rows) else columns[:-1],
        rows=[*rows, *_means(condition, measured, rows)],
        about=About(
            " ".join(MEANINGS[metric] for metric in measured)
            + " A reader's own interval speaks for that reader alone, on cases like these.",
            f"Intervals ({level(condition.study.alpha)}) of single readers: estimate ± z SE from the variance over "
            "cases (DeLong's for the AUC, the jackknife for shares), clipped to possible values; a score interval "
            f"where that variance is zero. {_method_of_means(condition)}",
        ),
    )
    return Section(
        name="readers",
        title=_TITLE,
        found=rows,
        meaning="Reader by reader: single readers differ, and each of their figures is uncertain.",
        tables=[table],
    )


def reader_rows(condition: Condition) -> list[dict[str, Any]]:
    """The estimates of all metrics of each reader, with how much, and how fast, the reader read."""
    reads = condition.reads.assign(reader=condition.reads["reader"].astype(str))
    by_reader = reads.groupby("reader", sort=False)
    seconds = by_reader["seconds"].median() if "seconds" in reads.columns else pd.Series(dtype=float)
    rows: dict[str, dict[str, Any]] = {
        str(reader): {"reader": str(reader), "reads": int(count), "median_seconds": _finite(seconds.get(reader))}
        for reader, count in by_reader.size().items()
    }
    for metric, result in condition.means.items():
        for item in result.per_reader if isinstance(result, MrmcResult) else ():
            rows[item.reader][metric] = {"estimate": item.estimate, "ci": item.ci}
    return list(rows.values())


def _means(condition: Condition, measured: list[str], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, Any] = {"reader": "Mean", "reads": sum(row["reads"] for row in rows), "is_mean": True}
    for metric in measured:
        result = condition.means[metric]
        if isinstance(result, MrmcResult):
            mean = result.modalities[0]
            found[metric] = {"estimate": mean.estimate, "ci": mean.ci}
    return [found] if len(rows) > 1 else []


def _method_of_means(condition: Condition) -> str:
    methods = [found.method for found in condition.means.values() if isinstance(found, MrmcResult)]
    return f"Mean: {methods[0]}." if methods else ""


def _has_times(rows: list[dict[str, Any]]) -> bool:
    return any(row["median_seconds"] is not None for row in rows)


def _finite(value: float | None) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
