"""Files of ratings, in every format of the field: in and out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from analysis import results
from analysis.errors import RatingsError
from analysis.table.formats import csv_tables, mrmcaov
from analysis.table.formats.opening import opened
from analysis.table.ratings import Phases, Ratings, validate

# Bytes in which a format shows itself.
_HEAD = 2**16


@dataclass(frozen=True)
class Format:
    """A file format.

    Attributes
    ----------
    module : str
        The module that reads and writes it; loaded when it is needed.
    endings : tuple of str
        How names of its files end.
    words : str
        Its name for people.
    whole : bool
        Whether it carries all that a ratings table holds, so that no phase need be chosen.
    """

    module: str
    endings: tuple[str, ...]
    words: str
    whole: bool = False


FORMATS = {
    "csv": Format("csv_tables", (".csv", ".tsv", ".txt"), "CSV", whole=True),
    "parquet": Format("parquet", (".parquet", ".pq"), "Parquet", whole=True),
    "imrmc": Format("imrmc", (".imrmc",), "iMRMC"),
    "lrc": Format("lrc", (".lrc",), "LRC"),
    "jafroc": Format("jafroc", (".xlsx",), "JAFROC Excel"),
    "mrmcaov": Format("mrmcaov", (), "MRMCaov CSV"),
}


@dataclass(frozen=True)
class Written(results.Result):
    """What has been written, and what of the table has not.

    Attributes
    ----------
    format : str
        One of :data:`FORMATS`.
    reads : int
        Rows or reads in the file.
    left_out : tuple of str
        What the format cannot carry, in words.
    """

    format: str
    reads: int
    left_out: tuple[str, ...]

    def __str__(self) -> str:
        said = f"{results.counted(self.reads, 'read')} as {FORMATS[self.format].words}"
        return f"{said}; left out: {'; '.join(self.left_out)}" if self.left_out else f"{said}; nothing is left out"


def read(path: str | Path, *, format: str | None = None) -> Ratings:
    """Read and check a ratings table from a file.

    Parameters
    ----------
    path : str or pathlib.Path
    format : {"csv", "parquet", "imrmc", "lrc", "jafroc", "mrmcaov"}, optional
        By default it is found by the content and the ending of the file.

    Raises
    ------
    RatingsError
        When the file cannot be opened, is none of these, or does not hold a ratings table. Rows are counted as in the
        file, a header being row 1.
    """
    found = recognised(Path(path)) if format is None else _known(format)
    ratings: Ratings = _module(found).read(Path(path))
    return ratings


def write(
    ratings: pd.DataFrame | Ratings, target: str | Path | BinaryIO, *, format: str | None = None, phase: Phases = None
) -> Written:
    """Write a ratings table to a file, and say what its format cannot carry.

    CSV and Parquet carry everything. The formats of other programs carry one rating of a reader for a case in a
    modality: human first reads of one phase.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
    target : str, pathlib.Path or binary file
        A file that exists is replaced, when the new one is whole.
    format : {"csv", "parquet", "imrmc", "lrc", "jafroc", "mrmcaov"}, optional
        By default it is found by the ending of `target`.
    phase : str or list of str, optional
        The phase to write, where the format carries one only.

    Returns
    -------
    Written

    Raises
    ------
    RatingsError
        When the table is not valid, holds several phases and none is chosen, holds names that cannot stand in the
        format, or lacks ratings where the format has no word for that.

    Examples
    --------
    >>> import pandas as pd
    >>> from io import BytesIO
    >>> table = pd.DataFrame({"reader": "R1", "case": ["a", "b"], "truth": [0, 1], "rating": [20, 90], "call": [0, 1]})
    >>> file = BytesIO()
    >>> print(write(table, file, format="imrmc"))
    2 reads as iMRMC; left out: column call
    >>> print(file.getvalue().decode())
    Ratings of a reader study
    NR: 1
    N0: 1
    N1: 1
    NM: 1
    BEGIN DATA:
    -1,a,truth,0
    -1,b,truth,1
    R1,a,1,20
    R1,b,1,90
    <BLANKLINE>
    """
    checked = validate(ratings)
    found = _known(format) if format is not None else _by_ending(target)
    if FORMATS[found].whole and phase is not None:
        raise RatingsError(f"{FORMATS[found].words} carries all phases; leave out the choice of one")
    chosen = {} if FORMATS[found].whole else {"phase": phase}
    with _opened_for_writing(target) as file:
        reads, left_out = _module(found).write(checked, file, **chosen)
    return Written(found, reads, left_out)


def recognised(path: Path) -> str:
    """The format of a file, by its content where that is certain, else by its ending.

    Raises
    ------
    RatingsError
        When the file cannot be opened, or is of a kind that is not read here.
    """
    with opened(path), path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return "jafroc"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise RatingsError(f"{path}: is an old or protected Excel workbook; save it as .xlsx without a password")
    if head.startswith(b"\x1f\x8b"):
        raise RatingsError(f"{path}: is compressed; unpack it first")
    ending = path.suffix.lower()
    for name in ("parquet", "jafroc"):
        if ending in FORMATS[name].endings:
            raise RatingsError(
                f"{path}: ends in {ending} and is no such file; write it again, or name it as what it is"
            )
    if ending == ".lrc":
        return "lrc"
    if ending == ".imrmc" or re.search(rb"^\s*BEGIN DATA:", head, re.MULTILINE | re.IGNORECASE):
        return "imrmc"
    return "mrmcaov" if mrmcaov.is_such(csv_tables.header(path).names) else "csv"


def _known(name: str) -> str:
    if name not in FORMATS:
        raise RatingsError(f"format {name!r} is not known; choose from {', '.join(FORMATS)}")
    return name


def _by_ending(target: str | Path | BinaryIO) -> str:
    if not isinstance(target, str | Path):
        raise RatingsError(f"a file without a name needs a format; choose from {', '.join(FORMATS)}")
    ending = Path(target).suffix.lower()
    for name, known in FORMATS.items():
        if ending in known.endings:
            return name
    endings = ", ".join(known.endings[0] for known in FORMATS.values() if known.endings)
    raise RatingsError(f"{target}: no format has the ending {ending!r}; name the format, or choose from {endings}")


def _module(name: str) -> Any:
    return import_module(f"analysis.table.formats.{FORMATS[name].module}")


@contextmanager
def _opened_for_writing(target: str | Path | BinaryIO) -> Iterator[BinaryIO]:
    if not isinstance(target, str | Path):
        yield target
        return
    path = Path(target)
    if not path.parent.is_dir():
        raise RatingsError(f"{path}: there is no folder {path.parent}; make it first")
    unfinished = path.with_name(path.name + ".part")
    try:
        with opened(path), unfinished.open("wb") as file:
            yield file
        with opened(path):
            unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
