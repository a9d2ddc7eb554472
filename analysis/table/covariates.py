"""Tables of readers and of cases, and their columns beside the reads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis.errors import RatingsError
from analysis.table import columns
from analysis.table.formats.csv_tables import read_table
from analysis.table.ratings import Ratings, present


def covariates(path: str | Path, key: str) -> pd.DataFrame:
    """Read a table of readers or cases, indexed by the column `key` ("reader" or "case"), one row for each.

    Raises
    ------
    RatingsError
        When the file cannot be read, has no column `key`, or names a reader or case twice.
    """
    table, first_row = read_table(Path(path), key=key)
    if key not in table.columns:
        raise RatingsError(f"{path}: column '{key}' is missing (found: {', '.join(table.columns)})")
    table[key] = columns.identifiers(table[key], first_row=first_row)
    repeated = table[key].duplicated().to_numpy()
    if repeated.any():
        row = int(repeated.argmax())
        raise RatingsError(
            f"{path}: row {columns.row_number(row, first_row)}, column '{key}': {table[key].iloc[row]} is repeated; "
            "keep one"
        )
    return table.set_index(key)


def attach(
    ratings: Ratings,
    *,
    readers: pd.DataFrame | None = None,
    cases: pd.DataFrame | None = None,
    columns: Iterable[str] = (),
) -> Ratings:
    """Put columns of the tables of readers and cases beside the reads, where the ratings table lacks them.

    Parameters
    ----------
    ratings : Ratings
    readers, cases : pandas.DataFrame, optional
        Indexed by reader or case, as :func:`covariates` gives them.
    columns : iterable of str
        The columns that are needed.

    Raises
    ------
    RatingsError
        When no table has such a column, or one lacks a reader or case of the ratings.
    """
    added: dict[str, pd.Series] = {}
    for name in columns:
        if name not in ratings.frame.columns:
            added[name] = _column(ratings.frame, name, {"reader": readers, "case": cases})
    return Ratings(ratings.frame.assign(**added)) if added else ratings


def require_all(reads: pd.DataFrame, table: pd.DataFrame, key: str) -> None:
    """Refuse a table of readers or cases in which one of the reads is missing."""
    known = set(map(str, table[key] if key in table.columns else table.index))
    for name in present(reads[key]):
        if name not in known:
            raise RatingsError(f"column '{key}': {name} is missing in the table of {key}s; add a row")


def _column(frame: pd.DataFrame, name: str, tables: dict[str, pd.DataFrame | None]) -> pd.Series:
    for key, table in tables.items():
        if table is None or name not in table.columns:
            continue
        of_kind = frame[frame["kind"] == "human"] if key == "reader" else frame
        require_all(of_kind, table, key)
        by_name = table[name].set_axis(table.index.astype(str))
        by_code = by_name.reindex(frame[key].cat.categories)
        return pd.Series(by_code.to_numpy()[frame[key].cat.codes], index=frame.index, name=name)
    held = sorted({str(column) for table in tables.values() if table is not None for column in table.columns})
    places = f" (they hold {', '.join(held)})" if held else ""
    raise RatingsError(
        f"column '{name}': neither the ratings nor the tables of readers and cases have it{places}; add it, or name "
        "the table with --reader-table or --case-table"
    )
