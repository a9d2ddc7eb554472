"""LRC files, as OR-DBM MRMC and RJafroc read and write them, are read and written."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from analysis import RatingsError, read, reader_rocs, write
from tests.analysis.tables import made_up_study

# As the Chicago and Iowa programs have them: tabs, no names of cases; a smaller rating is more diseased with TREAT2.
BARE = """DATA OF A STUDY\t
READER_1\t
"TREAT1"\t"TREAT2"
Large\tS
1\t5
2\t4
*\t
4\t2
5\t1
*
READER_2
1\t4
3\t5
*
2\t3
5\t2
*
#\t
"""
# As RJafroc's DfSaveDataFile writes them.
NAMED = """rocData Data File
0
   "0"   "1"
       L       L
   1.000000   3.000000   Non-diseased case 1
   2.500000   3.000000   Non-diseased case 2
*
   5.000000   5.000000   Diseased Case 1
*
#
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "study.lrc"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_without_names_are_cases_by_their_place(tmp_path: Path) -> None:
    frame = read(written(tmp_path, BARE)).frame

    reads = frame[frame["modality"] == "TREAT1"]
    assert reads[["reader", "case", "truth", "rating"]].values.tolist() == [
        ["READER_1", "normal 1", 0, 1.0],
        ["READER_1", "normal 2", 0, 2.0],
        ["READER_1", "abnormal 1", 1, 4.0],
        ["READER_1", "abnormal 2", 1, 5.0],
        ["READER_2", "normal 1", 0, 1.0],
        ["READER_2", "normal 2", 0, 3.0],
        ["READER_2", "abnormal 1", 1, 2.0],
        ["READER_2", "abnormal 2", 1, 5.0],
    ]


def test_a_scale_on_which_smaller_is_more_diseased_is_turned(tmp_path: Path) -> None:
    small = read(written(tmp_path, BARE))
    large = read(written(tmp_path, BARE.replace("Large\tS", "L L")))

    assert small.frame["rating"].tolist()[:4] == [1.0, -5.0, 2.0, -4.0]
    turned, as_it_was = (
        {(r.reader, r.modality): r.auc or 0.0 for r in reader_rocs(rs).readers} for rs in (small, large)
    )
    for curve, area in as_it_was.items():
        assert turned[curve] == (area if curve[1] == "TREAT1" else 1 - area)
    assert turned["READER_1", "TREAT2"] == 1.0


def test_names_at_the_end_of_rows_are_the_cases(tmp_path: Path) -> None:
    frame = read(written(tmp_path, NAMED)).frame

    assert frame["case"].unique().tolist() == ["Non-diseased case 1", "Non-diseased case 2", "Diseased Case 1"]
    assert frame["reader"].unique().tolist() == ["0"]
    assert frame["rating"].tolist() == [1.0, 3.0, 2.5, 3.0, 5.0, 5.0]


def test_a_name_of_a_normal_and_an_abnormal_case_is_two_cases(tmp_path: Path) -> None:
    text = NAMED.replace("Non-diseased case", "case").replace("Diseased Case", "case")

    cases = read(written(tmp_path, text)).frame["case"].unique().tolist()
    assert cases == ["normal case 1", "case 2", "abnormal case 1"]


def test_blanks_in_the_names_of_treatments_are_kept(tmp_path: Path) -> None:
    text = NAMED.replace('"0"   "1"', '"without aid" "with aid"')

    assert read(written(tmp_path, text)).frame["modality"].unique().tolist() == ["without aid", "with aid"]


def test_normal_cases_are_written_before_abnormal_ones() -> None:
    file = BytesIO()
    write(made_up_study(readers=2, cases=3, modalities=("a b", "c")), file, format="lrc")

    lines = file.getvalue().decode().splitlines()
    assert lines[1:4] == ["R1", '"a b" "c"', "L L"]
    assert [line.split()[-1] for line in lines[4:9]] == ["C0", "C2", "*", "C1", "*"]
    assert lines[9] == "R2"
    assert lines[-1] == "#"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Large\tS", "Large\tdown", r"line 4: 'down' is no direction; write L \(larger is more diseased\) or S"),
        ("Large\tS", "L", "line 4: there are 2 treatments and 1 directions; write one for each"),
        ("2\t4\n", "2\n", "line 6: 1 ratings for 2 treatments; write one for each"),
        ("2\t4\n", "2\t4,5\n", "line 6: '4,5' is no rating; write a number with a decimal point"),
        ("2\t4\n", "2\tnan\n", "line 6: 'nan' is no rating"),
        ("3\t5\n*\n", "*\n", "READER_1 has 2 and READER_2 has 1 normal cases, and the rows do not name them"),
        ("#", "", "ends where the next reader, or #, should stand; the file is cut off"),
        ("5\t2\n*\n#", "5\t2\n", r"ends where a rating or \* should stand; the file is cut off"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in BARE
    with pytest.raises(RatingsError, match=message):
        read(written(tmp_path, BARE.replace(old, new)))
