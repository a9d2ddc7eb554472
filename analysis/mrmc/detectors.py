"""Detectors against readers: is the readers' mean different from a detector's figure on the same cases?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import results
from analysis.errors import RatingsError
from analysis.intervals import Interval
from analysis.measures.covariance import FloatArray
from analysis.measures.curves import Curves
from analysis.measures.measurement import (
    METRIC_NAMES,
    OF_RATINGS,
    Measurement,
    SpecificityRange,
    constant_curves,
    measure,
)
from analysis.mrmc import hillis
from analysis.mrmc.hillis import Random
from analysis.mrmc.obuchowski_rockette import RANDOM_NAMES, counted_cases, estimated, generalises_to, refuse_unknown
from analysis.mrmc.result import CaseCounts
from analysis.table.ratings import Phases, Ratings, present, validate

# Rejections of a true null hypothesis at a nominal 5 % with 4 to 16 readers, 50 + 50 cases (docs/statistics.md).
_TOO_OFTEN = {"readers": "11 to 31 %", "cases": "8 to 16 %"}


@dataclass(frozen=True)
class Choices:
    """What is measured besides the metric: arguments of :func:`analysis.measures.measurement.measure`."""

    threshold: float | None
    spec_range: SpecificityRange | None
    standardized: bool
    covariance: str | None
    cluster: str | None


@dataclass(frozen=True)
class DetectorComparison:
    """One detector against the readers; `difference` is the readers' mean minus the detector.

    `statistic` is t on `df`, or z where `df` is None.
    """

    detector: str
    metric: str
    covariance: str
    estimate: float
    readers_mean: float
    difference: float
    se: float | None
    df: float | None
    statistic: float | None
    p: float | None
    ci: Interval | None
    random: Random
    readers: int
    cases: CaseCounts


@dataclass(frozen=True)
class DetectorsResult(results.Result):
    """Result of :func:`compare_detectors`."""

    detectors: tuple[DetectorComparison, ...]
    alpha: float
    method: str
    generalises_to: str
    warnings: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row for each detector."""
        return pd.DataFrame(self.to_dict()["detectors"])

    def __str__(self) -> str:
        ci = f"{100 * (1 - self.alpha):g} % CI"
        return results.paragraphs(
            self.method,
            results.text_table(
                [
                    {
                        "detector": x.detector,
                        "metric": METRIC_NAMES[x.metric],
                        "estimate": x.estimate,
                        "readers' mean": x.readers_mean,
                        "readers − detector": x.difference,
                        "SE": x.se,
                        "df": x.df,
                        ci: x.ci,
                        "p": x.p,
                    }
                    for x in self.detectors
                ]
            ),
            self.generalises_to,
            "\n".join(f"Note: {warning}" for warning in self.warnings),
        )


def compare_detectors(
    ratings: pd.DataFrame | Ratings,
    *,
    detector: str | None = None,
    metric: str | None = None,
    threshold: float | None = None,
    spec_range: SpecificityRange | None = None,
    standardized: bool = False,
    covariance: str | None = None,
    cluster: str | None = None,
    random: Random = "both",
    phase: Phases = None,
    modality: str | None = None,
    alpha: float = 0.05,
) -> DetectorsResult:
    """Compare every detector with the readers' mean, by the single-modality Obuchowski–Rockette test of the contrasts.

    For reader j, psi_j = theta_j - theta_detector; the covariance of the psi is L S L' with S that of the r + 1 curves,
    so what readers and detector share by reading the same cases is used (Hillis, Statist Med 2007;26:596, section 5.3;
    the "1T-RRRC" of RJafroc).

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        Rows of kind "detector" are compared with the human first reads of the same cases in the same phase.
    detector : str, optional
        Take this reader as the only detector, whatever its kind and modality.
    metric : str, optional
        By default the AUC where readers and detector have ratings, otherwise the accuracy of their calls.
    threshold, spec_range, standardized, covariance, cluster, phase, modality, alpha
        As in :func:`analysis.obuchowski_rockette`; the detector's scores and the readers' ratings share the threshold.
    random : {"both", "readers", "cases"}
        Readers and cases (default); the others answer a narrower question and come with a warning.

    Returns
    -------
    DetectorsResult

    Raises
    ------
    RatingsError
        When there is no detector, or the table or the choices do not allow the analysis.

    Notes
    -----
    Checked against RJafroc's stand-alone CAD analysis (1T-RRRC), see `tests/reference`.
    """
    refuse_unknown(random)
    choices = Choices(threshold, spec_range, standardized, covariance, cluster)
    measurements, left_out = measure_detectors(
        ratings, detector=detector, metric=metric, choices=choices, phase=phase, modality=modality
    )
    comparisons = [compare_measured(name, measured, random, alpha) for name, measured in measurements.items()]
    first = comparisons[0]
    notes = [note for name, measured in measurements.items() for note in _warnings_of(name, measured)]
    return DetectorsResult(
        detectors=tuple(comparisons),
        alpha=alpha,
        method="Readers' mean against each detector: Obuchowski–Rockette test of the contrasts with Hillis' degrees of "
        f"freedom, {next(iter(measurements.values())).covariance_in_words} covariances, {RANDOM_NAMES[random]} random",
        generalises_to=generalises_to(random, first.readers, counted_cases(next(iter(measurements.values())))),
        warnings=tuple(dict.fromkeys([*_warnings_on(random), *left_out, *notes])),
    )


def measure_detectors(
    ratings: pd.DataFrame | Ratings,
    *,
    detector: str | None,
    metric: str | None,
    choices: Choices,
    phase: Phases = None,
    modality: str | None = None,
) -> tuple[dict[str, Measurement], list[str]]:
    """What was measured of the readers with each detector, whose curve is the last; and why some were left out."""
    checked = validate(ratings)
    if detector is not None:
        checked = checked.with_detector(detector, modality)
    reads = checked.single_modality_reads(phase=phase, modality=modality)
    scores = checked.detector_reads(reads)
    if scores.empty:
        raise RatingsError(
            "column 'kind': no detector row for the cases and phase of the readers; add rows of kind detector, "
            "or name a reader with --detector"
        )
    return _measure_all(reads, scores, metric, choices)


def contrasts(measured: Measurement) -> tuple[FloatArray, FloatArray]:
    """Each reader's figure less that of the last curve, and the covariances of these differences."""
    r = len(measured.estimates) - 1
    differences = np.hstack([np.eye(r), -np.ones((r, 1))])
    return differences @ measured.estimates, differences @ measured.covariances @ differences.T


def compare_measured(name: str, measured: Measurement, random: Random, alpha: float) -> DetectorComparison:
    """Compare the last curve, a detector's, with the mean of the others."""
    r = len(measured.estimates) - 1
    if r < 2 and random != "cases":
        raise RatingsError(
            "column 'reader': there is only one reader, and random readers need at least two; choose --random cases"
        )
    psi, covariances = contrasts(measured)
    term = hillis.single_term(psi, covariances, random)
    difference = float(psi.mean())
    se, df, ci, p = estimated(difference, term, 1 / r, alpha)
    positive = measured.curves.positive
    return DetectorComparison(
        detector=name,
        metric=measured.metric,
        covariance=measured.covariance,
        estimate=float(measured.estimates[-1]),
        readers_mean=float(measured.estimates[:-1].mean()),
        difference=difference,
        se=se,
        df=df,
        statistic=difference / se if se else None,
        p=p,
        ci=ci,
        random=random,
        readers=r,
        cases=CaseCounts(int(positive.sum()), int((~positive).sum())),
    )


def _together(reads: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Readers, then the detector, told apart by their modality even where they bear the same name."""
    both = pd.concat([reads, own])
    who = np.repeat([0, 1], [len(reads), len(own)])
    return both.assign(modality=pd.Categorical.from_codes(who, categories=pd.Index(["readers", "detector"])))


def _measure_all(
    reads: pd.DataFrame, scores: pd.DataFrame, metric: str | None, choices: Choices
) -> tuple[dict[str, Measurement], list[str]]:
    """What was measured with each detector, and why some were left out; `choices` go to `measure`."""
    measured: dict[str, Measurement] = {}
    left_out: list[str] = []
    for name in present(scores["reader"]):
        own = scores[scores["reader"] == name]
        try:
            chosen = _possible_metric(name, reads, own, metric, choices.threshold)
            measured[name] = measure(_together(reads, own), chosen, **vars(choices))
        except RatingsError as error:
            if metric is not None:
                raise
            left_out.append(f"Detector {name} is left out: {error}.")
    if not measured:
        raise RatingsError(left_out[0])
    return measured, left_out


def _possible_metric(
    name: str, reads: pd.DataFrame, own: pd.DataFrame, metric: str | None, threshold: float | None
) -> str:
    """The metric asked for, or else the best that readers and detector have in common."""
    who = {"the readers have": reads, f"detector {name} has": own}
    has_ratings = all(rows["rating"].notna().any() for rows in who.values())
    chosen = metric or ("auc" if has_ratings and threshold is None else "accuracy")
    column = "rating" if chosen in OF_RATINGS or threshold is not None else "call"
    for subject, rows in who.items():
        if not rows[column].notna().any():
            cure = (
                "choose the metric accuracy, sensitivity or specificity" if column == "rating" else "give a threshold"
            )
            raise RatingsError(f"column '{column}': {subject} no {column}s; fill the column, or {cure}")
    return chosen


def _warnings_on(random: Random) -> list[str]:
    if random == "both":
        return []
    return [
        f"Only {random} are random: in simulations of no difference such a test rejects {_TOO_OFTEN[random]} of the "
        "time at a nominal 5 % if read as a statement about readers and cases in general."
    ]


def _warnings_of(name: str, measured: Measurement) -> list[str]:
    curves: Curves = measured.curves
    unscored = int((~curves.read[-1]).sum())
    unread = int((~curves.read[:-1]).sum())
    found = (
        [f"Detector {name} has scored {curves.positive.size - unscored} of the {curves.positive.size} cases."]
        if unscored
        else []
    )
    if unread:
        found.append(f"{unread} reads are missing; covariances come from the cases that both have read.")
    return found + constant_curves(measured)
