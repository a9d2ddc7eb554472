"""CSV with the columns that the R package MRMCaov calls reader, treatment, case, truth and rating."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from analysis.table.formats import csv_tables
from analysis.table.formats.first_reads import first_reads
from analysis.table.ratings import Phases, Ratings

OURS = {"treatment": "modality"}


def is_such(names: tuple[str, ...]) -> bool:
    """Whether a header is MRMCaov's."""
    return "treatment" in names and "modality" not in names


def read(path: Path) -> Ratings:
    """Read and check the table; its treatments are our modalities."""
    return csv_tables.read(path, other_names=OURS)


def write(ratings: Ratings, target: BinaryIO, *, phase: Phases = None) -> tuple[int, tuple[str, ...]]:
    """Write human first reads with a rating; give their number and what is left out."""
    chosen = first_reads(ratings, phase)
    table = chosen.frame.rename(columns={ours: theirs for theirs, ours in OURS.items()})
    table.to_csv(target, index=False, mode="wb", encoding="utf-8", lineterminator="\n")
    return len(chosen.frame), chosen.left_out
