"""Empirical ROC curves: each reader, the readers' average, detectors; areas with intervals and paired tests."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import intervals
from analysis.measures.covariance import ROUNDING, FloatArray
from analysis.measures.curves import Curves, from_reads
from analysis.measures.measurement import Measurement, constant_curves, measure_curves
from analysis.readers.roc_result import AverageRoc, OperatingPoint, PairedTest, ReaderRoc, RocCurve, RocResult
from analysis.table.oddities import oddities
from analysis.table.ratings import Phases, Ratings, present, validate


def reader_rocs(
    ratings: pd.DataFrame | Ratings, *, phase: Phases = None, modality: str | None = None, alpha: float = 0.05
) -> RocResult:
    """ROC curve, AUC and operating point of every human reader and of every detector on the same cases.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        A ratings table, see :func:`analysis.table.ratings.validate`.
    phase, modality : str, optional
        Restrict to these.
    alpha : float
        Intervals have confidence 1 - alpha.

    Returns
    -------
    RocResult
        Readers with calls only have an operating point and no curve. Intervals are DeLong's, clipped to [0, 1] as
        pROC does; where the estimated variance is zero (an AUC of 0 or 1), Newcombe's score interval.

    Raises
    ------
    RatingsError
        When the table or the choices do not allow the analysis.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"reader": "R1", "case": range(6), "truth": [0, 0, 0, 1, 1, 1],
    ...                       "rating": [10, 20, 60, 40, 80, 90]})
    >>> found = reader_rocs(table).readers[0]
    >>> round(found.auc, 4), [round(limit, 4) for limit in found.ci]
    (0.8889, [0.5809, 1.0])
    """
    checked = validate(ratings)
    reads = checked.human_reads(phase=phase, modality=modality)
    measured, warnings = _measure_areas(reads)
    detector_reads = checked.detector_reads(reads)
    detectors, detector_warnings = _measure_areas(detector_reads)
    n_readers, n_cases = len(present(reads["reader"])), len(present(reads["case"]))
    readers = _rocs(reads, measured, alpha)
    return RocResult(
        readers=readers,
        averages=_averages(measured, readers) if measured else (),
        detectors=_rocs(detector_reads, detectors, alpha),
        pairs=_paired_tests(measured, alpha) if measured else (),
        alpha=alpha,
        method="Empirical ROC curves; DeLong intervals and paired tests; readers averaged vertically",
        generalises_to=f"Each line generalises to cases like these {n_cases}, as read by that reader alone "
        f"({n_readers} reader{'s' if n_readers != 1 else ''}).",
        warnings=(*warnings, *detector_warnings, *oddities(reads)),
    )


def empirical_curve(scores: FloatArray, positive: NDArray[np.bool_]) -> RocCurve:
    """Empirical ROC curve of finite scores; `positive` is true for synthetic cases, both classes are present."""
    order = np.argsort(-scores)
    ordered = scores[order]
    last_of_tie = np.append(ordered[1:] != ordered[:-1], True)
    true, false = np.cumsum(positive[order])[last_of_tie], np.cumsum(~positive[order])[last_of_tie]
    return RocCurve(
        np.concatenate([[0.0], false / false[-1]]),
        np.concatenate([[0.0], true / true[-1]]),
        np.concatenate([[np.inf], ordered[last_of_tie]]),
    )


def average_curve(curves: Sequence[RocCurve]) -> RocCurve:
    """Mean true positive fraction at each false positive fraction (vertical averaging).

    Where a curve rises vertically, the average keeps both ends of the rise, so that its area is the mean of the areas.
    """
    grid = np.unique(np.concatenate([curve.fpf for curve in curves]))
    ends = np.mean([_ends_of_rises(curve, grid) for curve in curves], axis=0)
    points = np.column_stack([np.repeat(grid, 2), ends.T.ravel()])
    distinct = np.append(True, np.any(np.diff(points, axis=0) != 0, axis=1))
    fpf, tpf = points[distinct].T
    return RocCurve(fpf, tpf, np.full(len(fpf), np.nan))


def _ends_of_rises(curve: RocCurve, grid: FloatArray) -> FloatArray:
    """Limits of the curve from the left and from the right at each point of the grid, shape (2, len(grid))."""
    fpf, first = np.unique(curve.fpf, return_index=True)
    low, high = curve.tpf[first], curve.tpf[np.append(first[1:], len(curve.fpf)) - 1]
    after = np.searchsorted(fpf, grid, "left")
    on_curve = fpf[after] == grid
    before = np.maximum(after - 1, 0)
    width = np.where(after > before, fpf[after] - fpf[before], 1.0)
    between = high[before] + (low[after] - high[before]) * (grid - fpf[before]) / width
    return np.array([np.where(on_curve, low[after], between), np.where(on_curve, high[after], between)])


def _measure_areas(reads: pd.DataFrame) -> tuple[Measurement | None, list[str]]:
    """AUCs of the curves that have two cases of each class, and a warning for each curve that has not."""
    if not reads["rating"].notna().any():
        return None, ["There are no ratings, only calls: no ROC curve, no AUC."] if len(reads) else []
    curves = from_reads(reads, "rating")
    positives = (curves.read & curves.positive).sum(axis=1)
    usable = (positives >= 2) & (curves.read.sum(axis=1) - positives >= 2)
    warnings = [
        f"Reader {reader} (modality {modality}) has rated fewer than two cases of a class: no ROC curve, no AUC."
        for (modality, reader), enough in zip(curves.labels, usable, strict=True)
        if not enough
    ]
    if not usable.any():
        return None, warnings
    measured = measure_curves(curves.rows(usable), "auc", "delong")
    return measured, warnings + constant_curves(measured)


def _rocs(reads: pd.DataFrame, measured: Measurement | None, alpha: float) -> tuple[ReaderRoc, ...]:
    points = _operating_points(reads)
    rows = {label: row for row, label in enumerate(measured.curves.labels)} if measured else {}
    labels = reads[["modality", "reader"]].drop_duplicates().sort_values(["modality", "reader"])
    return tuple(
        _roc(reader, modality, measured, rows.get((modality, reader)), points.get((modality, reader)), alpha)
        for modality, reader in labels.itertuples(index=False)
    )


def _roc(
    reader: str,
    modality: str,
    measured: Measurement | None,
    row: int | None,
    point: OperatingPoint | None,
    alpha: float,
) -> ReaderRoc:
    if measured is None or row is None:
        return ReaderRoc(reader, modality, None, None, None, None, None, point)
    ci, interval = measured.interval(row, alpha)
    curve = _curve(measured.curves, row)
    return ReaderRoc(
        reader, modality, float(measured.estimates[row]), measured.standard_error(row), ci, interval, curve, point
    )


def _curve(curves: Curves, row: int) -> RocCurve:
    read = ~np.isnan(curves.scores[row])
    return empirical_curve(curves.scores[row, read], curves.positive[read])


def _averages(measured: Measurement, readers: tuple[ReaderRoc, ...]) -> tuple[AverageRoc, ...]:
    labels = measured.curves.labels
    found = []
    for modality in measured.curves.modalities:
        rows = [row for row, (name, _) in enumerate(labels) if name == modality]
        curve = average_curve([one.curve for one in readers if one.modality == modality and one.curve])
        found.append(AverageRoc(modality, float(measured.estimates[rows].mean()), curve))
    return tuple(found)


def _operating_points(reads: pd.DataFrame) -> dict[tuple[str, str], OperatingPoint]:
    called = reads[reads["call"].notna()]
    if called.empty:
        return {}
    shares = called.groupby(["modality", "reader", "truth"], observed=True)["call"].mean().unstack("truth")
    shares = shares.reindex(columns=[0, 1]).dropna()
    points = [OperatingPoint(float(fpf), float(tpf)) for fpf, tpf in shares.to_numpy()]
    return dict(zip(shares.index, points, strict=True))


def _paired_tests(measured: Measurement, alpha: float) -> tuple[PairedTest, ...]:
    labels = measured.curves.labels
    several = len(measured.curves.modalities) > 1
    return tuple(
        _paired_test(measured, one, other, several, alpha)
        for one, other in combinations(range(len(labels)), 2)
        if not several or labels[one][1] == labels[other][1]
    )


def _paired_test(measured: Measurement, one: int, other: int, several: bool, alpha: float) -> PairedTest:
    (modality, reader), (other_modality, other_reader) = measured.curves.labels[one], measured.curves.labels[other]
    difference = float(measured.estimates[one] - measured.estimates[other])
    S = measured.covariances
    variance = float(S[one, one] + S[other, other] - 2 * S[one, other])
    z = difference / variance**0.5 if variance > ROUNDING else None
    return PairedTest(
        reader=reader if several else None,
        modality=None if several else modality,
        a=modality if several else reader,
        b=other_modality if several else other_reader,
        difference=difference,
        z=z,
        p=None if z is None else intervals.two_sided_p(z, None),
        ci=None if z is None else intervals.symmetric(difference, variance**0.5, None, alpha),
    )
