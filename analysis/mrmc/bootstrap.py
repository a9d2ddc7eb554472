"""Bootstrap of readers and cases: a sensitivity check beside the main analysis."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis import intervals, results
from analysis.errors import RatingsError
from analysis.intervals import Interval
from analysis.measures.covariance import FloatArray
from analysis.measures.figures import FIGURES
from analysis.measures.measurement import METRIC_NAMES, Measurement, measure
from analysis.mrmc import designs, resampling
from analysis.mrmc.hillis import Random
from analysis.mrmc.obuchowski_rockette import (
    RANDOM_NAMES,
    counted_cases,
    generalises_to,
    refuse_single_readers,
    refuse_unknown,
    rows_of_modalities,
)
from analysis.table.ratings import Phases, Ratings, validate

# Counts of drawn cases held at once.
_BLOCK = 20_000_000


@dataclass(frozen=True)
class BootstrapEstimate:
    """A readers' mean (`b` is None) or the difference of two, `a` minus `b`.

    `ci` holds percentiles of the draws, `ci_normal` is estimate ± z se; `bias` is the mean of the draws less the
    estimate.
    """

    a: str
    b: str | None
    estimate: float
    se: float
    bias: float
    ci: Interval
    ci_normal: Interval


@dataclass(frozen=True)
class BootstrapResult(results.Result):
    """Result of :func:`bootstrap`."""

    metric: str
    random: Random
    draws: int
    modalities: tuple[BootstrapEstimate, ...]
    differences: tuple[BootstrapEstimate, ...]
    alpha: float
    method: str
    generalises_to: str
    warnings: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row for each mean and each difference."""
        found = self.to_dict()
        return pd.DataFrame(found["modalities"] + found["differences"])

    def __str__(self) -> str:
        level = f"{100 * (1 - self.alpha):g} % CI"
        return results.paragraphs(
            self.method,
            results.text_table(
                [
                    {
                        METRIC_NAMES[self.metric]: x.a if x.b is None else f"{x.a} − {x.b}",
                        "estimate": x.estimate,
                        "SE": x.se,
                        "bias": x.bias,
                        f"{level}, percentiles": x.ci,
                        f"{level}, normal": x.ci_normal,
                    }
                    for x in self.modalities + self.differences
                ]
            ),
            self.generalises_to,
            "\n".join(f"Note: {warning}" for warning in self.warnings),
        )


def bootstrap(
    ratings: pd.DataFrame | Ratings,
    *,
    metric: str = "auc",
    threshold: float | None = None,
    cluster: str | None = None,
    random: Random = "both",
    draws: int = 2000,
    seed: int | np.random.Generator = 0,
    phase: Phases = None,
    modality: str | None = None,
    alpha: float = 0.05,
) -> BootstrapResult:
    """Draw readers and cases with replacement and look how far readers' means and their differences move.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        Human first reads are used.
    metric : {"auc", "accuracy", "sensitivity", "specificity"}
        The mean over the readers of this figure, every reader weighing the same.
    threshold : float, optional
        Call synthetic what is rated at or above it.
    cluster : str, optional
        Column that says which cases belong together: whole clusters are drawn. Otherwise cases are drawn within their
        class (for the accuracy, from all).
    random : {"both", "readers", "cases"}
        What is drawn; the rest stays as it is. A reader drawn brings the reads in all modalities; where every reader
        reads in one modality only, readers are drawn within it.
    draws : int
        Number of bootstrap samples.
    seed : int or numpy.random.Generator
        The same seed gives the same bits.
    phase, modality, alpha
        As in :func:`analysis.obuchowski_rockette`.

    Returns
    -------
    BootstrapResult

    Raises
    ------
    RatingsError
        When the table or the choices do not allow the analysis.

    Notes
    -----
    With readers and cases drawn, the variance is that of V-statistics (Gallas, Bandos, Samuelson, Wagner. Commun Stat
    Theory Methods 2009;38:2586), which is too large on average. A sensitivity check, not a main analysis.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     [(r, c, c % 2, (c * 7 + r * 5) % 11) for r in (1, 2, 3) for c in range(30)],
    ...     columns=["reader", "case", "truth", "rating"],
    ... )
    >>> bootstrap(table, draws=200, seed=7) == bootstrap(table, draws=200, seed=7)
    True
    """
    refuse_unknown(random)
    if metric not in FIGURES:
        raise RatingsError(f"the bootstrap is of {', '.join(FIGURES)}, not of {metric!r}")
    if draws < 2:
        raise RatingsError(f"{draws} draws are too few; choose some thousands")
    reads = validate(ratings).human_reads(phase=phase, modality=modality)
    measured = measure(reads, metric, threshold=threshold, cluster=cluster)
    refuse_single_readers(measured.curves, random)
    means = _means(measured, random, draws, np.random.default_rng(seed))
    return _result(measured, means, random, draws, alpha)


def _means(measured: Measurement, random: Random, draws: int, generator: np.random.Generator) -> dict[str, FloatArray]:
    """Mean of each modality's readers in each draw."""
    curves, rows = measured.curves, rows_of_modalities(measured.curves)
    nested = designs.find(curves).name == "readers-nested"
    found: dict[str, list[FloatArray]] = {name: [] for name in rows}
    step = max(1, _BLOCK // curves.positive.size)
    for size in (min(step, draws - start) for start in range(0, draws, step)):
        figures = np.repeat(measured.estimates[:, None], size, axis=1)
        if random != "readers":
            drawn = resampling.case_counts(generator, curves, size, by_class=measured.metric != "accuracy")
            figures = resampling.figures(curves, measured.metric, drawn)
        weights = np.ones((1, size))
        for number, (name, mine) in enumerate(rows.items()):
            if random != "cases" and (nested or number == 0):
                weights = resampling.counts(generator, len(mine), size)
            found[name].append(resampling.weighted_mean(figures[mine], np.broadcast_to(weights, (len(mine), size))))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _result(
    measured: Measurement, means: dict[str, FloatArray], random: Random, draws: int, alpha: float
) -> BootstrapResult:
    curves = measured.curves
    rows = rows_of_modalities(curves)
    estimates = {name: float(measured.estimates[mine].mean()) for name, mine in rows.items()}
    alone = [_estimate(name, None, estimates[name], means[name], alpha) for name in rows]
    pairs = combinations(rows, 2)
    between = [_estimate(a, b, estimates[a] - estimates[b], means[a] - means[b], alpha) for a, b in pairs]
    undefined = int(sum(np.isnan(values).sum() for values in means.values()))
    what = RANDOM_NAMES[random] + ("" if curves.clusters is None or random == "readers" else " (in clusters)")
    return BootstrapResult(
        metric=measured.metric,
        random=random,
        draws=draws,
        modalities=tuple(alone),
        differences=tuple(between),
        alpha=alpha,
        method=f"Bootstrap of {what}, {draws} draws",
        generalises_to=generalises_to(random, len(curves.readers), counted_cases(measured)),
        warnings=tuple(_warnings(random, len(curves.readers), undefined)),
    )


def _estimate(a: str, b: str | None, estimate: float, drawn: FloatArray, alpha: float) -> BootstrapEstimate:
    drawn = drawn[~np.isnan(drawn)]
    se = float(drawn.std(ddof=1))
    normal = intervals.symmetric(estimate, se, None, alpha)
    low, high = np.quantile(drawn, [alpha / 2, 1 - alpha / 2])
    return BootstrapEstimate(a, b, estimate, se, float(drawn.mean()) - estimate, (float(low), float(high)), normal)


def _warnings(random: Random, readers: int, undefined: int) -> list[str]:
    said = {
        "both": "A bootstrap of readers and cases has, but for chance, the variance of V-statistics, which is too "
        "large on average: a sensitivity check, not the main result.",
        "readers": f"A bootstrap of {readers} readers has a variance that is too small by the factor "
        f"{readers - 1}/{readers}: a sensitivity check, not the main result.",
        "cases": "A sensitivity check, not the main result.",
    }
    found = [said[random]]
    if undefined:
        found.append(f"{undefined} means could not be taken, as no case of a class was drawn; they are left out.")
    return found
