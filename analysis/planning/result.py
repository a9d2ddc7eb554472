"""What planning gives."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis import results
from analysis.mrmc.hillis import Components, Random
from analysis.planning.studies import Rates


@dataclass(frozen=True)
class PowerResult(results.Result):
    """Result of :func:`power`.

    Attributes
    ----------
    power, ncp, df, se : float
        Power; non-centrality (effect/SE)²; denominator degrees of freedom (None for the normal distribution); standard
        error that the estimate will have.
    cases_needed, readers_needed : int or None
        Fewest cases with these readers, and readers with these cases, for the target; None where no number does.
    simulated : Rates or None
        What imagined studies gave, where they were asked for.
    paragraph : str
        The plan in words, for a protocol.
    """

    power: float
    ncp: float
    df: float | None
    se: float
    cases_needed: int | None
    readers_needed: int | None
    target: float
    readers: int
    cases: int
    positive: int
    negative: int
    effect: float
    margin: float | None
    random: Random
    alpha: float
    design: str
    blocks: int
    comparison: str
    figure: str
    components: Components | None
    pilot_cases: int | None
    simulated: Rates | None
    method: str
    paragraph: str
    warnings: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        names = ("readers", "cases", "effect", "power", "ncp", "df", "se", "cases_needed", "readers_needed")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])

    def __str__(self) -> str:
        row = {
            "readers": self.readers,
            "cases": self.cases,
            "effect": self.effect,
            "power": self.power,
            "non-centrality": self.ncp,
            "df": self.df,
            f"cases for {100 * self.target:g} %": self.cases_needed,
            f"readers for {100 * self.target:g} %": self.readers_needed,
        }
        return results.paragraphs(
            self.method,
            results.text_table([row]),
            "" if self.simulated is None else str(self.simulated),
            self.paragraph,
            "\n".join(f"Note: {warning}" for warning in self.warnings),
        )


@dataclass(frozen=True)
class SurfacePoint:
    """Power of so many readers and cases."""

    readers: int
    cases: int
    power: float


@dataclass(frozen=True)
class CasesNeeded:
    """Fewest cases with so many readers; None where no number does."""

    readers: int
    cases: int | None


@dataclass(frozen=True)
class ReadersNeeded:
    """Fewest readers with so many cases; None where no number does."""

    cases: int
    readers: int | None


@dataclass(frozen=True)
class FewestReads:
    """The numbers of readers and cases that reach the target with the fewest reads."""

    readers: int
    cases: int
    reads: int


@dataclass(frozen=True)
class SurfaceResult(results.Result):
    """Result of :func:`power_surface`."""

    surface: tuple[SurfacePoint, ...]
    cases_needed: tuple[CasesNeeded, ...]
    readers_needed: tuple[ReadersNeeded, ...]
    fewest_reads: FewestReads | None
    target: float
    effect: float
    margin: float | None
    random: Random
    alpha: float
    design: str
    method: str
    warnings: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row for each number of readers and of cases."""
        return pd.DataFrame(self.to_dict()["surface"])

    def __str__(self) -> str:
        table = self.to_frame().pivot(index="readers", columns="cases", values="power")
        rows = [
            {"readers": readers} | {f"{cases} cases": float(value) for cases, value in row.items()}
            for readers, row in table.iterrows()
        ]
        label = f"{100 * self.target:g} %"
        return results.paragraphs(
            self.method,
            results.text_table(rows),
            results.text_table([{"readers": x.readers, f"cases for {label}": x.cases} for x in self.cases_needed]),
            results.text_table([{"cases": x.cases, f"readers for {label}": x.readers} for x in self.readers_needed]),
            ""
            if self.fewest_reads is None
            else f"Fewest reads for {label}: {self.fewest_reads.readers} readers and {self.fewest_reads.cases} cases, "
            f"{self.fewest_reads.reads} reads",
            "\n".join(f"Note: {warning}" for warning in self.warnings),
        )
