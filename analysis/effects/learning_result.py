"""What is found about the course of a session: learning, and tiring."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from analysis import results
from analysis.effects.regression_result import RegressionResult
from analysis.effects.result import OverReaders
from analysis.intervals import Interval

Measure = Literal["accuracy", "seconds"]


@dataclass(frozen=True)
class Stretch:
    """Readers' mean over a stretch of the session around `position`; of seconds, the geometric mean.

    `ci` is the t interval over readers, that of accuracy clipped to [0, 1]; None with one reader.
    """

    position: float
    value: float
    ci: Interval | None


@dataclass(frozen=True)
class ReaderCourse:
    """One reader's values in the blocks, and the slope for 100 cases."""

    reader: str
    blocks: tuple[float, ...]
    slope: float


@dataclass(frozen=True)
class Course:
    """Accuracy or seconds in the course of a session.

    Attributes
    ----------
    measure : {"accuracy", "seconds"}
    blocks : tuple of Stretch
        Blocks of as many reads each, in each reader's own order.
    curve : tuple of Stretch
        Moving mean over a fifth of the session.
    readers : tuple of ReaderCourse
    slope, start, end : OverReaders
        Each reader's slope for 100 cases; the blocks between the first and the last less the first (learning); the last
        less those between (tiring, where it is negative in accuracy). Of seconds, differences of natural logarithms:
        exp of them is a factor.
    """

    measure: Measure
    blocks: tuple[Stretch, ...]
    curve: tuple[Stretch, ...]
    readers: tuple[ReaderCourse, ...]
    slope: OverReaders
    start: OverReaders
    end: OverReaders


@dataclass(frozen=True)
class LearningResult(results.Result):
    """Result of :func:`learning_over_position`; `regression` is of right calls on hundreds of cases."""

    courses: tuple[Course, ...]
    regression: RegressionResult | None
    readers: int
    reads: int
    alpha: float
    method: str
    generalises_to: str
    warnings: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Points to draw: measure, part (curve, block), who (a reader, or empty), position, value, low, high."""
        rows: list[dict[str, Any]] = []
        for course in self.courses:
            for part, stretches in (("curve", course.curve), ("block", course.blocks)):
                rows += [_point(course.measure, part, "", x.position, x.value, x.ci) for x in stretches]
            for reader in course.readers:
                places = zip(course.blocks, reader.blocks, strict=True)
                rows += [_point(course.measure, "block", reader.reader, x.position, y, None) for x, y in places]
        return pd.DataFrame(rows)

    def __str__(self) -> str:
        level = f"{100 * (1 - self.alpha):g} % CI"
        return results.paragraphs(
            self.method,
            f"{results.counted(self.readers, 'reader')}, {results.counted(self.reads, 'read')}",
            *(part for course in self.courses for part in _printed(course, level)),
            self.generalises_to,
            "" if self.regression is None else str(self.regression),
            "\n".join(f"Note: {warning}" for warning in self.warnings),
        )


def _point(measure: str, part: str, who: str, position: float, value: float, ci: Interval | None) -> dict[str, Any]:
    low, high = ci or (None, None)
    named = {"measure": measure, "part": part, "who": who}
    return named | {"position": position, "value": value, "low": low, "high": high}


def _printed(course: Course, level: str) -> list[str]:
    blocks = [
        {"block": number, "about position": f"{x.position:.1f}", f"mean {course.measure}": x.value, level: x.ci}
        for number, x in enumerate(course.blocks, start=1)
    ]
    changes = {
        "for 100 cases": course.slope,
        "middle − first block": course.start,
        "last block − middle": course.end,
    }
    return [results.text_table(blocks), results.text_table([_change(course, *item, level) for item in changes.items()])]


def _change(course: Course, name: str, found: OverReaders, level: str) -> dict[str, object]:
    as_factor = course.measure == "seconds"
    heading = "factor" if as_factor else "change"
    estimate = math.exp(found.estimate) if as_factor else found.estimate
    ci = found.ci if found.ci is None or not as_factor else (math.exp(found.ci[0]), math.exp(found.ci[1]))
    return {course.measure: name, heading: estimate, level: ci, "df": found.df, "p": found.p}
