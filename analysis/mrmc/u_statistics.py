"""One-shot U-statistics of the reader-averaged AUC: a second opinion that fits no model to the readers' areas."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis import intervals, results
from analysis.errors import RatingsError
from analysis.intervals import Interval
from analysis.measures import figures
from analysis.measures.covariance import FloatArray
from analysis.measures.curves import Curves, from_reads
from analysis.mrmc.hillis import rounded
from analysis.mrmc.moments import COMPONENT_NAMES, Moments, moments, pair_sums
from analysis.mrmc.obuchowski_rockette import generalises_to, refuse_single_readers, rows_of_modalities
from analysis.mrmc.result import CaseCounts
from analysis.table.ratings import Phases, Ratings, validate

# Components whose mean squares give the degrees of freedom: reader, positive cases, negative cases.
_MAIN = [COMPONENT_NAMES.index(name) for name in ("R", "D", "N")]


@dataclass(frozen=True)
class UModality:
    """Mean AUC in one modality over all comparisons of all readers."""

    modality: str
    estimate: float
    variance: float
    se: float | None
    df: float | None
    ci: Interval | None
    components: dict[str, float]
    v_variance: float


@dataclass(frozen=True)
class UDifference:
    """Mean AUC of modality `a` minus that of `b`."""

    a: str
    b: str
    estimate: float
    variance: float
    se: float | None
    df: float | None
    ci: Interval | None
    p: float | None
    components: dict[str, float]
    v_variance: float


@dataclass(frozen=True)
class MomentsOf:
    """The moments M1 to M8 of two modalities (or of one with itself), and the share of each in all pairs."""

    a: str
    b: str
    moments: tuple[float, ...]
    coefficients: tuple[float, ...]


@dataclass(frozen=True)
class UStatisticsResult(results.Result):
    """Result of :func:`u_statistics`.

    Attributes
    ----------
    modalities, differences
        `variance` is unbiased and may be negative. `components` are what readers (R), positive cases (D), negative
        cases (N) and their interactions add to it. `v_variance` is the V-statistic ("MLE"): the variance of the ideal
        bootstrap of readers and cases, too large on average.
    centred : bool
        Whether success scores were taken about the mean AUC of their modality.
    """

    readers: int
    cases: CaseCounts
    reads: int
    modalities: tuple[UModality, ...]
    differences: tuple[UDifference, ...]
    moments: tuple[MomentsOf, ...]
    centred: bool
    alpha: float
    method: str
    generalises_to: str
    warnings: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row for each difference, or for each modality where there is one only."""
        return pd.DataFrame(self.to_dict()["differences" if self.differences else "modalities"])

    def __str__(self) -> str:
        ci = f"{100 * (1 - self.alpha):g} % CI"
        return results.paragraphs(
            self.method,
            results.text_table(
                [
                    {"modality": x.modality, "mean AUC": x.estimate, "SE": x.se, "df": x.df, ci: x.ci}
                    for x in self.modalities
                ]
            ),
            results.text_table(
                [
                    {
                        "difference": f"{x.a} − {x.b}",
                        "estimate": x.estimate,
                        "SE": x.se,
                        "df": x.df,
                        ci: x.ci,
                        "p": x.p,
                        "SE of V-statistics": max(x.v_variance, 0.0) ** 0.5,
                    }
                    for x in self.differences
                ]
            ),
            self.generalises_to,
            "\n".join(f"Note: {warning}" for warning in self.warnings),
        )


def u_statistics(
    ratings: pd.DataFrame | Ratings,
    *,
    centred: bool = True,
    phase: Phases = None,
    modality: str | None = None,
    alpha: float = 0.05,
) -> UStatisticsResult:
    """Estimate mean AUCs and their differences, readers and cases random, by one-shot U-statistics.

    The mean AUC of a modality is that over all comparisons of all readers, so a reader with more reads counts for more
    (the Obuchowski–Rockette method weighs readers alike). Its variance is that mean squared less M8, the mean product
    of two success scores that share no reader and no case. Any design will do, with or without gaps.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        Human first reads are used.
    centred : bool
        Take success scores about the mean AUC of their modality. Without gaps it changes nothing. With gaps the plain
        scores (``False``, as iMRMC has them) give variances that depend on the direction of the scale and may be
        negative.
    phase, modality, alpha
        As in :func:`analysis.obuchowski_rockette`.

    Returns
    -------
    UStatisticsResult

    Raises
    ------
    RatingsError
        When the table does not allow the analysis, for example with one reader.

    Notes
    -----
    Degrees of freedom (Obuchowski, Gallas, Hillis. Acad Radiol 2012;19:1508): variance² divided by the sum over reader,
    positive and negative cases of (V-statistic component / df)² / df, where df is their number less 1 (with gaps, their
    effective number); never below the least of these. As in iMRMC, p and interval use the whole part of it.

    Gallas. Acad Radiol 2006;13:353. Gallas, Bandos, Samuelson, Wagner. Commun Stat Theory Methods 2009;38:2586.
    Checked against iMRMC on VanDyke's data, see `tests/reference`, and against their definition in `tests/analysis`.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     [(r, m, c, c % 2, (c * 7 + r * 5 + 3 * (c % 2) * (m == "aided")) % 11) for r in (1, 2, 3)
    ...      for m in ("unaided", "aided") for c in range(30)],
    ...     columns=["reader", "modality", "case", "truth", "rating"],
    ... )
    >>> [difference] = u_statistics(table).differences
    >>> round(difference.estimate, 4), difference.v_variance > difference.variance
    (-0.0044, True)
    """
    curves = from_reads(validate(ratings).human_reads(phase=phase, modality=modality), "rating")
    return analyse(curves, centred=centred, alpha=alpha)


def analyse(curves: Curves, *, centred: bool = True, alpha: float = 0.05) -> UStatisticsResult:
    """The same for ratings that are matrices already."""
    refuse_single_readers(curves, "both")
    rows = rows_of_modalities(curves)
    means = _means(curves, rows)
    found = _all_moments(curves, rows, means, centred)
    modalities = tuple(_modality(name, means[name], found[name, name], alpha) for name in rows)
    pairs = combinations(rows, 2)
    positive = curves.positive
    cases = CaseCounts(int(positive.sum()), int((~positive).sum()))
    return UStatisticsResult(
        readers=len(curves.readers),
        cases=cases,
        reads=int(curves.read.sum()),
        modalities=modalities,
        differences=tuple(_difference(a, b, means[a] - means[b], found, alpha) for a, b in pairs),
        moments=tuple(
            MomentsOf(a, b, tuple(x.moments.tolist()), tuple(x.coefficients.tolist())) for (a, b), x in found.items()
        ),
        centred=centred,
        alpha=alpha,
        method="One-shot U-statistics of the AUC over all comparisons, readers and cases random"
        + ("" if centred else "; success scores not centred"),
        generalises_to=generalises_to("both", len(curves.readers), f"{cases.positive + cases.negative} cases"),
        warnings=tuple(_warnings(curves, modalities, centred)),
    )


def _means(curves: Curves, rows: dict[str, list[int]]) -> dict[str, float]:
    """Mean AUC of each modality, every comparison weighing the same."""
    areas = figures.auc(curves).estimates
    comparisons = _comparisons(curves)
    return {name: float(areas[mine] @ comparisons[mine] / comparisons[mine].sum()) for name, mine in rows.items()}


def _comparisons(curves: Curves) -> FloatArray:
    positive = curves.positive
    return np.asarray((curves.read & positive).sum(axis=1) * (curves.read & ~positive).sum(axis=1), dtype=float)


def _all_moments(
    curves: Curves, rows: dict[str, list[int]], means: dict[str, float], centred: bool
) -> dict[tuple[str, str], Moments]:
    """Moments of each modality with itself and with every later one."""
    centres = np.array([means[modality] if centred else 0.0 for modality, _ in curves.labels])
    sums = pair_sums(curves, centres)
    readers = np.array([curves.readers.index(reader) for _, reader in curves.labels])
    names = list(rows)
    found = {}
    for a, b in [(a, b) for i, a in enumerate(names) for b in names[i:]]:
        same_reader = readers[rows[a]][:, None] == readers[rows[b]]
        found[a, b] = moments(sums, rows[a], rows[b], same_reader)
        if found[a, b].coefficients[-1] <= 0:
            raise RatingsError(
                f"column 'case': no two reads (modality {a}, modality {b}) are by different readers of different "
                "cases of both classes; U-statistics need some"
            )
    return found


def _modality(name: str, mean: float, own: Moments, alpha: float) -> UModality:
    variance = rounded(own.covariance)
    se, df, ci, _ = _tested(mean, variance, _df(variance, [own], None), alpha)
    parts, v_parts = own.weights * own.components, own.weights * own.biased_components
    return UModality(name, mean, variance, se, df, ci, _named(parts), float(v_parts.sum()))


def _difference(a: str, b: str, difference: float, found: dict[tuple[str, str], Moments], alpha: float) -> UDifference:
    one, other, both = found[a, a], found[b, b], found[a, b]
    variance = rounded(one.covariance + other.covariance - 2 * both.covariance)
    se, df, ci, p = _tested(difference, variance, _df(variance, [one, other], both), alpha)
    parts, v_parts = (
        one.weights * x + other.weights * y - 2 * both.weights * z
        for x, y, z in (
            (one.components, other.components, both.components),
            (one.biased_components, other.biased_components, both.biased_components),
        )
    )
    return UDifference(a, b, difference, variance, se, df, ci, p, _named(parts), float(v_parts.sum()))


def _named(parts: FloatArray) -> dict[str, float]:
    return {name: float(part) for name, part in zip(COMPONENT_NAMES, parts, strict=True)}


def _df(variance: float, alone: list[Moments], both: Moments | None) -> float:
    """Satterthwaite's df from the mean squares of readers, positive and negative cases."""
    total, least = 0.0, np.inf
    for part in _MAIN:
        sizes = [1 / x.weights[part] - 1 for x in alone]
        least = min(least, *sizes)
        squares = [float(x.biased_components[part]) for x in alone]
        if both is not None and both.weights[part] > 0:
            squares, sizes = [sum(squares) - 2 * float(both.biased_components[part])], [min(sizes)]
        total += sum((square / size) ** 2 / size for square, size in zip(squares, sizes, strict=True))
    return float(max(variance**2 / total, least)) if total > 0 else float(least)


def _tested(
    estimate: float, variance: float, df: float, alpha: float
) -> tuple[float | None, float | None, Interval | None, float | None]:
    """Standard error, df, interval and p; None where the variance is not positive."""
    if variance <= 0:
        return (0.0 if variance == 0 else None), None, None, None
    se, whole = variance**0.5, max(float(np.floor(df + 1e-9)), 1.0)
    return se, df, intervals.symmetric(estimate, se, whole, alpha), intervals.two_sided_p(estimate / se, whole)


def _warnings(curves: Curves, modalities: tuple[UModality, ...], centred: bool) -> list[str]:
    said = []
    if not curves.read.all():
        said.append("Readers count by their number of comparisons, as reads are missing.")
        if not centred:
            said.append("Success scores are not centred: the variances depend on the direction of the scale.")
    said += [
        f"Modality {x.modality}: the estimated variance of the mean is not positive; no interval is possible."
        for x in modalities
        if x.ci is None
    ]
    return said
