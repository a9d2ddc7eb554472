"""Reading a detector's score file."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from readerstudy.cohorts.csv_table import Row, TableError, read_rows

# The right and the lower edge of the image; sums of written fractions may miss it by a rounding.
_EDGE = 1 + 1e-6

_CALLS = {"synthetic": True, "1": True, "authentic": False, "0": False}


@dataclass(frozen=True)
class ScoreRow:
    """What the detector said of one case, named by its code or by its source file."""

    name: str
    score: float | None
    call: bool | None
    region: list[float] | None = None


def read_scores(path: Path) -> tuple[str, list[ScoreRow]]:
    """Read a score file.

    Parameters
    ----------
    path : Path
        A CSV with the column `file` or `case`, and `score` (finite; high means synthetic), `call`
        (`synthetic|authentic` or 1|0), or both; and `region`, the place that spoke for it: `x y width height` of a
        rectangle, as fractions of the presented image's width and height, from its top left. Or, named `….json`, a
        list of objects with these keys; a region there may be a list of four numbers.

    Returns
    -------
    (str, list of ScoreRow)
        How cases are named, `file` or `case`, and the rows.

    Raises
    ------
    TableError
        With every problem found, each naming its row.
    """
    names, lines = _read_json(path) if path.suffix.lower() == ".json" else read_rows(path)
    by = _naming_column(path, names)
    return by, _checked(path, by, lines)


def _read_json(path: Path) -> tuple[list[str], list[Row]]:
    """Give the objects of a list as rows, numbered from 1."""
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        words = _("%(path)s: this cannot be opened (%(strerror)s).")
        raise TableError([words % {"path": path, "strerror": error.strerror}]) from None
    except (ValueError, RecursionError) as error:
        words = _("%(name)s: this is not JSON that can be read (%(error)s).")
        raise TableError([words % {"name": path.name, "error": error}]) from None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise TableError(
            [_('%(name)s: write a list of objects, such as [{"file": "a.png", "score": 0.9}].') % {"name": path.name}]
        )
    rows = [{key.strip().lower(): _cell(value) for key, value in one.items()} for one in found]
    names = list(dict.fromkeys(name for row in rows for name in row))
    empty = dict.fromkeys(names, "")
    return names, [(number, empty | row) for number, row in enumerate(rows, start=1)]


def _cell(value: Any) -> str:
    """Write a JSON value as a cell of a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list):
        return " ".join(map(_cell, value))
    return str(value).strip()


def _naming_column(path: Path, names: list[str]) -> str:
    by = next((name for name in ("file", "case") if name in names), None)
    if by is None:
        raise TableError(
            [_("%(name)s: a column 'file' or 'case' must say which case each row is about.") % {"name": path.name}]
        )
    if "score" not in names and "call" not in names:
        raise TableError([_("%(name)s: there is neither a column 'score' nor a column 'call'.") % {"name": path.name}])
    return by


def _checked(path: Path, by: str, lines: list[Row]) -> list[ScoreRow]:
    rows, problems = [], []
    for number, line in lines:
        try:
            rows.append(_row(by, line))
        except ValueError as error:
            problems.append(
                _("%(name)s, row %(number)s: %(why)s") % {"name": path.name, "number": number, "why": error}
            )
    for name, count in Counter(row.name for row in rows).items():
        if count > 1:
            problems.append(
                _("%(file)s: %(name)s has %(count)s rows: keep one.")
                % {"file": path.name, "name": name, "count": count}
            )
    if problems:
        raise TableError(problems)
    return rows


def _row(by: str, line: dict[str, str]) -> ScoreRow:
    name, score_text, call_text = line[by], line.get("score", ""), line.get("call", "")
    if not name:
        raise ValueError(_("the %(by)s is empty.") % {"by": by})
    if not score_text and not call_text:
        raise ValueError(_("%(name)s has neither a score nor a call.") % {"name": name})
    if call_text and call_text.lower() not in _CALLS:
        raise ValueError(_("call is %(call)r; write synthetic or authentic (or 1 or 0).") % {"call": call_text})
    call = _CALLS[call_text.lower()] if call_text else None
    return ScoreRow(name, _score(score_text), call, _region(line.get("region", "")))


def _score(text: str) -> float | None:
    if not text:
        return None
    try:
        score = float(text)
    except ValueError:
        raise ValueError(_("score is %(text)r; write a number.") % {"text": text}) from None
    if not math.isfinite(score):
        raise ValueError(_("score is %(text)r; write a finite number.") % {"text": text})
    return score


def _region(text: str) -> list[float] | None:
    if not text:
        return None
    try:
        x, y, width, height = (float(word) for word in text.split())
    except ValueError:
        raise ValueError(_("region is %(text)r; write four numbers: x y width height.") % {"text": text}) from None
    inside = min(x, y) >= 0 and min(width, height) > 0 and max(x + width, y + height) <= _EDGE
    if not inside or not all(map(math.isfinite, (x, y, width, height))):
        raise ValueError(
            _("region is %(text)r; write fractions of the image, of a rectangle within it (0 to 1).") % {"text": text}
        )
    return [x, y, width, height]
