"""What is found about the calibration of confidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import results
from analysis.intervals import Interval


@dataclass(frozen=True)
class Bin:
    """Reads whose stated probability lies from `low` to below `high` (the last bin includes its end).

    Attributes
    ----------
    expected, observed : float
        Mean stated probability, and share of reads for which it came true.
    reads : int
    ci : tuple of float
        Wilson's interval of the share.
    """

    low: float
    high: float
    expected: float
    observed: float
    reads: int
    ci: Interval


@dataclass(frozen=True)
class Brier:
    """Brier's score and its parts: score = reliability - resolution + uncertainty + within_bins."""

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    within_bins: float


@dataclass(frozen=True)
class ReaderCalibration:
    """One reader; `ci` is of the over-confidence, over the sampling of cases, None where the variance is zero."""

    reader: str
    reads: int
    brier: Brier
    confidence: float
    share_right: float
    overconfidence: float
    ci: Interval | None
    curve: tuple[Bin, ...]


@dataclass(frozen=True)
class MeanFigure:
    """Mean over readers of one figure.

    Attributes
    ----------
    ci_readers : tuple of float, optional
        t interval over readers, for these cases.
    se, df, ci
        With readers and cases random; None of the parts of Brier's score, which are no means over cases.
    """

    figure: str
    estimate: float
    ci_readers: Interval | None
    se: float | None = None
    df: float | None = None
    ci: Interval | None = None


@dataclass(frozen=True)
class CalibrationResult(results.Result):
    """Result of :func:`calibration_of_confidence`.

    Attributes
    ----------
    scale : tuple of float
        Ratings that stand for the probabilities 0 and 1 that the case is synthetic.
    overall : tuple of MeanFigure
        Over-confidence (mean confidence minus share right), its two parts, Brier's score and its parts.
    curve : tuple of Bin
        All readers: stated probability that the case is synthetic, against the share of synthetic cases.
    confidence_curve : tuple of Bin
        All readers: stated probability that the call is right, against the share of right calls.
    readers : tuple of ReaderCalibration
    """

    scale: tuple[float, float]
    overall: tuple[MeanFigure, ...]
    curve: tuple[Bin, ...]
    confidence_curve: tuple[Bin, ...]
    readers: tuple[ReaderCalibration, ...]
    reads: int
    cases: int
    alpha: float
    method: str
    generalises_to: str
    warnings: tuple[str, ...]

    def figure(self, name: str) -> MeanFigure:
        """The overall figure of this name."""
        return next(item for item in self.overall if item.figure == name)

    def to_frame(self) -> pd.DataFrame:
        """One row for each bin: of (synthetic, right), group (empty, or a reader), expected, observed, n, low, high."""
        curves = [("synthetic", "", self.curve), ("right", "", self.confidence_curve)]
        curves += [("synthetic", reader.reader, reader.curve) for reader in self.readers]
        return pd.DataFrame([row for of, group, bins in curves for row in _points(of, group, bins)])

    def __str__(self) -> str:
        level = f"{100 * (1 - self.alpha):g} % CI"
        return results.paragraphs(
            self.method,
            f"{results.counted(len(self.readers), 'reader')}, {results.counted(self.cases, 'case')}, "
            f"{results.counted(self.reads, 'read')}",
            results.text_table(
                [
                    {
                        "mean over readers": item.figure,
                        "estimate": item.estimate,
                        f"{level} (readers)": item.ci_readers,
                        level: item.ci,
                    }
                    for item in self.overall
                ]
            ),
            results.text_table(
                [
                    {
                        "reader": item.reader,
                        "confidence": item.confidence,
                        "share right": item.share_right,
                        "over-confidence": item.overconfidence,
                        level: item.ci,
                        "Brier": item.brier.score,
                        "reliability": item.brier.reliability,
                        "resolution": item.brier.resolution,
                    }
                    for item in self.readers
                ]
            ),
            _bins_in_words("synthetic", self.curve, level),
            _bins_in_words("right", self.confidence_curve, level),
            self.generalises_to,
            "\n".join(f"Note: {warning}" for warning in self.warnings),
        )


def _points(of: str, group: str, bins: tuple[Bin, ...]) -> Iterator[dict[str, Any]]:
    for item in bins:
        named = {"of": of, "group": group, "expected": item.expected, "observed": item.observed, "n": item.reads}
        yield named | {"low": item.ci[0], "high": item.ci[1]}


def _bins_in_words(of: str, bins: tuple[Bin, ...], level: str) -> str:
    return results.text_table(
        [
            {
                f"said to be {of}": f"{item.low:.2f} to {item.high:.2f}",
                "reads": item.reads,
                "mean said": item.expected,
                "came true": item.observed,
                level: item.ci,
            }
            for item in bins
        ]
    )
