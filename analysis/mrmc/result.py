"""What an Obuchowski–Rockette analysis gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis import results
from analysis.intervals import Interval
from analysis.measures.measurement import METRIC_NAMES
from analysis.mrmc.hillis import Components, MeanSquares, Random


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
    """Result of :func:`obuchowski_rockette`; None stands for what the design does not give."""

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
    per_reader: tuple[ReaderEstimate, ...]
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
                for d in result.differences
            ]
        ),
        _test_in_words(result.test),
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


def _test_in_words(test: GlobalTest | None) -> str:
    if test is None:
        return ""
    df = f"{test.df1:g}" if test.df2 is None else f"{test.df1:g}, {test.df2:.4f}"
    return f"All modalities equal: {test.statistic}({df}) = {test.value:.4f}, {results.format_p(test.p)}"
