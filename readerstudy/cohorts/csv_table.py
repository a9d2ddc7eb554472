"""CSV tables that people hand in: what is wrong with one is said in words, all at once."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

Row = tuple[int, dict[str, str]]


class TableError(ValueError):
    """The table cannot be used; each of its problems names the file or row and what to do."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def read_rows(path: Path) -> tuple[list[str], list[Row]]:
    """Read a comma-separated table in UTF-8, with or without a byte-order mark.

    Returns
    -------
    (list of str, list of (int, dict))
        The column names in lower case, and each row that says anything: its line number and its cells, trimmed. Cells
        that a row lacks are empty.

    Raises
    ------
    TableError
        The file cannot be read as such a table.
    """
    try:
        reader = csv.reader(io.StringIO(_text(path), newline=""))
        names = [name.strip().lower() for name in next(reader, [])]
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise TableError([f"{path}: this is not a CSV table that can be read ({error})."]) from None
    if problems := _problems_of_columns(path, names) or _problems_of_lines(path, names, lines):
        raise TableError(problems)
    empty = dict.fromkeys(names, "")
    return names, [(number, empty | dict(zip(names, cells, strict=False))) for number, cells in lines if any(cells)]


def _text(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise TableError([f"{path}: there is no such file."]) from None
    except IsADirectoryError:
        raise TableError([f"{path}: this is a folder: name the table in it."]) from None
    except OSError as error:
        raise TableError([f"{path}: this cannot be opened ({error.strerror})."]) from None
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise TableError([f"{path}: this is not text in UTF-8: save the table as CSV in UTF-8."])
    return text


def _problems_of_columns(path: Path, names: list[str]) -> list[str]:
    if not any(names):
        return [f"{path.name}: the first line is empty. It must name the columns."]
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and mark in names[0]:
            return [f"{path.name}: the cells are separated by {word}. Save the table with commas between them."]
    return [f"{path.name}: the column {name!r} stands there twice." for name, n in Counter(names).items() if n > 1]


def _problems_of_lines(path: Path, names: list[str], lines: list[tuple[int, list[str]]]) -> list[str]:
    return [
        f"{path.name}, row {number}: there are {len(cells)} cells for {len(names)} columns. "
        'A cell with a comma in it must stand in "quotation marks".'
        for number, cells in lines
        if any(cells[len(names) :])
    ]
