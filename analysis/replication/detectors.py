"""Detectors' calls in a phase, and McNemar's tests of whoever has called the same cases."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from itertools import combinations, product

import pandas as pd

from analysis import intervals
from analysis.errors import RatingsError
from analysis.mrmc.detectors import DetectorComparison, compare_detectors
from analysis.readers.paired import mcnemar, tango
from analysis.replication.phase import PhaseReads
from analysis.replication.result import DetectorAccuracy, McNemar, PairOfCalls
from analysis.table.ratings import Ratings

Named = tuple[Hashable, pd.Series]  # a reader or detector, and whether they are right, by case


def detector_calls(ratings: Ratings, found: PhaseReads) -> PhaseReads:
    """Calls of the detectors on the cases of a phase, as right or wrong."""
    if found.reads.empty:
        return found
    scores = ratings.detector_reads(found.reads)
    calls = scores[scores["call"].notna()]
    return PhaseReads(found.phase, calls.assign(right=(calls["call"] == calls["truth"]).astype(float)))


def detector_accuracies(readers: PhaseReads, detectors: PhaseReads, alpha: float) -> list[DetectorAccuracy]:
    """Accuracy of each detector in a phase, and the readers' mean against it."""
    by_name = detectors.reads.groupby("reader", observed=True, sort=False)
    return [_accuracy(str(name), own, readers, alpha) for name, own in by_name]


def mcnemar_tests(informed: tuple[PhaseReads, PhaseReads], calls: Sequence[PhaseReads], alpha: float) -> McNemar | None:
    """All pairs that share cases: detectors, readers against detectors, and each reader between the two phases."""
    between_detectors: list[PairOfCalls] = []
    against_detectors: list[PairOfCalls] = []
    for readers, detectors in zip(informed, calls, strict=True):
        human, own = _by_case(readers), _by_case(detectors)
        between_detectors += _pairs(readers.phase, combinations(own.items(), 2), alpha)
        against_detectors += _pairs(readers.phase, product(human.items(), own.items()), alpha)
    found = McNemar(tuple(between_detectors), tuple(against_detectors), tuple(_between_phases(*informed, alpha)))
    return found if any(vars(found).values()) else None


def _between_phases(one: PhaseReads, other: PhaseReads, alpha: float) -> list[PairOfCalls]:
    a, b = one.phase, other.phase
    first, second = _by_case(one), _by_case(other)
    both = [name for name in first.columns if name in second.columns]
    pairs = [((f"{name}, {a}", first[name]), (f"{name}, {b}", second[name])) for name in both]
    return _pairs(f"{a}, {b}", pairs, alpha)


def _accuracy(name: str, own: pd.DataFrame, readers: PhaseReads, alpha: float) -> DetectorAccuracy:
    right, of = int(own["right"].sum()), len(own)
    by_class = own.groupby("truth")["right"].mean()
    compared = _against_readers(own, readers, alpha)
    return DetectorAccuracy(
        phase=readers.phase,
        detector=name,
        right=right,
        of=of,
        accuracy=right / of,
        ci=intervals.wilson(right / of, of, alpha),
        sensitivity=by_class.get(1),
        specificity=by_class.get(0),
        difference=compared.difference if compared else None,
        difference_ci=compared.ci if compared else None,
        p=compared.p if compared else None,
    )


def _against_readers(own: pd.DataFrame, readers: PhaseReads, alpha: float) -> DetectorComparison | None:
    both = Ratings(pd.concat([readers.reads, own], ignore_index=True))
    try:
        return compare_detectors(both, metric="accuracy", phase=readers.phase, alpha=alpha).detectors[0]
    except RatingsError:
        return None


def _by_case(found: PhaseReads) -> pd.DataFrame:
    """Whether each reader or detector (column) is right in each case (row)."""
    reads = found.reads.astype({"reader": str, "case": str})
    return reads.pivot(index="case", columns="reader", values="right")[list(dict.fromkeys(reads["reader"]))]


def _pairs(phase: str, pairs: Iterable[tuple[Named, Named]], alpha: float) -> list[PairOfCalls]:
    """A test for each pair with cases in common."""
    found = []
    for (a, first), (b, second) in pairs:
        difference = (first - second).dropna()
        if len(difference):
            found.append(_pair(phase, str(a), str(b), difference, alpha))
    return found


def _pair(phase: str, a: str, b: str, difference: pd.Series, alpha: float) -> PairOfCalls:
    n, only_a, only_b = len(difference), int((difference > 0).sum()), int((difference < 0).sum())
    exact, mid, _ = mcnemar(only_a, only_b)
    ci = tango(only_a, only_b, n, alpha)
    return PairOfCalls(phase, a, b, n, only_a, only_b, (only_a - only_b) / n, ci, exact, mid)
