"""Teams of readers: the majority of their calls, the mean of their ratings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import intervals
from analysis.errors import RatingsError
from analysis.measures.covariance import ROUNDING, FloatArray, delong, unbiased
from analysis.measures.curves import Curves, from_reads
from analysis.measures.figures import FIGURES, Placements
from analysis.readers.teams_result import Panel

MOST_PANELS = 1_000
SIZES = (3, 5)
_ALONE_AND_TOGETHER = (("alone", ""), ("together", ""))


def panels(
    reads: pd.DataFrame, *, sizes: Sequence[int] = SIZES, seed: int = 0, alpha: float = 0.05
) -> tuple[tuple[Panel, ...], list[str]]:
    """Mean figure of all teams of so many readers, against the mean of the same readers alone; and what is to be said.

    Every set of readers of that size is a team, or 1,000 that are drawn where there are more. Differences are tested
    over the sampling of cases, readers fixed: with per-case contributions for the accuracy of majorities, with DeLong's
    covariance for the AUC of mean ratings.

    Parameters
    ----------
    reads : pandas.DataFrame
        Validated reads of one modality; cases that a reader has not read are left out.
    sizes : sequence of int
        Numbers of readers; odd, so that there is a majority.
    """
    for size in sizes:
        if size < 3 or size % 2 == 0:
            raise RatingsError(f"a team of {size} readers has no majority; choose odd sizes from 3 on (--size N)")
    found, notes = [], []
    for metric, column in (("accuracy", "call"), ("auc", "rating")):
        curves = _read_by_all(reads, column)
        if curves is None:
            continue
        left_out = reads["case"].nunique() - len(curves.positive)
        if left_out:
            notes.append(f"Teams of readers: {left_out} cases without a {column} of every reader are left out.")
        possible = [size for size in sizes if size <= len(curves.labels)]
        if possible and min(curves.positive.sum(), (~curves.positive).sum()) < 2:
            notes.append(f"Teams of readers: too few cases have a {column} of every reader.")
            continue
        found += [_panel(curves, metric, size, np.random.default_rng(seed), alpha) for size in possible]
    return tuple(found), notes


def _read_by_all(reads: pd.DataFrame, column: str) -> Curves | None:
    if reads[column].isna().all():
        return None
    curves = from_reads(reads, column)
    return curves.cases(np.all(curves.read, axis=0))


def _panel(curves: Curves, metric: str, size: int, rng: np.random.Generator, alpha: float) -> Panel:
    members = _members(len(curves.labels), size, rng)
    together = members @ curves.scores / size
    if metric == "accuracy":
        together = (together > 0.5).astype(float)
    labels = tuple(("together", str(number)) for number in range(len(members)))
    of_teams = FIGURES[metric](Curves(labels, together, curves.positive))
    alone = FIGURES[metric](curves)
    estimate, mean_alone = float(of_teams.estimates.mean()), float(alone.estimates.mean())
    variance = _variance(alone, of_teams, curves.positive, metric)
    difference = estimate - mean_alone
    se = variance**0.5 if variance > ROUNDING else 0.0
    return Panel(
        size=size,
        teams=len(members),
        rule="majority" if metric == "accuracy" else "mean rating",
        metric=metric,
        estimate=estimate,
        alone=mean_alone,
        difference=difference,
        se=se,
        ci=intervals.symmetric(difference, se, None, alpha) if se else None,
        p=intervals.two_sided_p(difference / se, None) if se else None,
    )


def _variance(alone: Placements, of_teams: Placements, positive: NDArray[np.bool_], metric: str) -> float:
    """Variance of the difference of the two means: means of figures have the means of their placement values."""
    means = Placements(
        np.array([alone.estimates.mean(), of_teams.estimates.mean()]),
        tuple(np.array([a.mean(axis=0), b.mean(axis=0)]) for a, b in zip(alone.strata, of_teams.strata, strict=True)),
    )
    curves = Curves(_ALONE_AND_TOGETHER, np.zeros((2, len(positive))), positive)
    S = delong(curves, means) if metric == "auc" else unbiased(curves, means)
    return float(S[0, 0] + S[1, 1] - 2 * S[0, 1])


def _members(readers: int, size: int, rng: np.random.Generator) -> FloatArray:
    """One row for each team, 1 for its members."""
    if comb(readers, size) <= MOST_PANELS:
        chosen = np.array(list(combinations(range(readers), size)))
    else:
        chosen = np.array([rng.permutation(readers)[:size] for _ in range(MOST_PANELS)])
    members = np.zeros((len(chosen), readers))
    members[np.arange(len(chosen))[:, None], chosen] = 1.0
    return members
