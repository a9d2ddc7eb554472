"""A DataFrame may hold its cells in whatever type pandas has for them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import RatingsError, validate

SMALL = {
    "reader": ["R1", "R1", "R2", "R2"],
    "case": ["a", "b", "a", "b"],
    "truth": [0, 1, 0, 1],
    "rating": [1, 2, 3, 4],
}


def small(**changes: Any) -> pd.DataFrame:
    return pd.DataFrame(SMALL | changes)


@pytest.mark.parametrize(
    "reader",
    [
        [1, 1, 2, 2],
        [1.0, 1.0, 2.0, 2.0],
        np.array([1, 1, 2, 2], dtype=np.float32),
        np.array([1, 1, 2, 2], dtype=np.uint8),
        [1, "1", 2.0, " 2 "],
        [True, True, 2, 2],
        pd.Categorical([1, 1, 2, 2], categories=[2, 1, 3]),
        pd.Categorical(["1", "1", "2", "2"]),
        pd.array([1, 1, 2, 2], dtype="Int64"),
        pd.array(["1", "1", "2", "2"], dtype="string"),
        pd.array(["1", "1", "2", "2"], dtype="string[pyarrow]"),
        pd.array([1, 1, 2, 2], dtype="int16[pyarrow]"),
    ],
)
def test_names_are_the_text_of_their_cells(reader: Any) -> None:
    assert validate(small(reader=reader)).frame["reader"].tolist() == ["1", "1", "2", "2"]


def test_whole_numbers_of_any_size_are_names() -> None:
    frame = validate(small(reader=[10**30, 10**30, 1e20, 1e20])).frame

    assert frame["reader"].cat.categories.tolist() == [str(10**30), "100000000000000000000"]


@pytest.mark.parametrize(
    "rating",
    [
        [1, 2, None, 4],
        ["1", " 2.0 ", "NA", "4e0"],
        [1, "2", np.nan, Decimal(4)],
        [True, 2, None, 4],
        pd.array([1, 2, None, 4], dtype="Int64"),
        pd.array([1, 2, None, 4], dtype="Float32"),
        pd.array([1, 2, None, 4], dtype="double[pyarrow]"),
        pd.Categorical([1.0, 2.0, None, 4.0]),
        pd.Categorical(["1", "2", "", "4"]),
        pd.arrays.SparseArray([1, 2, np.nan, 4]),
        np.array([1, 2, np.nan, 4], dtype=np.float16),
    ],
)
def test_ratings_are_the_numbers_of_their_cells(rating: Any) -> None:
    frame = validate(small(rating=rating)).frame

    assert frame["rating"].dtype == float
    assert frame["rating"].fillna(-1).tolist() == [1, 2, -1, 4]


@pytest.mark.parametrize(
    "call",
    [
        [True, None, False, True],
        ["1", "", "0", "1"],
        pd.array([True, None, False, True], dtype="boolean"),
        pd.array([1, None, 0, 1], dtype="Int8"),
        [1.0, np.nan, 0.0, 1.0],
    ],
)
def test_calls_may_be_truth_values(call: Any) -> None:
    assert validate(small(call=call)).frame["call"].fillna(-1).tolist() == [1, -1, 0, 1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rating": [1 + 2j] * 4}, r"row 1, column 'rating': '\(1\+2j\)' is not a finite number"),
        ({"rating": pd.date_range("2026", periods=4)}, "row 1, column 'rating': '2026-01-01 00:00:00' is not a finite"),
        ({"rating": [1, 2, [3], 4]}, "column 'rating': cells hold lists or the like; write one text or number"),
        ({"truth": [{}, {}, {}, {}]}, "column 'truth': cells hold lists or the like"),
        ({"case": ["a", pd.NA, "a", "b"]}, "row 2, column 'case': empty"),
        ({"reader": pd.Categorical(["R1", None, "R2", "R2"])}, "row 2, column 'reader': empty"),
        ({"call": [0, 1, 0.5, 1]}, "row 3, column 'call': '0.5' is neither 0 nor 1"),
        ({"reread": [0, 0, 0, 10**6]}, "row 4, column 'reread': '1000000' is no count"),
        ({"reread": [0, 0, 0, -1]}, "row 4, column 'reread': '-1' is no count"),
        ({"Rating": [1, 2, 3, 4]}, "column 'rating' stands there twice; keep one"),
    ],
)
def test_a_cell_of_another_type_is_refused_in_words(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(RatingsError, match=message):
        validate(small(**changes))


@pytest.mark.parametrize("table", [[1], {"reader": []}, "ratings.csv", None, pd.Series([1])])
def test_what_is_no_dataframe_is_refused(table: Any) -> None:
    with pytest.raises(RatingsError, match=r"is a pandas DataFrame, and this is a \w+; read a file with analysis.read"):
        validate(table)


def test_names_in_the_index_are_no_columns() -> None:
    with pytest.raises(
        RatingsError, match=r"column 'reader' is missing; add it to the header \(found: truth, rating\)"
    ):
        validate(small().set_index(["reader", "case"]))


def test_an_odd_index_is_no_matter() -> None:
    assert validate(small().set_axis([5, 5, 5, 5])).frame.index.tolist() == [0, 1, 2, 3]


def test_the_table_that_is_given_stays_as_it_is() -> None:
    table = small(call=["1", "", "0", "1"], note=["x"] * 4)
    before = table.copy(deep=True)

    frame = validate(table).frame
    frame.loc[0, "note"] = "changed"
    frame.loc[0, "call"] = 0

    pd.testing.assert_frame_equal(table, before)


def test_columns_of_the_tables_own_keep_their_types() -> None:
    own = {
        "age": pd.array([1, None, 3, 4], dtype="Int64"),
        "size": pd.Categorical(["s", "m", "s", "m"], categories=["s", "m"], ordered=True),
        "when": pd.date_range("2026", periods=4, tz="UTC"),
        "remote": [True, False, True, False],
        "place": ["x", None, "x", "y"],
        "count": np.arange(4, dtype=np.int32),
    }
    frame = validate(small(**own)).frame

    for name, column in own.items():
        assert frame[name].dtype == pd.Series(column).dtype
        assert frame[name].astype(object).fillna(-1).tolist() == pd.Series(column).astype(object).fillna(-1).tolist()


def test_unordered_categories_of_the_tables_own_stay_text_with_gaps() -> None:
    frame = validate(small(place=pd.Categorical(["x", None, "x", "y"]), empty=pd.Categorical([None] * 4))).frame

    assert frame["place"].astype(object).fillna("").tolist() == ["x", "", "x", "y"]
    assert frame["empty"].isna().all()
