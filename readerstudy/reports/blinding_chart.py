"""The confound report as a table and as a chart: one row for each cue, the most telling first."""

from __future__ import annotations

import json
from typing import Any

from analysis import charts
from analysis.charts.leakage import CueArea, leakage_chart

ALL = "All cues together"
PNG_SCALE = 3


def rows(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the rows of the table: `name`, `higher_in`, and under `source` and `presentation` the areas there are."""
    by_name: dict[str, dict[str, Any]] = {}
    for one in result["picture"]["features"]:
        row = by_name.setdefault(one["feature"], {"name": one["name"], "feature": one["feature"]})
        row[one["stage"]] = one
        row["higher_in"] = one["higher_in"]  # as presented, which comes after the source
    found = sorted(
        by_name.values(), key=lambda row: [-row.get(s, {"auc": 0})["auc"] for s in ("presentation", "source")]
    )
    joint = result["picture"]["joint"]
    return ([{"name": ALL, "feature": "", **joint}] if joint else []) + found


def draw(result: dict[str, Any], *, form: str, theme: str) -> bytes:
    """Draw the chart.

    Parameters
    ----------
    form : {"json", "svg", "png"}
    theme : {"light", "dark", "print"}
    """
    areas = [
        CueArea(row["name"], stage, row[stage]["auc"], row[stage]["ci"])
        for row in rows(result)
        for stage in ("source", "presentation")
        if stage in row
    ]
    chart = leakage_chart(areas, theme)
    if form == "json":
        return json.dumps(chart.to_dict()).encode()
    return charts.chart_svg(chart).encode() if form == "svg" else charts.chart_png(chart, scale=PNG_SCALE)
