"""Tests whether codes, order or times tell the classes apart, with the number of cases that each of them needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, comb

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from analysis.intervals import holm

FAMILY_ALPHA = 0.01
SHUFFLES = 9_999
_POWER, _EFFECT = 0.8, 0.8
_MOST_CASES = 100_000
_LAYOUTS = 4
_BLOCK = 5_000_000  # truth values held at once

Bools = NDArray[np.bool_]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class LeakTest:
    """One test.

    Attributes
    ----------
    feature : str
        What was looked at.
    p : float
        The unadjusted p value.
    adjusted_p : float
        Holm's, for the family that it was made in.
    n_needed : int
        The fewest cases, with classes in these parts, with which the test could reach significance at all: as the
        first of its family, on classes that are wholly apart.
    n_powered : int
        The cases with which it would find an AUC of 0.8 with a power of 80 %, at the same level.
    too_few : bool
        Whether there are fewer cases than `n_needed`: then nothing can be said.
    significant : bool
        Whether the adjusted p value is at most the family-wise error.
    """

    feature: str
    p: float
    adjusted_p: float
    n_needed: int
    n_powered: int
    too_few: bool
    significant: bool


def rank_p(values: ArrayLike, positive: ArrayLike) -> float:
    """Two-sided p value of the Wilcoxon–Mann–Whitney test; exact up to 25 cases of a class without ties.

    Examples
    --------
    >>> round(rank_p([1, 2, 3, 4, 5, 6], [False, False, False, True, True, True]), 4)  # 2 / 20
    0.1
    """
    from scipy.stats import mannwhitneyu

    measured, chosen = np.asarray(values, dtype=float), np.asarray(positive, dtype=bool)
    above, below = measured[chosen], measured[~chosen]
    if np.all(measured == measured[0]):
        return 1.0
    ties = len(np.unique(measured)) < len(measured)
    small = min(len(above), len(below)) <= 25
    method = "exact" if small and not ties else "asymptotic"
    return float(mannwhitneyu(above, below, alternative="two-sided", method=method).pvalue)


def runs_p(positive: ArrayLike, *, seed: int = 0) -> float:
    """Two-sided permutation p value of the number of runs of one class, in the order that the cases stand in.

    It finds blocks as well as strict alternation, which a rank test is blind to.
    """
    chosen = np.asarray(positive, dtype=bool)
    observed, drawn = float(_runs(chosen[:, None])[0]), _shuffled(_runs, chosen, seed)
    return min(1.0, 2 * min(_share(drawn >= observed), _share(drawn <= observed)))


def characters_p(codes: Sequence[str], positive: ArrayLike, *, seed: int = 0) -> float:
    """Permutation p value of the place in the codes whose characters depend most on the class.

    The statistic is the greatest, over the places, of χ² of place by class, divided by its degrees of freedom.
    """
    chosen = np.asarray(positive, dtype=bool)
    places = [np.unique([code[n : n + 1] for code in codes], return_inverse=True)[1] for n in range(len(codes[0]))]
    telling = [letters for letters in places if letters.max() > 0]
    if not telling:
        return 1.0

    def strongest(orders: Bools) -> FloatArray:
        return np.asarray(np.max([_chi_square(letters, orders) for letters in telling], axis=0))

    drawn = _shuffled(strongest, chosen, seed)
    return _share(drawn >= float(strongest(chosen[:, None])[0]) * (1 - 1e-6))


def family(p_values: dict[str, float], *, positives: int, negatives: int) -> list[LeakTest]:
    """Judge tests as one family by Holm's method (Scand J Statist 1979;6:65), family-wise error 0.01.

    Parameters
    ----------
    p_values : dict
        The unadjusted p value of each feature.
    positives, negatives : int
        Synthetic and authentic cases.
    """
    adjusted = holm(list(p_values.values()))
    level, total = FAMILY_ALPHA / max(len(p_values), 1), positives + negatives
    share = positives / total
    least, powered = cases_to_reach(level, share), cases_for_power(level, share)
    return [
        LeakTest(feature, p, corrected, least, powered, total < least, corrected <= FAMILY_ALPHA)
        for (feature, p), corrected in zip(p_values.items(), adjusted, strict=True)
    ]


def cases_to_reach(level: float, share: float) -> int:
    """Give the fewest cases with which classes that are wholly apart have a p value of at most `level` in every test.

    Of all C(n, m) ways to lay out the classes, two are as far apart; the test of runs doubles that for its two sides.

    Examples
    --------
    >>> cases_to_reach(0.05, 0.5)  # 4 / C(9, 4) = 0.03, and 4 / C(8, 4) = 0.06
    9
    """
    for total in range(2, _MOST_CASES):
        positives = min(max(round(total * share), 1), total - 1)
        if _LAYOUTS / comb(total, positives) <= level:
            return total
    return _MOST_CASES


def cases_for_power(level: float, share: float) -> int:
    """Give the cases that a rank test needs to find an AUC of 0.8 with a power of 80 % (Noether, JASA 1987;82:645).

    Examples
    --------
    >>> cases_for_power(0.05, 0.5)
    30
    """
    reach: float = ndtri(1 - level / 2) + ndtri(_POWER)
    return ceil(reach**2 / (12 * share * (1 - share) * (_EFFECT - 0.5) ** 2))


def _shuffled(statistic: Callable[[Bools], FloatArray], positive: Bools, seed: int) -> FloatArray:
    """Give the statistic of the classes in many random orders; in blocks, so that memory stays small."""
    generator = np.random.default_rng(seed)
    block = max(1, _BLOCK // len(positive))
    sizes = [min(block, SHUFFLES - start) for start in range(0, SHUFFLES, block)]
    return np.concatenate([statistic(generator.permuted(np.tile(positive, (n, 1)), axis=1).T) for n in sizes])


def _share(as_extreme: Bools) -> float:
    """Count the observed order in, so that p is never zero (Phipson and Smyth, SAGMB 2010;9:39)."""
    return float((1 + as_extreme.sum()) / (1 + len(as_extreme)))


def _runs(orders: Bools) -> FloatArray:
    return np.asarray(1 + np.sum(orders[1:] != orders[:-1], axis=0), dtype=float)


def _chi_square(letters: NDArray[np.intp], orders: Bools) -> FloatArray:
    """χ² of letter by class over its degrees of freedom, for each order of the classes."""
    is_letter = np.eye(letters.max() + 1, dtype=np.float32)[letters].T
    counts = is_letter.sum(axis=1, keepdims=True)
    share = float(orders[:, 0].mean())
    strays = is_letter @ orders.astype(np.float32) - counts * share
    return np.asarray(np.sum(strays**2 / (counts * share * (1 - share)), axis=0) / (len(counts) - 1), dtype=float)
