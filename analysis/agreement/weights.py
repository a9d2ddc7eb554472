"""How far two ratings agree: 1 for the same one, less the further they lie apart.

A kind of weights answers two questions about categories 0 … q - 1, given as codes (-1 where a rating is missing): the
sum of weights over all pairs of readers of a case, and the mean weight of every category towards given shares. Neither
needs the q × q matrix, so that a continuous scale with thousands of distinct ratings is as quick as a call.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.agreement.scale import FloatArray, scaled

Codes = NDArray[np.signedinteger[Any]]
Kind = Literal["identity", "ordinal", "linear", "quadratic", "ratio"]

# Doubles held at once while all values are compared with each other.
_BLOCK = 2_000_000


class Weights(Protocol):
    """A symmetric q × q matrix w with ones on the diagonal, without the matrix."""

    def within(self, codes: Codes) -> FloatArray:
        """Sum of w over all ordered pairs of a case's ratings, each with itself too; shape (cases,)."""
        ...

    def towards(self, shares: FloatArray) -> FloatArray:
        """Of each category, the sum of w times the shares; shape (q,)."""
        ...

    def only(self, chosen: Codes) -> Weights:
        """Of some of the categories alone; all disagreement may have another unit."""
        ...


def weights(values: FloatArray, kind: Kind) -> Weights:
    """Weights of the rising `values` that were given.

    ``identity``: 0 for any two others. ``ordinal``: 1 - C(|k - l| + 1, 2)/C(q, 2) by their places. ``linear`` and
    ``quadratic``: 1 - |x_k - x_l|/R and 1 - (x_k - x_l)²/R² by their values, R their range. ``ratio``: 1 less the
    square of (x_k - x_l)/(x_k + x_l), which is 1 for the least and greatest value. Gwet, Handbook of Inter-Rater
    Reliability, 4th ed. 2014, chapter 3; in irrCAC, `ordinal.weights` and so on.

    Examples
    --------
    >>> weights(np.array([1.0, 2.0, 3.0]), "ordinal").towards(np.array([1.0, 0.0, 0.0])).round(4)
    array([1.    , 0.6667, 0.    ])
    """
    q = len(values)
    if kind == "identity" or q < 2:
        return Same()
    if kind == "ordinal":
        return Distance(np.arange(q) / (q - 1), square=(q - 1) / q, line=1 / q)
    values = scaled(values)
    if kind == "ratio":
        return Ratio(values)
    at = (values - values[0]) / (values[-1] - values[0])
    return Distance(at, square=1.0, line=0.0) if kind == "quadratic" else Distance(at, square=0.0, line=1.0)


class Same:
    """Only the same category agrees."""

    def within(self, codes: Codes) -> FloatArray:
        """The squared numbers of readers in each category, summed along runs of equal codes."""
        ordered = np.sort(codes, axis=0)
        place = np.arange(len(codes), dtype=np.int32)[:, None]
        begins = np.ones(ordered.shape, dtype=bool)
        begins[1:] = ordered[1:] != ordered[:-1]
        start = np.maximum.accumulate(np.where(begins, place, 0), axis=0)
        return np.asarray(np.where(ordered >= 0, 2 * (place - start) + 1, 0).sum(axis=0), dtype=float)

    def towards(self, shares: FloatArray) -> FloatArray:
        """The shares themselves."""
        return shares

    def only(self, chosen: Codes) -> Weights:
        """The same."""
        return self


@dataclass(frozen=True, eq=False)
class Distance:
    """1 - square d² - line d, with d the distance of the categories' positions in [0, 1]."""

    at: FloatArray
    square: float
    line: float

    def within(self, codes: Codes) -> FloatArray:
        """From sums, squares and ranks of the positions, counted from one of the case's own: zeros stay exact."""
        ordered = np.sort(codes, axis=0)
        rated = ordered >= 0
        count = rated.sum(axis=0)
        apart = np.where(rated, self.at[ordered] - self.at[ordered[-1]], 0.0)
        rank = np.cumsum(rated, axis=0)
        squares = 2 * (count * (apart**2).sum(axis=0) - apart.sum(axis=0) ** 2)
        lines = 2 * ((2 * rank - count - 1) * apart).sum(axis=0)
        return np.asarray(count**2 - self.square * squares - self.line * lines)

    def towards(self, shares: FloatArray) -> FloatArray:
        """From moments of the shares, and sums of those below each category."""
        moments = shares * self.at
        total, mean = shares.sum(), moments.sum()
        squares = self.at**2 * total - 2 * self.at * mean + (moments * self.at).sum()
        lines = self.at * (2 * np.cumsum(shares) - total) - (2 * np.cumsum(moments) - mean)
        return np.asarray(total - self.square * squares - self.line * lines)

    def only(self, chosen: Codes) -> Weights:
        """At the same positions."""
        return replace(self, at=self.at[chosen])


@dataclass(frozen=True, eq=False)
class Ratio:
    """Differences count in proportion to the sum of the two values, none of which is negative."""

    values: FloatArray

    def within(self, codes: Codes) -> FloatArray:
        """Pair by pair of readers."""
        total = (codes >= 0).sum(axis=0).astype(float)
        for reader in range(1, len(codes)):
            for other in range(reader):
                both = (codes[reader] >= 0) & (codes[other] >= 0)
                agreeing = self._between(self.values[codes[reader][both]], self.values[codes[other][both]])
                total[both] += 2 * agreeing
        return np.asarray(total)

    def towards(self, shares: FloatArray) -> FloatArray:
        """Value by value, in blocks."""
        rows = max(1, _BLOCK // len(self.values))
        blocks = np.split(self.values, np.arange(rows, len(self.values), rows))
        return np.concatenate([self._between(block[:, None], self.values) @ shares for block in blocks])

    def only(self, chosen: Codes) -> Weights:
        """By the range of those."""
        return Ratio(self.values[chosen]) if len(chosen) > 1 else Same()

    def _between(self, one: FloatArray, other: FloatArray) -> FloatArray:
        low, high = self.values[0], self.values[-1]
        apart = np.divide(one - other, one + other, out=np.zeros(np.broadcast(one, other).shape), where=one != other)
        return np.asarray(1 - (apart * ((high + low) / (high - low))) ** 2)
