"""CSV: the ratings table as it is, with everything that it holds; also tables of readers and cases.

Files are UTF-8, with or without byte order mark. A header that is separated by semicolons or tabs, as spreadsheets
write it where the decimal sign is a comma, is understood too; numbers may have decimal commas then.
"""

from __future__ import annotations

import csv
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import numpy as np
import pandas as pd

from analysis.errors import RatingsError
from analysis.table import columns
from analysis.table.canonical import NUMBERS, ROWS_OF_A_PART, Part
from analysis.table.formats.opening import opened
from analysis.table.formats.outgoing import outgoing
from analysis.table.ratings import Ratings, from_parts

SEPARATORS = (",", ";", "\t")
TEXT_COLUMNS = ("reader", "kind", "case", "modality", "phase", "truth")


@dataclass(frozen=True)
class Layout:
    """How the rows of a file are to be read.

    Attributes
    ----------
    names : tuple of str
        What the columns are called.
    separator : str
        The sign between cells.
    rows_above : int
        Rows before the first row of data: the header, and what stands above it.
    quoted : bool
        Whether cells may stand in quotes.
    """

    names: tuple[str, ...]
    separator: str
    rows_above: int
    quoted: bool = True


def read(path: Path, *, other_names: Mapping[str, str] | None = None) -> Ratings:
    """Read and check a ratings table; `other_names` gives our name for what the file calls otherwise.

    Raises
    ------
    RatingsError
        When it is no such table. Rows are counted as in the file, the header being row 1.
    """
    layout = header(path)
    ours = {theirs: name for theirs, name in (other_names or {}).items() if name not in layout.names}
    names = tuple(ours.get(name, name) for name in layout.names)
    ratings = from_parts(_parts_of_ratings(path, replace(layout, names=names)))
    unknown = [name for name in names if name not in NUMBERS and name not in TEXT_COLUMNS]
    return Ratings(ratings.frame.assign(**{name: _numbers_if_all_are(ratings.frame[name]) for name in unknown}))


def write(ratings: Ratings, target: BinaryIO) -> tuple[int, tuple[str, ...]]:
    """Write all rows and columns; give their number, and nothing that is left out."""
    outgoing(ratings).to_csv(target, index=False, mode="wb", encoding="utf-8", lineterminator="\n")
    return len(ratings.frame), ()


def read_table(path: Path, *, key: str) -> Part:
    """Read any CSV table, its column `key` as it is written, and what messages call its rows."""
    [part] = parts(path, header(path), as_written=(key,), rows=None)
    return part


def header(path: Path) -> Layout:
    """Find the names of the columns, in lower case, and the sign between them.

    Raises
    ------
    RatingsError
        When the file cannot be opened, is no text, is empty, or names a column twice.
    """
    with _parsed(path), path.open(encoding="utf-8-sig", newline="") as lines:
        above, first = _first_line(lines)
        separator = max(SEPARATORS, key=first.count)
        written = next(csv.reader(chain([first], lines), delimiter=separator, skipinitialspace=True), [])
    if "\0" in first:
        raise RatingsError(f"{path}: is no text; save the table as CSV in UTF-8")
    if not written:
        raise RatingsError(f"{path}: is empty; a header and one row per read are needed")
    names = tuple(name.strip().lower() or f"column {number}" for number, name in enumerate(written, 1))
    for name in names:
        if names.count(name) > 1:
            raise RatingsError(f"{path}: column '{name}' stands there twice; keep one")
    return Layout(names, separator, above + 1)


def parts(path: Path, layout: Layout, *, as_written: Sequence[str], rows: int | None) -> Iterator[Part]:
    """Read the rows, `rows` at a time or all at once, without blank ones, and say what messages call them.

    Columns that are named in `as_written` keep their text; others become numbers where every cell is one.
    """
    text = [name for name in layout.names if name in as_written]
    options: dict[str, Any] = {
        "sep": layout.separator,
        "decimal": "." if layout.separator == "," else ",",
        "header": None,
        "names": layout.names,
        "skiprows": layout.rows_above,
        "skip_blank_lines": False,
        "skipinitialspace": True,
        "index_col": False,
        "dtype": dict.fromkeys(text, "object"),
        "keep_default_na": False,
        "na_values": {name: [""] if name in text else list(columns.MISSING_CELLS) for name in layout.names},
        "quoting": csv.QUOTE_MINIMAL if layout.quoted else csv.QUOTE_NONE,
        "encoding": "utf-8-sig",
        "compression": None,
    }
    first_row = layout.rows_above + 1
    if rows is None:
        with _parsed(path):
            table = pd.read_csv(path, low_memory=False, **options)
        yield _without_blank_rows(table, first_row)
        return
    with _parsed(path):
        chunks = pd.read_csv(path, chunksize=rows, low_memory=False, **options)
    with chunks:
        while True:
            with _parsed(path):
                chunk = next(chunks, None)
            if chunk is None:
                return
            yield _without_blank_rows(chunk, first_row)


def _parts_of_ratings(path: Path, layout: Layout) -> Iterator[Part]:
    unknown = [name for name in layout.names if name not in NUMBERS and name not in TEXT_COLUMNS]
    for table, first_row in parts(path, layout, as_written=(*TEXT_COLUMNS, *unknown), rows=ROWS_OF_A_PART):
        yield table.assign(**{name: columns.texts(table[name]) for name in unknown}), first_row


def _first_line(lines: TextIO) -> tuple[int, str]:
    """Number of blank lines at the top, and the line after them."""
    for above, line in enumerate(lines):
        if line.strip(" \t\r\n,;"):
            return above, line
    return 0, ""


def _without_blank_rows(table: pd.DataFrame, first_row: int) -> Part:
    """The rows that hold anything: editors and spreadsheets leave blank ones, and they are no reads."""
    if len(table) == 0 or not (maybe := table.iloc[:, 0].isna().to_numpy()).any():
        return table, first_row + int(table.index[0]) if len(table) else first_row
    blank = np.zeros(len(table), dtype=bool)
    blank[maybe] = table[maybe].isna().all(axis=1).to_numpy()
    return table[~blank], table.index.to_numpy()[~blank] + first_row


def _numbers_if_all_are(column: pd.Series) -> pd.Series:
    """Numbers in place of categories that all are numbers; what has leading zeros is a name."""
    texts = column.cat.categories
    numbers = pd.to_numeric(pd.Series(texts), errors="coerce").to_numpy()
    if not len(texts) or pd.isna(numbers).any() or any(re.match(r"-?0\d", text) for text in texts):
        return column
    codes = column.cat.codes.to_numpy()
    values = numbers[codes] if (codes >= 0).all() else np.where(codes < 0, np.nan, numbers[codes])
    return pd.Series(values, index=column.index, name=column.name)


@contextmanager
def _parsed(path: Path) -> Iterator[None]:
    try:
        with opened(path), warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            yield
    except pd.errors.EmptyDataError:
        raise RatingsError(f"{path}: is empty; a header and one row per read are needed") from None
    except pd.errors.ParserWarning:
        raise RatingsError(
            f"{path}: is not a CSV table: rows have more cells than the first line, which must name the columns"
        ) from None
    except (pd.errors.ParserError, csv.Error) as error:
        raise RatingsError(f"{path}: is not a CSV table: {_in_words(str(error))}") from None


def _in_words(error: str) -> str:
    if found := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", error):
        expected, line, saw = found.groups()
        return f"line {line} has {saw} cells, and {expected} are expected; quote a cell that holds a separator"
    return "a quote is opened and never closed" if "EOF inside string" in error else error
