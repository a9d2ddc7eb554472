"""The ratings table: one row per reader × case × modality × phase, checked once and then trusted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import RatingsError
from analysis.table.canonical import Part, canonical, slices
from analysis.table.checks import (
    OUTCOMES,
    refuse_differing_truths,
    refuse_duplicates,
    require_both_classes,
    require_rows,
)

__all__ = ["OUTCOMES", "Ratings", "RatingsError", "from_parts", "present", "validate"]

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
        frame = chosen_rows(self.frame, (self.frame["kind"] == "human") & (self.frame["reread"] == 0))
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
        if frame.empty:
            return frame
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


def chosen_rows(frame: pd.DataFrame, chosen: pd.Series) -> pd.DataFrame:
    """The chosen rows, and no copy of a big table where they are all."""
    return frame if chosen.all() else frame[chosen]


def present(column: pd.Series) -> tuple[str, ...]:
    """Values of a categorical column that occur in it, in the order of its categories."""
    categories = column.cat.categories
    occurs = np.bincount(column.cat.codes, minlength=len(categories)) > 0
    return tuple((categories if occurs.all() else categories[occurs]).tolist())


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
    if not isinstance(table, pd.DataFrame):
        raise RatingsError(
            f"a ratings table is a pandas DataFrame, and this is a {type(table).__name__}; read a file with "
            "analysis.read(path)"
        )
    named = table.rename(columns=lambda name: str(name).strip().lower())
    return from_parts(slices(named, first_row))


def from_parts(parts: Iterable[Part]) -> Ratings:
    """Check a table that comes in parts, as :func:`validate` does; their columns have lower-case names."""
    frame, first_row = canonical(parts)
    require_rows(frame)
    refuse_differing_truths(frame, first_row)
    refuse_duplicates(frame, first_row)
    require_both_classes(frame)
    return Ratings(frame)


def _choose(frame: pd.DataFrame, column: str, names: Sequence[str]) -> pd.DataFrame:
    found = present(frame[column])
    for name in names:
        if name not in found:
            raise RatingsError(f"column '{column}': no {column} is named {name!r}; choose from {', '.join(found)}")
    return chosen_rows(frame, frame[column].isin(names))


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
