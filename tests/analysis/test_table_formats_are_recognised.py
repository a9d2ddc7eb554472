"""A file is read as what it is, by its content where that is certain; what is no ratings table is refused in words."""

from __future__ import annotations

import gzip
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import Ratings, RatingsError, read, validate, write
from analysis.table.files import FORMATS, recognised
from tests.analysis.tables import made_up_study


@pytest.fixture
def table() -> pd.DataFrame:
    return made_up_study(cases=6).drop(columns="call")


@pytest.mark.parametrize(
    ("format", "name"),
    [
        ("csv", "ratings.csv"),
        ("csv", "ratings.txt"),
        ("csv", "RATINGS.CSV"),
        ("csv", "ratings"),
        ("parquet", "ratings.parquet"),
        ("parquet", "ratings.csv"),
        ("imrmc", "ratings.imrmc"),
        ("imrmc", "ratings.txt"),
        ("lrc", "ratings.lrc"),
        ("jafroc", "ratings.xlsx"),
        ("jafroc", "ratings.dat"),
        ("mrmcaov", "ratings.csv"),
    ],
)
def test_a_file_is_read_as_what_it_is(format: str, name: str, table: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / name
    write(table, path, format=format)

    assert recognised(path) == format
    assert set(read(path).frame["rating"]) == set(table["rating"])


def test_the_format_may_be_named_where_the_file_does_not_show_it(table: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "franken.dat"
    write(table, path, format="lrc")

    assert len(read(path, format="lrc").frame) == len(table)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("r.csv", b"", "is empty"),
        ("r.parquet", b"reader,case,truth,rating\n", r"ends in .parquet and is no such file"),
        ("r.xlsx", b"reader,case,truth,rating\n", r"ends in .xlsx and is no such file"),
        ("r.parquet", b"PAR1 and no more", "is not a whole Parquet file"),
        ("r.xlsx", b"PK\x03\x04 and no more", "is no whole Excel workbook"),
        ("r.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old or protected Excel workbook; save it as .xlsx"),
        ("r.csv.gz", gzip.compress(b"reader,case,truth,rating\n"), "is compressed; unpack it first"),
        ("r.imrmc", b"NR: 2\n1,2,3,4\n", "the line 'BEGIN DATA:' is missing"),
        ("r.lrc", b"A title\n", "ends where the first reader should stand"),
        ("r.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not UTF-8 text"),
        ("r.bin", b"MZ\x00\x01\x02", "is no text"),
    ],
)
def test_what_is_no_ratings_table_is_refused(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(RatingsError, match=message):
        read(path)


def read_or_refused(path: Path, format: str | None = None) -> Ratings | None:
    """None where it is refused as it should be; any other error fails the test."""
    try:
        return read(path, format=format)
    except RatingsError:
        return None


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from([b"", b"PAR1", b"PK\x03\x04", b"reader,case,truth,rating\n", b"BEGIN DATA:\n", b"t\nR1\n"]),
    rest=st.one_of(st.binary(max_size=60), st.text('R12ab,;\t"\n\r*# .-0', max_size=60).map(str.encode)),
    ending=st.sampled_from([".csv", ".imrmc", ".lrc", ".xlsx", ".parquet"]),
)
def test_rubbish_is_read_or_refused_in_words(start: bytes, rest: bytes, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"rubbish{ending}"
    path.write_bytes(start + rest)

    found = read_or_refused(path)

    assert found is None or {0, 1} == set(found.frame["truth"])


def damaged(table: pd.DataFrame, format: str, path: Path, at: int, byte: int) -> None:
    file = BytesIO()
    write(table, file, format=format)
    content = bytearray(file.getvalue())
    content[at % len(content)] = byte
    path.write_bytes(content)


@pytest.mark.parametrize("format", [name for name, known in FORMATS.items() if known.endings])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_damaged_file_is_read_or_refused_in_words(format: str, at: int, byte: int, tmp_path: Path) -> None:
    path = tmp_path / f"damaged{FORMATS[format].endings[0]}"
    damaged(made_up_study(readers=2, cases=4).drop(columns="call"), format, path, at, byte)

    found = read_or_refused(path, format)

    assert found is None or len(found.frame) > 0


@pytest.mark.parametrize("format", ["parquet", "lrc", "jafroc"])
def test_a_file_that_is_cut_off_is_refused(format: str, table: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "cut"
    write(table, path, format=format)
    path.write_bytes(path.read_bytes()[:-16])

    with pytest.raises(RatingsError, match=r"cut off|whole"):
        read(path, format=format)


@pytest.mark.parametrize(
    ("target", "choices", "message"),
    [
        ("ratings.doc", {}, "no format has the ending '.doc'; name the format, or choose from .csv, .parquet, .imrmc"),
        ("ratings.csv", {"format": "word"}, "format 'word' is not known; choose from csv, parquet, imrmc, lrc, jafroc"),
        ("nowhere/ratings.csv", {}, "there is no folder .*nowhere; make it first"),
        ("ratings.csv", {"phase": "1"}, "CSV carries all phases; leave out the choice of one"),
        ("ratings.lrc", {"phase": "x"}, "no phase is named 'x'; choose from 1"),
        (".", {"format": "csv"}, "is a folder"),
    ],
)
def test_what_cannot_be_written_is_said(
    target: str, choices: dict[str, Any], message: str, table: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(RatingsError, match=message):
        write(table, tmp_path / target, **choices)
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_a_name_needs_a_format(table: pd.DataFrame) -> None:
    with pytest.raises(RatingsError, match="a file without a name needs a format; choose from csv, parquet"):
        write(table, BytesIO())


def test_an_older_file_stays_when_the_new_one_cannot_be_written(table: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "ratings.lrc"
    path.write_text("as it was")

    with pytest.raises(RatingsError):
        write(table.iloc[1:], path)
    assert path.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("format", ["imrmc", "lrc", "jafroc", "mrmcaov"])
def test_calls_without_ratings_cannot_go_into_the_formats_of_other_programs(format: str) -> None:
    calls = made_up_study().drop(columns="rating")

    with pytest.raises(RatingsError, match="no read has a rating, and the format carries nothing else; write CSV"):
        write(calls, BytesIO(), format=format)


@pytest.mark.parametrize("format", ["imrmc", "lrc", "jafroc", "mrmcaov"])
def test_several_phases_are_refused_until_one_is_chosen(format: str) -> None:
    phases = pd.concat([made_up_study(seed=n).assign(phase=f"p{n}") for n in (1, 2)])

    with pytest.raises(RatingsError, match=r"more than one phase \(p1, p2\); choose one"):
        write(phases, BytesIO(), format=format)


@pytest.mark.parametrize("format", ["lrc", "jafroc"])
def test_a_gap_is_refused_where_it_would_be_taken_for_a_rating(format: str, table: pd.DataFrame) -> None:
    with pytest.raises(RatingsError, match=r"reader R1 has not rated case C1 in modality unaided, and .* needs every"):
        write(table.drop(index=1), BytesIO(), format=format)


@pytest.mark.parametrize(
    ("format", "column", "name", "message"),
    [
        ("imrmc", "reader", "Smith, J", "a comma separates the cells"),
        ("imrmc", "case", "a,b", "a comma separates the cells"),
        ("imrmc", "reader", "Truth", "'Truth' is the name of the truth in the format"),
        ("imrmc", "reader", "-1", "'-1' is the name of the truth in the format"),
        ("lrc", "modality", 'the "new" one', "quotes enclose the names of treatments"),
        ("lrc", "reader", "#", "'#' ends the file in the format"),
        ("jafroc", "reader", "Smith, J", "commas separate names in the sheet TRUTH"),
        ("jafroc", "modality", "a,b", "commas separate names in the sheet TRUTH"),
        *((format, "case", "two\nlines", "holds a control character") for format in ("imrmc", "lrc", "jafroc")),
    ],
)
def test_a_name_that_the_format_cannot_hold_is_refused(
    format: str, column: str, name: str, message: str, table: pd.DataFrame
) -> None:
    table[column] = table[column].astype(object)
    table.loc[table[column] == table[column].iloc[0], column] = name

    with pytest.raises(RatingsError, match=f"column '{column}': .*{message}"):
        write(validate(table), BytesIO(), format=format)
