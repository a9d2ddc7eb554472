"""A table of reads in its canonical form, put together part by part so that a big one needs little memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from analysis.table import columns
from analysis.table.checks import require_columns
from analysis.table.columns import RowNumbers

KINDS = ("human", "detector")
NUMBERS = ("rating", "call", "confidence", "seconds", "position", "reread", "diagnosis_correct")
Part = tuple[pd.DataFrame, RowNumbers]

# Rows that are parsed at once: what one part needs besides its result is small beside a big table.
ROWS_OF_A_PART = 2**19


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
    pieces: dict[str, list[pd.Series]] = {}
    numbers: list[RowNumbers] = []
    lengths: list[int] = []
    for table, first_row in parts:
        require_columns(table)
        if len(table):
            for name, column in _parsed(table, first_row).items():
                pieces.setdefault(name, []).append(column)
            numbers.append(first_row)
            lengths.append(len(table))
    if not lengths:
        return pd.DataFrame(), 1
    index = pd.RangeIndex(sum(lengths))
    joined = {name: _joined(pieces.pop(name)).set_axis(index) for name in list(pieces)}
    return pd.DataFrame(joined, copy=False), _joined_numbers(numbers, lengths)


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


def _joined(pieces: list[pd.Series]) -> pd.Series:
    if len(pieces) == 1:
        return pieces[0]
    dtypes = {str(piece.dtype) if piece.dtype != "category" else "category" for piece in pieces}
    if dtypes == {"category"} and any(piece.dtype != pieces[0].dtype for piece in pieces):
        return pd.Series(pd.api.types.union_categoricals(pieces), name=pieces[0].name)
    return pd.concat(pieces, ignore_index=True)


def _joined_numbers(numbers: list[RowNumbers], lengths: list[int]) -> RowNumbers:
    ends = np.cumsum(lengths)
    starts = ends - lengths
    first = numbers[0]
    if isinstance(first, int) and all(n == first + start for n, start in zip(numbers, starts, strict=True)):
        return first
    return np.concatenate(
        [np.arange(n, n + length) if isinstance(n, int) else n for n, length in zip(numbers, lengths, strict=True)]
    )
