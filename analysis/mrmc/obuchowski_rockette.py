"""Multi-reader multi-case comparison of modalities, or one modality alone."""

from __future__ import annotations

from itertools import combinations
from typing import get_args

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from analysis import intervals
from analysis.errors import RatingsError
from analysis.intervals import Interval
from analysis.measures.covariance import ROUNDING, FloatArray
from analysis.measures.measurement import METRIC_NAMES, Measurement, SpecificityRange, constant_curves, measure
from analysis.mrmc import hillis
from analysis.mrmc.hillis import Components, ErrorTerm, Random
from analysis.mrmc.result import CaseCounts, Difference, GlobalTest, ModalityEstimate, MrmcResult, ReaderEstimate
from analysis.table.ratings import Phases, Ratings, validate

RANDOM_NAMES = {"both": "readers and cases", "readers": "readers", "cases": "cases"}


def obuchowski_rockette(
    ratings: pd.DataFrame | Ratings,
    *,
    metric: str = "auc",
    threshold: float | None = None,
    spec_range: SpecificityRange | None = None,
    standardized: bool = False,
    covariance: str | None = None,
    cluster: str | None = None,
    random: Random = "both",
    phase: Phases = None,
    modality: str | None = None,
    alpha: float = 0.05,
) -> MrmcResult:
    """Compare modalities by the Obuchowski–Rockette method with Hillis' degrees of freedom.

    Human first reads are used; every reader must have read in every modality. With one modality, the readers' mean
    alone is estimated.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        A ratings table, see :func:`analysis.table.ratings.validate`.
    metric, threshold, spec_range, standardized, covariance, cluster
        What is measured, see :func:`analysis.measures.measurement.measure`.
    random : {"both", "readers", "cases"}
        What is a sample from a population: readers and cases, readers only, or cases only.
    phase, modality : str, optional
        Restrict to these; several phases may be chosen when they hold different reads.
    alpha : float
        Intervals have confidence 1 - alpha.

    Returns
    -------
    MrmcResult

    Raises
    ------
    RatingsError
        When the table or the choices do not allow the analysis.

    Notes
    -----
    Formulas and sources are in :mod:`analysis.mrmc.hillis` and `docs/statistics.md`. Checked against MRMCaov 0.3.0 and
    RJafroc on VanDyke's and Franken's data, see `tests/reference`.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     [(r, m, c, c % 2, (c * 7 + r * 5 + 3 * (c % 2) * (m == "aided")) % 11) for r in (1, 2, 3)
    ...      for m in ("unaided", "aided") for c in range(30)],
    ...     columns=["reader", "modality", "case", "truth", "rating"],
    ... )
    >>> result = obuchowski_rockette(table)
    >>> result.differences[0].a, result.differences[0].b, result.design
    ('unaided', 'aided', 'crossed')
    """
    refuse_unknown(random)
    reads = validate(ratings).human_reads(phase=phase, modality=modality)
    measured = measure(
        reads,
        metric,
        threshold=threshold,
        spec_range=spec_range,
        standardized=standardized,
        covariance=covariance,
        cluster=cluster,
    )
    return analyse(measured, random=random, alpha=alpha)


def analyse(measured: Measurement, *, random: Random, alpha: float) -> MrmcResult:
    """Obuchowski–Rockette analysis of what was measured."""
    curves = measured.curves
    t, r = len(curves.modalities), len(curves.readers)
    _refuse_incomparable(measured, random)
    estimates = measured.estimates.reshape(t, r)
    components = hillis.components(estimates, measured.covariances)
    term = hillis.difference_term(estimates, measured.covariances, random) if t > 1 else None
    modalities = tuple(_modality(measured, i, random, alpha) for i in range(t))
    reads = int(curves.read.sum())
    missing = curves.scores.size - reads
    return MrmcResult(
        design="incomplete" if missing else "crossed",
        metric=measured.metric,
        covariance=measured.covariance,
        random=random,
        readers=r,
        cases=CaseCounts(int(curves.positive.sum()), int((~curves.positive).sum())),
        reads=reads,
        missing=missing,
        components=components,
        mean_squares=hillis.mean_squares(estimates),
        test=_global_test(estimates, term) if term else None,
        modalities=modalities,
        differences=_differences(curves.modalities, estimates, term, alpha) if term else (),
        per_reader=tuple(_reader(measured, row, alpha) for row in range(t * r)),
        alpha=alpha,
        method=f"Obuchowski–Rockette of the {METRIC_NAMES[measured.metric]} with Hillis' degrees of freedom, "
        f"{measured.covariance_in_words} covariances, {RANDOM_NAMES[random]} random",
        generalises_to=generalises_to(random, r, counted_cases(measured)),
        warnings=tuple(_warnings(measured, components, term, modalities)),
    )


def counted_cases(measured: Measurement) -> str:
    """The cases that the figure of merit rests on, in words."""
    positive, negative = int(measured.curves.positive.sum()), int((~measured.curves.positive).sum())
    if measured.metric == "sensitivity":
        return f"{positive} synthetic cases"
    return f"{negative} authentic cases" if measured.metric == "specificity" else f"{positive + negative} cases"


def generalises_to(random: Random, readers: int, cases: str) -> str:
    """One sentence on the population that a result speaks for."""
    if random == "readers":
        return f"The result generalises to readers like these {readers}, but only for these {cases}."
    if random == "cases":
        whom = "this one reader" if readers == 1 else f"these {readers} readers"
        return f"The result generalises to cases like these ({cases}), but only as read by {whom}."
    return f"The result generalises to readers like these {readers} and to cases like these ({cases})."


def estimated(
    estimate: float, term: ErrorTerm, factor: float, alpha: float
) -> tuple[float | None, float | None, Interval | None, float | None]:
    """Standard error sqrt(factor × D), df, interval and p against 0 of an estimate; None where D is not positive."""
    if term.variance <= 0:
        return (0.0 if term.variance == 0 else None), None, None, None
    se = float(np.sqrt(factor * term.variance))
    ci = intervals.symmetric(estimate, se, term.df, alpha)
    return se, term.df, ci, intervals.two_sided_p(estimate / se, term.df)


def _modality(measured: Measurement, index: int, random: Random, alpha: float) -> ModalityEstimate:
    r = len(measured.curves.readers)
    rows = slice(index * r, (index + 1) * r)
    estimates = measured.estimates[rows]
    term = hillis.single_term(estimates, measured.covariances[rows, rows], random)
    mean = float(estimates.mean())
    se, df, ci, _ = estimated(mean, term, 1 / r, alpha)
    return ModalityEstimate(measured.curves.modalities[index], mean, se, df, ci)


def _differences(
    names: tuple[str, ...], estimates: FloatArray, term: ErrorTerm, alpha: float
) -> tuple[Difference, ...]:
    means = estimates.mean(axis=1)
    found = []
    for i, j in combinations(range(len(names)), 2):
        difference = float(means[i] - means[j])
        se, df, ci, p = estimated(difference, term, 2 / estimates.shape[1], alpha)
        found.append(Difference(names[i], names[j], difference, se, df, ci, p))
    return tuple(found)


def _global_test(estimates: FloatArray, term: ErrorTerm) -> GlobalTest | None:
    """F = MS(T)/D on t-1 and the term's df; with infinitely many, the chi-square (t-1) F on t-1."""
    if term.variance <= 0:
        return None
    t, r = estimates.shape
    df1 = float(t - 1)
    sum_of_squares = r * float(np.sum((estimates.mean(axis=1) - estimates.mean()) ** 2))
    value = sum_of_squares / df1 / term.variance
    if term.df is None:
        return GlobalTest("chi2", df1 * value, df1, None, float(chdtrc(df1, df1 * value)))
    return GlobalTest("F", value, df1, term.df, intervals.f_tail(value, df1, term.df))


def _reader(measured: Measurement, row: int, alpha: float) -> ReaderEstimate:
    modality, reader = measured.curves.labels[row]
    ci, interval = measured.interval(row, alpha)
    return ReaderEstimate(reader, modality, float(measured.estimates[row]), measured.standard_error(row), ci, interval)


def refuse_unknown(random: str) -> None:
    if random not in get_args(Random):
        raise RatingsError(f"random {random!r} is not known; choose from {', '.join(get_args(Random))}")


def _refuse_incomparable(measured: Measurement, random: Random) -> None:
    curves = measured.curves
    done = set(curves.labels)
    for modality in curves.modalities:
        for reader in curves.readers:
            if (modality, reader) not in done:
                raise RatingsError(
                    f"column 'modality': reader {reader} has no reads in modality {modality}; this analysis needs "
                    "every reader in every modality: add the reads, leave the reader out, or choose one modality"
                )
    if random != "cases" and len(curves.readers) < 2:
        raise RatingsError(
            f"column 'reader': {curves.readers[0]} is the only reader, and random readers need at least two; "
            "choose --random cases to speak for this reader alone"
        )


def _warnings(
    measured: Measurement, components: Components, term: ErrorTerm | None, modalities: tuple[ModalityEstimate, ...]
) -> list[str]:
    curves = measured.curves
    found = []
    if len(curves.readers) == 2:
        found.append("Two readers say little about other readers; intervals over readers are very wide.")
    if not curves.read.all():
        found.append(
            f"{int((~curves.read).sum())} of {curves.scores.size} reads are missing; covariances come from the cases "
            "that both readers have read."
        )
    for name, value in (("reader", components.reader), ("modality × reader", components.modality_reader)):
        if value is not None and value < -ROUNDING:
            found.append(f"The {name} variance component is negative ({value:.3g}); it is reported as estimated.")
    if components.cov3 is not None and components.cov2 is not None and components.cov2 < components.cov3 - ROUNDING:
        found.append("Cov2 - Cov3 is negative; it counts as zero in the tests.")
    if term is not None and term.variance <= 0:
        found.append("The estimated variance of the differences is not positive; no test or interval is possible.")
    found += [
        f"Modality {item.modality}: the estimated variance of the mean is not positive; no interval is possible."
        for item in modalities
        if item.ci is None
    ]
    found += [
        f"Modality {item.modality}: the interval goes beyond possible values; it is reported as computed."
        for item in modalities
        if item.ci is not None and (item.ci[0] < measured.limits[0] or item.ci[1] > measured.limits[1])
    ]
    return found + constant_curves(measured)
