"""CSV tables that people hand in: what is wrong with one is said in words, all at once."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from django.utils.translation import gettext as _

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
        raise TableError(
            [_("%(path)s: this is not a CSV table that can be read (%(error)s).") % {"path": path, "error": error}]
        ) from None
    if problems := _problems_of_columns(path, names) or _problems_of_lines(path, names, lines):
        raise TableError(problems)
    empty = dict.fromkeys(names, "")
    return names, [(number, empty | dict(zip(names, cells, strict=False))) for number, cells in lines if any(cells)]


def _text(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise TableError([_("%(path)s: there is no such file.") % {"path": path}]) from None
    except IsADirectoryError:
        raise TableError([_("%(path)s: this is a folder: name the table in it.") % {"path": path}]) from None
    except OSError as error:
        raise TableError(
            [_("%(path)s: this cannot be opened (%(strerror)s).") % {"path": path, "strerror": error.strerror}]
        ) from None
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise TableError([_("%(path)s: this is not text in UTF-8: save the table as CSV in UTF-8.") % {"path": path}])
    return text


def _problems_of_columns(path: Path, names: list[str]) -> list[str]:
    if not any(names):
        return [_("%(name)s: the first line is empty. It must name the columns.") % {"name": path.name}]
    for mark, word in ((";", _("semicolons")), ("\t", _("tabs"))):
        if len(names) == 1 and mark in names[0]:
            told = _("%(name)s: the cells are separated by %(word)s. Save the table with commas between them.")
            return [told % {"name": path.name, "word": word}]
    twice = _("%(file)s: the column %(name)r stands there twice.")
    return [twice % {"file": path.name, "name": name} for name, n in Counter(names).items() if n > 1]


def _problems_of_lines(path: Path, names: list[str], lines: list[tuple[int, list[str]]]) -> list[str]:
    told = _(
        "%(name)s, row %(number)s: there are %(cells)s cells for %(columns)s columns. "
        'A cell with a comma in it must stand in "quotation marks".'
    )
    return [
        told % {"name": path.name, "number": number, "cells": len(cells), "columns": len(names)}
        for number, cells in lines
        if any(cells[len(names) :])
    ]
