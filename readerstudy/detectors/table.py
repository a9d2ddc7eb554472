"""Reading a detector's score file."""

from __future__ import annotations

import csv
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

_CALLS = {"synthetic": True, "1": True, "authentic": False, "0": False}


class ScoreTableError(ValueError):
    """The file cannot be used; its lines each name a row and what to do."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class ScoreRow:
    """What the detector said of one case, named by its code or by its source file."""

    name: str
    score: float | None
    call: bool | None


def read_scores(path: Path) -> tuple[str, list[ScoreRow]]:
    """Read a score file.

    Parameters
    ----------
    path : Path
        A CSV with the column `file` or `case`, and `score` (finite; high means synthetic), `call`
        (`synthetic|authentic` or 1|0), or both.

    Returns
    -------
    (str, list of ScoreRow)
        How cases are named, `file` or `case`, and the rows.

    Raises
    ------
    ScoreTableError
        With every problem found, each naming its row.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            names = reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or []]
            by = _naming_column(path, names)
            lines = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ScoreTableError([f"{path}: this is not a CSV table that can be read ({error})."]) from None
    return by, _checked(path, by, lines)


def _naming_column(path: Path, names: list[str]) -> str:
    by = next((name for name in ("file", "case") if name in names), None)
    if by is None:
        raise ScoreTableError([f"{path.name}: a column 'file' or 'case' must say which case each row is about."])
    if "score" not in names and "call" not in names:
        raise ScoreTableError([f"{path.name}: there is neither a column 'score' nor a column 'call'."])
    return by


def _checked(path: Path, by: str, lines: list[tuple[int, dict[str, str]]]) -> list[ScoreRow]:
    rows, problems = [], []
    for number, line in lines:
        try:
            rows.append(_row(by, line))
        except ValueError as error:
            problems.append(f"{path.name}, row {number}: {error}")
    for name, count in Counter(row.name for row in rows).items():
        if count > 1:
            problems.append(f"{path.name}: {name} stands there {count} times: keep one row.")
    if problems:
        raise ScoreTableError(problems)
    return rows


def _row(by: str, line: dict[str, str]) -> ScoreRow:
    name = (line.get(by) or "").strip()
    score_text, call_text = ((line.get(column) or "").strip() for column in ("score", "call"))
    if not name:
        raise ValueError(f"the {by} is empty.")
    if not score_text and not call_text:
        raise ValueError(f"{name} has neither a score nor a call.")
    if call_text and call_text.lower() not in _CALLS:
        raise ValueError(f"call is {call_text!r}; write synthetic or authentic (or 1 or 0).")
    return ScoreRow(name, _score(score_text), _CALLS[call_text.lower()] if call_text else None)


def _score(text: str) -> float | None:
    if not text:
        return None
    try:
        score = float(text)
    except ValueError:
        raise ValueError(f"score is {text!r}; write a number.") from None
    if not math.isfinite(score):
        raise ValueError(f"score is {text!r}; write a finite number.")
    return score
