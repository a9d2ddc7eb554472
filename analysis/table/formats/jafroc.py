"""JAFROC: an Excel workbook with the sheets FP (or NL), TP (or LL) and TRUTH, as RJafroc reads and writes it.

TRUTH has a row for each case, with LesionID 0 where it is normal; FP has the ratings of normal cases, TP those of
abnormal ones. Only ratings of whole cases (ROC) are understood, not marks of lesions (FROC, LROC).

RJafroc wants whole numbers for cases. Where ours have other names they are numbered, and a sheet XREF, which RJafroc
does not look at, keeps their names.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell

from analysis.errors import RatingsError
from analysis.table import columns
from analysis.table.checks import refuse_differing_truths
from analysis.table.formats.first_reads import FirstReads, first_reads, numeral
from analysis.table.formats.opening import opened
from analysis.table.ratings import Phases, Ratings, validate

SHEETS = {"TRUTH": ("TRUTH",), "FP": ("FP", "NL"), "TP": ("TP", "LL")}
XREF = "XREF"
READ_ID = ["readerid", "modalityid", "caseid"]
OTHER_PARADIGMS = ("FROC", "LROC", "ROI")
MOST_ROWS = 2**20

_WHOLE = re.compile(r"0|[1-9]\d{0,8}")


def read(path: Path) -> Ratings:
    """Read and check the ratings of whole cases.

    Raises
    ------
    RatingsError
        When it is no such workbook, or holds marks of lesions; the message names sheet and row.
    """
    sheets = _tables(path)
    truth = _truth(sheets["TRUTH"])
    names = _names(sheets[XREF]) if XREF in sheets else {}
    reads = [_reads(sheets[sheet], sheet, truth, value) for sheet, value in (("FP", 0), ("TP", 1))]
    table = pd.concat(reads, ignore_index=True)
    return validate(table.assign(case=table["case"].map(lambda case: names.get(case, case))))


def write(ratings: Ratings, target: BinaryIO, *, phase: Phases = None) -> tuple[int, tuple[str, ...]]:
    """Write human first reads, which must be crossed and rated throughout; give their number and what is left out.

    Raises
    ------
    RatingsError
        When a rating is missing, a name cannot stand in the format, or a sheet would have too many rows.
    """
    chosen = first_reads(ratings, phase)
    chosen.refuse_names(",", "commas separate names in the sheet TRUTH", of=("reader", "modality"))
    chosen.require_complete("JAFROC")
    if len(chosen.frame) >= MOST_ROWS:
        raise RatingsError(f"{len(chosen.frame)} reads are too many for an Excel sheet; write CSV or Parquet")
    book = Workbook(write_only=True)
    cases = chosen.names("case")
    are_numbers = all(_WHOLE.fullmatch(case) for case in cases)
    numbers = {case: case if are_numbers else str(number) for number, case in enumerate(cases, 1)}
    _write_truth(book, chosen, numbers)
    _write_reads(book, chosen, numbers)
    if not are_numbers:
        _write_sheet(book, XREF, ("CaseID", "Case"), "nt", ((number, case) for case, number in numbers.items()))
    book.save(target)
    return len(chosen.frame), chosen.left_out


def _tables(path: Path) -> dict[str, pd.DataFrame]:
    """The sheets by their usual names; columns in lower case without signs, the index is the row in the sheet."""
    with opened(path), path.open("rb") as file:
        try:
            sheets = _rows_of_sheets(file)
        except Exception as error:  # zip, XML and Excel's own rules: each parser has errors of its own
            raise RatingsError(f"{path}: is no whole Excel workbook ({error}); save it again as .xlsx") from None
    found = {}
    for name, words in SHEETS.items():
        rows = next((sheets[word] for word in words if word in sheets), None)
        if rows is None:
            raise RatingsError(
                f"{path}: is no JAFROC workbook, for the sheet {' or '.join(words)} is missing (found: "
                f"{', '.join(sheets)}); save a ratings table as CSV"
            )
        found[name] = _table(rows, name)
    return found | ({XREF: _table(sheets[XREF], XREF)} if XREF in sheets else {})


def _rows_of_sheets(file: BinaryIO) -> dict[str, list[tuple[Any, ...]]]:
    with warnings.catch_warnings():
        # What openpyxl misses in the files of other writers is about looks.
        warnings.simplefilter("ignore", UserWarning)
        book = load_workbook(file, read_only=True, data_only=True)
        found = {}
        for sheet in book.worksheets:
            # Some writers, R's openxlsx among them, say that a sheet has one cell.
            sheet.reset_dimensions()
            found[sheet.title.strip().upper()] = list(sheet.iter_rows(values_only=True))
        return found


def _table(rows: list[tuple[Any, ...]], sheet: str) -> pd.DataFrame:
    header = [re.sub(r"[^a-z]", "", str(cell or "").lower()) for cell in (rows[0] if rows else ())]
    table = pd.DataFrame(
        [list(row[: len(header)]) + [None] * (len(header) - len(row)) for row in rows[1:]],
        columns=["rating" if name.endswith("rating") else name for name in header],
        index=pd.RangeIndex(2, len(rows) + 1) if rows else None,
        dtype=object,
    ).dropna(how="all")
    asked = {"TRUTH": ["caseid", "lesionid"], XREF: ["caseid", "case"]}.get(sheet, [*READ_ID, "rating"])
    for name in asked:
        if list(table.columns).count(name) != 1:
            raise RatingsError(f"sheet {sheet}: one column must be called {name}; found: {', '.join(header)}")
    return table


def _truth(table: pd.DataFrame) -> pd.Series:
    """0 or 1 by case."""
    rows = table.index.to_numpy()
    paradigms = [str(word).strip().upper() for word in table.get("paradigm", pd.Series()).dropna()]
    for word in paradigms:
        if word in OTHER_PARADIGMS:
            raise RatingsError(f"sheet TRUTH: the paradigm is {word}; {_ONE_RATING}")
    with _named("TRUTH"):
        case = columns.identifiers(table["caseid"].rename("CaseID"), first_row=rows)
        lesion = columns.numbers(table["lesionid"].rename("LesionID"), first_row=rows)
        truth = pd.DataFrame({"case": case, "truth": (lesion > 0).astype(np.int8)})
        refuse_differing_truths(truth, rows)
    return truth.drop_duplicates("case").set_index("case")["truth"]


_ONE_RATING = "only one rating for a case can be analysed here: take the highest of each case first"


def _reads(table: pd.DataFrame, sheet: str, truth: pd.Series, of_class: int) -> pd.DataFrame:
    rows = table.index.to_numpy()
    with _named(sheet):
        case = columns.identifiers(table["caseid"].rename("CaseID"), first_row=rows)
        reads = pd.DataFrame(
            {
                "reader": columns.identifiers(table["readerid"].rename("ReaderID"), first_row=rows).astype(object),
                "modality": columns.identifiers(table["modalityid"].rename("ModalityID"), first_row=rows).astype(
                    object
                ),
                "case": case.astype(object),
                "truth": of_class,
                "rating": columns.numbers(table["rating"].rename("rating"), first_row=rows),
            }
        )
    found = case.astype(object).map(truth.to_dict()).to_numpy(dtype=float, na_value=np.nan)
    _refuse(np.isnan(found), reads, sheet, "is not in the sheet TRUTH; add it")
    other = "abnormal in the sheet TRUTH, so this marks a lesion" if of_class == 0 else "normal in the sheet TRUTH"
    _refuse(found != of_class, reads, sheet, f"is {other}; {_ONE_RATING}")
    repeated = reads.duplicated(["reader", "modality", "case"]).to_numpy()
    _refuse(repeated, reads, sheet, f"has several ratings of reader and modality; {_ONE_RATING}")
    return reads


def _refuse(wrong: NDArray[np.bool_], reads: pd.DataFrame, sheet: str, words: str) -> None:
    if wrong.any():
        row = int(wrong.argmax())
        raise RatingsError(f"sheet {sheet}, row {reads.index[row]}: case {reads['case'].iloc[row]} {words}")


def _names(table: pd.DataFrame) -> dict[str, str]:
    rows = table.index.to_numpy()
    with _named(XREF):
        numbers = columns.identifiers(table["caseid"].rename("CaseID"), first_row=rows)
        return dict(zip(numbers, columns.identifiers(table["case"].rename("Case"), first_row=rows), strict=True))


@contextmanager
def _named(sheet: str) -> Iterator[None]:
    try:
        yield
    except RatingsError as error:
        raise RatingsError(f"sheet {sheet}: {error}") from None


def _write_truth(book: Workbook, chosen: FirstReads, numbers: dict[str, str]) -> None:
    readers, modalities = ", ".join(chosen.names("reader")), ", ".join(chosen.names("modality"))
    cases = chosen.frame.drop_duplicates("case").sort_values("truth", kind="stable")
    paradigm = ["ROC", "FCTRL", *[""] * (len(cases) - 2)]
    rows = (
        (numbers[case], str(truth), str(truth), readers, modalities, word)
        for case, truth, word in zip(cases["case"], cases["truth"], paradigm, strict=True)
    )
    _write_sheet(book, "TRUTH", ("CaseID", "LesionID", "Weight", "ReaderID", "ModalityID", "Paradigm"), "nnnttt", rows)


def _write_reads(book: Workbook, chosen: FirstReads, numbers: dict[str, str]) -> None:
    normal, abnormal = (chosen.frame[chosen.frame["truth"] == truth] for truth in (0, 1))
    _write_sheet(book, "FP", ("ReaderID", "ModalityID", "CaseID", "FP_Rating"), "ttnn", _rows(normal, numbers))
    in_lesion_1 = ((*key, "1", rating) for *key, rating in _rows(abnormal, numbers))
    _write_sheet(book, "TP", ("ReaderID", "ModalityID", "CaseID", "LesionID", "TP_Rating"), "ttnnn", in_lesion_1)


def _rows(reads: pd.DataFrame, numbers: dict[str, str]) -> Iterator[tuple[str, ...]]:
    cases = map(numbers.__getitem__, reads["case"])
    return zip(reads["reader"], reads["modality"], cases, map(numeral, reads["rating"]), strict=True)


def _write_sheet(
    book: Workbook, title: str, header: Sequence[str], kinds: str, rows: Iterable[tuple[str, ...]]
) -> None:
    """Write rows whose cells are texts (t) or numerals (n), which go out with all their digits."""
    sheet = book.create_sheet(title)
    sheet.append(header)
    for row in rows:
        cells = []
        for text, kind in zip(row, kinds, strict=True):
            cell = WriteOnlyCell(sheet, value=text)
            # Neither is "=1+1" a formula, nor 007 a number.
            cell.data_type = "s" if kind == "t" else "n"
            cells.append(cell)
        sheet.append(cells)
