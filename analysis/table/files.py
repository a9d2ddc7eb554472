"""CSV files as tables of text and numbers, or what is wrong with them."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd

from analysis.errors import RatingsError
from analysis.table import columns


def read_csv(path: Path, *, text_columns: tuple[str, ...]) -> pd.DataFrame:
    """Read a CSV table (UTF-8, with or without byte order mark); the text columns as they are written.

    Raises
    ------
    RatingsError
        When there is no such file, or it is no such table.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return _parse_csv(path, text_columns)
    except FileNotFoundError:
        raise RatingsError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise RatingsError(f"{path}: is a folder; give the CSV file itself") from None
    except OSError as error:
        raise RatingsError(f"{path}: cannot be opened ({error.strerror})") from None
    except UnicodeDecodeError:
        raise RatingsError(f"{path}: is not UTF-8 text; save the table as CSV in UTF-8") from None
    except pd.errors.EmptyDataError:
        raise RatingsError(f"{path}: is empty; a header and one row per read are needed") from None
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise RatingsError(f"{path}: is not a CSV table with one header ({error})") from None


def _parse_csv(path: Path, text_columns: tuple[str, ...]) -> pd.DataFrame:
    header = pd.read_csv(path, nrows=0, encoding="utf-8-sig", index_col=False).columns
    text = {name: "str" for name in header if name.strip().lower() in text_columns}
    blanks = {name: list(columns.MISSING_WORDS) for name in header if name not in text}
    return pd.read_csv(
        path,
        dtype=text,
        encoding="utf-8-sig",
        index_col=False,
        skipinitialspace=True,
        keep_default_na=False,
        na_values=blanks | {name: [""] for name in text},
        low_memory=False,
    )
