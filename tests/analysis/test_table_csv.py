"""CSV as editors, spreadsheets and programs leave it: read as it is meant where that is certain, else refused."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis import RatingsError, read, validate
from analysis.table import canonical
from analysis.table.covariates import covariates
from tests.analysis.tables import made_up_study

HEADER = "reader,case,truth,rating\n"
READS = "R1,a,0,1\nR1,b,1,2\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "ratings.csv"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + HEADER + READS,
        (HEADER + READS).replace("\n", "\r\n"),
        (HEADER + READS).replace("\n", "\r"),
        (HEADER + READS).rstrip("\n"),
        (HEADER + READS).replace(",", ";"),
        (HEADER + READS).replace(",", "\t"),
        "\n , \n" + HEADER + "\nR1,a,0,1\n,,,\n\nR1,b,1,2\n,,,\n\n",
        " Reader , CASE,truth , Rating\n R1 , a , 0 , 1 \nR1,b,1,2\n",
        '"reader","case","truth","rating"\n"R1","a","0","1"\n"R1","b","1","2"\n',
        "reader,case,truth,rating,\nR1,a,0,1,\nR1,b,1,2,\n",
        "reader,case,truth,rating\nR1,a,authentic,1.0\nR1,b,Synthetic,2e0\n",
        "reader;case;truth;rating\nR1;a;0;1,0\nR1;b;1;2,000\n",
    ],
)
def test_the_same_table_is_read_however_it_was_saved(text: str, tmp_path: Path) -> None:
    frame = read(written(tmp_path, text)).frame

    assert frame[["reader", "case", "truth", "rating"]].values.tolist() == [["R1", "a", 0, 1.0], ["R1", "b", 1, 2.0]]
    assert list(frame.index) == [0, 1]


def test_a_name_may_hold_line_ends_and_separators(tmp_path: Path) -> None:
    frame = read(written(tmp_path, HEADER + '"Smith, J\nLeeds",a,0,1\n"Smith, J\nLeeds","b;c",1,2\n')).frame

    assert frame["reader"].tolist() == ["Smith, J\nLeeds"] * 2
    assert frame["case"].tolist() == ["a", "b;c"]


def test_names_are_kept_as_they_are_written(tmp_path: Path) -> None:
    frame = read(written(tmp_path, HEADER + "007,1.0,0,1\n7,1,1,2\n")).frame

    assert frame["reader"].tolist() == ["007", "7"]
    assert frame["case"].tolist() == ["1.0", "1"]


@pytest.mark.parametrize("word", ["", "NA", "na", "NaN", "nan", "NULL", "None", "n/a", "."])
def test_words_for_nothing_are_missing_ratings(word: str, tmp_path: Path) -> None:
    frame = read(written(tmp_path, HEADER + READS + f"R2,a,0,{word}\nR2,b,1,4\n")).frame

    assert frame["rating"].isna().tolist() == [False, False, True, False]


def test_a_row_that_is_too_short_ends_in_empty_cells(tmp_path: Path) -> None:
    assert read(written(tmp_path, HEADER + READS + "R2,a,0\n")).frame["rating"].isna().tolist() == [False, False, True]

    with pytest.raises(RatingsError, match="row 4, column 'truth': '' is no truth"):
        read(written(tmp_path, HEADER + READS + "R2,a\n"))


def test_whole_numbers_of_any_size_are_ratings(tmp_path: Path) -> None:
    frame = read(written(tmp_path, HEADER + f"R1,a,0,{10**30}\nR1,b,1,-{2**63}\n")).frame

    assert frame["rating"].tolist() == [1e30, -(2.0**63)]


def test_ratings_are_read_to_the_last_digit(tmp_path: Path) -> None:
    values = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, 2.2250738585072014e-308, 123456789.12345679]
    rows = "".join(f"R1,c{i},{i % 2},{value!r}\n" for i, value in enumerate(values))

    assert read(written(tmp_path, HEADER + rows)).frame["rating"].tolist() == values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER, "the ratings table has a header and no rows; add one row per read"),
        ("\n\n\n", "is empty; a header and one row per read are needed"),
        (
            HEADER + READS + "R1,c,0,3,4\n",
            "line 4 has 5 cells, and 4 are expected; quote a cell that holds a separator",
        ),
        ("My study\n" + HEADER + READS, "rows have more cells than the first line, which must name the columns"),
        (HEADER + 'R1,a,0,"1\n', "a quote is opened and never closed"),
        ("reader,case,truth,rating, Rating\n", "column 'rating' stands there twice; keep one"),
        (HEADER + 'R1,a,0,"1,5"\n' + READS, "row 2, column 'rating': '1,5' is not a finite number; .* decimal point"),
        ("reader;case;truth;rating\nR1;a;0;1,5\nR1;b;1;2.5\n", "row 2, column 'rating': '1,5' is not a finite number"),
        (HEADER + "R1,a,0,1_000\n" + READS, "row 2, column 'rating': '1_000' is not a finite number"),
        (HEADER + "R1,a,0,1e400\n" + READS, "row 2, column 'rating': 'inf' is not a finite number"),
        (HEADER + f"R1,a,0,{'9' * 400}\n" + READS, "row 2, column 'rating': '9{40}…' is not a finite number"),
        (HEADER + "R1,a,real,1\n", "row 2, column 'truth': 'real' is no truth; write 1 or synthetic, 0 or authentic"),
        (HEADER + READS + "\n\n" + "R1,c,0,x\n", "row 6, column 'rating': 'x' is not a finite number"),
        ("\n" + HEADER + READS + "\n" + "R1,a,0,1\n", "rows 3 and 6, column 'case': reader R1 has two reads of case a"),
        (HEADER + READS + "\nR2,a,1,1\n", "row 5, column 'truth': case a has truth 1 here but 0 in row 2"),
    ],
)
def test_what_is_wrong_is_named_with_the_row_of_the_file(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(RatingsError, match=message):
        read(written(tmp_path, text))


def test_columns_of_the_tables_own_are_numbers_only_where_every_cell_is_one(tmp_path: Path) -> None:
    text = "reader,case,truth,rating,age,patient,note\nR1,a,0,1,40,007,NA\nR1,b,1,2,,8,x\n"
    frame = read(written(tmp_path, text)).frame

    assert frame["age"].iloc[0] == 40.0
    assert frame["age"].isna().tolist() == [False, True]
    assert frame["patient"].tolist() == ["007", "8"]
    assert frame["note"].isna().tolist() == [True, False]


def test_a_treatment_beside_a_modality_is_a_column_like_others(tmp_path: Path) -> None:
    path = written(tmp_path, "reader,case,truth,rating,modality,treatment\nR1,a,0,1,x,drugs\nR1,b,1,2,x,surgery\n")

    for format in (None, "mrmcaov"):
        frame = read(path, format=format).frame
        assert frame["modality"].tolist() == ["x", "x"]
        assert frame["treatment"].tolist() == ["drugs", "surgery"]


@pytest.fixture
def in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A big table is parsed in parts; here a small one is."""
    monkeypatch.setattr(canonical, "ROWS_OF_A_PART", 7)
    monkeypatch.setattr("analysis.table.formats.csv_tables.ROWS_OF_A_PART", 7)


@pytest.mark.usefixtures("in_small_parts")
def test_parts_make_the_same_table_as_one_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = made_up_study(modalities=("unaided", "aided"))
    table["note"] = [f"note {i}" if i % 5 else None for i in range(len(table))]
    table["group"] = pd.Categorical(["x", "y"] * (len(table) // 2), categories=["y", "x"], ordered=True)
    path = tmp_path / "ratings.csv"
    table.to_csv(path, index=False)
    in_parts, from_file = validate(table).frame, read(path).frame

    monkeypatch.undo()
    whole, whole_file = validate(table).frame, read(path).frame

    pd.testing.assert_frame_equal(in_parts, whole)
    pd.testing.assert_frame_equal(from_file, whole_file)
    assert whole["group"].cat.ordered


@pytest.mark.usefixtures("in_small_parts")
@pytest.mark.parametrize(
    ("last", "message"),
    [
        ("R1,c19,1,high", "row 22, column 'rating': 'high' is not a finite number"),
        ("R1,c4,1,9", "row 22, column 'truth': case c4 has truth 1 here but 0 in row 6"),
        ("R1,c15,1,9", "rows 18 and 22, column 'case': reader R1 has two reads of case c15"),
    ],
)
def test_rows_are_counted_over_all_parts_and_blank_lines(last: str, message: str, tmp_path: Path) -> None:
    rows = [f"R1,c{number},{number % 2},{number}" for number in range(19)]
    rows.insert(10, "")

    with pytest.raises(RatingsError, match=message):
        read(written(tmp_path, HEADER + "\n".join([*rows, last])))


def test_tables_of_readers_and_cases_are_read_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "readers.csv"
    path.write_bytes("\ufeffReader;Years\r\n\r\n007;3,5\r\nNA;20\r\n".encode())

    table = covariates(path, "reader")

    assert table.index.tolist() == ["007", "NA"]
    assert table["years"].tolist() == [3.5, 20.0]


def test_a_reader_who_is_twice_in_the_table_is_named_with_the_row_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "readers.csv"
    path.write_text("reader,years\nR1,3\n\n\nR1,4\n")

    with pytest.raises(RatingsError, match="row 5, column 'reader': R1 is repeated; keep one"):
        covariates(path, "reader")
