"""The ratings table is checked once, and what is wrong is named with row, column and cure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis import Ratings, RatingsError, obuchowski_rockette, read, reader_rocs, validate
from tests.analysis.tables import made_up_study, with_detector

SMALL = {
    "reader": ["R1", "R1", "R2", "R2"],
    "case": ["a", "b", "a", "b"],
    "truth": [0, 1, 0, 1],
    "rating": [1, 2, 3, 4],
}


def small(**changes: Any) -> pd.DataFrame:
    return pd.DataFrame(SMALL | changes)


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "ratings.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_reader_case_truth_and_rating_are_enough() -> None:
    frame = validate(small()).frame

    assert set(frame["kind"]) == {"human"}
    assert set(frame["modality"]) == set(frame["phase"]) == {"1"}
    assert set(frame["reread"]) == {0}
    assert frame["call"].isna().all()


def test_a_call_alone_is_enough() -> None:
    table = small(call=[0, 1, 0, 1]).drop(columns="rating")

    assert validate(table).frame["call"].tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    "truth",
    [
        [0, 1, 0, 1],
        ["0", "1", "0", "1"],
        ["authentic", "synthetic", "Authentic", " SYNTHETIC "],
        [False, True, False, True],
    ],
)
def test_truth_is_written_as_number_or_word(truth: list[object]) -> None:
    assert validate(small(truth=truth)).frame["truth"].tolist() == [0, 1, 0, 1]


def test_identifiers_may_be_numbers_or_text_with_blanks_around() -> None:
    numbers, text = validate(small(reader=[1, 1, 2, 2])), validate(small(reader=["1 ", "1", " 2", "2"]))

    assert numbers.frame["reader"].tolist() == text.frame["reader"].tolist() == ["1", "1", "2", "2"]


def test_a_detector_has_the_modality_detector() -> None:
    table = small(kind=["human", "human", "detector", "detector"])

    assert validate(table).frame["modality"].tolist() == ["1", "1", "detector", "detector"]


def test_other_columns_are_kept() -> None:
    frame = validate(small(patient=[7, 8, 7, 8], seconds=[1.5, 2, None, 4])).frame

    assert frame["patient"].tolist() == [7, 8, 7, 8]
    assert frame["seconds"].isna().sum() == 1


def test_the_largest_finite_ratings_are_analysed() -> None:
    table = made_up_study()
    extreme = table.assign(rating=table["rating"].map({1: -1.7e308, 2: -1e-300, 3: 0, 4: 1, 5: 1.7e308}))

    for covariance in ("delong", "jackknife", "unbiased"):
        found = obuchowski_rockette(extreme, covariance=covariance).modalities
        assert found == obuchowski_rockette(table, covariance=covariance).modalities
    assert [item.auc for item in reader_rocs(extreme).readers] == [item.auc for item in reader_rocs(table).readers]


def test_any_finite_rating_is_valid() -> None:
    assert validate(small(rating=[-1e300, 0.1, 1e-300, 5])).frame["rating"].tolist() == [-1e300, 0.1, 1e-300, 5]


def test_a_checked_table_is_not_checked_again() -> None:
    ratings = validate(small())

    assert validate(ratings) is ratings


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"truth": [0, 1, 1, 1]},
            r"row 3, column 'truth': case a has truth 1 here but 0 in row 1; a case has one truth",
        ),
        ({"truth": [0, 1, 0, "fake"]}, r"row 4, column 'truth': 'fake' is no truth; write 1 or synthetic, 0 or auth"),
        ({"truth": [0, 1, None, 1]}, r"row 3, column 'truth': '' is no truth"),
        ({"truth": [1, 1, 1, 1]}, r"column 'truth': every case is synthetic; add authentic cases"),
        ({"truth": [0, 0, 0, 0]}, r"column 'truth': every case is authentic; add synthetic cases"),
        ({"rating": [1, 2, float("inf"), 4]}, r"row 3, column 'rating': 'inf' is not a finite number"),
        (
            {"rating": [1, 2, "high", 4]},
            r"row 3, column 'rating': 'high' is not a finite number; .* leave the cell empty",
        ),
        ({"rating": [1, 2, "3,5", 4]}, r"row 3, column 'rating': '3,5' is not .* decimal point"),
        ({"call": [0, 1, 2, 1]}, r"row 3, column 'call': '2.*' is neither 0 nor 1; write 1 for called synthetic"),
        ({"call": [0, 1, "yes", 1]}, r"row 3, column 'call': 'yes' is not a finite number"),
        ({"diagnosis_correct": [0, 1, 0.5, 1]}, r"row 3, column 'diagnosis_correct': '0.5' is neither 0 nor 1"),
        (
            {"kind": ["human", "human", "robot", "human"]},
            r"row 3, column 'kind': unknown word 'robot'; write human or det",
        ),
        ({"reader": ["R1", "R1", None, "R2"]}, r"row 3, column 'reader': empty; every read needs a reader"),
        ({"case": ["a", "b", " ", "b"]}, r"row 3, column 'case': empty; every read needs a case"),
        ({"reread": [0, 0, 0, 1.5]}, r"row 4, column 'reread': '1.5' is no count; write 0 for a first read"),
        ({"reader": ["R1", "R1", "R1", "R2"]}, r"rows 1 and 3, column 'case': reader R1 has two reads of case a"),
    ],
)
def test_a_wrong_cell_is_named_with_its_cure(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(RatingsError, match=message):
        validate(small(**changes))


@pytest.mark.parametrize("column", ["reader", "case", "truth"])
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(RatingsError, match=f"column '{column}' is missing"):
        validate(small().drop(columns=column))


def test_a_table_without_rating_and_call_is_refused() -> None:
    with pytest.raises(RatingsError, match="columns 'rating' and 'call' are missing"):
        validate(small().drop(columns="rating"))


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(RatingsError, match="no rows; add one row per read"):
        validate(small().iloc[:0])


def test_a_file_may_have_byte_order_mark_blanks_and_capital_headers(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeffReader, Case ,TRUTH,Rating\n01, a,0,1\n01,b ,synthetic,NA\n", "utf-8")

    frame = read(path).frame

    assert frame["reader"].tolist() == ["01", "01"]
    assert frame["case"].tolist() == ["a", "b"]
    assert frame["rating"].isna().tolist() == [False, True]


def test_a_reader_may_be_called_na(tmp_path: Path) -> None:
    path = written(tmp_path, "reader,case,truth,rating\nNA,a,0,1\nNA,b,1,2\n")

    assert read(path).frame["reader"].tolist() == ["NA", "NA"]


def test_rows_of_a_file_are_counted_with_the_header(tmp_path: Path) -> None:
    path = written(tmp_path, "reader,case,truth,rating\nR1,a,0,1\nR1,b,1,many\n")

    with pytest.raises(RatingsError, match="row 3, column 'rating': 'many'"):
        read(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xff\xfe\x00r", "not UTF-8"),
        (b"reader,case,truth,rating\nR1,a,0,1,9,9\n", "not a CSV table"),
        (b"reader,case,truth,rating\n", "no rows"),
        (b"\x00\x01\x02", "is no text"),
        (b'reader,case,truth,rating\n"R1,a,0,1\n', "not a CSV table"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "ratings.csv"
    path.write_bytes(content)

    with pytest.raises(RatingsError, match=message):
        read(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RatingsError, match="no such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(RatingsError, match="is a folder"):
        read(tmp_path)


def two_phases() -> Ratings:
    first = made_up_study().assign(phase="phase-1")
    second = made_up_study(modalities=("aided",), seed=3).assign(phase="phase-2")
    return validate(with_detector(pd.concat([first, second], ignore_index=True)).fillna({"phase": "phase-1"}))


def test_several_phases_are_refused_until_one_is_chosen() -> None:
    with pytest.raises(RatingsError, match=r"more than one phase \(phase-1, phase-2\); choose one \(--phase NAME\)"):
        two_phases().human_reads()

    assert set(two_phases().human_reads(phase="phase-2")["modality"]) == {"aided"}


def test_an_unknown_phase_is_refused_with_the_known_ones() -> None:
    with pytest.raises(RatingsError, match="no phase is named 'phase-3'; choose from phase-1, phase-2"):
        two_phases().human_reads(phase="phase-3")


def test_phases_with_different_reads_may_be_chosen_together() -> None:
    assert set(two_phases().human_reads(phase=["phase-1", "phase-2"])["modality"]) == {"unaided", "aided"}


def test_phases_that_repeat_a_read_cannot_be_chosen_together() -> None:
    table = pd.concat([made_up_study().assign(phase=name) for name in ("x", "y")])

    with pytest.raises(RatingsError, match="reads case C0 with modality unaided in more than one of the chosen phases"):
        validate(table).human_reads(phase=["x", "y"])


def test_rereads_and_detectors_are_no_human_first_reads() -> None:
    table = with_detector(made_up_study())
    repeated = pd.concat([table, made_up_study().assign(kind="human", reread=1)], ignore_index=True)

    reads = validate(repeated).human_reads()

    assert len(reads) == len(made_up_study())
    assert set(reads["kind"]) == {"human"}


def test_a_table_of_detectors_only_is_refused() -> None:
    with pytest.raises(RatingsError, match="no row is a human first read"):
        validate(small(kind="detector")).human_reads()


def test_a_detector_with_two_scores_for_a_case_is_refused() -> None:
    table = with_detector(pd.concat([made_up_study().assign(phase=p, modality=p) for p in ("x", "y")]))
    detector = table[table["kind"] == "detector"]
    both = pd.concat(
        [table[table["kind"] == "human"], detector.assign(phase="x"), detector.assign(phase="y", rating=1)]
    )
    ratings = validate(both)

    with pytest.raises(RatingsError, match="detector Detector has two different scores for case C0"):
        ratings.detector_reads(ratings.human_reads(phase=["x", "y"]))
    assert len(ratings.detector_reads(ratings.human_reads(phase="x"))) == len(detector)
