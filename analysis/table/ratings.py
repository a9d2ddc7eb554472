"""The ratings table: one row per reader × case × modality × phase, checked once and then trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.errors import RatingsError
from analysis.table import columns
from analysis.table.files import read_csv

__all__ = ["Ratings", "RatingsError", "present", "read", "validate"]

KINDS = ("human", "detector")
OUTCOMES = ("rating", "call", "diagnosis_correct")
TEXT_COLUMNS = ("reader", "kind", "case", "modality", "phase", "truth")
KEY = ["reader", "case", "modality", "phase", "reread"]
Phases = str | Sequence[str] | None


@dataclass(frozen=True, eq=False)
class Ratings:
    """A ratings table that has passed :func:`validate`.

    Attributes
    ----------
    frame : pandas.DataFrame
        Columns ``reader, kind, case, modality, phase`` (categorical text, categories in order of appearance),
        ``truth`` (1 synthetic, 0 authentic), ``rating`` and ``call`` (float, NaN where missing), ``reread``
        (0 for the first read), and whatever else the table held.
    """

    frame: pd.DataFrame

    def human_reads(self, *, phase: Phases = None, modality: str | None = None) -> pd.DataFrame:
        """First reads (``reread`` = 0) by people, from the chosen phases and modality.

        Raises
        ------
        RatingsError
            When a named phase or modality is unknown, when there are several phases and none is chosen, when two
            chosen phases hold the same read, or when no read is left.
        """
        frame = self.frame[(self.frame["kind"] == "human") & (self.frame["reread"] == 0)]
        if frame.empty:
            raise RatingsError("column 'kind': no row is a human first read (kind human, reread 0); nothing to analyse")
        if phase is not None:
            frame = _choose(frame, "phase", [phase] if isinstance(phase, str) else phase)
            _refuse_reads_repeated_between_phases(frame)
        elif len(present(frame["phase"])) > 1:
            raise RatingsError(_several("phase", present(frame["phase"])))
        return frame if modality is None else _choose(frame, "modality", [modality])

    def single_modality_reads(self, *, phase: Phases = None, modality: str | None = None) -> pd.DataFrame:
        """Human first reads of one modality, for analyses that must not mix modalities."""
        frame = self.human_reads(phase=phase, modality=modality)
        if len(present(frame["modality"])) > 1:
            raise RatingsError(_several("modality", present(frame["modality"])))
        return frame

    def detector_reads(self, reads: pd.DataFrame) -> pd.DataFrame:
        """Scores of every detector for the cases, and in the phases, of the human `reads`; one row per case."""
        frame = self.frame[(self.frame["kind"] == "detector") & (self.frame["reread"] == 0)]
        frame = frame[frame["phase"].isin(present(reads["phase"])) & frame["case"].isin(present(reads["case"]))]
        frame = frame.drop_duplicates(["reader", "case", "rating", "call"])
        repeated = frame.duplicated(["reader", "case"])
        if repeated.any():
            row = frame[repeated].iloc[0]
            raise RatingsError(
                f"column 'rating': detector {row['reader']} has two different scores for case {row['case']}; keep one"
            )
        return frame

    def with_detector(self, name: str, modality: str | None = None) -> Ratings:
        """The same ratings with reader `name` taken as the only detector, whatever its kind and modality.

        Of a human reader who has read in the `modality`, only those reads are taken.
        """
        named, detector = self.frame["reader"] == name, self.frame["kind"] == "detector"
        if not named.any():
            raise RatingsError(f"column 'reader': there is no reader or detector named {name!r}")
        if (named & detector).any():
            return Ratings(self.frame[named & detector | ~detector])
        in_modality = named & (self.frame["modality"] == modality)
        chosen = in_modality if in_modality.any() else named
        frame = self.frame[chosen | ~(detector | named)]
        return Ratings(frame.assign(kind=frame["kind"].where(~chosen, "detector")))


def present(column: pd.Series) -> tuple[str, ...]:
    """Values of a categorical column that occur in it, in the order of its categories."""
    occurs = np.bincount(column.cat.codes, minlength=len(column.cat.categories)) > 0
    return tuple(str(name) for name in column.cat.categories[occurs])


def read(path: str | Path) -> Ratings:
    """Read and check a ratings table from a CSV file (UTF-8, with or without byte order mark).

    Raises
    ------
    RatingsError
        When the file cannot be read as such a table; rows are counted as in the file, the header being row 1.
    """
    return validate(read_csv(Path(path), text_columns=TEXT_COLUMNS), first_row=2)


def validate(table: pd.DataFrame | Ratings, *, first_row: int = 1) -> Ratings:
    """Check a long ratings table and bring it into its canonical form.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per read. Needed: ``reader``, ``case``, ``truth`` (0/1 or authentic/synthetic) and at least one of
        ``rating``, ``call`` and ``diagnosis_correct``. ``kind`` (human), ``modality`` and ``phase`` ("1"; a
        detector's modality is "detector") and ``reread`` (0) have defaults. Any finite rating is valid; an empty
        rating or call is a missing read. A table that has been checked is returned as it is.
    first_row : int
        The number that messages give to the first row.

    Raises
    ------
    RatingsError
        For a missing column, an empty table, an empty identifier, an unknown word, a number that is not finite, a
        call that is not 0 or 1, a truth that differs within a case, two reads with the same key, or one class only.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"reader": ["R1", "R1"], "case": [1, 2], "truth": [0, 1], "rating": [20, 90]})
    >>> list(validate(table).frame.columns)
    ['reader', 'kind', 'case', 'modality', 'phase', 'truth', 'rating', 'call', 'reread']
    """
    if isinstance(table, Ratings):
        return table
    table = table.rename(columns=lambda name: str(name).strip().lower()).reset_index(drop=True)
    _require_columns(table)
    frame = _canonical(table, first_row)
    _refuse_differing_truths(frame, first_row)
    _refuse_duplicates(frame, first_row)
    _require_both_classes(frame)
    return Ratings(frame)


def _require_columns(table: pd.DataFrame) -> None:
    found = ", ".join(map(str, table.columns)) or "none"
    repeated = table.columns[table.columns.duplicated()]
    if len(repeated):
        raise RatingsError(f"column '{repeated[0]}' stands there twice; keep one")
    for column in ("reader", "case", "truth"):
        if column not in table.columns:
            raise RatingsError(f"column '{column}' is missing; add it to the header (found: {found})")
    if not set(OUTCOMES) & set(table.columns):
        raise RatingsError(f"columns 'rating' and 'call' are missing; add one of them (found: {found})")
    if table.empty:
        raise RatingsError("the ratings table has a header and no rows; add one row per read")


def _canonical(table: pd.DataFrame, first_row: int) -> pd.DataFrame:
    def column(name: str, default: object = np.nan) -> pd.Series:
        return table[name] if name in table.columns else pd.Series(default, index=table.index, name=name)

    kind = columns.words(column("kind"), KINDS, first_row=first_row, default="human")
    parsed = {
        "reader": columns.identifiers(table["reader"], first_row=first_row),
        "kind": kind,
        "case": columns.identifiers(table["case"], first_row=first_row),
        "modality": _modalities(column("modality"), kind, first_row),
        "phase": columns.identifiers(column("phase"), first_row=first_row, default="1"),
        "truth": columns.truths(table["truth"], first_row=first_row),
        "rating": columns.numbers(column("rating"), first_row=first_row),
        "call": columns.binary(
            column("call"), first_row=first_row, meaning="1 for called synthetic, 0 for called authentic"
        ),
        "reread": columns.counts(column("reread", 0), first_row=first_row),
    }
    for name in ("confidence", "seconds", "position"):
        if name in table.columns:
            parsed[name] = columns.numbers(table[name], first_row=first_row)
    if "diagnosis_correct" in table.columns:
        parsed["diagnosis_correct"] = columns.binary(
            table["diagnosis_correct"], first_row=first_row, meaning="1 for a correct diagnosis, 0 for a wrong one"
        )
    others = {str(name): table[name] for name in table.columns if name not in parsed}
    return pd.DataFrame(parsed | others)


def _modalities(column: pd.Series, kind: pd.Series, first_row: int) -> pd.Series:
    named = columns.identifiers(column, first_row=first_row, default="1")
    is_detector = kind == "detector"
    if not is_detector.any():
        return named
    if "detector" not in named.cat.categories:
        named = named.cat.add_categories(["detector"])
    return named.mask(is_detector, "detector")


def _refuse_differing_truths(frame: pd.DataFrame, first_row: int) -> None:
    case, truth = frame["case"].cat.codes.to_numpy(), frame["truth"].to_numpy()
    first_of_case = np.empty(len(frame["case"].cat.categories), dtype=np.intp)
    first_of_case[case[::-1]] = np.arange(len(case))[::-1]
    differs = truth != truth[first_of_case[case]]
    if differs.any():
        row = int(differs.argmax())
        raise RatingsError(
            f"row {row + first_row}, column 'truth': case {frame['case'].iloc[row]} has truth {truth[row]} here but "
            f"{1 - truth[row]} in row {first_of_case[case[row]] + first_row}; a case has one truth"
        )


def _refuse_duplicates(frame: pd.DataFrame, first_row: int) -> None:
    repeated = frame.duplicated(KEY).to_numpy()
    if repeated.any():
        row = int(repeated.argmax())
        key = frame[KEY].iloc[row]
        earlier = int((frame[KEY] == key).all(axis=1).to_numpy().argmax())
        raise RatingsError(
            f"rows {earlier + first_row} and {row + first_row}, column 'case': reader {key['reader']} has two reads of "
            f"case {key['case']} (modality {key['modality']}, phase {key['phase']}, reread {key['reread']}); "
            "keep one, or number a repetition in column 'reread'"
        )


def _require_both_classes(frame: pd.DataFrame) -> None:
    truths = frame["truth"].unique()
    if len(truths) < 2:
        only, other = ("synthetic", "authentic") if truths[0] == 1 else ("authentic", "synthetic")
        raise RatingsError(f"column 'truth': every case is {only}; add {other} cases, both classes are needed")


def _choose(frame: pd.DataFrame, column: str, names: Sequence[str]) -> pd.DataFrame:
    found = present(frame[column])
    for name in names:
        if name not in found:
            raise RatingsError(f"column '{column}': no {column} is named {name!r}; choose from {', '.join(found)}")
    return frame[frame[column].isin(names)]


def _several(column: str, found: tuple[str, ...]) -> str:
    return (
        f"column '{column}': the ratings hold more than one {column} ({', '.join(found)}); choose one (--{column} NAME)"
    )


def _refuse_reads_repeated_between_phases(frame: pd.DataFrame) -> None:
    repeated = frame.duplicated(["reader", "case", "modality"])
    if repeated.any():
        row = frame[repeated].iloc[0]
        raise RatingsError(
            f"column 'phase': reader {row['reader']} reads case {row['case']} with modality {row['modality']} in more "
            "than one of the chosen phases; choose one"
        )
