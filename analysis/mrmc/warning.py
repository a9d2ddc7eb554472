"""What must be said beside the figures of an analysis."""

from __future__ import annotations

from analysis.measures.covariance import ROUNDING
from analysis.measures.measurement import Measurement, constant_curves
from analysis.mrmc.designs import Design
from analysis.mrmc.hillis import Comparison
from analysis.mrmc.result import ModalityEstimate


def warnings_on(
    measured: Measurement, design: Design, found: Comparison | None, modalities: tuple[ModalityEstimate, ...]
) -> list[str]:
    """Give what a reader of the result should know, in the order of its weight."""
    return [
        *_on_readers(measured),
        *_on_design(measured, design),
        *_on_components(found),
        *_on_means(measured, modalities),
        *constant_curves(measured),
    ]


def _on_readers(measured: Measurement) -> list[str]:
    few = len(measured.curves.readers) == 2
    return ["Two readers say little about other readers; intervals over readers are very wide."] if few else []


def _on_design(measured: Measurement, design: Design) -> list[str]:
    curves = measured.curves
    said = []
    if design.name in ("split-plot", "cases-nested", "readers-nested"):
        said.append(f"The design is {design.name}: {design.words}.")
    if design.missing:
        asked = int(curves.read.sum()) + design.missing
        said.append(
            f"{design.missing} of {asked} reads are missing; covariances come from the cases that both readers have "
            "read."
        )
    return said


def _on_components(found: Comparison | None) -> list[str]:
    if found is None:
        return []
    components, said = found.components, []
    for name, value in (("reader", components.reader), ("modality × reader", components.modality_reader)):
        if value is not None and value < -ROUNDING:
            said.append(f"The {name} variance component is negative ({value:.3g}); it is reported as estimated.")
    if components.cov3 is not None and components.cov2 is not None and components.cov2 < components.cov3 - ROUNDING:
        said.append("Cov2 - Cov3 is negative; it counts as zero in the tests.")
    if found.term.variance <= 0:
        said.append("The estimated variance of the differences is not positive; no test or interval is possible.")
    return said


def _on_means(measured: Measurement, modalities: tuple[ModalityEstimate, ...]) -> list[str]:
    low, high = measured.limits
    said = [
        f"Modality {item.modality}: the estimated variance of the mean is not positive; no interval is possible."
        for item in modalities
        if item.ci is None
    ]
    return said + [
        f"Modality {item.modality}: the interval goes beyond possible values; it is reported as computed."
        for item in modalities
        if item.ci is not None and (item.ci[0] < low or item.ci[1] > high)
    ]
