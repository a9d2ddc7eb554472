"""Confidence: are readers as often right as they say?"""

from __future__ import annotations

import math
from functools import partial

from analysis.charts.calibration import calibration_chart
from analysis.readers.calibration import calibration_of_confidence
from analysis.readers.calibration_result import CalibrationResult
from analysis.report.document import About, Column, Figure, Headline, Section, Table
from analysis.report.study import Condition, Problem, attempt
from analysis.report.words import level

_TITLE = "Confidence"
_SAID_AND_TRUE = (
    "On the dashed line, what readers say comes true as often as they say. Below it they are too sure, above it not "
    "sure enough."
)


def section(condition: Condition) -> Section:
    """Reliability curves, over-confidence and Brier's score."""
    study = condition.study
    found = attempt(lambda: calibration_of_confidence(condition.ratings, scale=study.scale, alpha=study.alpha))
    if isinstance(found, Problem):
        return Section("calibration", _TITLE, found.to_dict())
    over = found.figure("over-confidence")
    return Section(
        name="calibration",
        title=_TITLE,
        found=found.to_dict(),
        meaning="Whether readers know when they know.",
        headlines=[Headline("Over-confidence, percentage points", over.estimate, over.ci, "points")],
        tables=[_overall(found), _readers(found)],
        figures=[
            _figure(
                found, "right", "Stated probability that the call is right", "Share of right calls", _upper_part(found)
            ),
            _figure(found, "synthetic", "Stated probability of synthetic", "Share of synthetic cases", (0.0, 1.0)),
        ],
        notes=found.warnings,
    )


def _figure(found: CalibrationResult, of: str, said: str, true: str, ends: tuple[float, float]) -> Figure:
    frame = found.to_frame()
    bins = frame[(frame["of"] == of) & (frame["group"] == "")]
    return Figure(
        f"calibration-{of}",
        f"{true} against what was stated",
        partial(calibration_chart, bins, x_title=said, y_title=true, domain=ends),
        About(_SAID_AND_TRUE, f"{found.method}. Points: all readers together, by bins, larger with more reads."),
    )


def _upper_part(found: CalibrationResult) -> tuple[float, float]:
    """From 0.4, as no call is less sure than one half, or from where the lowest interval begins."""
    return min([0.4, *(math.floor(10 * item.ci[0]) / 10 for item in found.confidence_curve)]), 1.0


def _overall(found: CalibrationResult) -> Table:
    ci = level(found.alpha)
    columns = [
        Column("figure", "Mean over readers"),
        Column("estimate", "Estimate", "figure"),
        Column("ci_readers", f"{ci}, readers", "interval"),
        Column("ci", f"{ci}, readers and cases", "interval"),
    ]
    about = About(
        "Over-confidence is mean confidence minus the share of right calls. Brier's score is the mean squared "
        "distance of what was said from what was true: 0 is perfect, 0.25 is what always saying 50 % gives. "
        "Reliability (less is better) is its part from saying too much or too little, resolution (more is better) its "
        "part from telling cases apart.",
        found.method,
        found.generalises_to,
    )
    return Table("calibration", "Confidence and truth", columns, found.to_dict()["overall"], about)


def _readers(found: CalibrationResult) -> Table:
    columns = [
        Column("reader", "Reader"),
        Column("reads", "Reads", "count"),
        Column("confidence", "Mean confidence", "percent"),
        Column("share_right", "Right", "percent"),
        Column("overconfidence", f"Over-confidence, points ({level(found.alpha)})", "points", "ci"),
        Column("brier.score", "Brier’s score", "figure"),
    ]
    about = About("Who is too sure, and who is not sure enough.", found.method)
    return Table("calibration-readers", "Confidence of each reader", columns, found.to_dict()["readers"], about)
