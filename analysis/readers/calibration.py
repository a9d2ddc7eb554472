"""Calibration of confidence: are readers as often right as they say?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import intervals, results
from analysis.errors import RatingsError
from analysis.measures.covariance import ROUNDING, FloatArray, unbiased
from analysis.measures.curves import Curves, from_reads
from analysis.measures.figures import Placements
from analysis.mrmc import hillis
from analysis.mrmc.obuchowski_rockette import estimated, generalises_to
from analysis.readers.calibration_result import CalibrationResult, MeanFigure, ReaderCalibration
from analysis.readers.probabilities import APPLICATION_SCALE, Scale, of_ratings
from analysis.readers.reliability import brier, reliability_curve
from analysis.table.oddities import mixed_scales
from analysis.table.ratings import Phases, Ratings, present, validate


def calibration_of_confidence(
    ratings: pd.DataFrame | Ratings,
    *,
    scale: Scale | None = None,
    bins: int = 10,
    phase: Phases = None,
    modality: str | None = None,
    alpha: float = 0.05,
) -> CalibrationResult:
    """Reliability curve, Brier's score with its parts, and over-confidence, of each reader and of all.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        A ratings table; human first reads with a rating, of one phase and modality, are used.
    scale : tuple of float, optional
        The ratings that stand for the probabilities 0 and 1 that the case is synthetic; in between, probability rises
        evenly. By default 0 and 100, the application's scale, where a rating is 50 ± confidence/2.
    bins : int
        Bins of equal width.
    phase, modality, alpha
        As in :func:`analysis.obuchowski_rockette`.

    Returns
    -------
    CalibrationResult

    Raises
    ------
    RatingsError
        When ratings lie outside the scale, no scale is named and ratings do not look like percentages, or the table or
        the choices do not allow the analysis.

    Notes
    -----
    With p the stated probability that a case is synthetic and y its truth, Brier's score is the mean of (p - y)²
    (Brier, Mon Weather Rev 1950;78:1). Over K bins with n_k reads, mean statement p_k and share y_k it is, exactly,
    sum n_k (p_k - y_k)²/n [reliability] - sum n_k (y_k - y)²/n [resolution] + y (1 - y) [uncertainty] (Murphy, J Appl
    Meteorol 1973;12:595) + the mean of (p - p_k)² - 2 (p - p_k)(y - y_k) [within bins; Stephenson, Coelho, Jolliffe,
    Weather Forecast 2008;23:752]. With few reads in a bin, reliability and resolution are both too large by chance.

    The confidence of a call is p where it is synthetic and 1 - p where it is authentic; over-confidence is its mean
    minus the share of right calls (Lichtenstein, Fischhoff, Phillips 1982). Without calls, p above ½ counts as
    synthetic and p = ½ as half right. Both are means over cases, so that the Obuchowski–Rockette engine gives their
    intervals.

    Shares in bins have Wilson's interval; of all readers together with the effective number of reads p (1 - p)/V, where
    V counts reads of one reader and of one case as clusters, times (z/t)² with t on readers - 1 (Korn, Graubard. Surv
    Methodol 1998;24:193).

    Examples
    --------
    >>> table = pd.DataFrame({"reader": "R1", "case": range(4), "truth": [0, 0, 1, 1], "rating": [20, 60, 60, 100],
    ...                       "call": [0, 1, 1, 1]})
    >>> [found] = calibration_of_confidence(table).readers
    >>> round(found.brier.score, 3), round(found.confidence, 3), found.share_right, round(found.overconfidence, 3)
    (0.14, 0.75, 0.75, 0.0)
    """
    if bins < 2:
        raise RatingsError(f"bins is {bins} and must be at least 2")
    reads = validate(ratings).single_modality_reads(phase=phase, modality=modality)
    reads = reads[reads["rating"].notna()]
    if reads.empty:
        raise RatingsError("column 'rating': no read has a rating; calibration needs the confidence of each call")
    said = _said(reads, of_ratings(reads["rating"], scale))
    readers = present(said["reader"])
    return CalibrationResult(
        scale=scale or APPLICATION_SCALE,
        overall=_overall(said, bins, alpha),
        curve=reliability_curve(said, "synthetic", "truth", bins, alpha),
        confidence_curve=reliability_curve(said, "confidence", "right", bins, alpha),
        readers=tuple(_reader(said[said["reader"] == name], name, bins, alpha) for name in readers),
        reads=len(said),
        cases=said["case"].nunique(),
        alpha=alpha,
        method=_method(scale or APPLICATION_SCALE, bins),
        generalises_to=generalises_to(
            "both" if len(readers) > 1 else "cases", len(readers), results.counted(said["case"].nunique(), "case")
        ),
        warnings=(*_warnings(said, len(readers)), *mixed_scales(reads)),
    )


def _said(reads: pd.DataFrame, synthetic: pd.Series) -> pd.DataFrame:
    """What was stated and what was true: reader, case, modality, truth, synthetic, confidence, right."""
    call = reads["call"].where(reads["call"].notna(), (np.sign(synthetic - 0.5) + 1) / 2)
    return reads[["reader", "case", "modality"]].assign(
        truth=reads["truth"].astype(float),
        synthetic=synthetic,
        confidence=(call * synthetic + (1 - call) * (1 - synthetic)),
        right=1 - (call - reads["truth"]).abs(),
        squared=(synthetic - reads["truth"]) ** 2,
    )


@dataclass(frozen=True, eq=False)
class _Means:
    """Each reader's mean over the cases, and the covariances over the sampling of cases."""

    estimates: FloatArray
    covariances: FloatArray


def _means(said: pd.DataFrame, values: pd.Series) -> _Means:
    reads = said.assign(value=values)
    curves: Curves = from_reads(reads, "value")
    placements = Placements(np.nanmean(curves.scores, axis=1), (curves.scores,))
    enough = curves.read.sum(axis=1).min() > 1
    q = len(curves.labels)
    return _Means(placements.estimates, unbiased(curves, placements) if enough else np.full((q, q), np.nan))


def _overall(said: pd.DataFrame, bins: int, alpha: float) -> tuple[MeanFigure, ...]:
    of_cases = {
        "over-confidence": said["confidence"] - said["right"],
        "confidence": said["confidence"],
        "share right": said["right"],
        "Brier score": said["squared"],
    }
    found = [_figure(name, _means(said, values), alpha) for name, values in of_cases.items()]
    parts = [
        brier(mine["synthetic"].to_numpy(), mine["truth"].to_numpy(), bins)
        for _, mine in said.groupby("reader", observed=True)
    ]
    for name in ("reliability", "resolution", "uncertainty"):
        estimates = np.array([getattr(part, name) for part in parts])
        found.append(MeanFigure(name, float(estimates.mean()), intervals.of_mean(estimates, alpha)))
    return tuple(found)


def _figure(name: str, means: _Means, alpha: float) -> MeanFigure:
    estimate, r = float(means.estimates.mean()), len(means.estimates)
    if np.isnan(means.covariances).any():
        return MeanFigure(name, estimate, intervals.of_mean(means.estimates, alpha))
    term = hillis.single_term(means.estimates, means.covariances, "both" if r > 1 else "cases")
    se, df, ci, _ = estimated(estimate, term, 1 / r, alpha)
    return MeanFigure(name, estimate, intervals.of_mean(means.estimates, alpha), se, df, ci)


def _reader(said: pd.DataFrame, name: str, bins: int, alpha: float) -> ReaderCalibration:
    means = _means(said, said["confidence"] - said["right"])
    variance = float(means.covariances[0, 0])
    ci = intervals.symmetric(float(means.estimates[0]), variance**0.5, None, alpha) if variance > ROUNDING else None
    return ReaderCalibration(
        reader=name,
        reads=len(said),
        brier=brier(said["synthetic"].to_numpy(), said["truth"].to_numpy(), bins),
        confidence=float(said["confidence"].mean()),
        share_right=float(said["right"].mean()),
        overconfidence=float(means.estimates[0]),
        ci=ci and intervals.clipped(ci, (-1.0, 1.0)),
        curve=reliability_curve(said, "synthetic", "truth", bins, alpha),
    )


def _method(scale: Scale, bins: int) -> str:
    low, high = scale
    meaning = (
        "the application's scale: 50 ± confidence/2" if scale == APPLICATION_SCALE else "as chosen: they rise evenly"
    )
    return (
        f"Calibration: ratings from {low:g} to {high:g} as probabilities 0 to 1 that the case is synthetic ({meaning})"
        f"; {bins} bins; Brier score with Murphy's parts; means over readers by Obuchowski–Rockette, readers and cases "
        "random, and t over readers; shares in bins with Wilson's interval at the effective number of reads"
    )


def _warnings(said: pd.DataFrame, readers: int) -> list[str]:
    found = []
    against = int((said["confidence"] < 0.5 - 1e-9).sum())
    if against:
        found.append(
            f"{against} calls contradict their rating (a rating on the other side of the scale's middle); their "
            "confidence is below one half."
        )
    if readers == 1:
        found.append("There is one reader; nothing is said of other readers.")
    return found
