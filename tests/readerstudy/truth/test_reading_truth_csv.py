"""truth.csv is read whole or refused, with every fault named in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readerstudy.cohorts.csv_table import TableError
from readerstudy.truth.models import Value
from readerstudy.truth.table import COVARIATES, normalised, read_truth_table
from tests.readerstudy.makers import write_table

BAD = {
    "no column truth": ("file,value\na.png,1\n", "the column 'truth' is missing"),
    "no column file": ("truth\nsynthetic\n", "the column 'file' is missing"),
    "an unknown column": ("file,truth,colour\na.png,1,red\n", "unknown column 'colour'. Known columns are file, truth"),
    "a column twice": ("file,truth,truth\na.png,0,1\n", "the column 'truth' stands there twice"),
    "an unknown word": ("file,truth\na.png,fake\n", "row 2 (a.png): truth is 'fake'; write authentic or synthetic"),
    "no word": ("file,truth\na.png\n", "row 2 (a.png): truth is ''; write authentic or synthetic"),
    "both truths for one file": (
        "file,truth\na.png,authentic\na.png,synthetic\n",
        "says both authentic and synthetic for a.png: keep one row",
    ),
    "both truths for one file written in two ways": (
        "file,truth\nsub/a.png,authentic\n.\\sub\\a.png,synthetic\n",
        "says both authentic and synthetic for sub/a.png: keep one row",
    ),
    "a row twice": ("file,truth\na.png,1\na.png,1\n", "has 2 rows for a.png: keep one row"),
    "an empty file name": ("file,truth\n,authentic\n", "row 2: the file name is empty"),
    "a stray cell": ("file,truth\na.png,1,2\n", "row 2: there are 3 cells for 2 columns"),
    "semicolons": ("file;truth\na.png;1\n", "separated by semicolons. Save the table with commas between them"),
    "tabs": ("file\ttruth\na.png\t1\n", "separated by tabs. Save the table with commas between them"),
    "nothing": ("", "the first line is empty. It must name the columns"),
    "an empty first line": ("\nfile,truth\na.png,1\n", "the first line is empty. It must name the columns"),
    "a covariate that is too long": (f"file,truth,sex\na.png,1,{'x' * 21}\n", "sex has more than 20 characters"),
}


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "truth.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD.keys())
def test_a_faulty_table_is_refused_with_what_to_do(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TableError) as refusal:
        read_truth_table(written(tmp_path, text))
    assert message in str(refusal.value)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    rows = "file,truth\na.png,fake\n,1\nb.png,0\nb.png,1\nc.png,maybe\n"
    with pytest.raises(TableError) as refusal:
        read_truth_table(written(tmp_path, rows))
    assert [problem.split(":")[0] for problem in refusal.value.problems] == [
        "The truth table says both 0 and 1 for b.png", "truth.csv, row 2 (a.png)", "truth.csv, row 3",
        "truth.csv, row 6 (c.png)",
    ]  # fmt: skip


NO_TEXT = {
    "binary rubbish": bytes(range(256)),
    "latin-1": "file,truth\nbröken.png,1\n".encode("latin-1"),
    "utf-16": "file,truth\na.png,1\n".encode("utf-16"),
    "zero bytes": b"file,truth\n\0\0\0,1\n",
    "a picture": b"\x89PNG\r\n\x1a\n",
}


@pytest.mark.parametrize("content", NO_TEXT.values(), ids=NO_TEXT.keys())
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(TableError, match="this is not text in UTF-8: save the table as CSV in UTF-8"):
        read_truth_table(written(tmp_path, content))


def test_a_table_with_a_cell_that_never_ends_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="this is not a CSV table that can be read"):
        read_truth_table(written(tmp_path, 'file,truth\n"' + "a" * 200_000))


def test_a_table_that_is_missing_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="there is no such file"):
        read_truth_table(tmp_path / "truth.csv")


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="this is a folder: name the table in it"):
        read_truth_table(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbffile,truth\na.png,synthetic\nb.png,authentic\n",
        b"file,truth\r\na.png,1\r\nb.png,0\r\n",
        b" File , TRUTH \na.png , Synthetic\n\n,\nb.png,AUTHENTIC",
        b'"truth","file"\n"1","a.png"\n"0","b.png"\n',
    ],
    ids=["byte-order mark", "CRLF", "blanks, capitals and empty rows", "quotation marks"],
)
def test_what_spreadsheets_write_is_understood(tmp_path: Path, content: bytes) -> None:
    table = read_truth_table(written(tmp_path, content))
    assert {row.file: row.value for row in table.values()} == {"a.png": Value.SYNTHETIC, "b.png": Value.AUTHENTIC}


def test_covariates_are_kept_and_those_that_are_missing_are_empty(tmp_path: Path) -> None:
    table = read_truth_table(written(tmp_path, 'file,truth,telltales,generator\na.png,1,"grain;spine, straight",G-1\n'))
    covariates = table["a.png"].covariates
    assert set(covariates) == set(COVARIATES)
    assert (covariates["telltales"], covariates["generator"], covariates["sex"]) == ("grain;spine, straight", "G-1", "")


file_names = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=30)
table_rows = st.tuples(file_names, st.sampled_from(Value))


@given(rows=st.lists(table_rows, min_size=1, max_size=8, unique_by=lambda row: normalised(row[0])))
def test_any_file_name_that_a_table_can_hold_is_read_as_it_stands(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, Value]]
) -> None:
    path = tmp_path_factory.mktemp("table") / "truth.csv"
    write_table(path, [{"file": name, "truth": value.value} for name, value in rows])
    assert [(row.file, row.value) for row in read_truth_table(path).values()] == rows
