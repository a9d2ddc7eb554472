"""Paired comparisons of calls: McNemar's test and Tango's interval on the cases that both have called."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import cast

import pandas as pd

from analysis import results
from analysis.errors import RatingsError
from analysis.intervals import Interval, clipped, quantile, two_sided_p
from analysis.results import Result
from analysis.table.ratings import Phases, Ratings, validate

_CLASSES = {"sensitivity": (1,), "specificity": (0,), "accuracy": (0, 1)}


@dataclass(frozen=True)
class PairedProportions:
    """Shares of right calls of `a` and `b` on the same `n` cases, as a minus b.

    `only_a` and `only_b` count the cases that one has right and the other wrong.
    """

    metric: str
    a: str
    b: str
    n: int
    only_a: int
    only_b: int
    difference: float
    ci: Interval
    p_exact: float
    p_mid: float
    p_asymptotic: float | None


@dataclass(frozen=True)
class PairedResult(Result):
    """Every pair on sensitivity, specificity and accuracy."""

    pairs: tuple[PairedProportions, ...]
    alpha: float
    method: str
    generalises_to: str
    warnings: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One line for each pair and metric."""
        return pd.DataFrame([results.jsonable(pair) for pair in self.pairs])

    def __str__(self) -> str:
        """The pairs as a table."""
        lines = [{name: getattr(pair, name) for name in PairedProportions.__annotations__} for pair in self.pairs]
        return results.paragraphs(self.method, results.text_table(lines), *self.warnings, self.generalises_to)


def paired_calls(
    ratings: pd.DataFrame | Ratings, *, phase: Phases = None, modality: str | None = None, alpha: float = 0.05
) -> PairedResult:
    """Compare the calls of readers in one modality, or of each reader between modalities, case by case.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        A ratings table with calls, see :func:`analysis.table.ratings.validate`.
    phase, modality : str, optional
        Restrict to these.
    alpha : float
        Intervals have confidence 1 - alpha.

    Raises
    ------
    RatingsError
        When no two have called the same cases.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"reader": ["R1"] * 4 + ["R2"] * 4, "case": [0, 1, 2, 3] * 2,
    ...                       "truth": [0, 0, 1, 1] * 2, "call": [0, 0, 1, 1, 0, 1, 1, 0]})
    >>> accuracy = paired_calls(table).pairs[2]
    >>> accuracy.difference, accuracy.only_a, accuracy.only_b, accuracy.p_exact
    (0.5, 2, 0, 0.5)
    """
    quantile(None, alpha)
    reads = validate(ratings).human_reads(phase=phase, modality=modality)
    reads = reads[reads["call"].notna()]
    right = (reads["call"].astype(float) == reads["truth"]).astype(float)
    frame = pd.DataFrame(
        {
            "label": list(zip(reads["modality"].astype(str), reads["reader"].astype(str), strict=True)),
            "case": reads["case"].astype(str),
            "truth": reads["truth"].astype(int),
            "right": right,
        }
    )
    wide: dict[tuple[str, str], pd.Series] = {
        cast(tuple[str, str], label): one.set_index(["case", "truth"])["right"] for label, one in frame.groupby("label")
    }
    several = len({name for name, _ in wide}) > 1
    pairs: list[PairedProportions] = []
    for one, other in combinations(sorted(wide), 2):
        if not several or one[1] == other[1]:
            pairs.extend(_compare(_name(one, several), _name(other, several), wide[one], wide[other], alpha))
    if not pairs:
        raise RatingsError("no two readers or modalities have called the same cases: fill the column call for both")
    return PairedResult(
        pairs=tuple(pairs),
        alpha=alpha,
        method="McNemar's test (exact, mid-p, asymptotic without correction); Tango's score interval",
        generalises_to="Each line generalises to cases like these, as called by those readers alone.",
        warnings=(),
    )


def mcnemar(only_a: int, only_b: int) -> tuple[float, float, float | None]:
    """Exact, mid-p and asymptotic p values of McNemar's test from the discordant counts.

    Exact and asymptotic (no continuity correction) are what statsmodels' ``mcnemar`` gives; statsmodels has no mid-p
    value, which takes the probability of the observed count from the exact one (Fagerland, Lydersen, Laake.
    BMC Med Res Methodol 2013;13:91). The asymptotic one is None without discordant cases.

    Examples
    --------
    >>> [round(p, 4) for p in mcnemar(1, 6)]
    [0.125, 0.0703, 0.0588]
    """
    from scipy.stats import binom

    n, fewer = only_a + only_b, min(only_a, only_b)
    both_tails = 2 * float(binom.cdf(fewer, n, 0.5))
    mid = both_tails - float(binom.pmf(fewer, n, 0.5))
    asymptotic = two_sided_p((only_a - only_b) / n**0.5, None) if n else None
    return min(1.0, both_tails), min(1.0, mid), asymptotic


def tango(only_a: int, only_b: int, n: int, alpha: float = 0.05) -> Interval:
    """Score interval of a difference of paired proportions (Tango, Statist Med 1998;17:891).

    All differences that the score test, McNemar's at a difference of 0, does not reject. By hand: statsmodels has
    intervals for independent proportions only.

    Examples
    --------
    >>> [round(limit, 4) for limit in tango(0, 0, 44)]
    [-0.0803, 0.0803]
    """
    z, estimate = quantile(None, alpha), (only_a - only_b) / n

    def rejected(difference: float) -> bool:
        # The likelihood's greatest share of "only b", given the difference.
        linear = (2 * n - only_a + only_b) * difference - only_a - only_b
        root = max(linear**2 + 8 * n * only_b * difference * (1 - difference), 0.0) ** 0.5
        share = (root - linear) / (4 * n)
        variance = max(2 * share + difference * (1 - difference), 0.0) / n
        return bool((estimate - difference) ** 2 > z**2 * variance)

    def limit(outside: float) -> float:
        inside = estimate
        for _ in range(100):
            middle = (outside + inside) / 2
            outside, inside = (middle, inside) if rejected(middle) else (outside, middle)
        return inside

    return clipped((limit(-1.0), limit(1.0)), (-1.0, 1.0))


def _name(label: tuple[str, str], several: bool) -> str:
    return f"{label[1]} ({label[0]})" if several else label[1]


def _compare(a: str, b: str, one: pd.Series, other: pd.Series, alpha: float) -> list[PairedProportions]:
    both = pd.concat([one, other], axis=1, join="inner", keys=["a", "b"])
    found = []
    for metric, classes in _CLASSES.items():
        cases = both[both.index.get_level_values("truth").isin(classes)]
        n = len(cases)
        if n:
            only_a, only_b = int((cases["a"] > cases["b"]).sum()), int((cases["a"] < cases["b"]).sum())
            ci = tango(only_a, only_b, n, alpha)
            found.append(
                PairedProportions(metric, a, b, n, only_a, only_b, (only_a - only_b) / n, ci, *mcnemar(only_a, only_b))
            )
    return found
