"""What is written and read again is the same, in every format, for whatever the format can carry."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import Ratings, obuchowski_rockette, read, reader_rocs, validate, write
from analysis.table.files import FORMATS
from tests.analysis.drawn_tables import NAMES, crossed, whole
from tests.analysis.tables import made_up_study, with_detector

CARRIED = ["reader", "modality", "case", "truth", "rating"]
OF_OTHERS = [name for name, known in FORMATS.items() if not known.whole]
UNFIT = {"imrmc": ",", "lrc": '"', "jafroc": ",", "mrmcaov": ""}
WITH_GAPS = crossed(
    kind=st.sampled_from(["a", "b", "c", "d", "e"]), ratings=st.sampled_from([1.0, 2.0, float("nan")])
).filter(lambda table: table.dropna()["truth"].nunique() == 2)

few = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def there_and_back(table: pd.DataFrame | Ratings, format: str) -> Ratings:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"ratings{(FORMATS[format].endings or ('.csv',))[0]}"
        write(table, path, format=format)
        return read(path)


def as_plain(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({name: object for name in frame.columns if frame[name].dtype == "category"})


def sorted_reads(ratings: Ratings) -> pd.DataFrame:
    frame = as_plain(ratings.frame)[CARRIED]
    return frame.sort_values(["reader", "modality", "case"], ignore_index=True)


@pytest.mark.parametrize("format", ["csv", "parquet"])
@few
@given(table=whole())
def test_csv_and_parquet_carry_everything_row_by_row(format: str, table: pd.DataFrame) -> None:
    before, after = validate(table).frame, there_and_back(table, format).frame

    pd.testing.assert_frame_equal(as_plain(after), as_plain(before), check_dtype=False)


@pytest.mark.parametrize("format", OF_OTHERS)
@few
@given(data=st.data())
def test_formats_of_other_programs_carry_ratings_to_the_last_digit(format: str, data: st.DataObject) -> None:
    fit = NAMES.filter(
        lambda name: not any(sign in name for sign in UNFIT[format]) and name not in ("-1", "truth", "#")
    )
    table = data.draw(crossed(kind=fit))

    after = sorted_reads(there_and_back(table, format))

    pd.testing.assert_frame_equal(after, sorted_reads(validate(table)), check_dtype=False, check_exact=True)


@pytest.mark.parametrize("format", ["imrmc", "mrmcaov"])
@few
@given(table=WITH_GAPS)
def test_gaps_are_carried_where_the_format_knows_them(format: str, table: pd.DataFrame) -> None:
    after = sorted_reads(there_and_back(table, format))

    expected = sorted_reads(validate(table.dropna().reset_index(drop=True)))
    pd.testing.assert_frame_equal(after, expected, check_dtype=False)


@pytest.mark.parametrize("format", list(FORMATS))
def test_results_are_the_same_from_every_format(format: str) -> None:
    table = made_up_study(modalities=("unaided", "aided"))
    after = there_and_back(table.drop(columns="call"), format)

    before = obuchowski_rockette(table)
    again = obuchowski_rockette(after)
    assert (again.test, again.differences, again.components) == (before.test, before.differences, before.components)
    assert [one.auc for one in reader_rocs(after).readers] == [one.auc for one in reader_rocs(table).readers]


@pytest.mark.parametrize("format", list(FORMATS))
def test_a_binary_file_in_memory_is_written_like_one_on_the_disk(format: str, tmp_path: Path) -> None:
    table, file, path = made_up_study(), BytesIO(), tmp_path / "file"

    said = write(table, file, format=format)

    assert said == write(table, path, format=format)
    assert not file.closed
    if format != "jafroc":  # A workbook holds the time at which it was made.
        assert file.getvalue() == path.read_bytes()


@pytest.mark.parametrize("format", OF_OTHERS)
def test_what_is_left_out_is_named(format: str) -> None:
    first = with_detector(made_up_study(cases=6)).assign(phase="test", seconds=1.5)
    again = first[(first["kind"] == "human") & (first["case"] == "C0")].assign(reread=1)

    said = write(pd.concat([first.assign(reread=0), again]), BytesIO(), format=format)

    assert said.reads == 24
    assert said.left_out == (
        "6 rows of detectors (Detector)",
        "4 repeated reads",
        "the name of the phase (test)",
        "columns call, seconds",
    )
    assert str(said).endswith("; the name of the phase (test); columns call, seconds")


def test_a_phase_is_chosen_and_the_others_are_named() -> None:
    table = pd.concat([made_up_study(seed=n).assign(phase=f"p{n}") for n in (1, 2)]).drop(columns="call")

    said = write(table, BytesIO(), format="imrmc", phase="p2")

    assert (said.reads, said.left_out) == (120, ("120 reads of other phases", "the name of the phase (p2)"))


def test_a_table_of_ratings_only_leaves_nothing_out() -> None:
    for format in FORMATS:
        said = write(made_up_study().drop(columns="call"), BytesIO(), format=format)
        assert (said.format, said.reads, said.left_out) == (format, 120, ())
        assert str(said).endswith("nothing is left out")
