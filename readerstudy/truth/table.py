"""Reading truth.csv, the table that says which file is what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from readerstudy.cohorts.csv_table import Row, TableError, read_rows
from readerstudy.truth.models import Truth, Value

COVARIATES = ("generator", "anatomy", "view", "finding", "diagnosis", "patient", "sex", "pair", "telltales")
_LONGEST = {field.name: field.max_length or 0 for field in Truth._meta.fields}
_WORDS = {"authentic": Value.AUTHENTIC, "0": Value.AUTHENTIC, "synthetic": Value.SYNTHETIC, "1": Value.SYNTHETIC}


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
        A comma-separated file in UTF-8. Truth is `authentic`, `synthetic`, `0` or `1`
        (1 is synthetic). A further column, `telltales`, holds what gives a synthetic image away, separated by `;`.

    Returns
    -------
    dict of str to TruthRow
        By file name, as written.

    Raises
    ------
    TableError
        With every problem found, each naming its row.
    """
    names, rows = read_rows(path)
    _require_columns(path, names)
    problems = _repeated_files(rows)
    table: dict[str, TruthRow] = {}
    for number, row in rows:
        if problem := _problem_of(row):
            problems.append(
                _("%(name)s, row %(number)s%(problem)s") % {"name": path.name, "number": number, "problem": problem}
            )
        else:
            covariates = {name: row.get(name, "") for name in COVARIATES}
            table[row["file"]] = TruthRow(row["file"], _WORDS[row["truth"].lower()], covariates)
    if problems:
        raise TableError(problems)
    return table


def normalised(file: str) -> str:
    """Write a path in the one way in which the same file always gives the same text."""
    return PurePosixPath(file.replace("\\", "/")).as_posix()


def _require_columns(path: Path, names: list[str]) -> None:
    for needed in ("file", "truth"):
        if needed not in names:
            raise TableError(
                [
                    _("%(name)s: the column %(needed)r is missing. The first line must name it.")
                    % {"name": path.name, "needed": needed}
                ]
            )
    if unknown := [name for name in names if name not in ("file", "truth", *COVARIATES)]:
        known = ", ".join(("file", "truth", *COVARIATES))
        raise TableError(
            [
                _("%(name)s: unknown column %(unknown)r. Known columns are %(known)s.")
                % {"name": path.name, "unknown": unknown[0], "known": known}
            ]
        )


def _problem_of(row: dict[str, str]) -> str | None:
    if not row["file"]:
        return _(": the file name is empty.")
    if row["truth"].lower() not in _WORDS:
        return _(" (%(file)s): truth is %(truth)r; write authentic or synthetic.") % row
    for name in COVARIATES:
        if len(row.get(name, "")) > _LONGEST[name]:
            return _(" (%(file)s): %(name)s has more than %(most)s characters.") % {
                "file": row["file"],
                "name": name,
                "most": _LONGEST[name],
            }
    return None


def _repeated_files(rows: list[Row]) -> list[str]:
    truths: dict[str, list[str]] = defaultdict(list)
    for _number, row in rows:
        if row["file"]:
            truths[normalised(row["file"])].append(row["truth"])
    problems = []
    for file, said in truths.items():
        if len(said) > 1:
            words = sorted(set(said))
            if len(words) > 1:
                told = _("The truth table says both %(words)s for %(file)s: keep one row.")
            else:
                told = _("The truth table has %(rows)s rows for %(file)s: keep one row.")
            problems.append(told % {"words": _(" and ").join(words), "rows": len(said), "file": file})
    return problems
