"""People against detectors."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis.charts.forest import interval_chart
from analysis.measures.measurement import METRIC_NAMES
from analysis.mrmc.detectors import DetectorsResult
from analysis.report.document import About, Column, Figure, Section, Table, absent
from analysis.report.study import Condition, Problem
from analysis.report.words import level

_TITLE = "People against detectors"


def section(condition: Condition) -> Section:
    """Each detector against the readers' mean on the same cases."""
    if not condition.detectors:
        return absent("detectors", _TITLE, "No detector has scored these cases.")
    found = condition.against_detectors
    if isinstance(found, Problem):
        return Section("detectors", _TITLE, found.to_dict())
    rows: list[dict[str, Any]] = found.to_dict()["detectors"]
    for row in rows:
        row["metric_name"] = METRIC_NAMES[row["metric"]]
    about = _about(found)
    return Section(
        name="detectors",
        title=_TITLE,
        found=found.to_dict(),
        meaning="On the same cases: by how much people are better (above 0) or worse (below 0) than each detector.",
        tables=[_table(rows, about, level(found.alpha))],
        figures=[Figure("detectors", "Readers minus detector", partial(_chart, rows, found.alpha), about)],
        notes=found.warnings,
    )


def _about(found: DetectorsResult) -> About:
    return About(
        "An interval that holds 0 does not show that people and detector are equal; it shows that the study cannot "
        "tell them apart.",
        f"{found.method}. AUC where both have ratings, else the accuracy of their calls.",
        found.generalises_to,
    )


def _table(rows: list[dict[str, Any]], about: About, ci: str) -> Table:
    columns = [
        Column("detector", "Detector"),
        Column("metric_name", "Figure"),
        Column("estimate", "Detector's", "figure"),
        Column("readers_mean", "Readers’ mean", "figure"),
        Column("difference", f"Readers − detector ({ci})", "figure", "ci"),
        Column("df", "df", "decimal"),
        Column("p", "p", "p"),
    ]
    return Table("detectors", "Readers’ mean against each detector", columns, rows, about)


def _chart(rows: list[dict[str, Any]], alpha: float, theme: str) -> Any:
    frame = pd.DataFrame(
        [
            {
                "who": f"{row['detector']} ({row['metric_name']})",
                "estimate": row["difference"],
                "low": row["ci"] and row["ci"][0],
                "high": row["ci"] and row["ci"][1],
                "is_mean": True,
            }
            for row in rows
        ]
    )
    title = f"Readers’ mean minus detector ({level(alpha)})"
    return interval_chart(frame, theme, title=title, description=title, reference=0)
