"""Are readers as often right as they say? Reliability curve, Brier's score and its parts, over-confidence."""

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
from sklearn.metrics import brier_score_loss

from analysis import RatingsError, calibration_of_confidence
from analysis.charts import calibration_chart
from analysis.commands import main
from analysis.intervals import wilson
from analysis.readers.reliability import brier, share_interval


def stated(readers: int = 6, cases: int = 60, *, exaggerated: float = 1.0, seed: int = 1) -> pd.DataFrame:
    """Readers who know the chance of each call, and state it with log odds `exaggerated` times as far from 0."""
    rng = np.random.default_rng(seed)
    truth = np.arange(cases) % 2
    reader, case = np.repeat(np.arange(readers), cases), np.tile(np.arange(cases), readers)
    # Signal +d/2 or -d/2 with standard deviation 1: the log odds of synthetic are d times what is seen.
    seen = (truth[case] - 0.5) * 1.5 + rng.normal(size=readers * cases)
    probability = 1 / (1 + np.exp(-1.5 * exaggerated * seen))
    return pd.DataFrame(
        {
            "reader": [f"R{number}" for number in reader],
            "case": case,
            "truth": truth[case],
            "rating": 100 * probability,
            "call": (probability > 0.5).astype(int),
        }
    )


TABLE = stated()


def test_the_parts_of_the_score_are_those_worked_by_hand() -> None:
    """Four times .1, once wrongly; six times .9, once wrongly (Murphy 1973)."""
    p = np.repeat([0.1, 0.9], [4, 6])
    y = np.array([0, 0, 0, 1, 1, 1, 1, 1, 1, 0.0])
    found = brier(p, y, bins=10)

    assert found.score == pytest.approx(0.17)
    assert found.reliability == pytest.approx(0.4 * 0.15**2 + 0.6 * (0.9 - 5 / 6) ** 2)
    assert found.resolution == pytest.approx(0.4 * 0.35**2 + 0.6 * (5 / 6 - 0.6) ** 2)
    assert found.uncertainty == pytest.approx(0.24)
    assert found.within_bins == pytest.approx(0)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30), st.integers(2, 12))
def test_the_parts_make_up_the_score_whatever_the_bins(reads: list[tuple[float, bool]], bins: int) -> None:
    p, y = np.array(reads, dtype=float).T
    found = brier(p, y, bins)

    assert found.score == pytest.approx(np.mean((p - y) ** 2))
    assert found.reliability - found.resolution + found.uncertainty + found.within_bins == pytest.approx(found.score)
    assert min(found.reliability, found.resolution, found.uncertainty) >= 0


def test_each_readers_score_is_that_of_scikit_learn() -> None:
    for found in calibration_of_confidence(TABLE).readers:
        mine = TABLE[TABLE["reader"] == found.reader]
        assert found.brier.score == pytest.approx(brier_score_loss(mine["truth"], mine["rating"] / 100))


def test_over_confidence_is_mean_confidence_minus_share_right() -> None:
    result = calibration_of_confidence(TABLE)
    confidence = 0.5 + (TABLE["rating"] - 50).abs() / 100
    right = (TABLE["call"] == TABLE["truth"]).astype(float)
    of_readers = (confidence - right).groupby(TABLE["reader"]).mean()
    overall = result.figure("over-confidence")

    assert [x.overconfidence for x in result.readers] == pytest.approx(list(of_readers))
    assert overall.estimate == pytest.approx(of_readers.mean())
    assert overall.ci_readers == pytest.approx(stats.t.interval(0.95, 5, of_readers.mean(), stats.sem(of_readers)))
    first = (confidence - right)[TABLE["reader"] == "R0"]
    half = 1.959964 * first.std(ddof=1) / 60**0.5
    assert result.readers[0].ci == pytest.approx((first.mean() - half, first.mean() + half))


def test_readers_who_know_their_chances_are_calibrated_and_those_who_exaggerate_are_not() -> None:
    honest = calibration_of_confidence(stated(8, 400))
    boastful = calibration_of_confidence(stated(8, 400, exaggerated=3))

    low, high = honest.figure("over-confidence").ci or (1, 1)
    assert low < 0 < high
    assert all(x.ci[0] < x.expected < x.ci[1] for x in honest.curve)
    assert (boastful.figure("over-confidence").ci or (0, 0))[0] > 0.05
    assert boastful.figure("reliability").estimate > 3 * honest.figure("reliability").estimate
    # Neither hears of it in what the calls can tell apart.
    assert boastful.figure("share right").estimate == honest.figure("share right").estimate


def test_the_application_states_fifty_plus_or_minus_half_the_confidence() -> None:
    """A call with confidence 80 is rated 90 or 10, and stands for a chance of .9 of being right."""
    table = TABLE.assign(rating=np.where(TABLE["call"] == 1, 90, 10), confidence=80)
    result = calibration_of_confidence(table)

    assert result.scale == (0, 100)
    assert "50 ± confidence/2" in result.method
    assert result.figure("confidence").estimate == pytest.approx(0.9)


def test_another_scale_is_named() -> None:
    fractions = TABLE.assign(rating=TABLE["rating"] / 100)
    by_name = calibration_of_confidence(fractions, scale=(0, 1))

    assert by_name.figure("Brier score").estimate == calibration_of_confidence(TABLE).figure("Brier score").estimate
    assert "from 0 to 1" in by_name.method


def test_without_calls_the_side_of_the_middle_counts() -> None:
    without = calibration_of_confidence(TABLE.drop(columns="call"))
    undecided = TABLE.assign(rating=50.0, call=None)

    assert without.overall == calibration_of_confidence(TABLE).overall
    assert calibration_of_confidence(undecided).figure("share right").estimate == 0.5


def test_calls_against_their_rating_are_counted() -> None:
    table = TABLE.assign(call=TABLE["call"].where(TABLE["case"] > 2, 1 - TABLE["call"]))
    warnings = calibration_of_confidence(table).warnings

    assert any(warning.startswith("18 calls contradict their rating") for warning in warnings)


def test_bins_hold_all_reads_and_one_reader_has_wilsons_interval() -> None:
    result = calibration_of_confidence(TABLE, bins=5)
    alone = result.readers[0].curve[0]

    assert sum(x.reads for x in result.curve) == sum(x.reads for x in result.confidence_curve) == 360
    assert all(x.low <= x.expected <= x.high for x in result.curve)
    assert alone.ci == pytest.approx(wilson(alone.observed, alone.reads, 0.05))


def test_a_probability_on_an_edge_belongs_to_the_bin_above_and_one_to_the_last() -> None:
    edges = TABLE[TABLE["reader"] == "R0"].assign(rating=[0, 30, 70, 100] * 15)

    assert [x.low for x in calibration_of_confidence(edges).curve] == pytest.approx([0, 0.3, 0.7, 0.9])


def test_reads_of_the_same_cases_are_not_independent() -> None:
    """Six readers who all say the same of 20 cases know no more than one; the interval is no narrower."""
    outcome = np.repeat([1.0, 0.0], [12, 8])
    of_six = share_interval(np.tile(outcome, 6), np.repeat(np.arange(6), 20), np.tile(np.arange(20), 6), 0.05)
    of_one = share_interval(outcome, np.zeros(20, dtype=int), np.arange(20), 0.05)

    assert of_six[0] < of_one[0]
    assert of_six[1] > of_one[1]


def test_the_interval_of_a_bins_share_covers_it() -> None:
    """200 studies of 8 readers × 40 cases with random reader and case effects about .7."""
    covered = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        chance = np.clip(0.7 + rng.normal(0, 0.1, (8, 1)) + rng.normal(0, 0.15, (1, 40)), 0, 1)
        outcome = (rng.random((8, 40)) < chance).astype(float).ravel()
        low, high = share_interval(outcome, np.repeat(np.arange(8), 40), np.tile(np.arange(40), 8), 0.05)
        covered.append(low < 0.7 < high)

    assert np.mean(covered) >= 0.92


@settings(max_examples=10)
@given(seed=st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    one, other = calibration_of_confidence(TABLE), calibration_of_confidence(TABLE.sample(frac=1, random_state=seed))

    assert [x.estimate for x in one.overall] == pytest.approx([x.estimate for x in other.overall])
    assert [x.observed for x in one.curve] == pytest.approx([x.observed for x in other.curve])
    assert {x.reader: x.ci for x in one.readers} == {x.reader: pytest.approx(x.ci) for x in other.readers}


@settings(max_examples=10)
@given(seed=st.integers(0, 1000))
def test_the_mirror_image_is_as_well_calibrated(seed: int) -> None:
    """Authentic for synthetic, and the ratings turned round."""
    table = stated(4, 30, seed=seed)
    mirrored = table.assign(truth=1 - table["truth"], rating=100 - table["rating"], call=1 - table["call"])
    one, other = calibration_of_confidence(table), calibration_of_confidence(mirrored)

    for name in ("over-confidence", "Brier score", "share right", "uncertainty"):
        assert one.figure(name).estimate == pytest.approx(other.figure(name).estimate)


def test_one_reader_speaks_for_cases_only() -> None:
    result = calibration_of_confidence(TABLE[TABLE["reader"] == "R1"])

    assert "only as read by this one reader" in result.generalises_to
    assert result.figure("over-confidence").ci_readers is None
    assert result.figure("over-confidence").ci == pytest.approx(result.readers[0].ci)


def test_the_frame_is_what_the_chart_draws_and_all_is_json() -> None:
    result = calibration_of_confidence(TABLE)
    frame = result.to_frame()

    assert calibration_chart(frame[(frame["of"] == "synthetic") & (frame["group"] == "")]).to_dict()
    json.dumps(result.to_dict(), allow_nan=False)
    assert "over-confidence" in str(result)


@pytest.mark.parametrize(
    ("change", "choices", "message"),
    [
        (lambda t: t.assign(rating=t["rating"] // 20 + 1), {}, r"hardly the application's 0 to 100; say which ratings"),
        (lambda t: t.assign(rating=t["rating"] * 2), {}, r"lies outside the scale 0 to 100"),
        (lambda t: t, {"scale": (0, 50)}, r"outside the scale 0 to 50"),
        (lambda t: t, {"scale": (100, 0)}, "the scale 100 to 0 is none"),
        (lambda t: t, {"bins": 1}, "bins is 1 and must be at least 2"),
        (lambda t: t.drop(columns="rating"), {}, "no read has a rating"),
    ],
)
def test_what_is_no_probability_is_refused(
    change: Callable[[pd.DataFrame], pd.DataFrame], choices: dict[str, Any], message: str
) -> None:
    with pytest.raises(RatingsError, match=message):
        calibration_of_confidence(change(TABLE), **choices)


def test_the_command_prints_tables_or_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ratings.csv"
    TABLE.assign(rating=TABLE["rating"] / 100).to_csv(path, index=False)
    assert main(["calibration", str(path)]) == 2
    assert "--scale LOW HIGH" in capsys.readouterr().err

    assert main(["calibration", str(path), "--scale", "0", "1"]) == 0
    assert "generalise" in capsys.readouterr().out

    assert main(["calibration", str(path), "--scale", "0", "1", "--bins", "5", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"overall", "curve", "confidence_curve", "readers", "scale"} <= set(found)
    assert {"expected", "observed", "reads", "ci"} <= set(found["curve"][0])
