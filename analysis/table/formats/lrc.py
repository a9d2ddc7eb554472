"""LRC, of the Iowa and Chicago programs (OR-DBM MRMC, LABMRMC) and RJafroc: one block for each reader.

A title; then for each reader the name, a row for each normal case, ``*``, a row for each abnormal case, ``*``; then
``#``. Below the first reader's name stand the treatments in quotes and, for each, L (Large) where a larger rating is
more diseased, or S (Small) where a smaller one is. A row has a rating for each treatment, and may end with the case's
name. Ratings on an S scale get the opposite sign, so that higher is more diseased everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from analysis.errors import RatingsError
from analysis.table import columns
from analysis.table.canonical import Part
from analysis.table.formats.first_reads import FirstReads, first_reads, numeral
from analysis.table.formats.opening import opened
from analysis.table.ratings import Phases, Ratings, from_parts

SIGNS = {"L": 1.0, "LARGE": 1.0, "S": -1.0, "SMALL": -1.0}
END_OF_CLASS, END_OF_FILE = "*", "#"
CLASSES = ("normal", "abnormal")


@dataclass(frozen=True)
class _Row:
    """What a reader has said of a case in every treatment; `name` is "" where the file gives the case none."""

    line: int
    reader: str
    truth: int
    number: int
    name: str
    ratings: tuple[float, ...]


class _Lines:
    """The lines of a file one after the other, without blank ones."""

    def __init__(self, path: Path) -> None:
        self.path, self.number = path, 0
        with opened(path):
            self._lines = path.read_text(encoding="utf-8-sig").split("\n")

    def next(self, awaited: str) -> str:
        """The next line, without blanks around it; an error where the file ends instead."""
        while self.number < len(self._lines):
            self.number += 1
            if line := self._lines[self.number - 1].strip():
                return line
        raise RatingsError(f"{self.path}: ends where {awaited} should stand; the file is cut off, or no LRC file")

    def error(self, words: str) -> RatingsError:
        """An error in the line that came last."""
        return RatingsError(f"{self.path}: line {self.number}: {words}")


def read(path: Path) -> Ratings:
    """Read and check the ratings; rows in messages are the lines of the file.

    Raises
    ------
    RatingsError
        When it is no such file, or cut off.
    """
    lines = _Lines(path)
    lines.next("the title")
    reader = lines.next("the first reader")
    treatments, signs = _treatments(lines)
    rows: list[_Row] = []
    while reader != END_OF_FILE:
        for truth in (0, 1):
            rows += _rows_of_class(lines, reader, truth, len(treatments))
        reader = lines.next("the next reader, or #,")
    _refuse_uneven_classes(path, rows)
    return from_parts([_table(rows, treatments, signs)])


def write(ratings: Ratings, target: BinaryIO, *, phase: Phases = None) -> tuple[int, tuple[str, ...]]:
    """Write human first reads, which must be crossed and rated throughout; give their number and what is left out.

    Raises
    ------
    RatingsError
        When a rating is missing, or a name cannot stand in the format.
    """
    chosen = first_reads(ratings, phase)
    chosen.refuse_names('"', "quotes enclose the names of treatments in the format")
    if END_OF_FILE in chosen.names("reader"):
        raise RatingsError(f"column 'reader': {END_OF_FILE!r} ends the file in the format; rename the reader")
    chosen.require_complete("LRC")
    target.write("\n".join([*_written(chosen), ""]).encode())
    return len(chosen.frame), chosen.left_out


def _treatments(lines: _Lines) -> tuple[list[str], list[float]]:
    line = lines.next("the treatments")
    names = [name.strip() for name in re.findall(r'"([^"]*)"', line)] or line.split()
    directions = lines.next("the directions of the scales").split()
    unknown = [word for word in directions if word.upper() not in SIGNS]
    if unknown:
        raise lines.error(f"{unknown[0]!r} is no direction; write L (larger is more diseased) or S for each treatment")
    if len(directions) != len(names):
        raise lines.error(f"there are {len(names)} treatments and {len(directions)} directions; write one for each")
    return names, [SIGNS[word.upper()] for word in directions]


def _rows_of_class(lines: _Lines, reader: str, truth: int, treatments: int) -> Iterator[_Row]:
    number = 0
    while (line := lines.next(f"a rating or {END_OF_CLASS}")) != END_OF_CLASS:
        number += 1
        cells = line.split(maxsplit=treatments)
        if len(cells) < treatments:
            raise lines.error(f"{len(cells)} ratings for {treatments} treatments; write one for each")
        ratings = tuple(_rating(cell, lines) for cell in cells[:treatments])
        yield _Row(lines.number, reader, truth, number, "".join(cells[treatments:]), ratings)


def _rating(cell: str, lines: _Lines) -> float:
    rating = columns.number(cell)
    if not np.isfinite(rating):
        raise lines.error(f"{cell!r} is no rating; write a number with a decimal point")
    return rating


def _refuse_uneven_classes(path: Path, rows: list[_Row]) -> None:
    """Cases without names are told apart by their place; then every reader must have them all."""
    sizes: dict[tuple[int, str], int] = {}
    for row in rows:
        if not row.name:
            sizes[row.truth, row.reader] = row.number
    for truth, word in enumerate(CLASSES):
        found = {size: reader for (of_class, reader), size in sizes.items() if of_class == truth}
        if len(found) > 1:
            said = " and ".join(f"{reader} has {size}" for size, reader in found.items())
            raise RatingsError(f"{path}: {said} {word} cases, and the rows do not name them; add names to the rows")


def _table(rows: list[_Row], treatments: list[str], signs: list[float]) -> Part:
    cases = _names_of_cases(rows)
    each = len(treatments)
    table = pd.DataFrame(
        {
            "reader": np.repeat([row.reader for row in rows], each),
            "case": np.repeat(cases, each),
            "modality": np.tile(treatments, len(rows)),
            "truth": np.repeat([row.truth for row in rows], each),
            "rating": (np.array([row.ratings for row in rows]).reshape(-1, each) * signs + 0.0).ravel(),
        }
    )
    return table, np.repeat([row.line for row in rows], each)


def _names_of_cases(rows: list[_Row]) -> list[str]:
    """Names as written; with the class before them where they are numbers only, or stand in both classes."""
    written = [{row.name for row in rows if row.truth == truth} for truth in (0, 1)]
    shared = written[0] & written[1] | {""}
    return [f"{CLASSES[row.truth]} {row.name or row.number}" if row.name in shared else row.name for row in rows]


def _written(chosen: FirstReads) -> Iterator[str]:
    modalities = chosen.names("modality")
    frame = chosen.frame.astype(dict.fromkeys(("reader", "case", "modality"), "object"))
    table = frame.pivot(index=["reader", "case"], columns="modality", values="rating")[list(modalities)]
    truths = frame.drop_duplicates("case").set_index("case")["truth"]
    yield "Ratings of a reader study"
    for number, reader in enumerate(chosen.names("reader")):
        yield reader
        if number == 0:
            yield " ".join(f'"{modality}"' for modality in modalities)
            yield " ".join("L" for _ in modalities)
        block = table.loc[reader]
        for truth in (0, 1):
            for case in truths.index[truths == truth]:
                yield "  ".join([*map(numeral, block.loc[case]), case])
            yield END_OF_CLASS
    yield END_OF_FILE
