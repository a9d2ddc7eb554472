"""Learning and tiring: accuracy and time in the course of the session."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from analysis.charts.course import course_chart
from analysis.effects.learning import learning_over_position
from analysis.effects.learning_result import Course, LearningResult
from analysis.effects.result import OverReaders
from analysis.report.document import About, Column, Figure, Section, Table, absent
from analysis.report.study import Condition, Problem, attempt
from analysis.report.words import level

_TITLE = "Learning and tiring"
_MEANINGS = {
    "accuracy": "Whether readers become better as they go on, or tire. Nobody told them whether they were right, so "
    "that what they learn is the task and not the truth.",
    "seconds": "Whether readers become faster. Seconds are geometric means: a long look at one case does not outweigh "
    "all others.",
}


def section(condition: Condition) -> Section:
    """Courses over the place in each reader's own order."""
    if "position" not in condition.reads.columns or condition.reads["position"].isna().all():
        return absent("learning", _TITLE, "The ratings have no positions, so that the order of reading is not known.")
    found = attempt(
        lambda: learning_over_position(condition.ratings, random=condition.random, alpha=condition.study.alpha)
    )
    if isinstance(found, Problem):
        return Section("learning", _TITLE, found.to_dict())
    return Section(
        name="learning",
        title=_TITLE,
        found=found.to_dict(),
        meaning="How readers change from their first case to their last.",
        tables=[_table(found)],
        figures=[_figure(found, course) for course in found.courses],
        notes=found.warnings,
    )


def _figure(found: LearningResult, course: Course) -> Figure:
    frame = found.to_frame()
    is_accuracy = course.measure == "accuracy"
    return Figure(
        f"learning-{course.measure}",
        f"{'Accuracy' if is_accuracy else 'Seconds a case'} in the course of the session",
        partial(
            course_chart,
            frame[frame["measure"] == course.measure],
            y_title="Accuracy" if is_accuracy else "Seconds a case (geometric mean)",
            reference=0.5 if is_accuracy else None,
            from_zero=not is_accuracy,
        ),
        About(_MEANINGS[course.measure], f"{found.method}. Thin lines: single readers.", found.generalises_to),
    )


def _table(found: LearningResult) -> Table:
    rows = [_row(course, name, item) for course in found.courses for name, item in _changes(course)]
    columns = [
        Column("measure", "Measure"),
        Column("change", "Change"),
        Column("estimate", f"Estimate ({level(found.alpha)})", "figure", "ci"),
        Column("df", "df", "decimal"),
        Column("p", "p", "p"),
    ]
    about = About(
        "Changes of accuracy are differences (0: none); those of seconds are factors (1: none).",
        f"{found.method}.",
        found.generalises_to,
    )
    return Table("learning", "Changes in the course of the session", columns, rows, about)


def _changes(course: Course) -> list[tuple[str, OverReaders]]:
    return [
        ("for 100 cases", course.slope),
        ("middle blocks against the first (learning)", course.start),
        ("last block against the middle (tiring)", course.end),
    ]


def _row(course: Course, name: str, item: OverReaders) -> dict[str, Any]:
    as_factor = course.measure == "seconds"
    ends = item.ci if item.ci is None or not as_factor else [math.exp(end) for end in item.ci]
    return {
        "measure": "seconds, factor" if as_factor else "accuracy, difference",
        "change": name,
        "estimate": math.exp(item.estimate) if as_factor else item.estimate,
        "ci": ends,
        "df": item.df,
        "p": item.p,
    }
