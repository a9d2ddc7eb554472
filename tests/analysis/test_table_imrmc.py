"""iMRMC files, as the user manual of iMRMC describes them (section 4.1), are read and written."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from analysis import RatingsError, read, write
from tests.analysis.tables import made_up_study

# Free text with the sizes, rows in any order, either name of the truth, blanks and blank lines.
STUDY = """A study of two modalities
N0:2
N1: 1
NR: 2
NM: 2
Free text, with commas: and colons
begin data:

-1,n1,0,0
truth, n2, truth, 0
R1,n1,A,1.5
R1,n2,A,2
R1,d1,A,30
-1,d1,truth,1
R2,n1,B,-4
R2,d1,B,1e2

"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "study.imrmc"
    path.write_bytes(text.encode())
    return path


def test_scores_get_the_truth_of_their_case(tmp_path: Path) -> None:
    frame = read(written(tmp_path, STUDY)).frame

    assert frame[["reader", "case", "modality", "truth", "rating"]].values.tolist() == [
        ["R1", "n1", "A", 0, 1.5],
        ["R1", "n2", "A", 0, 2.0],
        ["R1", "d1", "A", 1, 30.0],
        ["R2", "n1", "B", 0, -4.0],
        ["R2", "d1", "B", 1, 100.0],
    ]


def test_windows_line_ends_and_byte_order_mark_are_no_matter(tmp_path: Path) -> None:
    plain = read(written(tmp_path, STUDY)).frame

    assert read(written(tmp_path, "\ufeff" + STUDY.replace("\n", "\r\n"))).frame.equals(plain)


def test_the_header_counts_readers_cases_and_modalities() -> None:
    file = BytesIO()
    write(made_up_study(readers=3, cases=5, modalities=("x", "y")), file, format="imrmc")

    lines = file.getvalue().decode().splitlines()
    assert lines[1:6] == ["NR: 3", "N0: 3", "N1: 2", "NM: 2", "BEGIN DATA:"]
    assert lines[6:11] == ["-1,C0,truth,0", "-1,C1,truth,1", "-1,C2,truth,0", "-1,C3,truth,1", "-1,C4,truth,0"]
    assert len(lines) == 6 + 5 + 3 * 5 * 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("R2,d9,B,3", r"row 17, column 'case': case d9 has no truth; add the line -1,d9,truth,0 or -1,d9,truth,1"),
        ("-1,d1,truth,0", r"row 17, column 'truth': case d1 has truth 0 here but 1 in row 14; a case has one truth"),
        ("-1,d2,truth,7", r"row 17, column 'truth': '7' is no truth; write 1 or synthetic, 0 or authentic"),
        ("R2,n2,B,high", r"row 17, column 'score': 'high' is not a finite number"),
        ("R2,n2,B", r"row 17, column 'score': empty; a line has reader, case, modality and score"),
        ("R2,n2,B,1,2", r"line 17 has 5 cells, and 4 are expected"),
        ("R2,,B,1", r"row 17, column 'case': empty; every read needs a case"),
        ("R2;n2;B;1", r"row 17, column 'score': empty"),
        ("R2,d1,B,5", r"rows 16 and 17, column 'case': reader R2 has two reads of case d1"),
    ],
)
def test_a_wrong_line_is_named_with_its_number(line: str, message: str, tmp_path: Path) -> None:
    path = written(tmp_path, STUDY.rstrip("\n") + f"\n{line}\n")

    with pytest.raises(RatingsError, match=message):
        read(path)
