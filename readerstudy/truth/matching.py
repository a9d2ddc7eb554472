"""Bringing the rows of a truth table to the cases that an import made. Pure but for the cases it is given."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from readerstudy.cohorts.models import Case
from readerstudy.truth.table import TruthRow, normalised


@dataclass
class Matched:
    """What the table says of the cases, and where the two do not fit."""

    rows: dict[Case, TruthRow] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    contradictions: dict[Case, str] = field(default_factory=dict)


def match(
    table: Mapping[str, TruthRow],
    files: Iterable[tuple[str, Case]],
    *,
    rejected: Iterable[str] = (),
    known: Mapping[Case, TruthRow] | None = None,
) -> Matched:
    """Match rows to files by path, or by the end of it where that is unambiguous.

    Parameters
    ----------
    table : mapping of str to TruthRow
        By file, as the table writes it.
    files : iterable of (str, Case)
        Every file that is a case, with its case; several files with the same pixels share one.
    rejected : iterable of str
        Files that did not become a case: rows about them are no mistake.
    known : mapping of Case to TruthRow, optional
        What was said before, under the name of the file that the case came from. A row about that very file corrects
        it; a row about another file with the same pixels must agree with it.
    """
    files, rejected = list(files), list(rejected)
    row_of = row_finder(table, [name for name, _ in files] + rejected)
    matched = Matched()
    said: dict[Case, dict[str, TruthRow]] = defaultdict(dict)
    for name, case in files:
        row = row_of(name)
        if row is None:
            matched.missing.append(name)
        else:
            said[case][name] = row
    for case, rows in said.items():
        if known and case in known:
            rows.setdefault(known[case].file, known[case])
        if len({row.value for row in rows.values()}) > 1:
            matched.contradictions[case] = _contradiction(rows)
        else:
            matched.rows[case] = next(iter(rows.values()))
    used = {row.file for name in [*(name for name, _ in files), *rejected] if (row := row_of(name))}
    matched.unknown = sorted(set(table) - used)
    return matched


def row_finder(table: Mapping[str, TruthRow], names: Iterable[str]) -> Callable[[str], TruthRow | None]:
    """Give the function that finds the row of a file: by its path, or by as much of its end as is unambiguous.

    So a table fits its images in whatever folder or archive they lie: `chest/a/1.png` is found as `a/1.png`, and as
    `1.png` if no other file is called so.
    """
    by_path = {normalised(name): row for name, row in table.items()}
    ends = Counter(end for name in names for end in _ends(name))

    def row_of(name: str) -> TruthRow | None:
        found = (by_path[end] for end in _ends(name) if end in by_path and (end == name or ends[end] == 1))
        return next(found, None)

    return row_of


def _ends(name: str) -> list[str]:
    """Give a path and all that is left of it without its first folders, longest first."""
    parts = PurePosixPath(name).parts
    return ["/".join(parts[start:]) for start in range(len(parts))]


def _contradiction(rows: Mapping[str, TruthRow]) -> str:
    said = ", ".join(f"{name} {row.value}" for name, row in sorted(rows.items()))
    return f"The same pixels cannot be both: {said}. Find out which is right and correct the truth table."
