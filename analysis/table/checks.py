"""What a ratings table must be as a whole: its columns, one truth for each case, no read twice, both classes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import RatingsError
from analysis.table.columns import RowNumbers, row_number

OUTCOMES = ("rating", "call", "diagnosis_correct")
KEY = ["reader", "case", "modality", "phase", "reread"]

_MOST_KEYS = 2**62


def require_columns(table: pd.DataFrame) -> None:
    """Refuse a table without reader, case, truth and any outcome, or with a name twice."""
    found = ", ".join(map(str, table.columns)) or "none"
    repeated = table.columns[table.columns.duplicated()]
    if len(repeated):
        raise RatingsError(f"column '{repeated[0]}' stands there twice; keep one")
    for column in ("reader", "case", "truth"):
        if column not in table.columns:
            raise RatingsError(f"column '{column}' is missing; add it to the header (found: {found})")
    if not set(OUTCOMES) & set(table.columns):
        raise RatingsError(f"columns 'rating' and 'call' are missing; add one of them (found: {found})")


def require_rows(frame: pd.DataFrame) -> None:
    """Refuse a table without reads."""
    if frame.empty:
        raise RatingsError("the ratings table has a header and no rows; add one row per read")


def refuse_differing_truths(frame: pd.DataFrame, first_row: RowNumbers) -> None:
    """Refuse a case that is authentic in one row and synthetic in another."""
    case, truth = frame["case"].cat.codes.to_numpy(), frame["truth"].to_numpy()
    of_case = np.empty(len(frame["case"].cat.categories), dtype=truth.dtype)
    of_case[case[::-1]] = truth[::-1]
    differs = truth != of_case[case]
    if differs.any():
        row = int(differs.argmax())
        earlier = int((case == case[row]).argmax())
        raise RatingsError(
            f"row {row_number(row, first_row)}, column 'truth': case {frame['case'].iloc[row]} has truth {truth[row]} "
            f"here but {1 - truth[row]} in row {row_number(earlier, first_row)}; a case has one truth"
        )


def refuse_duplicates(frame: pd.DataFrame, first_row: RowNumbers) -> None:
    """Refuse two rows of the same reader, case, modality, phase and repetition."""
    keys = _keys(frame)
    ordered = np.sort(keys)
    if not (ordered[1:] == ordered[:-1]).any():
        return
    row = int(pd.Series(keys).duplicated().to_numpy().argmax())
    earlier, key = int((keys == keys[row]).argmax()), frame[KEY].iloc[row]
    raise RatingsError(
        f"rows {row_number(earlier, first_row)} and {row_number(row, first_row)}, column 'case': reader "
        f"{key['reader']} has two reads of case {key['case']} (modality {key['modality']}, phase {key['phase']}, "
        f"reread {key['reread']}); keep one, or number a repetition in column 'reread'"
    )


def _keys(frame: pd.DataFrame) -> NDArray[np.int64]:
    """One whole number for each row, the same for the same key."""
    keys, limit = np.zeros(len(frame), dtype=np.int64), 1
    for name in KEY:
        column = frame[name]
        codes = column.cat.codes.to_numpy() if column.dtype == "category" else column.to_numpy()
        size = int(codes.max()) + 1
        if limit * size > _MOST_KEYS:
            keys = np.unique(keys, return_inverse=True)[1]
            limit = len(frame)
        keys *= size
        keys += codes
        limit *= size
    return keys


def require_both_classes(frame: pd.DataFrame) -> None:
    """Refuse a table whose cases are all authentic or all synthetic."""
    truths = frame["truth"].unique()
    if len(truths) < 2:
        only, other = ("synthetic", "authentic") if truths[0] == 1 else ("authentic", "synthetic")
        raise RatingsError(f"column 'truth': every case is {only}; add {other} cases, both classes are needed")
