"""Published figures next to those here."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.replication import published
from analysis.replication.result import (
    DetectorAccuracy,
    DiagnosticAccuracy,
    NextToPublished,
    PhaseAccuracy,
    PhaseComparison,
    PublishedStudy,
    Subspecialty,
    Unprompted,
)


def next_to_published(
    phases: Sequence[PhaseAccuracy],
    comparison: PhaseComparison | None,
    unprompted: Unprompted | None,
    detectors: Sequence[DetectorAccuracy],
    subspecialty: Sequence[Subspecialty] | None,
) -> PublishedStudy:
    """Every published figure with the same one here, and here minus published."""
    here = {
        "readers who spoke of AI unprompted": unprompted.share if unprompted else None,
        **_of_phases(phases),
        "phase 2: mean accuracy, musculoskeletal": _musculoskeletal(phases[1].phase, subspecialty or ()),
        "phase 2 − phase 3": comparison.difference if comparison else None,
        published.P_VALUE: comparison.p if comparison else None,
    }
    figures = [_next_to(figure, here[figure.figure]) for figure in published.FIGURES]
    figures += [
        _next_to(
            published.Published(f"phase 2: accuracy of {name}", value), _detector(name, phases[1].phase, detectors)
        )
        for name, value in published.DETECTORS.items()
    ]
    figures += _range_of_detectors(phases[2].phase, detectors)
    return PublishedStudy(published.SOURCE, tuple(figures), published.NOTES)


def _of_phases(phases: Sequence[PhaseAccuracy]) -> dict[str, float | None]:
    blinded, second, third = phases
    by_class = blinded.by_class if isinstance(blinded, DiagnosticAccuracy) else None
    return {
        "phase 1: diagnostic accuracy, synthetic cases": by_class.synthetic if by_class else None,
        "phase 1: diagnostic accuracy, authentic cases": by_class.authentic if by_class else None,
        "phase 2: mean accuracy": second.accuracy,
        "phase 2: lowest reader": second.range[0] if second.range else None,
        "phase 2: highest reader": second.range[1] if second.range else None,
        "phase 3: mean accuracy": third.accuracy,
    }


def _next_to(figure: published.Published, here: float | None) -> NextToPublished:
    difference = None if here is None or figure.figure == published.P_VALUE else here - figure.value
    return NextToPublished(figure.figure, figure.value, figure.ci, figure.derived, here, difference)


def _musculoskeletal(phase: str, rows: Sequence[Subspecialty]) -> float | None:
    found = [row for row in rows if row.phase == phase and row.subspecialty.casefold().startswith(("musculo", "msk"))]
    return found[0].accuracy if found else None


def _detector(name: str, phase: str, rows: Sequence[DetectorAccuracy]) -> float | None:
    """Accuracy of the detector of that name, whatever version follows it; None where there is none, or several."""
    found = [
        row for row in rows if row.phase == phase and f"{row.detector} ".casefold().startswith(f"{name} ".casefold())
    ]
    return found[0].accuracy if len(found) == 1 else None


def _range_of_detectors(phase: str, rows: Sequence[DetectorAccuracy]) -> list[NextToPublished]:
    here = [row.accuracy for row in rows if row.phase == phase]
    words = ("least accurate detector", "most accurate detector")
    ends = (min(here), max(here)) if here else (None, None)
    return [
        _next_to(published.Published(f"phase 3: {word}", value), end)
        for word, value, end in zip(words, published.DETECTORS_IN_PHASE_3, ends, strict=True)
    ]
