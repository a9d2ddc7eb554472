"""What the evaluation gives; None stands for a part that the tables do not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis import results
from analysis.agreement.coefficient import Coefficient
from analysis.intervals import Interval


@dataclass(frozen=True)
class PhaseAccuracy(results.Result):
    """Readers' mean accuracy in one phase.

    `ci_t` is over readers alone (these cases), `ci_mrmc` over readers and cases; `range` holds the lowest and the
    highest reader.
    """

    phase: str
    readers: int
    cases: int
    accuracy: float | None
    ci_t: Interval | None
    ci_mrmc: Interval | None
    sensitivity: float | None
    specificity: float | None
    range: Interval | None


@dataclass(frozen=True)
class ByClass:
    """Readers' mean accuracy among the cases of each class."""

    synthetic: float | None
    authentic: float | None


@dataclass(frozen=True)
class DiagnosticAccuracy(PhaseAccuracy):
    """The purpose-blinded phase: `accuracy` is the share of right diagnoses, so nothing is called synthetic in it."""

    by_class: ByClass | None


@dataclass(frozen=True)
class PhaseComparison:
    """Mean accuracy in phase `a` minus phase `b` over the readers of both; paired t on `readers` - 1."""

    a: str
    b: str
    readers: int
    difference: float
    p: float | None
    ci: Interval | None


@dataclass(frozen=True)
class Unprompted:
    """Readers who spoke of AI before anybody told them: `n` of `of`, with Wilson's interval. No accuracy."""

    n: int
    of: int
    share: float
    ci: Interval


@dataclass(frozen=True)
class DetectorAccuracy:
    """Calls of one detector in one phase, with Wilson's interval.

    `difference` is the readers' mean minus the detector, with its interval and p for readers and cases random.
    """

    phase: str
    detector: str
    right: int
    of: int
    accuracy: float
    ci: Interval
    sensitivity: float | None
    specificity: float | None
    difference: float | None
    difference_ci: Interval | None
    p: float | None


@dataclass(frozen=True)
class PairOfCalls:
    """McNemar's exact p (and mid-p) for `a` against `b` on the `n` cases that both have called; Tango's interval."""

    phase: str
    a: str
    b: str
    n: int
    only_a: int
    only_b: int
    difference: float
    ci: Interval
    p: float
    p_mid: float


@dataclass(frozen=True)
class McNemar:
    """Pairs of detectors, each reader against each detector, and each reader between phases that share cases."""

    detectors: tuple[PairOfCalls, ...]
    readers: tuple[PairOfCalls, ...]
    phases: tuple[PairOfCalls, ...]


@dataclass(frozen=True)
class Agreement:
    """Agreement of the readers on the call in one phase."""

    fleiss_kappa: Coefficient


@dataclass(frozen=True)
class Experience:
    """Spearman's correlation of years of experience with accuracy in `phase`, over `readers`."""

    rho: float | None
    p: float | None
    phase: str
    readers: int


@dataclass(frozen=True)
class Subspecialty:
    """Mean accuracy of the readers of one subspecialty in `phase`, and its `difference` from the others (Welch)."""

    subspecialty: str
    readers: int
    accuracy: float
    ci: Interval | None
    difference: float | None
    p: float | None
    phase: str


@dataclass(frozen=True)
class NextToPublished:
    """One published figure, the same one here, and here minus published."""

    figure: str
    published: float
    ci: Interval | None
    derived: bool
    here: float | None
    difference: float | None


@dataclass(frozen=True)
class PublishedStudy:
    """The published figures next to those here, with their source and what cannot be compared."""

    source: str
    figures: tuple[NextToPublished, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RsnaResult(results.Result):
    """Result of :func:`analysis.replication.rsna.rsna`."""

    phases: tuple[PhaseAccuracy, ...]
    comparison: PhaseComparison | None
    unprompted: Unprompted | None
    detectors: tuple[DetectorAccuracy, ...] | None
    mcnemar: McNemar | None
    agreement: Mapping[str, Agreement] | None
    experience: Experience | None
    subspecialty: tuple[Subspecialty, ...] | None
    published: PublishedStudy
    alpha: float
    method: str
    generalises_to: str
    warnings: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row for each phase."""
        return pd.DataFrame(self.to_dict()["phases"])

    def __str__(self) -> str:
        from analysis.replication.printing import printed

        return printed(self)
