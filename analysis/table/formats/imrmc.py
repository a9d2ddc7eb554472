"""iMRMC: lines of free text, ``BEGIN DATA:``, then one line ``reader,case,modality,score`` for each read.

The truth of a case is a line of its own, of reader ``-1`` or ``truth``, with 0 or 1 for the score. (iMRMC user manual,
section 4.1.1.)
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from analysis.errors import RatingsError
from analysis.table import columns
from analysis.table.canonical import Part
from analysis.table.checks import refuse_differing_truths
from analysis.table.columns import RowNumbers
from analysis.table.formats import csv_tables
from analysis.table.formats.first_reads import first_reads, numeral
from analysis.table.formats.opening import opened
from analysis.table.ratings import Phases, Ratings, from_parts

BEGIN = "BEGIN DATA:"
TRUTH_READERS = ("-1", "truth")


def read(path: Path) -> Ratings:
    """Read and check the scores; rows in messages are the lines of the file.

    Raises
    ------
    RatingsError
        When it is no such file, or a case has no truth or two.
    """
    layout = csv_tables.Layout(("reader", "case", "modality", "score"), ",", _lines_above(path), quoted=False)
    [(table, first_row)] = csv_tables.parts(path, layout, as_written=("reader", "case", "modality"), rows=None)
    _refuse_blank_scores(table["score"], first_row)
    parsed = pd.DataFrame(
        {
            "reader": columns.identifiers(table["reader"], first_row=first_row),
            "case": columns.identifiers(table["case"], first_row=first_row),
            "modality": table["modality"],
            "rating": columns.numbers(table["score"], first_row=first_row),
        }
    )
    return from_parts([_with_truth(parsed.reset_index(drop=True), first_row)])


def write(ratings: Ratings, target: BinaryIO, *, phase: Phases = None) -> tuple[int, tuple[str, ...]]:
    """Write human first reads with a rating; give their number and what is left out.

    Raises
    ------
    RatingsError
        When a name holds a comma, or is one that the format gives a meaning of its own.
    """
    chosen = first_reads(ratings, phase)
    chosen.refuse_names(",", "a comma separates the cells of the format")
    for name in chosen.names("reader"):
        if name.lower() in TRUTH_READERS:
            raise RatingsError(f"column 'reader': {name!r} is the name of the truth in the format; rename it")
    cases = chosen.frame.drop_duplicates("case")
    positive = int(cases["truth"].sum())
    above = [
        "Ratings of a reader study",
        f"NR: {len(chosen.names('reader'))}",
        f"N0: {len(cases) - positive}",
        f"N1: {positive}",
        f"NM: {len(chosen.names('modality'))}",
        BEGIN,
    ]
    truths = [f"-1,{case},truth,{truth}" for case, truth in zip(cases["case"], cases["truth"], strict=True)]
    frame = chosen.frame
    scores = map(numeral, frame["rating"])
    reads = map(",".join, zip(frame["reader"], frame["case"], frame["modality"], scores, strict=True))
    target.write("\n".join([*above, *truths, *reads, ""]).encode())
    return len(chosen.frame), chosen.left_out


def _lines_above(path: Path) -> int:
    """Number of the line that begins the data."""
    with opened(path), path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip().upper() == BEGIN:
                return number
    raise RatingsError(f"{path}: the line '{BEGIN}' is missing; the scores of an iMRMC file stand below it")


def _refuse_blank_scores(scores: pd.Series, first_row: RowNumbers) -> None:
    blank = scores.isna().to_numpy()
    if blank.any():
        row = columns.row_number(int(blank.argmax()), first_row)
        raise RatingsError(
            f"row {row}, column 'score': empty; a line has reader, case, modality and score, and what was not read has "
            "no line"
        )


def _with_truth(lines: pd.DataFrame, first_row: RowNumbers) -> Part:
    """The lines of readers, with the truth of their cases, and the numbers of these lines."""
    numbers = np.arange(len(lines)) + first_row if isinstance(first_row, int) else first_row
    of_truth = lines["reader"].isin([name for name in lines["reader"].cat.categories if name.lower() in TRUTH_READERS])
    is_truth = of_truth.to_numpy()
    known = lines[is_truth].reset_index(drop=True)
    truths = columns.truths(known["rating"].rename("truth"), first_row=numbers[is_truth])
    refuse_differing_truths(known.assign(truth=truths), numbers[is_truth])
    of_case = np.full(len(known["case"].cat.categories), -1, dtype=np.int8)
    of_case[known["case"].cat.codes] = truths
    reads = lines[~is_truth]
    truth = of_case[reads["case"].cat.codes]
    if (truth < 0).any():
        row = int((truth < 0).argmax())
        case = reads["case"].iloc[row]
        raise RatingsError(
            f"row {numbers[~is_truth][row]}, column 'case': case {case} has no truth; add the line -1,{case},truth,0 "
            f"or -1,{case},truth,1"
        )
    return reads.assign(truth=truth), numbers[~is_truth]
