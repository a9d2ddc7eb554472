"""What the formats of other programs carry: one rating of a reader for a case in a modality, and the case's truth."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from analysis.errors import RatingsError
from analysis.results import counted
from analysis.table.checks import require_both_classes
from analysis.table.ratings import Phases, Ratings, present

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
NAMED = ("reader", "modality", "case")
CARRIED = ["reader", "modality", "case", "truth", "rating"]


@dataclass(frozen=True, eq=False)
class FirstReads:
    """Human first reads of the chosen phase that have a rating.

    Attributes
    ----------
    frame : pandas.DataFrame
        Columns reader, modality, case, truth and rating, as in :class:`analysis.table.ratings.Ratings`.
    left_out : tuple of str
        What the table holds besides them, in words.
    """

    frame: pd.DataFrame
    left_out: tuple[str, ...]

    def names(self, column: str) -> tuple[str, ...]:
        """The readers, modalities or cases, in order of appearance."""
        return present(self.frame[column])

    def refuse_names(self, signs: str, words: str, *, of: tuple[str, ...] = NAMED) -> None:
        """Refuse names with control characters, and those of readers, modalities and cases with these signs."""
        for column in NAMED:
            for name in self.names(column):
                if _CONTROL.search(name):
                    raise RatingsError(
                        f"column '{column}': {name!r} holds a control character; rename it, or write CSV"
                    )
                if column in of and any(sign in name for sign in signs):
                    raise RatingsError(
                        f"column '{column}': {name!r} cannot be written: {words}; rename it, or write CSV"
                    )

    def require_complete(self, words: str) -> None:
        """Refuse reads that are not crossed: the programs that read the format take a gap for a rating."""
        readers, modalities, cases = (self.names(column) for column in ("reader", "modality", "case"))
        if len(self.frame) == len(readers) * len(modalities) * len(cases):
            return
        done = pd.MultiIndex.from_frame(self.frame[["reader", "modality", "case"]].astype("object"))
        every = pd.MultiIndex.from_product([readers, modalities, cases])
        reader, modality, case = every[~every.isin(done)][0]
        raise RatingsError(
            f"column 'rating': reader {reader} has not rated case {case} in modality {modality}, and {words} needs "
            "every reader to rate every case in every modality; write CSV, MRMCaov or iMRMC"
        )


def first_reads(ratings: Ratings, phase: Phases) -> FirstReads:
    """Choose what such a format can carry, and name the rest.

    Raises
    ------
    RatingsError
        When there are several phases and none is chosen, or when no read has a rating.
    """
    reads = ratings.human_reads(phase=phase)
    rated = reads[reads["rating"].notna()]
    if rated.empty:
        raise RatingsError("column 'rating': no read has a rating, and the format carries nothing else; write CSV")
    require_both_classes(rated)
    return FirstReads(rated[CARRIED], tuple(_left_out(ratings.frame, reads, rated)))


def numeral(value: float) -> str:
    """The shortest text that is read as the same number."""
    return repr(float(value)).removesuffix(".0")


def _left_out(frame: pd.DataFrame, reads: pd.DataFrame, rated: pd.DataFrame) -> list[str]:
    said = []
    detectors = frame["kind"] == "detector"
    if scored := int(detectors.sum()):
        said.append(f"{counted(scored, 'row')} of detectors ({', '.join(present(frame[detectors]['reader']))})")
    if repeated := int((~detectors & (frame["reread"] > 0)).sum()):
        said.append(counted(repeated, "repeated read"))
    if other_phases := len(frame) - scored - repeated - len(reads):
        said.append(f"{counted(other_phases, 'read')} of other phases")
    if len(rated) < len(reads):
        said.append(f"{counted(len(reads) - len(rated), 'read')} without a rating")
    phases = present(rated["phase"])
    if phases != ("1",):
        said.append(f"the name of the phase ({', '.join(phases)})")
    lost = [name for name in rated.columns if name not in (*CARRIED, "kind", "phase", "reread")]
    lost = [str(name) for name in lost if rated[name].notna().any()]
    if lost:
        said.append(f"column{'s' if len(lost) > 1 else ''} {', '.join(lost)}")
    return said
