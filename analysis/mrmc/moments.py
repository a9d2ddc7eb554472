"""Moments of success scores that two modalities share, and the components of variance made of them.

Two success scores may share the reader, the positive case and the negative case, or not: eight kinds of pairs, in the
order of Gallas (2006): M1 all three, M2 reader and positive case, M3 reader and negative case, M4 reader, M5 both
cases, M6 positive case, M7 negative case, M8 nothing. An index counts what is *not* shared: reader 4, positive 2,
negative 1.

References
----------
Gallas. Acad Radiol 2006;13:353. Gallas, Bandos, Samuelson, Wagner. Commun Stat Theory Methods 2009;38:2586.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.measures.covariance import FloatArray
from analysis.measures.curves import Curves

# Of the eight kinds with something shared, the names of Barrett, Clarkson and Kupinski: what varies with reader (R),
# positive or diseased case (D) and negative case (N).
COMPONENT_NAMES = ("RND", "DR", "NR", "R", "ND", "D", "N")

# Signs held at once while all pairs of cases are compared: sums of so many are exact in single precision.
_BLOCK = 1_000_000


def _for_three(factor: list[list[float]]) -> FloatArray:
    one = np.array(factor)
    return np.kron(one, np.kron(one, one))


# From "at least this is shared" to "exactly this is shared", and from moments to components.
_EXACTLY = _for_three([[1, 0], [-1, 1]])
_COMPONENTS = _for_three([[1, -1], [0, 1]])


@dataclass(frozen=True, eq=False)
class PairSums:
    """Sums over pairs of success scores of two curves that share both cases, the positive, the negative, or any.

    Attributes
    ----------
    products, counts : ndarray, shape (4, q, q)
        Sum of the products, and number of pairs.
    """

    products: FloatArray
    counts: FloatArray


@dataclass(frozen=True, eq=False)
class Moments:
    """Moments of two modalities, or of one with itself.

    Attributes
    ----------
    moments : ndarray, shape (8,)
        U-statistics: means over the pairs of each kind; 0 where there are none.
    biased : ndarray, shape (8,)
        V-statistics: means over the pairs that share *at least* that.
    coefficients : ndarray, shape (8,)
        Share of each kind in all pairs.
    weights : ndarray, shape (7,)
        Share in all pairs of those that have at least that in common: the weights of the components.
    """

    moments: FloatArray
    biased: FloatArray
    coefficients: FloatArray
    weights: FloatArray

    @property
    def covariance(self) -> float:
        """Unbiased covariance of the two reader-averaged areas."""
        return float(self.coefficients @ self.moments - self.moments[-1])

    @property
    def components(self) -> FloatArray:
        """Components in the order of COMPONENT_NAMES; their sum weighted by `weights` is the covariance."""
        return np.asarray(_COMPONENTS @ self.moments)[:-1]

    @property
    def biased_components(self) -> FloatArray:
        """The same made of V-statistics; too large on average."""
        return np.asarray(_COMPONENTS @ self.biased)[:-1]


def pair_sums(curves: Curves, centres: FloatArray) -> PairSums:
    """Sums over all pairs of success scores less `centres`, one for each of the q curves.

    A success score is (sign + 1)/2 with the sign of the difference of the two ratings, 0 where one was not read. Signs
    are multiplied in single precision, in which sums of so few of them are exact.
    """
    above, below = curves.scores[:, curves.positive], curves.scores[:, ~curves.positive]
    read_above, read_below = (~np.isnan(scores) for scores in (above, below))
    products, marginal, of_positive, of_negative = _signs(above, below, read_above, read_below)
    counts = _counts(read_above, read_below)
    offsets = 2 * centres - 1
    shifted = marginal * offsets
    both = products - shifted - shifted.T + np.outer(offsets, offsets) * counts[0]
    of_positive -= np.outer(offsets * read_below.sum(axis=1), np.ones(above.shape[1])) * read_above
    of_negative -= np.outer(offsets * read_above.sum(axis=1), np.ones(below.shape[1])) * read_below
    total = of_negative.sum(axis=1)
    sums = np.array([both, of_positive @ of_positive.T, of_negative @ of_negative.T, np.outer(total, total)])
    return PairSums(sums / 4, counts)


def moments(sums: PairSums, rows: list[int], others: list[int], same_reader: NDArray[np.bool_]) -> Moments:
    """Moments of the curves `rows` of one modality with the curves `others` of the same or another.

    `same_reader`, of shape (len(rows), len(others)), says which curves are one reader's.
    """
    chosen = np.ix_(range(4), rows, others)

    def at_least(values: FloatArray) -> FloatArray:
        return np.concatenate([(values * same_reader).sum(axis=(1, 2)), values.sum(axis=(1, 2))])

    products, counts = at_least(sums.products[chosen]), at_least(sums.counts[chosen])
    exact = _EXACTLY @ counts
    return Moments(
        moments=_ratio(_EXACTLY @ products, exact),
        biased=_ratio(products, counts),
        coefficients=exact / counts[-1],
        weights=counts[:-1] / counts[-1],
    )


def _signs(
    above: FloatArray, below: FloatArray, read_above: NDArray[np.bool_], read_below: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Sums of signs: of products, (a, b) over the pairs that b has read too, by positive and by negative case."""
    q, m = above.shape
    complete = bool(read_above.all() and read_below.all())
    products, marginal = np.zeros((q, q)), np.zeros((q, q))
    of_positive, of_negative = np.zeros((q, m)), np.zeros(below.shape)
    step = max(1, _BLOCK // below.size)
    for start in range(0, m, step):
        rows = slice(start, start + step)
        one, other = above[:, rows, None], below[:, None, :]
        sign = np.greater(one, other).astype(np.float32)
        sign -= np.less(one, other)
        of_positive[:, rows] = sign.sum(axis=2)
        of_negative += sign.sum(axis=1)
        flat = sign.reshape(q, -1)
        products += flat @ flat.T
        if not complete:
            read = (read_above[:, rows, None] & read_below[:, None, :]).reshape(q, -1)
            marginal += flat @ read.T.astype(np.float32)
    if complete:
        marginal += of_negative.sum(axis=1, keepdims=True)
    return products, marginal, of_positive, of_negative


def _counts(read_above: NDArray[np.bool_], read_below: NDArray[np.bool_]) -> FloatArray:
    above, below = read_above.astype(float), read_below.astype(float)
    same_above, same_below = above @ above.T, below @ below.T
    all_above, all_below = (np.outer(x, x) for x in (above.sum(axis=1), below.sum(axis=1)))
    return np.array([same_above * same_below, same_above * all_below, all_above * same_below, all_above * all_below])


def _ratio(sums: FloatArray, counts: FloatArray) -> FloatArray:
    return np.asarray(np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0.5))
