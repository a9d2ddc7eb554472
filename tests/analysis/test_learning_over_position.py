"""Accuracy and time in the course of a session: blocks, slopes, learning at the start, tiring at the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis import RatingsError, learning_over_position, regress_accuracy
from analysis.charts import course_chart
from analysis.commands import main
from analysis.effects.learning_result import Course
from tests.analysis.studies_with_traits import study_with_traits

TABLE = study_with_traits(readers=7, cases=40, of_position=1.5)


def course(measure: str, table: pd.DataFrame = TABLE, **choices: Any) -> Course:
    return next(each for each in learning_over_position(table, **choices).courses if each.measure == measure)


def in_order(table: pd.DataFrame, reader: str) -> pd.DataFrame:
    mine = table[table["reader"] == reader].sort_values("position")
    return mine.assign(right=(mine["call"] == mine["truth"]).astype(float))


def test_blocks_are_quarters_of_each_readers_own_order() -> None:
    first = [in_order(TABLE, reader)["right"][:10].mean() for reader in TABLE["reader"].unique()]
    block = course("accuracy").blocks[0]
    low, high = stats.t.interval(0.95, 6, np.mean(first), stats.sem(first))

    assert block.position == 5.5
    assert block.value == pytest.approx(np.mean(first))
    assert block.ci == pytest.approx((low, min(high, 1.0)))
    assert [x.position for x in course("accuracy").blocks] == [5.5, 15.5, 25.5, 35.5]


def test_the_slope_is_the_mean_of_the_readers_slopes_tested_by_t() -> None:
    slopes = [
        stats.linregress(mine["position"], mine["right"]).slope * 100
        for mine in (in_order(TABLE, reader) for reader in TABLE["reader"].unique())
    ]
    found = course("accuracy")

    assert [reader.slope for reader in found.readers] == pytest.approx(slopes)
    assert found.slope.estimate == pytest.approx(np.mean(slopes))
    assert found.slope.p == pytest.approx(stats.ttest_1samp(slopes, 0).pvalue)


def test_seconds_are_geometric_means_and_their_changes_factors() -> None:
    found = course("seconds")
    logs = np.array([np.log(in_order(TABLE, reader)["seconds"]) for reader in TABLE["reader"].unique()])
    quarters = logs.reshape(7, 4, 10).mean(axis=2)

    assert found.blocks[3].value == pytest.approx(np.exp(quarters[:, 3].mean()))
    assert found.end.estimate == pytest.approx((quarters[:, 3] - quarters[:, 1:3].mean(axis=1)).mean())
    assert "factor" in str(learning_over_position(TABLE))


def test_learning_and_tiring_that_were_put_in_are_found() -> None:
    """Wrong at the start until the 10th case, wrong again from the 31st on; in between right."""
    place = TABLE["position"]
    right = ((place > 10) & (place <= 30)) | (place % 3 == TABLE["reader"].str[1:].astype(int) % 3)
    table = TABLE.assign(call=TABLE["truth"].where(right, 1 - TABLE["truth"]))
    found = course("accuracy", table)

    assert found.start.estimate > 0.5
    assert found.end.estimate < -0.5
    assert (found.start.p or 1) < 0.001
    assert (found.end.p or 1) < 0.001
    assert abs(found.slope.estimate) < 0.1


def test_the_curve_is_the_moving_mean_of_a_fifth_of_the_session() -> None:
    found = course("accuracy")
    in_the_middle = [in_order(TABLE, reader)["right"][16:24].mean() for reader in TABLE["reader"].unique()]

    assert len(found.curve) == 21
    assert found.curve[10].value == pytest.approx(np.mean(in_the_middle))
    assert (found.curve[0].position, found.curve[10].position, found.curve[20].position) == (1, 20.5, 40)
    assert all(x.ci is not None and x.ci[0] <= x.value <= x.ci[1] for x in found.curve)


def test_the_regression_is_that_of_right_calls_on_hundreds_of_cases() -> None:
    found = learning_over_position(TABLE).regression
    [peer] = regress_accuracy(TABLE, by="position").coefficients

    assert found is not None
    assert found.coefficients[0].estimate == pytest.approx(peer.estimate * 100)
    assert found.coefficients[0].p == pytest.approx(peer.p)


def test_readers_with_different_numbers_of_cases_have_blocks_of_their_own() -> None:
    shorter = TABLE[(TABLE["reader"] != "R1") | (TABLE["position"] <= 20)]
    found = course("accuracy", shorter)
    mine = in_order(shorter, "R1")["right"]

    assert found.readers[0].blocks == pytest.approx([mine[k : k + 5].mean() for k in range(0, 20, 5)])
    assert found.slope.readers == 7


def test_a_reader_with_too_few_reads_is_left_out_and_named() -> None:
    few = TABLE[(TABLE["reader"] != "R1") | (TABLE["position"] <= 7)]
    found = learning_over_position(few)

    assert found.courses[0].slope.readers == 6
    assert "R1: too few reads for 4 blocks of accuracy; left out there." in found.warnings


def test_one_order_for_all_readers_is_warned_of() -> None:
    same = TABLE.assign(position=TABLE["case"].str[1:].astype(int))

    assert any("same order" in warning for warning in learning_over_position(same).warnings)
    assert not any("same order" in warning for warning in learning_over_position(TABLE).warnings)


def test_one_reader_has_a_course_without_intervals() -> None:
    found = course("accuracy", TABLE[TABLE["reader"] == "R2"])

    assert found.slope.ci is None
    assert found.blocks[0].ci is None


def test_seconds_alone_have_a_course_and_no_regression() -> None:
    found = learning_over_position(TABLE.drop(columns="call"))

    assert [each.measure for each in found.courses] == ["seconds"]
    assert found.regression is None


def test_times_of_zero_have_no_logarithm_and_are_left_out() -> None:
    zero = TABLE.assign(seconds=TABLE["seconds"].where(TABLE["position"] != 1, 0))
    without = TABLE.assign(seconds=TABLE["seconds"].where(TABLE["position"] != 1))

    assert course("seconds", zero) == course("seconds", without)


@settings(max_examples=10)
@given(seed=st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    shuffled = TABLE.sample(frac=1, random_state=seed)
    one, other = course("accuracy"), course("accuracy", shuffled)

    assert one.slope.p == pytest.approx(other.slope.p)
    assert [x.value for x in one.curve] == pytest.approx([x.value for x in other.curve])


@settings(max_examples=15)
@given(factor=st.floats(0.01, 100))
def test_the_unit_of_time_changes_no_factor(factor: float) -> None:
    one, other = course("seconds"), course("seconds", TABLE.assign(seconds=TABLE["seconds"] * factor))

    assert (one.slope.estimate, one.end.p) == pytest.approx((other.slope.estimate, other.end.p))
    assert other.blocks[0].value == pytest.approx(one.blocks[0].value * factor)


def test_no_learning_is_rarely_taken_for_learning() -> None:
    """40 studies of 6 readers × 40 cases without effect of the position."""
    p = [course("accuracy", study_with_traits(readers=6, seed=seed)).slope.p or 1.0 for seed in range(40)]

    assert np.mean(np.array(p) < 0.05) < 0.15


def test_the_frame_is_what_the_chart_draws() -> None:
    frame = learning_over_position(TABLE).to_frame()
    drawn = frame[(frame["measure"] == "accuracy") & (frame["part"] == "block")]

    assert set(drawn["who"]) == {"", *TABLE["reader"]}
    assert len(drawn) == 4 * 8
    assert course_chart(drawn, y_title="Accuracy").to_dict()


@pytest.mark.parametrize(
    ("change", "choices", "message"),
    [
        (lambda t: t.drop(columns="position"), {}, "column 'position': there is none"),
        (lambda t: t.drop(columns=["call", "seconds"]), {}, "no reader has 8 reads with one of them"),
        (lambda t: t, {"blocks": 2}, "blocks is 2 and must be at least 3"),
        (lambda t: t, {"blocks": 30}, "no reader has 60 reads"),
        (
            lambda t: t.assign(phase=np.where(t["position"] > 20, "b", "a")),
            {"phase": ["a", "b"]},
            "positions begin anew in each phase",
        ),
    ],
)
def test_what_has_no_course_is_said(
    change: Callable[[pd.DataFrame], pd.DataFrame], choices: dict[str, Any], message: str
) -> None:
    with pytest.raises(RatingsError, match=message):
        learning_over_position(change(TABLE), **choices)


def test_the_command_prints_tables_or_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ratings.csv"
    TABLE.to_csv(path, index=False)
    assert main(["learning", str(path)]) == 0
    assert "generalise" in capsys.readouterr().out

    assert main(["learning", str(path), "--blocks", "5", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [len(each["blocks"]) for each in found["courses"]] == [5, 5]
    assert {"slope", "start", "end", "curve", "readers"} <= set(found["courses"][0])

    assert main(["learning", str(path), "--blocks", "1"]) == 2
    assert "at least 3" in capsys.readouterr().err
