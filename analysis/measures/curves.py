"""The reads as matrices: one row for each reader in each modality, one column for each case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import RatingsError
from analysis.table.ratings import chosen_rows, present


@dataclass(frozen=True, eq=False)
class Curves:
    """What every reader said of every case.

    Attributes
    ----------
    labels : tuple of (modality, reader)
        One for each of the q rows, by modality, then reader, in order of appearance.
    scores : ndarray, shape (q, K)
        Ratings or calls; NaN where a case was not read.
    positive : ndarray of bool, shape (K,)
        True for synthetic cases.
    clusters : ndarray of int, shape (K,), optional
        Which cases belong together, for example to one patient; None where each stands for itself.
    """

    labels: tuple[tuple[str, str], ...]
    scores: NDArray[np.float64]
    positive: NDArray[np.bool_]
    clusters: NDArray[np.intp] | None = None

    @property
    def modalities(self) -> tuple[str, ...]:
        """Modalities in order of appearance."""
        return tuple(dict.fromkeys(modality for modality, _ in self.labels))

    @property
    def readers(self) -> tuple[str, ...]:
        """Readers in order of appearance."""
        return tuple(dict.fromkeys(reader for _, reader in self.labels))

    @property
    def read(self) -> NDArray[np.bool_]:
        """True where a case was read, shape (q, K)."""
        return ~np.isnan(self.scores)

    def rows(self, chosen: NDArray[np.bool_]) -> Curves:
        """The chosen rows only, with all cases."""
        labels = tuple(label for label, keep in zip(self.labels, chosen, strict=True) if keep)
        return Curves(labels, self.scores[chosen], self.positive, self.clusters)

    def cases(self, chosen: NDArray[np.bool_]) -> Curves:
        """The chosen cases only, of all rows."""
        clusters = None if self.clusters is None else self.clusters[chosen]
        return Curves(self.labels, self.scores[:, chosen], self.positive[chosen], clusters)

    def at_threshold(self, threshold: float) -> Curves:
        """Calls: 1 where the score is at or above `threshold`, 0 below."""
        calls = np.where(self.read, self.scores >= threshold, np.nan)
        return Curves(self.labels, calls, self.positive, self.clusters)


def from_reads(reads: pd.DataFrame, column: str, *, cluster: str | None = None) -> Curves:
    """Matrices of the `column` ("rating" or "call") of validated reads; modality × reader × case must be unique.

    `cluster` names the column that says which cases belong together.
    """
    reads = chosen_rows(reads, reads[column].notna())
    if reads.empty:
        raise RatingsError(f"column '{column}': no read has a {column}; fill the column or choose another metric")
    modalities, readers = present(reads["modality"]), present(reads["reader"])
    curve = _codes(reads["modality"]) * len(readers) + _codes(reads["reader"])
    pairs, row = _renumbered(curve, len(modalities) * len(readers))
    case = _codes(reads["case"])
    n_cases = int(case.max()) + 1
    scores = np.full((len(pairs), n_cases), np.nan)
    scores[row, case] = reads[column].to_numpy()
    positive = np.zeros(n_cases, dtype=bool)
    positive[case] = reads["truth"].to_numpy() == 1
    labels = tuple((modalities[pair // len(readers)], readers[pair % len(readers)]) for pair in pairs)
    return Curves(labels, scores, positive, None if cluster is None else _clusters(reads, cluster, case, n_cases))


def _clusters(reads: pd.DataFrame, column: str, case: NDArray[np.intp], n_cases: int) -> NDArray[np.intp]:
    """Number of each case's cluster."""
    if column not in reads.columns:
        raise RatingsError(f"column '{column}': the ratings do not have it; name one that says which cases go together")
    numbers, _ = pd.factorize(reads[column].astype(object))
    if (numbers < 0).any():
        name = reads["case"].iloc[int((numbers < 0).argmax())]
        raise RatingsError(f"column '{column}': case {name} has none; fill it for every case")
    of_case = np.empty(n_cases, dtype=np.intp)
    of_case[case] = numbers
    differs = of_case[case] != numbers
    if differs.any():
        name = reads["case"].iloc[int(differs.argmax())]
        raise RatingsError(f"column '{column}': case {name} has more than one; a case belongs to one cluster")
    return of_case


def _codes(column: pd.Series) -> NDArray[np.intp]:
    """Codes 0, 1, … of the categories that occur, in their order."""
    return _renumbered(column.cat.codes.to_numpy(), len(column.cat.categories))[1]


def _renumbered(codes: NDArray[np.integer[Any]], size: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The codes below `size` that occur, rising, and the position of each element's code among them."""
    occurs = np.bincount(codes, minlength=size) > 0
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[codes]
