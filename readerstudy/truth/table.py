"""Reading truth.csv, the table that says which file is what."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from readerstudy.truth.models import Value

COVARIATES = ("generator", "anatomy", "view", "finding", "diagnosis", "patient", "sex", "pair", "telltales")
_WORDS = {"authentic": Value.AUTHENTIC, "0": Value.AUTHENTIC, "synthetic": Value.SYNTHETIC, "1": Value.SYNTHETIC}


class TruthTableError(ValueError):
    """The table cannot be used; its lines each name a row and what to do."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class TruthRow:
    """What the table says of one file."""

    file: str
    value: Value
    covariates: dict[str, str] = field(default_factory=dict)


def read_truth_table(path: Path) -> dict[str, TruthRow]:
    """Read truth.csv: `file,truth[,generator][,anatomy][,view][,finding][,diagnosis][,patient][,sex][,pair]`.

    Parameters
    ----------
    path : Path
        A CSV file in UTF-8, with or without a byte-order mark. Truth is `authentic`, `synthetic`, `0` or `1`
        (1 is synthetic). A further column, `telltales`, holds what gives a synthetic image away, separated by `;`.

    Returns
    -------
    dict of str to TruthRow
        By file name, as written.

    Raises
    ------
    TruthTableError
        With every problem found, each naming its row.
    """
    rows = _read_rows(path)
    problems = _repeated_files(rows)
    table: dict[str, TruthRow] = {}
    for number, row in rows:
        word = (row.get("truth") or "").lower()
        if not row["file"]:
            problems.append(f"{path.name}, row {number}: the file name is empty.")
        elif word not in _WORDS:
            problems.append(
                f"{path.name}, row {number} ({row['file']}): truth is {word!r}; write authentic or synthetic."
            )
        else:
            table[row["file"]] = TruthRow(row["file"], _WORDS[word], {name: row.get(name, "") for name in COVARIATES})
    if problems:
        raise TruthTableError(problems)
    return table


def _read_rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            names = [name.strip().lower() for name in reader.fieldnames or []]
            reader.fieldnames = names
            _require_columns(path, names)
            return [
                (reader.line_num, {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)})
                for row in reader
            ]
    except FileNotFoundError:
        raise TruthTableError([f"{path}: there is no such file."]) from None
    except (UnicodeDecodeError, csv.Error, IsADirectoryError) as error:
        raise TruthTableError([f"{path}: this is not a CSV table in UTF-8 ({error})."]) from None


def _require_columns(path: Path, names: list[str]) -> None:
    for needed in ("file", "truth"):
        if needed not in names:
            raise TruthTableError([f"{path.name}: the column {needed!r} is missing. The first line must name it."])
    if unknown := [name for name in names if name not in ("file", "truth", *COVARIATES)]:
        known = ", ".join(("file", "truth", *COVARIATES))
        raise TruthTableError([f"{path.name}: unknown column {unknown[0]!r}. Known columns are {known}."])


def _repeated_files(rows: list[tuple[int, dict[str, str]]]) -> list[str]:
    counts = Counter(row["file"] for _, row in rows)
    problems = []
    for file, count in counts.items():
        if count > 1:
            truths = sorted({row.get("truth", "") for _, row in rows if row["file"] == file})
            said = f"says both {' and '.join(truths)}" if len(truths) > 1 else f"stands there {count} times"
            problems.append(f"The truth table {said} for {file}: keep one row.")
    return problems
