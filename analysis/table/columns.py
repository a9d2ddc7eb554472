"""Columns of the ratings table: turn what people write into identifiers and numbers, or say which row is wrong."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import RatingsError

MISSING_WORDS = ("", "na", "nan", "null", "none", "n/a", ".")
MISSING_CELLS = (*MISSING_WORDS, "NA", "NaN", "NULL", "None", "N/A")
TRUTH_WORDS = {"0": 0.0, "0.0": 0.0, "authentic": 0.0, "1": 1.0, "1.0": 1.0, "synthetic": 1.0}
_LONG = 40
MOST_REREADS = int(np.iinfo(np.int16).max)

# What messages call the rows: the number of the first where they rise by one, else that of each.
RowNumbers = int | NDArray[np.intp]


def identifiers(column: pd.Series, *, first_row: RowNumbers, default: str | None = None) -> pd.Series:
    """Categorical text, stripped, categories in order of appearance; blanks become `default`.

    Raises
    ------
    RatingsError
        When a cell is blank and there is no default.
    """
    codes, names = _distinct(column, _identifier)
    blank = codes < 0
    if blank.any() and default is None:
        raise RatingsError(
            f"row {_row(blank, first_row)}, column '{column.name}': empty; every read needs a {column.name}"
        )
    if blank.any():
        if default not in names:
            names = [*names, str(default)]
        codes = np.where(blank, names.index(str(default)), codes)
    return _categorical(codes, names, column)


def words(column: pd.Series, allowed: tuple[str, ...], *, first_row: RowNumbers, default: str) -> pd.Series:
    """Categorical text from a closed list, whatever its case; blanks become `default`."""
    codes, names = _distinct(column, lambda cell: _identifier(cell).lower())
    for position, name in enumerate(names):
        if name not in allowed:
            row = _row(codes == position, first_row)
            raise RatingsError(
                f"row {row}, column '{column.name}': unknown word {name!r}; write {' or '.join(allowed)}"
            )
    lookup = np.array([allowed.index(name) for name in names] + [allowed.index(default)])
    return _categorical(lookup[codes], list(allowed), column)


def truths(column: pd.Series, *, first_row: RowNumbers) -> pd.Series:
    """The reference standard as 1 (synthetic) or 0 (authentic)."""
    codes, names = _distinct(column, lambda cell: _identifier(cell).lower())
    values = np.array([TRUTH_WORDS.get(name, np.nan) for name in names] + [np.nan])[codes]
    wrong = np.isnan(values)
    if wrong.any():
        cell = names[codes[wrong.argmax()]] if codes[wrong.argmax()] >= 0 else ""
        raise RatingsError(
            f"row {_row(wrong, first_row)}, column 'truth': {cell!r} is no truth; write 1 or synthetic, 0 or authentic"
        )
    return pd.Series(values.astype(np.int8), index=column.index, name=column.name)


def numbers(column: pd.Series, *, first_row: RowNumbers) -> pd.Series:
    """Finite numbers, NaN where the cell is blank."""
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype):
        values = column.to_numpy(dtype=float, na_value=np.nan)
        wrong = np.isinf(values)
    else:
        values, wrong = _numbers_from_text(column)
    if wrong.any():
        raise RatingsError(
            f"row {_row(wrong, first_row)}, column '{column.name}': {_cell(column, wrong)} is not a finite number; "
            "write a number with a decimal point, or leave the cell empty when there was no read"
        )
    return pd.Series(values, index=column.index, name=column.name)


def binary(column: pd.Series, *, first_row: RowNumbers, meaning: str) -> pd.Series:
    """Numbers that are 0, 1 or missing."""
    values = numbers(column, first_row=first_row)
    wrong = ~(values.isna() | values.isin([0, 1])).to_numpy()
    if wrong.any():
        raise RatingsError(
            f"row {_row(wrong, first_row)}, column '{column.name}': {_cell(column, wrong)} is neither 0 nor 1; "
            f"write {meaning}"
        )
    return values


def counts(column: pd.Series, *, first_row: RowNumbers) -> pd.Series:
    """Whole numbers from 0, blanks as 0."""
    values = numbers(column, first_row=first_row).fillna(0)
    wrong = ((values < 0) | (values > MOST_REREADS) | (values % 1 != 0)).to_numpy()
    if wrong.any():
        raise RatingsError(
            f"row {_row(wrong, first_row)}, column '{column.name}': {_cell(column, wrong)} is no count; "
            "write 0 for a first read, 1 for its first repetition"
        )
    return values.astype(np.int16)


def texts(column: pd.Series) -> pd.Series:
    """Categorical text, stripped, for a column that the ratings table does not know; words for nothing are missing."""
    codes, names = _distinct(column, lambda cell: "" if _text(cell).lower() in MISSING_WORDS else _text(cell))
    return _categorical(codes, names, column)


def _distinct(column: pd.Series, text: Callable[[object], str]) -> tuple[NDArray[np.intp], list[str]]:
    """Code of each cell (-1 when blank) and the distinct texts; work is done once per distinct cell."""
    try:
        raw_codes, cells = pd.factorize(column)
    except TypeError:
        raise RatingsError(
            f"column '{column.name}': cells hold lists or the like; write one text or number into each"
        ) from None
    are_whole = isinstance(cells, (pd.Index, np.ndarray)) and cells.dtype.kind in "iu"
    written = [*map(str if are_whole else text, cells.tolist())]
    names = list(dict.fromkeys(written))
    if len(names) < len(written) or "" in names:
        names = [name for name in names if name]
        position = {name: code for code, name in enumerate(names)}
        lookup = np.array([position.get(name, -1) for name in written] + [-1], dtype=np.intp)
        raw_codes = lookup[raw_codes]
    return raw_codes, names


def _identifier(cell: object) -> str:
    if isinstance(cell, (float, np.floating)) and float(cell).is_integer():
        return str(int(cell))
    return _text(cell)


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return cell.strip()
    return str(int(cell)) if isinstance(cell, (bool, np.bool_)) else str(cell).strip()


def _numbers_from_text(column: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    codes, cells = _distinct(column, _text)
    parsed = np.array([number(cell) for cell in cells] + [np.nan])
    missing = np.array([cell.lower() in MISSING_WORDS for cell in cells] + [True])
    values = parsed[codes]
    return values, ~np.isfinite(values) & ~missing[codes]


def number(text: str) -> float:
    """The number that is written; NaN for what only Python takes for one."""
    try:
        return float(text) if "_" not in text else float("nan")
    except ValueError:
        return float("nan")


def _categorical(codes: NDArray[np.intp], names: list[str], like: pd.Series) -> pd.Series:
    categories = pd.Index(names, dtype=object)
    return pd.Series(pd.Categorical.from_codes(codes, categories=categories), index=like.index, name=like.name)


def row_number(position: int, first_row: RowNumbers) -> int:
    """What messages call the row at this position."""
    return position + first_row if isinstance(first_row, int) else int(first_row[position])


def _row(wrong: NDArray[np.bool_], first_row: RowNumbers) -> int:
    return row_number(int(wrong.argmax()), first_row)


def _cell(column: pd.Series, wrong: NDArray[np.bool_]) -> str:
    text = str(column.iloc[int(wrong.argmax())])
    return repr(text if len(text) <= _LONG else text[:_LONG] + "…")
