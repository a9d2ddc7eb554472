"""What an Obuchowski–Rockette analysis gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis import results
from analysis.intervals import Interval
from analysis.measures.measurement import METRIC_NAMES
from analysis.mrmc.hillis import Components, MeanSquares, Random
from analysis.mrmc.margins import MarginTest


@dataclass(frozen=True)
class CaseCounts:
    """Distinct cases of each class; positive is synthetic."""

    positive: int
    negative: int


@dataclass(frozen=True)
class GlobalTest:
    """Test that all modalities are equal: F, or chi2 with readers fixed (`df2` is None)."""

    statistic: Literal["F", "chi2"]
    value: float
    df1: float
    df2: float | None
    p: float

    @property
    def in_words(self) -> str:
        """As it is printed: "F(1, 15.0661) = 4.4849, p = 0.0512"."""
        df = f"{self.df1:g}" if self.df2 is None else f"{self.df1:g}, {self.df2:.4f}"
        return f"{self.statistic}({df}) = {self.value:.4f}, {results.format_p(self.p)}"


@dataclass(frozen=True)
class ModalityEstimate:
    """Readers' mean in one modality, with the uncertainty of that modality alone; `df` of None means normal."""

    modality: str
    estimate: float
    se: float | None
    df: float | None
    ci: Interval | None


@dataclass(frozen=True)
class Difference:
    """Mean of modality `a` minus mean of modality `b`."""

    a: str
    b: str
    estimate: float
    se: float | None
    df: float | None
    ci: Interval | None
    p: float | None


@dataclass(frozen=True)
class ReaderDifference:
    """One reader's own difference, modality `a` minus `b`, over the sampling of cases; `z` is normal."""

    reader: str
    a: str
    b: str
    estimate: float
    se: float | None
    z: float | None
    ci: Interval | None
    p: float | None


@dataclass(frozen=True)
class AgainstValue:
    """The mean of the one modality minus a given value."""

    value: float
    difference: float
    se: float | None
    df: float | None
    statistic: float | None
    p: float | None
    ci: Interval | None


@dataclass(frozen=True)
class ReadsOf:
    """How many of the cases of a modality a reader has read."""

    reader: str
    modality: str
    reads: int
    cases: int


@dataclass(frozen=True)
class ReaderEstimate:
    """One reader in one modality, over the sampling of cases; `interval` names the method of `ci`."""

    reader: str
    modality: str
    estimate: float
    se: float
    ci: Interval | None
    interval: str


@dataclass(frozen=True)
class MrmcResult(results.Result):
    """Result of :func:`obuchowski_rockette`; None stands for what the design does not give.

    Attributes
    ----------
    p_holm : tuple of float
        The p values of the differences, adjusted for their number; empty unless that was asked for.
    """

    design: str
    metric: str
    covariance: str
    random: Random
    readers: int
    cases: CaseCounts
    reads: int
    missing: int
    components: Components
    mean_squares: MeanSquares
    test: GlobalTest | None
    modalities: tuple[ModalityEstimate, ...]
    differences: tuple[Difference, ...]
    p_holm: tuple[float | None, ...]
    per_reader: tuple[ReaderEstimate, ...]
    per_reader_differences: tuple[ReaderDifference, ...]
    margins: tuple[MarginTest, ...]
    against: AgainstValue | None
    missing_pattern: tuple[ReadsOf, ...]
    alpha: float
    method: str
    generalises_to: str
    warnings: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Per-reader estimates, one row for each reader and modality."""
        return pd.DataFrame(self.to_dict()["per_reader"])

    def __str__(self) -> str:
        return _printed(self)


def _printed(result: MrmcResult) -> str:
    found = f"{results.counted(result.readers, 'reader')}, {result.cases.positive} synthetic and "
    found += f"{result.cases.negative} authentic cases"
    ci = f"{100 * (1 - result.alpha):g} % CI"
    metric = METRIC_NAMES[result.metric]
    return results.paragraphs(
        f"{result.method}\n{result.design} design; {found}; {result.reads} reads, {result.missing} missing",
        results.text_table(
            [
                {"modality": m.modality, f"mean {metric}": m.estimate, "SE": m.se, "df": m.df, ci: m.ci}
                for m in result.modalities
            ]
        ),
        results.text_table(
            [
                {"difference": f"{d.a} − {d.b}", "estimate": d.estimate, "SE": d.se, "df": d.df, ci: d.ci, "p": d.p}
                | ({"p (Holm)": result.p_holm[number]} if result.p_holm else {})
                for number, d in enumerate(result.differences)
            ]
        ),
        _test_in_words(result.test),
        _against_in_words(result),
        results.text_table([_margin_row(test) for test in result.margins]),
        results.text_table(
            [
                {"reader": x.reader, "modality": x.modality, metric: x.estimate, "SE": x.se, ci: x.ci}
                for x in result.per_reader
            ]
        ),
        results.text_table(
            [
                {"component": name.replace("_", " × "), "value": f"{value:.4e}"}
                for name, value in vars(result.components).items()
                if value is not None
            ]
        ),
        result.generalises_to,
        "\n".join(f"Note: {warning}" for warning in result.warnings),
    )


def _margin_row(test: MarginTest) -> dict[str, object]:
    verdict = {True: "yes", False: "not shown", None: "–"}
    return {
        "not inferior": f"{test.a} to {test.b}",
        "margin": test.margin,
        "t": test.statistic,
        "df": test.df,
        "p (one-sided)": test.p,
        "shown": verdict[test.noninferior],
        "equivalent": verdict[test.equivalent],
    }


def _against_in_words(result: MrmcResult) -> str:
    found = result.against
    if found is None:
        return ""
    ci = results.format_cell(found.ci)
    level = f"{100 * (1 - result.alpha):g} % CI"
    difference = results.format_cell(found.difference)
    return f"Mean minus {found.value:g}: {difference} ({level} {ci}), {results.format_p(found.p)}"


def _test_in_words(test: GlobalTest | None) -> str:
    return "" if test is None else f"All modalities equal: {test.in_words}"
