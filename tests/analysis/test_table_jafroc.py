"""JAFROC workbooks, as RJafroc's manual describes them and as RJafroc writes them, are read and written."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from analysis import RatingsError, read, write
from tests.analysis.tables import made_up_study

Rows = list[list[Any]]
NEW_FORMAT: dict[str, Rows] = {
    "TP": [
        ["ReaderID", "ModalityID", "CaseID", "LesionID", "TP_Rating"],
        [0, 0, 70, 1, 5],
        [0, 1, 70, 1, 4.5],
        [1, 0, 70, 1, 3],
    ],
    "FP": [["ReaderID", "ModalityID", "CaseID", "FP_Rating"], [0, 0, 1, 1], [0, 1, 1, 2], [1, 0, 1, 2]],
    "Truth": [
        ["CaseID", "LesionID", "Weight", "ReaderID", "ModalityID", "Paradigm"],
        [1, 0, 0, "0, 1", "0, 1", "ROC"],
        [70, 1, 1, "0, 1", "0, 1", "FCTRL"],
    ],
}
# RJafroc's DfWriteExcelDataFile: other names of sheets and columns, three columns of truth.
OF_RJAFROC: dict[str, Rows] = {
    "LL": [["ReaderID", "ModalityID", "CaseID", "LesionID", "LLRating"], *NEW_FORMAT["TP"][1:]],
    "NL": [["ReaderID", "ModalityID", "CaseID", "NLRating"], *NEW_FORMAT["FP"][1:]],
    "TRUTH": [row[:3] for row in NEW_FORMAT["Truth"]],
}


def workbook(path: Path, sheets: dict[str, Rows]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def with_false_dimensions(path: Path) -> None:
    """As R's openxlsx writes them: every sheet says that it has one cell."""
    with ZipFile(path) as book:
        members = {name: book.read(name) for name in book.namelist()}
    with ZipFile(path, "w") as book:
        for name, content in members.items():
            book.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', content))


@pytest.mark.parametrize("sheets", [NEW_FORMAT, OF_RJAFROC])
def test_ratings_of_normal_and_abnormal_cases_come_together(sheets: dict[str, Rows], tmp_path: Path) -> None:
    frame = read(workbook(tmp_path / "study.xlsx", sheets)).frame

    assert frame[["reader", "modality", "case", "truth", "rating"]].values.tolist() == [
        ["0", "0", "1", 0, 1.0],
        ["0", "1", "1", 0, 2.0],
        ["1", "0", "1", 0, 2.0],
        ["0", "0", "70", 1, 5.0],
        ["0", "1", "70", 1, 4.5],
        ["1", "0", "70", 1, 3.0],
    ]


def test_false_dimensions_of_a_sheet_are_not_believed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "study.xlsx", OF_RJAFROC)
    with_false_dimensions(path)

    assert len(read(path).frame) == 6


def test_blank_rows_and_further_columns_are_no_matter(tmp_path: Path) -> None:
    sheets = NEW_FORMAT | {"FP": [[*row, "note"] for row in NEW_FORMAT["FP"]] + [[None] * 5, [None] * 5]}

    assert len(read(workbook(tmp_path / "study.xlsx", sheets)).frame) == 6


def test_whole_numbers_of_cases_stay_and_other_names_are_numbered_and_kept(tmp_path: Path) -> None:
    table = made_up_study(readers=2, cases=4).drop(columns="call")
    write(table, tmp_path / "named.xlsx")
    write(table.assign(case=table["case"].str.removeprefix("C")), tmp_path / "numbered.xlsx")

    named, numbered = (load_workbook(tmp_path / f"{name}.xlsx") for name in ("named", "numbered"))
    assert [row[0].value for row in named["TRUTH"].iter_rows(min_row=2)] == [1, 3, 2, 4]
    assert [[cell.value for cell in row] for row in named["XREF"].iter_rows(min_row=2)] == [
        [1, "C0"],
        [2, "C1"],
        [3, "C2"],
        [4, "C3"],
    ]
    assert [row[0].value for row in numbered["TRUTH"].iter_rows(min_row=2)] == [0, 2, 1, 3]
    assert numbered.sheetnames == ["TRUTH", "FP", "TP"]
    assert read(tmp_path / "named.xlsx").frame["case"].unique().tolist() == ["C0", "C2", "C1", "C3"]


def test_the_sheets_are_those_that_rjafroc_asks_for() -> None:
    file = BytesIO()
    write(made_up_study(readers=2, cases=4, modalities=("a", "b")), file, format="jafroc")
    book = load_workbook(file)

    # RJafroc sorts the names of the sheets and looks at the first three.
    assert sorted(book.sheetnames)[:3] == ["FP", "TP", "TRUTH"]
    rows = {name: [[cell.value for cell in row] for row in book[name].iter_rows()] for name in book.sheetnames}
    assert rows["TRUTH"][:3] == [
        ["CaseID", "LesionID", "Weight", "ReaderID", "ModalityID", "Paradigm"],
        [1, 0, 0, "R1, R2", "a, b", "ROC"],
        [3, 0, 0, "R1, R2", "a, b", "FCTRL"],
    ]
    assert rows["FP"][0] == ["ReaderID", "ModalityID", "CaseID", "FP_Rating"]
    assert rows["TP"][0] == ["ReaderID", "ModalityID", "CaseID", "LesionID", "TP_Rating"]
    assert len(rows["FP"]) == len(rows["TP"]) == 1 + 2 * 2 * 2


def test_a_name_that_looks_like_a_formula_is_none() -> None:
    file = BytesIO()
    write(made_up_study(readers=1, cases=2).assign(reader="=1+1"), file, format="jafroc")

    cell = load_workbook(file)["FP"]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_more_rows_than_a_sheet_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.table.formats.jafroc.MOST_ROWS", 100)

    with pytest.raises(RatingsError, match="120 reads are too many for an Excel sheet; write CSV or Parquet"):
        write(made_up_study(), BytesIO(), format="jafroc")


def with_row(sheet: str, row: list[Any]) -> dict[str, Rows]:
    return NEW_FORMAT | {sheet: [*NEW_FORMAT[sheet], row]}


@pytest.mark.parametrize(
    ("sheets", "message"),
    [
        ({"Sheet1": [["reader", "case"]]}, r"is no JAFROC workbook, for the sheet TRUTH is missing \(found: SHEET1\)"),
        ({k: v for k, v in NEW_FORMAT.items() if k != "FP"}, "the sheet FP or NL is missing"),
        (NEW_FORMAT | {"FP": [["ReaderID", "CaseID"]]}, "sheet FP: one column must be called modalityid; found: "),
        (NEW_FORMAT | {"FP": []}, "sheet FP: one column must be called readerid; found: "),
        (with_row("TP", [1, 1, 70, 1, "high"]), "sheet TP: row 5, column 'rating': 'high' is not a finite number"),
        (with_row("FP", [None, 1, 1, 3]), "sheet FP: row 5, column 'ReaderID': empty"),
        (with_row("FP", [1, 1, 8, 3]), "sheet FP, row 5: case 8 is not in the sheet TRUTH; add it"),
        (with_row("FP", [1, 1, 70, 3]), "sheet FP, row 5: case 70 is abnormal in the sheet TRUTH, so this marks"),
        (with_row("TP", [1, 1, 1, 1, 3]), "sheet TP, row 5: case 1 is normal in the sheet TRUTH; only one rating"),
        (with_row("TP", [1, 0, 70, 2, 3]), "sheet TP, row 5: case 70 has several ratings of reader and modality; only"),
        (with_row("Truth", [1, 1, 0, "", "", ""]), "sheet TRUTH: row 4, column 'truth': case 1 has truth 1 here but 0"),
        (with_row("Truth", [2, "x", 0, "", "", ""]), "sheet TRUTH: row 4, column 'LesionID': 'x' is not a"),
        (with_row("Truth", [2, 0, 0, "", "", "FROC"]), "sheet TRUTH: the paradigm is FROC; only one rating for a case"),
    ],
)
def test_what_is_wrong_is_named_with_sheet_and_row(sheets: dict[str, Rows], message: str, tmp_path: Path) -> None:
    with pytest.raises(RatingsError, match=message):
        read(workbook(tmp_path / "study.xlsx", sheets))
