"""A table of reads in its canonical form, put together part by part so that a big one needs little memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.table import columns
from analysis.table.checks import require_columns
from analysis.table.columns import RowNumbers

KINDS = ("human", "detector")
NUMBERS = ("rating", "call", "confidence", "seconds", "position", "reread", "diagnosis_correct")
Part = tuple[pd.DataFrame, RowNumbers]

# Rows that are parsed at once: what one part needs besides its result is small beside a big table.
ROWS_OF_A_PART = 2**18


def slices(table: pd.DataFrame, first_row: int) -> Iterator[Part]:
    """The table in parts, with the numbers that messages give to their rows."""
    for start in range(0, max(len(table), 1), ROWS_OF_A_PART):
        yield table.iloc[start : start + ROWS_OF_A_PART], first_row + start


def canonical(parts: Iterable[Part]) -> Part:
    """Parse every part and join them; the index of the result counts from 0.

    Raises
    ------
    RatingsError
        For a missing column, an empty table, or a cell that is not what its column asks for.
    """
    grown: dict[str, _Column] = {}
    numbers: list[RowNumbers] = []
    lengths: list[int] = []
    for table, first_row in parts:
        require_columns(table)
        if len(table):
            for name, piece in _parsed(table, first_row).items():
                if name not in grown:
                    grown[name] = _Column(piece)
                grown[name].add(piece)
            numbers.append(first_row)
            lengths.append(len(table))
    if not lengths:
        return pd.DataFrame(), 1
    joined = {name: grown.pop(name).joined() for name in list(grown)}
    return pd.DataFrame(joined, copy=False), _joined_numbers(numbers, lengths)


class _Column:
    """A column that grows piece by piece; `first` shows what it holds.

    Numbers and categories lie in one array that is made longer in its place. Every piece has categories for itself; one
    of each is kept, in order of appearance.
    """

    def __init__(self, first: pd.Series) -> None:
        self._is_categorical = first.dtype == "category" and not first.cat.ordered
        self._is_number = isinstance(first.dtype, np.dtype) and first.dtype.kind in "iuf"
        self._positions: dict[object, int] = {}
        self._values: NDArray[Any] = np.array(first.to_numpy()[:0]) if self._is_number else np.empty(0, dtype=np.int8)
        self._length = 0
        self._others: list[pd.Series] = []

    def add(self, piece: pd.Series) -> None:
        """Put a piece below the others."""
        if self._is_categorical:
            self._append(self._codes(piece))
        elif self._is_number:
            self._append(piece.to_numpy())
        else:
            self._others.append(piece)

    def joined(self) -> pd.Series:
        """The whole column."""
        if not self._is_categorical and not self._is_number:
            return pd.concat(self._others, ignore_index=True)
        self._values.resize(self._length, refcheck=False)
        if self._is_number:
            return pd.Series(self._values, copy=False)
        categories = pd.Index(list(self._positions))
        if categories.dtype == "str":
            categories = pd.Index(categories, dtype=object)
        return pd.Series(pd.Categorical.from_codes(self._values, categories), copy=False)

    def _codes(self, piece: pd.Series) -> NDArray[np.integer[Any]]:
        positions = self._positions
        lookup = [positions.setdefault(name, len(positions)) for name in piece.cat.categories.tolist()]
        codes = np.array([*lookup, -1])[piece.cat.codes]
        return codes.astype(np.min_scalar_type(-len(positions) - 1))

    def _append(self, values: NDArray[Any]) -> None:
        start, end = self._length, self._length + len(values)
        kind = np.promote_types(self._values.dtype, values.dtype)
        self._values = self._values.astype(kind, copy=False)
        if end > len(self._values):
            self._values.resize(max(end, len(self._values) * 5 // 4), refcheck=False)
        self._values[start:end] = values
        self._length = end


def _parsed(table: pd.DataFrame, first_row: RowNumbers) -> dict[str, pd.Series]:
    def column(name: str, default: object = np.nan) -> pd.Series:
        return table[name] if name in table.columns else pd.Series(default, index=table.index, name=name)

    kind = columns.words(column("kind"), KINDS, first_row=first_row, default="human")
    parsed = {
        "reader": columns.identifiers(table["reader"], first_row=first_row),
        "kind": kind,
        "case": columns.identifiers(table["case"], first_row=first_row),
        "modality": _modalities(column("modality"), kind, first_row),
        "phase": columns.identifiers(column("phase"), first_row=first_row, default="1"),
        "truth": columns.truths(table["truth"], first_row=first_row),
        "rating": columns.numbers(column("rating"), first_row=first_row),
        "call": columns.binary(
            column("call"), first_row=first_row, meaning="1 for called synthetic, 0 for called authentic"
        ),
        "reread": columns.counts(column("reread", 0), first_row=first_row),
    }
    for name in ("confidence", "seconds", "position"):
        if name in table.columns:
            parsed[name] = columns.numbers(table[name], first_row=first_row)
    if "diagnosis_correct" in table.columns:
        parsed["diagnosis_correct"] = columns.binary(
            table["diagnosis_correct"], first_row=first_row, meaning="1 for a correct diagnosis, 0 for a wrong one"
        )
    return parsed | {str(name): table[name] for name in table.columns if name not in parsed}


def _modalities(column: pd.Series, kind: pd.Series, first_row: RowNumbers) -> pd.Series:
    named = columns.identifiers(column, first_row=first_row, default="1")
    is_detector = kind == "detector"
    if not is_detector.any():
        return named
    if "detector" not in named.cat.categories:
        named = named.cat.add_categories(["detector"])
    return named.mask(is_detector, "detector")


def _joined_numbers(numbers: list[RowNumbers], lengths: list[int]) -> RowNumbers:
    """One number where the rows of all parts follow each other, else that of every row."""
    starts, follow = np.cumsum(lengths) - lengths, True
    for number, start in zip(numbers, starts, strict=True):
        follow &= isinstance(number, int) and number - start == numbers[0]
    if follow:
        return numbers[0]
    return np.concatenate(
        [np.arange(n, n + length) if isinstance(n, int) else n for n, length in zip(numbers, lengths, strict=True)]
    )
