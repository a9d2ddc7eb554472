"""Parquet: the ratings table as it is, with everything that it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
from pyarrow.parquet import ParquetFile

from analysis.errors import RatingsError
from analysis.table.canonical import ROWS_OF_A_PART, Part
from analysis.table.formats.outgoing import outgoing
from analysis.table.ratings import Ratings, from_parts


def read(path: Path) -> Ratings:
    """Read and check a ratings table.

    Raises
    ------
    RatingsError
        When it is no such table; rows are counted from 1.
    """
    try:
        return from_parts(_parts(path))
    except RatingsError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise RatingsError(f"{path}: is not a whole Parquet file ({error}); write it again") from None


def write(ratings: Ratings, target: BinaryIO) -> tuple[int, tuple[str, ...]]:
    """Write all rows and columns; give their number, and nothing that is left out.

    Raises
    ------
    RatingsError
        When a column that the ratings table does not know holds what Parquet cannot.
    """
    try:
        outgoing(ratings).to_parquet(target, index=False)
    except pa.ArrowException as error:
        raise RatingsError(f"the table cannot be written as Parquet ({error}); write it as CSV") from None
    return len(ratings.frame), ()


def _parts(path: Path) -> Iterator[Part]:
    with ParquetFile(path) as file:
        text = [field.name for field in file.schema_arrow if _is_text(field.type)]
    first_row = 1
    with ParquetFile(path, read_dictionary=text) as file:
        for batch in file.iter_batches(ROWS_OF_A_PART):
            # What stood in the index of a DataFrame is a column like others, but for its numbers.
            table = batch.to_pandas(ignore_metadata=True).filter(regex=r"^(?!__index_level_)")
            yield table.rename(columns=lambda name: str(name).strip().lower()), first_row
            first_row += len(table)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
