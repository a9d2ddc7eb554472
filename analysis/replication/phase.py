"""The reads of one phase as right or wrong, and the readers' mean accuracy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import RatingsError
from analysis.intervals import Interval
from analysis.measures.measurement import measure
from analysis.mrmc.obuchowski_rockette import analyse
from analysis.replication.result import ByClass, DiagnosticAccuracy, PhaseAccuracy
from analysis.summary import spread
from analysis.table.ratings import Ratings, present


@dataclass(frozen=True, eq=False)
class PhaseReads:
    """Human first reads of one phase that have an outcome, with the column ``right`` (0 or 1); there may be none."""

    phase: str
    reads: pd.DataFrame

    @property
    def accuracies(self) -> pd.Series:
        """Share of right reads of each reader, by reader."""
        return _shares_right(self.reads)

    def mean_of_class(self, truth: int) -> float | None:
        """Readers' mean share of right reads among the cases of one class."""
        shares = _shares_right(self.reads[self.reads["truth"] == truth])
        return float(shares.mean()) if len(shares) else None


def informed_reads(ratings: Ratings, phase: str, modality: str | None) -> PhaseReads:
    """Reads of a phase with a call, which is right where it is the truth."""
    reads = _reads(ratings, phase, modality)
    reads = reads[reads["call"].notna()]
    return PhaseReads(phase, reads.assign(right=(reads["call"] == reads["truth"]).astype(float)))


def diagnostic_reads(ratings: Ratings, phase: str, modality: str | None) -> PhaseReads:
    """Reads of a phase whose diagnosis was held against the reference standard.

    Their ``call`` becomes one that is right exactly where the diagnosis is, so that analyses of calls serve for it.
    """
    reads = _reads(ratings, phase, modality)
    if "diagnosis_correct" not in reads.columns:
        return PhaseReads(phase, reads.iloc[:0].assign(right=0.0))
    reads = reads[reads["diagnosis_correct"].notna()]
    right = reads["diagnosis_correct"].astype(float)
    call = np.where(right == 1, reads["truth"], 1 - reads["truth"]).astype(float)
    return PhaseReads(phase, reads.assign(right=right, call=call))


def informed_accuracy(found: PhaseReads, alpha: float) -> tuple[PhaseAccuracy, list[str]]:
    """Mean accuracy, sensitivity and specificity of the calls, and what is to be said of them."""
    both = (found.mean_of_class(1), found.mean_of_class(0))
    fields, notes = _means(found, alpha)
    return PhaseAccuracy(**fields, sensitivity=both[0], specificity=both[1]), notes


def diagnostic_accuracy(found: PhaseReads, alpha: float) -> tuple[DiagnosticAccuracy, list[str]]:
    """Mean accuracy of the diagnoses, together and by class, and what is to be said of it."""
    by_class = ByClass(found.mean_of_class(1), found.mean_of_class(0)) if len(found.reads) else None
    fields, notes = _means(found, alpha)
    return DiagnosticAccuracy(**fields, sensitivity=None, specificity=None, by_class=by_class), notes


def _means(found: PhaseReads, alpha: float) -> tuple[dict[str, Any], list[str]]:
    over_readers = spread(found.accuracies.to_numpy(), alpha)
    ci_mrmc, notes = _mrmc_interval(found, alpha) if over_readers else (None, [])
    return {
        "phase": found.phase,
        "readers": len(found.accuracies),
        "cases": int(found.reads["case"].nunique()),
        "accuracy": over_readers and over_readers.mean,
        "ci_t": over_readers and over_readers.ci,
        "ci_mrmc": ci_mrmc,
        "range": over_readers and (over_readers.min, over_readers.max),
    }, notes


def _mrmc_interval(found: PhaseReads, alpha: float) -> tuple[Interval | None, list[str]]:
    """Interval of the mean accuracy with readers and cases random, or why there is none."""
    try:
        result = analyse(measure(found.reads, "accuracy"), random="both", alpha=alpha)
    except RatingsError as error:
        return None, [f"{found.phase}: no interval with readers and cases random ({error})."]
    return result.modalities[0].ci, [f"{found.phase}: {note}" for note in result.warnings]


def _reads(ratings: Ratings, phase: str, modality: str | None) -> pd.DataFrame:
    frame = ratings.frame
    human = frame[(frame["kind"] == "human") & (frame["reread"] == 0)]
    if phase not in present(human["phase"]):
        return frame.iloc[:0]
    return ratings.single_modality_reads(phase=phase, modality=modality)


def _shares_right(reads: pd.DataFrame) -> pd.Series:
    return reads["right"].groupby(reads["reader"].astype(str), sort=False).mean()
