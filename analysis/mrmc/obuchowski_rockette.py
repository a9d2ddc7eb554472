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
from analysis.measures.curves import Curves
from analysis.measures.measurement import METRIC_NAMES, Measurement, SpecificityRange, measure
from analysis.mrmc import designs, hillis
from analysis.mrmc.designs import Design
from analysis.mrmc.hillis import Comparison, ErrorTerm, Random, rounded
from analysis.mrmc.margins import MarginTest, margin_tests, require_margin
from analysis.mrmc.nested import nested
from analysis.mrmc.result import (
    AgainstValue,
    CaseCounts,
    Difference,
    GlobalTest,
    ModalityEstimate,
    MrmcResult,
    ReaderDifference,
    ReaderEstimate,
    ReadsOf,
)
from analysis.mrmc.warning import warnings_on
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
    margin: float | None = None,
    against: float | None = None,
    holm: bool = False,
    phase: Phases = None,
    modality: str | None = None,
    alpha: float = 0.05,
) -> MrmcResult:
    """Compare modalities by the Obuchowski–Rockette method with Hillis' degrees of freedom.

    Human first reads are used. The design is found in them (:mod:`analysis.mrmc.designs`): every reader must have read
    in every modality, or every one in one only. With one modality, the readers' mean alone is estimated.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        A ratings table, see :func:`analysis.table.ratings.validate`.
    metric, threshold, spec_range, standardized, covariance, cluster
        What is measured, see :func:`analysis.measures.measurement.measure`.
    random : {"both", "readers", "cases"}
        What is a sample from a population: readers and cases, readers only, or cases only.
    margin : float, optional
        Test non-inferiority and equivalence with it, see :mod:`analysis.mrmc.margins`.
    against : float, optional
        Compare the mean of a single modality with this value.
    holm : bool
        Adjust the p values of the differences for their number (Holm, Scand J Statist 1979;6:65).
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
    require_margin(margin)
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
    return analyse(measured, random=random, alpha=alpha, margin=margin, against=against, holm=holm)


def analyse(
    measured: Measurement,
    *,
    random: Random,
    alpha: float,
    margin: float | None = None,
    against: float | None = None,
    holm: bool = False,
) -> MrmcResult:
    """Obuchowski–Rockette analysis of what was measured."""
    curves = measured.curves
    design = designs.find(curves)
    refuse_single_readers(curves, random)
    rows = rows_of_modalities(curves)
    t = len(rows)
    found = _comparison(measured, rows, design, random) if t > 1 else None
    modalities = tuple(_modality(measured, name, mine, random, alpha) for name, mine in rows.items())
    differences = _differences(tuple(rows), found, alpha) if found else ()
    return MrmcResult(
        design=design.name,
        metric=measured.metric,
        covariance=measured.covariance,
        random=random,
        readers=len(curves.readers),
        cases=CaseCounts(int(curves.positive.sum()), int((~curves.positive).sum())),
        reads=int(curves.read.sum()),
        missing=design.missing,
        components=found.components if found else hillis.components(measured.estimates[None, :], measured.covariances),
        mean_squares=found.mean_squares if found else hillis.mean_squares(measured.estimates[None, :]),
        test=_global_test(found) if found else None,
        modalities=modalities,
        differences=differences,
        p_holm=_adjusted(differences) if holm else (),
        per_reader=tuple(_reader(measured, row, alpha) for row in range(len(curves.labels))),
        per_reader_differences=_differences_of_readers(measured, alpha) if design.name != "readers-nested" else (),
        margins=_margins(differences, margin, alpha),
        against=_against(modalities, against, alpha),
        missing_pattern=_missing_pattern(curves) if design.missing else (),
        alpha=alpha,
        method=_method(measured, random, design, holm and bool(differences)),
        generalises_to=generalises_to(random, len(curves.readers), counted_cases(measured)),
        warnings=tuple(warnings_on(measured, design, found, modalities)),
    )


def rows_of_modalities(curves: Curves) -> dict[str, list[int]]:
    """The rows of each modality, in order of appearance."""
    rows: dict[str, list[int]] = {}
    for row, (modality, _) in enumerate(curves.labels):
        rows.setdefault(modality, []).append(row)
    return rows


def _comparison(measured: Measurement, rows: dict[str, list[int]], design: Design, random: Random) -> Comparison:
    sizes = tuple(len(mine) for mine in rows.values())
    if design.name == "readers-nested":
        return nested(measured.estimates, measured.covariances, sizes, random)
    return hillis.crossed(measured.estimates.reshape(len(rows), sizes[0]), measured.covariances, random)


def _method(measured: Measurement, random: Random, design: Design, holm: bool) -> str:
    return (
        f"Obuchowski–Rockette of the {METRIC_NAMES[measured.metric]} with Hillis' degrees of freedom, "
        f"{measured.covariance_in_words} covariances, {RANDOM_NAMES[random]} random"
        + ("; readers nested in modalities (Hillis 2014)" if design.name == "readers-nested" else "")
        + ("; p values of differences adjusted by Holm" if holm else "")
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


def _modality(measured: Measurement, name: str, rows: list[int], random: Random, alpha: float) -> ModalityEstimate:
    estimates = measured.estimates[rows]
    term = hillis.single_term(estimates, measured.covariances[np.ix_(rows, rows)], random)
    mean = float(estimates.mean())
    se, df, ci, _ = estimated(mean, term, 1 / len(rows), alpha)
    return ModalityEstimate(name, mean, se, df, ci)


def _differences(names: tuple[str, ...], found: Comparison, alpha: float) -> tuple[Difference, ...]:
    differences = []
    for i, j in combinations(range(len(names)), 2):
        difference = float(found.means[i] - found.means[j])
        factor = 1 / found.sizes[i] + 1 / found.sizes[j]
        se, df, ci, p = estimated(difference, found.term, factor, alpha)
        differences.append(Difference(names[i], names[j], difference, se, df, ci, p))
    return tuple(differences)


def _adjusted(differences: tuple[Difference, ...]) -> tuple[float | None, ...]:
    ps = [item.p for item in differences if item.p is not None]
    return tuple(intervals.holm(ps)) if len(ps) == len(differences) else (None,) * len(differences)


def _global_test(found: Comparison) -> GlobalTest | None:
    """F = MS(T)/D on t-1 and the term's df; with infinitely many, the chi-square (t-1) F on t-1."""
    term, square = found.term, found.mean_squares.modality
    if term.variance <= 0 or square is None:
        return None
    df1 = float(len(found.means) - 1)
    value = square / term.variance
    if term.df is None:
        return GlobalTest("chi2", df1 * value, df1, None, float(chdtrc(df1, df1 * value)))
    return GlobalTest("F", value, df1, term.df, intervals.f_tail(value, df1, term.df))


def _reader(measured: Measurement, row: int, alpha: float) -> ReaderEstimate:
    modality, reader = measured.curves.labels[row]
    ci, interval = measured.interval(row, alpha)
    return ReaderEstimate(reader, modality, float(measured.estimates[row]), measured.standard_error(row), ci, interval)


def _differences_of_readers(measured: Measurement, alpha: float) -> tuple[ReaderDifference, ...]:
    """Each reader's own differences, over the sampling of cases; with DeLong's covariances, DeLong's test."""
    labels, S = measured.curves.labels, measured.covariances
    found = []
    for one, other in combinations(range(len(labels)), 2):
        if labels[one][1] != labels[other][1]:
            continue
        difference = float(measured.estimates[one] - measured.estimates[other])
        term = ErrorTerm(rounded(float(S[one, one] + S[other, other] - 2 * S[one, other])), None)
        se, _, ci, p = estimated(difference, term, 1.0, alpha)
        z = difference / se if se else None
        found.append(ReaderDifference(labels[one][1], labels[one][0], labels[other][0], difference, se, z, ci, p))
    return tuple(found)


def _margins(differences: tuple[Difference, ...], margin: float | None, alpha: float) -> tuple[MarginTest, ...]:
    if margin is None:
        return ()
    tests = (margin_tests(d.a, d.b, d.estimate, d.se, d.df, d.ci, margin, alpha) for d in differences)
    return tuple(test for both in tests for test in both)


def _against(modalities: tuple[ModalityEstimate, ...], value: float | None, alpha: float) -> AgainstValue | None:
    if value is None:
        return None
    if len(modalities) > 1:
        raise RatingsError("a value is compared with one modality; choose it (--modality NAME)")
    [mean] = modalities
    difference = mean.estimate - value
    if not mean.se:
        return AgainstValue(value, difference, mean.se, mean.df, None, None, None)
    statistic = difference / mean.se
    ci = intervals.symmetric(difference, mean.se, mean.df, alpha)
    return AgainstValue(value, difference, mean.se, mean.df, statistic, intervals.two_sided_p(statistic, mean.df), ci)


def _missing_pattern(curves: Curves) -> tuple[ReadsOf, ...]:
    """Reads of each curve among the cases that anybody has read in its modality."""
    rows = rows_of_modalities(curves)
    asked = {name: int(curves.read[mine].any(axis=0).sum()) for name, mine in rows.items()}
    return tuple(
        ReadsOf(reader, modality, int(curves.read[row].sum()), asked[modality])
        for row, (modality, reader) in enumerate(curves.labels)
    )


def refuse_unknown(random: str) -> None:
    """Refuse a word that is none of what can be random."""
    if random not in get_args(Random):
        raise RatingsError(f"random {random!r} is not known; choose from {', '.join(get_args(Random))}")


def refuse_single_readers(curves: Curves, random: Random) -> None:
    """Refuse to speak of readers in general where a modality has one reader."""
    if random == "cases":
        return
    for modality, rows in rows_of_modalities(curves).items():
        if len(rows) < 2:
            where = f" in modality {modality}" if len(curves.modalities) > 1 else ""
            raise RatingsError(
                f"column 'reader': {curves.labels[rows[0]][1]} is the only reader{where}, and random readers need at "
                "least two; choose --random cases to speak for this reader alone"
            )
