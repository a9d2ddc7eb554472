"""Agreement beyond chance: Cohen, Fleiss, Conger and Gwet, weighted or not, with ratings missing or not.

With r_ik the readers who put case i into category k, r_i their sum, and w_kl the weight of agreement of categories k
and l: observed agreement p_a is the mean, over the cases with r_i >= 2, of sum_k r_ik (sum_l w_kl r_il - 1) /
[r_i (r_i - 1)]; the coefficient is (p_a - p_e)/(1 - p_e). The coefficients differ in the agreement p_e that chance
would give. Standard errors are over the sampling of cases, linearised as in Gwet, Handbook of Inter-Rater Reliability,
4th ed. 2014, chapter 5 (all n cases with a rating count); those under no agreement, which some packages print, serve a
test only.

statsmodels has Fleiss' kappa without weights, missing ratings and standard error, Cohen's from a table of all pairs of
categories, and neither of the others; both are checked against it, and all against irrCAC (R's
``fleiss.kappa.raw``, ``conger.kappa.raw``, ``gwet.ac1.raw``; with weights, the Python edition).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from analysis.agreement.coefficient import UNDEFINED, Coefficient, over_cases, with_variance
from analysis.agreement.scale import FloatArray
from analysis.agreement.weights import Codes, Kind, Weights, weights

# Agreement by chance that is this close to 1 is 1, rounded.
_CERTAIN = 1 - 1e-12

# Ratings that are looked at together.
_BLOCK = 1_000_000


@dataclass(frozen=True, eq=False)
class Table:
    """Categories of all ratings, and how far they agree.

    Attributes
    ----------
    codes : ndarray of int, shape (readers, cases)
        Number of the category, -1 where the rating is missing. Every reader and every case has a rating.
    categories : int
        Number q of distinct ratings.
    weights : Weights
        Of each two categories.
    """

    codes: Codes
    categories: int
    weights: Weights

    @cached_property
    def count(self) -> FloatArray:
        """Ratings of each case."""
        return np.asarray((self.codes >= 0).sum(axis=0), dtype=float)

    @cached_property
    def agreeing(self) -> FloatArray:
        """Weighted share of agreeing pairs of readers of each case; 0 where there is no pair."""
        pairs = self.count * (self.count - 1)
        return np.where(pairs > 0, self.within() - self.count, 0.0) / np.maximum(pairs, 1)

    @cached_property
    def observed(self) -> float | None:
        """Observed agreement p_a; None where no case has two ratings."""
        paired = self.count >= 2
        return float(self.agreeing[paired].mean()) if paired.any() else None

    def within(self) -> FloatArray:
        """Sum of the weights of all ordered pairs of each case's ratings, block by block of cases."""
        readers, n = self.codes.shape
        blocks = np.array_split(self.codes, max(1, readers * n // _BLOCK), axis=1)
        return np.concatenate([self.weights.within(block) for block in blocks])

    def shares(self, each: FloatArray | float) -> FloatArray:
        """Sum over all ratings, by category, of what `each` of them counts."""
        rows = np.broadcast_to(each, self.codes.shape)
        return np.asarray(np.sum([self.of_reader(reader, row) for reader, row in enumerate(rows)], axis=0))

    def of_reader(self, reader: int, each: FloatArray) -> FloatArray:
        """The same over one reader's ratings."""
        codes = self.codes[reader]
        rated = codes >= 0
        return np.bincount(codes[rated], weights=each[rated], minlength=self.categories).astype(float)

    def sum_of_case(self, of_category: FloatArray) -> FloatArray:
        """Sum over each case's ratings of what belongs to their category."""
        total = np.zeros(self.codes.shape[1])
        for codes in self.codes:
            total += np.where(codes >= 0, of_category[codes], 0.0)
        return total

    def of_two(self, one: int, other: int) -> Table:
        """The cases that two readers have both rated, by the same weights."""
        codes = self.codes[[one, other]]
        codes = codes[:, (codes >= 0).all(axis=0)]
        if self.categories <= codes.size:
            return replace(self, codes=codes)
        chosen, numbers = np.unique(codes, return_inverse=True)
        return Table(numbers.reshape(codes.shape), len(chosen), self.weights.only(chosen))


def tabulate(scores: FloatArray, kind: Kind) -> Table:
    """Table of `scores`, shape (readers, cases), NaN where missing; the categories are the distinct ratings."""
    rated = ~np.isnan(scores)
    scores = scores[rated.any(axis=1)][:, rated.any(axis=0)]
    values = np.unique(np.concatenate([np.empty(0), *(np.unique(reader) for reader in scores)]))
    values = values[~np.isnan(values)]
    small = np.min_scalar_type(-max(len(values), 1))
    codes = np.empty(scores.shape, dtype=small)
    for row, reader in zip(codes, scores, strict=True):
        row[:] = np.where(np.isnan(reader), -1, np.searchsorted(values, reader))
    return Table(codes, len(values), weights(values, kind))


def fleiss(table: Table, alpha: float) -> Coefficient:
    """Fleiss' kappa (Psychol Bull 1971;76:378): p_e = sum w_kl pi_k pi_l, pi_k the mean over all cases of r_ik/r_i.

    Examples
    --------
    >>> scores = np.array([[1.0, 2, 1, 1], [1, 2, 1, 2], [1, 2, 1, 2]])
    >>> round(fleiss(tabulate(scores, "identity"), alpha=0.05).estimate, 4)
    0.6571
    """
    if table.observed is None:
        return UNDEFINED
    count = table.count
    towards = table.weights.towards(table.shares(1 / count) / len(count))
    return _beyond(table, table.sum_of_case(towards) / count, alpha)


def gwet(table: Table, alpha: float) -> Coefficient:
    """Gwet's AC1, with weights AC2 (Br J Math Stat Psychol 2008;61:29): p_e = sum w_kl sum pi_k (1 - pi_k)/[q (q - 1)].

    Where all ratings are the same it is 1, not undefined as the kappas are: p_e is 0.

    Examples
    --------
    >>> scores = np.array([[1.0, 2, 1, 1], [1, 2, 1, 2], [1, 2, 1, 2]])
    >>> round(gwet(tabulate(scores, "identity"), alpha=0.05).estimate, 4)
    0.6757
    """
    if table.observed is None:
        return UNDEFINED
    count, q = table.count, max(table.categories, 2)
    shares = table.shares(1 / count) / len(count)
    total = table.weights.towards(np.ones(table.categories)).sum()
    return _beyond(table, table.sum_of_case(1 - shares) / count * total / (q * (q - 1)), alpha)


def conger(table: Table, alpha: float) -> Coefficient:
    """Conger's kappa (Psychol Bull 1980;88:322): p_e is the mean over pairs of readers g, h of sum w_kl p_gk p_hl.

    p_gk is the share of category k among the cases that reader g has rated. For two readers it is Cohen's kappa.

    Examples
    --------
    >>> scores = np.array([[1.0, 2, 1, 1], [1, 2, 1, 2], [1, 2, 1, 2]])
    >>> round(conger(tabulate(scores, "identity"), alpha=0.05).estimate, 4)
    0.6667
    """
    if table.observed is None:
        return UNDEFINED
    readers, n = table.codes.shape
    own = np.stack([table.of_reader(reader, np.ones(n)) for reader in range(readers)])
    own /= own.sum(axis=1, keepdims=True)
    everyone = own.sum(axis=0)
    expected_of = np.zeros(n)
    for codes, shares in zip(table.codes, own, strict=True):
        towards = table.weights.towards((everyone - shares) / (readers - 1))
        rated = codes >= 0
        expected = float(shares @ towards)
        expected_of += expected + np.where(rated, (towards[codes] - expected) * (n / rated.sum()), 0.0)
    return _beyond(table, expected_of / readers, alpha)


def cohen(table: Table, alpha: float) -> Coefficient:
    """Cohen's kappa of two readers, on the cases that both have rated.

    Cohen (Educ Psychol Meas 1960;20:37; weighted, Psychol Bull 1968;70:213). The standard error is that of Fleiss,
    Cohen and Everitt (Psychol Bull 1969;72:323, equation 13), which is Gwet's for two readers with n in place of n - 1;
    the interval is normal, as in statsmodels.
    """
    n = table.codes.shape[1]
    found = conger(table, alpha)
    if found.estimate is None or found.se is None:
        return found
    return with_variance(found.estimate, found.se**2 * (n - 1) / n, None, alpha)


def _beyond(table: Table, expected_of: FloatArray, alpha: float) -> Coefficient:
    """The coefficient, from each case's part in the agreement by chance, whose mean over the cases is p_e."""
    paired, observed = table.count >= 2, table.observed
    if observed is None:
        return UNDEFINED
    n, expected = len(paired), float(expected_of.mean())
    if expected > _CERTAIN:
        return UNDEFINED
    estimate = (observed - expected) / (1 - expected)
    parts = n / paired.sum() * (table.agreeing - expected * paired) / (1 - expected)
    return over_cases(estimate, parts - 2 * (1 - estimate) * (expected_of - expected) / (1 - expected), alpha)
