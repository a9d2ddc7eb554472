"""ROC curves, operating points and the ratings behind them."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis.charts.operating import operating_chart
from analysis.charts.ratings import ratings_chart
from analysis.charts.roc import roc_chart
from analysis.mrmc.result import MrmcResult
from analysis.readers.roc_result import RocResult
from analysis.report.document import About, Figure, Section
from analysis.report.study import Condition, Problem

_TITLE = "ROC curves and operating points"
_SIDE = 440


def section(condition: Condition) -> Section:
    """Curves of readers, their average with a band, detectors; points of the calls."""
    found = condition.roc
    if isinstance(found, Problem):
        return Section("roc", _TITLE, found.to_dict())
    figures = [
        figure for figure in (_curves(condition, found), _points(condition, found), _ratings(condition)) if figure
    ]
    return Section(
        name="roc",
        title=_TITLE,
        found=found.to_dict(),
        meaning="How the share of synthetic cases found rises with the share of authentic ones wrongly suspected.",
        figures=figures,
        notes=found.warnings,
    )


def _curves(condition: Condition, found: RocResult) -> Figure | None:
    if not found.averages:
        return None

    def draw(theme: str) -> Any:
        return roc_chart(found, theme, size=_SIDE, bands=[condition.band] if condition.band else [])

    drawn = "readers and cases" if condition.random == "both" else "cases"
    return Figure(
        "roc",
        "ROC curves: readers thin, their average bold with its band, detectors dashed",
        draw,
        About(
            "The nearer a curve comes to the upper left corner, the better the two classes are told apart; the "
            "diagonal is guessing. Points are the calls.",
            f"{found.method}. Band: percentiles of bootstrap samples of {drawn} at each false positive fraction; it "
            "does not hold for the curve as a whole.",
            found.generalises_to,
        ),
    )


def _points(condition: Condition, found: RocResult) -> Figure | None:
    rows = _point_rows(condition, found)
    if not rows:
        return None
    return Figure(
        "operating",
        "Operating points of the calls",
        partial(operating_chart, pd.DataFrame(rows), size=_SIDE),
        About(
            "Where each reader stands between finding synthetic cases and sparing authentic ones. Grey lines join "
            "points of equal accuracy where both classes are as large; the dotted diagonal is guessing.",
            "Sensitivity and specificity of the calls; the cross is the readers' mean with its intervals, readers and "
            "cases random (Obuchowski–Rockette).",
        ),
    )


def _point_rows(condition: Condition, found: RocResult) -> list[dict[str, object]]:
    groups = _groups(condition)
    rows: list[dict[str, object]] = [
        {"who": item.reader, "kind": kind, "group": groups.get(item.reader, "") if kind == "reader" else "",
         "sensitivity": item.operating_point.tpf, "specificity": 1 - item.operating_point.fpf}
        for kind, items in (("reader", found.readers), ("detector", found.detectors))
        for item in items
        if item.operating_point is not None
    ]  # fmt: skip
    return rows + _mean_point(condition) if any(row["kind"] == "reader" for row in rows) else []


def _mean_point(condition: Condition) -> list[dict[str, object]]:
    sensitivity, specificity = condition.means["sensitivity"], condition.means["specificity"]
    if not isinstance(sensitivity, MrmcResult) or not isinstance(specificity, MrmcResult) or sensitivity.readers < 2:
        return []
    row: dict[str, object] = {"who": f"Mean of {sensitivity.readers}", "kind": "mean"}
    for name, result in (("sensitivity", sensitivity), ("specificity", specificity)):
        mean = result.modalities[0]
        low, high = mean.ci or (None, None)
        row |= {name: mean.estimate, f"{name}_low": low, f"{name}_high": high}
    return [row]


def _groups(condition: Condition) -> dict[str, str]:
    """Subspecialties of the readers, where their table has some and not too many to be told apart."""
    table = condition.study.readers
    if table is None or "subspecialty" not in table.columns:
        return {}
    named = table["subspecialty"].dropna().astype(str).str.strip()
    if not 1 < named.nunique() <= 6:
        return {}
    return {str(reader): name or "not told" for reader, name in named.items()}


def _ratings(condition: Condition) -> Figure | None:
    reads = condition.analysed.dropna(subset="rating")
    if reads.empty:
        return None
    return Figure(
        "ratings",
        "Ratings of all readers by truth",
        partial(ratings_chart, reads[["rating", "truth"]]),
        About(
            "The less the two outlines overlap, the better the ratings tell the classes apart.",
            "All first reads together, each class as shares of its own reads.",
        ),
    )
