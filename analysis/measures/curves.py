"""The reads as matrices: one row for each reader in each modality, one column for each case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import RatingsError
from analysis.table.ratings import present


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
    """

    labels: tuple[tuple[str, str], ...]
    scores: NDArray[np.float64]
    positive: NDArray[np.bool_]

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
        return Curves(labels, self.scores[chosen], self.positive)

    def at_threshold(self, threshold: float) -> Curves:
        """Calls: 1 where the score is at or above `threshold`, 0 below."""
        calls = np.where(self.read, self.scores >= threshold, np.nan)
        return Curves(self.labels, calls, self.positive)


def from_reads(reads: pd.DataFrame, column: str) -> Curves:
    """Matrices of the `column` ("rating" or "call") of validated reads; modality × reader × case must be unique."""
    reads = reads[reads[column].notna()]
    if reads.empty:
        raise RatingsError(f"column '{column}': no read has a {column}; fill the column or choose another metric")
    modalities, readers = present(reads["modality"]), present(reads["reader"])
    curve = _codes(reads["modality"]) * len(readers) + _codes(reads["reader"])
    pairs, row = _renumbered(curve, len(modalities) * len(readers))
    case, n_cases = _codes(reads["case"]), len(present(reads["case"]))
    scores = np.full((len(pairs), n_cases), np.nan)
    scores[row, case] = reads[column].to_numpy()
    positive = np.zeros(n_cases, dtype=bool)
    positive[case] = reads["truth"].to_numpy() == 1
    labels = tuple((modalities[pair // len(readers)], readers[pair % len(readers)]) for pair in pairs)
    return Curves(labels, scores, positive)


def _codes(column: pd.Series) -> NDArray[np.intp]:
    """Codes 0, 1, … of the categories that occur, in their order."""
    return _renumbered(column.cat.codes.to_numpy(), len(column.cat.categories))[1]


def _renumbered(codes: NDArray[np.integer[Any]], size: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The codes below `size` that occur, rising, and the position of each element's code among them."""
    occurs = np.bincount(codes, minlength=size) > 0
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[codes]
