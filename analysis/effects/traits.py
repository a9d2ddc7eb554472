"""What may move accuracy: a column of the reads, of the readers or of the cases, and where it varies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import RatingsError
from analysis.table.columns import MISSING_WORDS
from analysis.table.covariates import attach
from analysis.table.ratings import Phases, Ratings, present

Level = Literal["reader", "case", "read"]

MOST_GROUPS = 30
_TRUTH_WORDS = {"0": "authentic", "1": "synthetic"}
_NO_COVARIATE = ("reader", "case", "kind", "rating", "call", "reread", "diagnosis_correct")
_IN_ORDER_OF_APPEARANCE = ("phase", "modality")


@dataclass(frozen=True, eq=False)
class Trait:
    """A covariate beside the reads.

    Attributes
    ----------
    name : str
        Of its column; "log2" before it where logarithms were taken.
    level : {"reader", "case", "read"}
        ``reader``: each reader has one value; ``case``: each case has one; ``read``: it varies within both.
    values : pandas.Series
        One for each read: numbers, or categorical text with the categories in the order of the results; NaN where
        the column is empty.
    """

    name: str
    level: Level
    values: pd.Series

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers, and not names of groups."""
        return not isinstance(self.values.dtype, pd.CategoricalDtype)


@dataclass(frozen=True)
class Wanted:
    """Which traits of which reads.

    Attributes
    ----------
    by : sequence of str
        Columns of the ratings, or of the tables of readers and cases.
    groups, log : sequence of str
        Columns whose numbers are names of groups; columns that enter as logarithms to base 2.
    cluster : str, optional
        A further column that is needed.
    phase, modality
        Several only where they are themselves looked at.
    """

    by: str | Sequence[str]
    groups: Sequence[str] = ()
    log: Sequence[str] = ()
    cluster: str | None = None
    phase: Phases = None
    modality: str | None = None

    def of(
        self, ratings: Ratings, readers: pd.DataFrame | None, cases: pd.DataFrame | None
    ) -> tuple[pd.DataFrame, list[Trait]]:
        """Human first reads, and their traits.

        Raises
        ------
        RatingsError
            When a column is missing or no covariate, or there are several phases or modalities and none is chosen.
        """
        by = [self.by] if isinstance(self.by, str) else list(dict.fromkeys(self.by))
        for name in (*self.groups, *self.log):
            if name not in by:
                raise RatingsError(f"column '{name}': it is not among those that are looked at (--by {name})")
        needed = by if self.cluster is None else [*by, self.cluster]
        attached = attach(ratings, readers=readers, cases=cases, columns=needed)
        reads = chosen_reads(attached, by, phase=self.phase, modality=self.modality)
        return reads, [find(reads, name, as_groups=name in self.groups, log=name in self.log) for name in by]


def right(reads: pd.DataFrame, threshold: float | None = None) -> pd.Series:
    """1 where the call is right, 0 where it is wrong, NaN where there is none.

    The call is the column ``call``, or a rating at or above `threshold`.
    """
    if threshold is None:
        call = reads["call"]
    else:
        call = (reads["rating"] >= threshold).astype(float).where(reads["rating"].notna())
    return (call == reads["truth"]).astype(float).where(call.notna())


def find(reads: pd.DataFrame, name: str, *, as_groups: bool = False, log: bool = False) -> Trait:
    """The column as numbers or as groups, with the level at which it varies.

    Numbers are what can be read as finite numbers and has more than two values; anything else is names of groups.

    Parameters
    ----------
    reads : pandas.DataFrame
        Rows of :attr:`analysis.table.ratings.Ratings.frame`.
    name : str
        A column of it.
    as_groups : bool
        Take numbers as names of groups, too.
    log : bool
        Take the logarithm to base 2 of numbers: an effect is then that of a doubling.

    Raises
    ------
    RatingsError
        When there is no such column, it is the outcome itself, it is empty or constant, has too many groups, or has no
        logarithm.
    """
    if name in _NO_COVARIATE:
        raise RatingsError(f"column '{name}': it tells reads apart or is their outcome; name a covariate instead")
    if name not in reads.columns:
        raise RatingsError(f"column '{name}' is missing; add it to the ratings or to the table of readers or cases")
    values = _values(reads[name], as_groups)
    if log:
        values = _logarithms(values, name)
    distinct = values.nunique()
    if distinct == 0:
        raise RatingsError(f"column '{name}': it is empty in every read; fill it, or leave it out")
    if distinct == 1:
        only = values.dropna().iloc[0]
        raise RatingsError(f"column '{name}': every read has {only}; what does not vary moves nothing, leave it out")
    trait = Trait(f"log2 {name}" if log else name, _level(reads, values), values)
    if not trait.numeric and distinct > MOST_GROUPS:
        raise RatingsError(
            f"column '{name}': {distinct} different values are too many groups (at most {MOST_GROUPS}); join some"
        )
    return trait


def chosen_reads(ratings: Ratings, by: Sequence[str], *, phase: Phases, modality: str | None) -> pd.DataFrame:
    """Human first reads; several phases or modalities only where those are themselves looked at.

    Raises
    ------
    RatingsError
        When there are several and none is chosen.
    """
    if "phase" in by:
        human = ratings.frame[(ratings.frame["kind"] == "human") & (ratings.frame["reread"] == 0)]
        names = [phase] if isinstance(phase, str) else phase or present(human["phase"])
        reads = pd.concat([ratings.human_reads(phase=name, modality=modality) for name in names])
    else:
        reads = ratings.human_reads(phase=phase, modality=modality)
    modalities = present(reads["modality"])
    if len(modalities) > 1 and "modality" not in by:
        raise RatingsError(
            f"column 'modality': the ratings hold more than one modality ({', '.join(modalities)}); choose one "
            "(--modality NAME), or look at it as well (--by modality)"
        )
    return reads.reset_index(drop=True)


def _values(column: pd.Series, as_groups: bool) -> pd.Series:
    text = column.astype(object).map(_text, na_action="ignore")
    text = text.where(~text.astype(str).str.lower().isin(MISSING_WORDS))
    parsed = pd.to_numeric(text, errors="coerce").astype(float)
    all_numbers = parsed.notna().equals(text.notna()) and bool(np.isfinite(parsed.dropna()).all())
    if all_numbers and parsed.nunique() > 2 and not as_groups:
        return parsed
    if column.name == "truth":
        text = text.map(_TRUTH_WORDS)
    found = list(dict.fromkeys(text.dropna()))
    order = found if column.name in _IN_ORDER_OF_APPEARANCE else sorted(found, key=_by_number_then_name)
    return pd.Series(pd.Categorical(text, categories=order), index=column.index, name=column.name)


def _text(cell: object) -> str:
    return f"{cell:g}" if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _by_number_then_name(word: str) -> tuple[float, str]:
    try:
        return float(word), word
    except ValueError:
        return float("inf"), word


def _logarithms(values: pd.Series, name: str) -> pd.Series:
    if isinstance(values.dtype, pd.CategoricalDtype):
        raise RatingsError(f"column '{name}': it has no numbers, so no logarithm; leave --log {name} out")
    if (values <= 0).any():
        raise RatingsError(f"column '{name}': {values.min():g} has no logarithm; leave --log {name} out")
    return pd.Series(np.log2(values), name=name)


def _level(reads: pd.DataFrame, values: pd.Series) -> Level:
    codes = pd.Series(pd.factorize(values)[0], index=values.index)
    codes = codes.where(codes >= 0)
    for level in ("reader", "case"):
        if (codes.groupby(reads[level], observed=True).nunique() <= 1).all():
            return "reader" if level == "reader" else "case"
    return "read"
