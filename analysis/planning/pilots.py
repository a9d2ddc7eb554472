"""Components for a plan: of a pilot study, of a Roe–Metz model, or as they are given."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from analysis.errors import RatingsError
from analysis.measures.measurement import METRIC_NAMES, Measurement, SpecificityRange, measure
from analysis.mrmc import designs, hillis
from analysis.mrmc.detectors import Choices, contrasts, measure_detectors
from analysis.mrmc.hillis import Components
from analysis.mrmc.obuchowski_rockette import rows_of_modalities
from analysis.planning.roe_metz import RoeMetz
from analysis.planning.roe_metz_components import components as components_of_model
from analysis.planning.sources import Pilot
from analysis.planning.terms import Comparison
from analysis.table.ratings import Phases, Ratings, validate

# Names of the components where they are given, and the fields that hold them.
GIVEN = {
    "error": "error",
    "cov1": "cov1",
    "cov2": "cov2",
    "cov3": "cov3",
    "var_tr": "modality_reader",
    "var_r": "reader",
}
CORRELATIONS = {"r1": "cov1", "r2": "cov2", "r3": "cov3"}


def from_pilot(
    ratings: pd.DataFrame | Ratings,
    *,
    comparison: Comparison = "modalities",
    detector: str | None = None,
    metric: str = "auc",
    threshold: float | None = None,
    spec_range: SpecificityRange | None = None,
    standardized: bool = False,
    covariance: str | None = None,
    cluster: str | None = None,
    phase: Phases = None,
    modality: str | None = None,
) -> Pilot:
    """Take the components from the ratings of a pilot study.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        A crossed study, with gaps or without: two modalities or more, or one (`comparison` "detector" or "value").
    comparison : {"modalities", "detector", "value"}
        What the planned study compares: two modalities, the readers' mean with a detector (`detector` names it where
        there are several), or the readers' mean with a given value.
    metric, threshold, spec_range, standardized, cluster, phase, modality
        As in :func:`analysis.obuchowski_rockette`.
    covariance : {"jackknife", "delong", "unbiased"}, optional
        By default the jackknife, as in RJafroc.

    Raises
    ------
    RatingsError
        When the table does not give what the plan needs.
    """
    covariance = covariance or "jackknife"
    if comparison == "detector":
        choices = Choices(threshold, spec_range, standardized, covariance, cluster)
        measured = _with_detector(ratings, detector, metric, choices, phase, modality)
        estimates, covariances = contrasts(measured)
        found = hillis.components(estimates[None, :], covariances)
    else:
        measured = measure(
            validate(ratings).human_reads(phase=phase, modality=modality),
            metric,
            threshold=threshold,
            spec_range=spec_range,
            standardized=standardized,
            covariance=covariance,
            cluster=cluster,
        )
        found = _components(measured, comparison)
    positive = measured.curves.positive
    readers = len(measured.curves.readers) - (comparison == "detector")
    gaps = "" if measured.curves.read.all() else ", with reads missing"
    return Pilot(
        components=found,
        cases=positive.size,
        positive_share=float(positive.mean()),
        comparison=comparison,
        figure=METRIC_NAMES[measured.metric],
        words=f"estimated in a pilot study of {readers} readers and {positive.size} cases ({int(positive.sum())} "
        f"synthetic, {int((~positive).sum())} authentic{gaps}), with {measured.covariance_in_words} covariances",
        expected=float(measured.estimates[next(iter(rows_of_modalities(measured.curves).values()))].mean()),
    )


def from_model(model: RoeMetz, positive: int, negative: int) -> Pilot:
    """Take the components that the AUCs of a Roe–Metz model with so many cases have."""
    return Pilot(
        components=components_of_model(model, positive, negative),
        cases=positive + negative,
        positive_share=positive / (positive + negative),
        comparison="modalities",
        figure=METRIC_NAMES["auc"],
        words=f"those of a Roe–Metz model ({model.words})",
        expected=model.aucs[0],
    )


def from_components(
    numbers: Mapping[str, float], *, comparison: Comparison = "modalities", figure: str = "AUC"
) -> Pilot:
    """Take the components as given.

    Parameters
    ----------
    numbers : mapping
        ``cases`` that they are of, ``error`` (the error variance), ``cov1``, ``cov2`` and ``cov3``, or in their place
        the correlations ``r1``, ``r2`` and ``r3``; ``var_tr`` (modality × reader) and ``var_r`` (reader) where the
        plan needs them; ``positive_share`` of the cases (one half); ``expected`` mean in the first modality, for a
        simulation.
    comparison : {"modalities", "detector", "value"}
        As in :func:`from_pilot`; the components of a detector's comparison are those of the differences.
    figure : str
        The figure of merit in words.

    Raises
    ------
    RatingsError
        For an unknown, missing or impossible number.

    Examples
    --------
    >>> vandyke = {"cases": 114, "error": 8.0e-4, "r1": 0.43, "r2": 0.43, "r3": 0.30, "var_tr": 2.0e-4}
    >>> round(from_components(vandyke).components.cov1, 6)
    0.000344
    """
    known = (*GIVEN, *CORRELATIONS, "cases", "positive_share", "expected")
    check_names("components", numbers, known, needed=("cases", "error"))
    for pair in zip(CORRELATIONS, ("cov1", "cov2", "cov3"), strict=True):
        if set(pair) <= set(numbers):
            raise RatingsError(f"components: give {pair[1]} or its correlation {pair[0]}, not both")
    if numbers["error"] <= 0 or numbers["cases"] < 2:
        raise RatingsError("components: the error variance must be above 0, and cases at least 2")
    values = {GIVEN[name]: value for name, value in numbers.items() if name in GIVEN}
    values |= {CORRELATIONS[name]: value * numbers["error"] for name, value in numbers.items() if name in CORRELATIONS}
    share = numbers.get("positive_share", 0.5)
    if not 0 < share < 1:
        raise RatingsError(f"components: positive_share is {share:g} and must lie between 0 and 1")
    fields = {name: values.get(name) for name in ("cov1", "cov2", "cov3", "reader", "modality_reader")}
    cases = int(numbers["cases"])
    return Pilot(
        components=Components(error=values["error"], **fields),
        cases=cases,
        positive_share=share,
        comparison=comparison,
        figure=figure,
        words=f"given, as of a study of {cases} cases",
        expected=numbers.get("expected"),
    )


def check_names(
    what: str, numbers: Mapping[str, float], known: Collection[str], *, needed: tuple[str, ...] = ()
) -> None:
    """Refuse unknown names, missing ones, and values that are no finite numbers."""
    for name, value in numbers.items():
        if name not in known:
            raise RatingsError(f"{what}: {name!r} is not known; choose from {', '.join(known)}")
        if not np.isfinite(value):
            raise RatingsError(f"{what}: {name} must be a finite number")
    for name in needed:
        if name not in numbers:
            raise RatingsError(f"{what}: {name} is missing; write {name}=VALUE")


def _components(measured: Measurement, comparison: Comparison) -> Components:
    design = designs.find(measured.curves)
    t = len(rows_of_modalities(measured.curves))
    if design.name not in ("crossed", "incomplete"):
        raise RatingsError(f"the design of the pilot is {design.name} ({design.words}); a crossed one is needed")
    if comparison == "value" and t > 1:
        raise RatingsError("a plan against a value needs a pilot of one modality; choose it (--modality NAME)")
    if comparison == "modalities" and t == 1:
        raise RatingsError(
            "column 'modality': the pilot has one modality, which does not tell how two are correlated; use a pilot "
            "with two, or plan against a detector (--detector NAME) or a value (--one-modality)"
        )
    return hillis.components(measured.estimates.reshape(t, -1), measured.covariances)


def _with_detector(
    ratings: pd.DataFrame | Ratings,
    detector: str | None,
    metric: str,
    choices: Choices,
    phase: Phases,
    modality: str | None,
) -> Measurement:
    found, _ = measure_detectors(
        ratings, detector=detector, metric=metric, choices=choices, phase=phase, modality=modality
    )
    if len(found) > 1:
        raise RatingsError(f"there are several detectors ({', '.join(found)}); choose one (--detector NAME)")
    return next(iter(found.values()))
