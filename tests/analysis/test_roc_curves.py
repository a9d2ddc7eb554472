"""Every reader has an empirical curve, an area with an interval, and an operating point."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import reader_rocs
from analysis.intervals import newcombe, wilson
from analysis.readers.roc import average_curve, empirical_curve
from analysis.readers.roc_result import RocCurve
from tests.analysis.tables import made_up_study, with_detector

few = settings(max_examples=40, deadline=None)


@st.composite
def curves(draw: st.DrawFn) -> RocCurve:
    scores = draw(st.lists(st.integers(0, 6), min_size=4, max_size=20))
    positive = draw(st.lists(st.booleans(), min_size=len(scores), max_size=len(scores)))
    return empirical_curve(np.array([*scores, 3, 4], dtype=float), np.array([*positive, True, False]))


def test_the_curve_of_four_cases_is_the_one_drawn_by_hand() -> None:
    curve = empirical_curve(np.array([1.0, 2, 2, 4]), np.array([False, False, True, True]))

    assert curve.fpf.tolist() == [0, 0, 0.5, 1]
    assert curve.tpf.tolist() == [0, 0.5, 1, 1]
    assert curve.thresholds.tolist() == [np.inf, 4, 2, 1]


@few
@given(curves())
def test_a_curve_rises_from_corner_to_corner(curve: RocCurve) -> None:
    assert (curve.fpf[0], curve.tpf[0], curve.fpf[-1], curve.tpf[-1]) == (0, 0, 1, 1)
    assert (np.diff(curve.fpf) >= 0).all()
    assert (np.diff(curve.tpf) >= 0).all()
    assert (np.diff(curve.thresholds) < 0).all()


@few
@given(st.lists(curves(), min_size=1, max_size=5))
def test_the_area_of_the_average_is_the_average_of_the_areas(readers: list[RocCurve]) -> None:
    assert average_curve(readers).area == pytest.approx(np.mean([curve.area for curve in readers]), abs=1e-12)


@few
@given(curves())
def test_the_average_of_one_curve_is_that_curve(curve: RocCurve) -> None:
    average = average_curve([curve, curve])

    assert average.area == pytest.approx(curve.area)
    for fpf, tpf in zip(curve.fpf, curve.tpf, strict=True):
        here = average.tpf[average.fpf == fpf]
        assert here.min() - 1e-12 <= tpf <= here.max() + 1e-12


def test_the_trapezoidal_area_is_the_auc() -> None:
    for found in reader_rocs(made_up_study()).readers:
        assert found.curve is not None
        assert found.curve.area == pytest.approx(found.auc)


def test_the_operating_point_is_that_of_the_calls() -> None:
    table = made_up_study()
    rows = table[table["reader"] == "R2"]
    point = reader_rocs(table).readers[1].operating_point

    assert point is not None
    assert point.tpf == rows.loc[rows["truth"] == 1, "call"].mean()
    assert point.fpf == rows.loc[rows["truth"] == 0, "call"].mean()


def test_calls_alone_give_points_and_say_why_there_is_no_curve() -> None:
    result = reader_rocs(made_up_study().drop(columns="rating"))

    assert all(item.auc is None and item.curve is None and item.operating_point for item in result.readers)
    assert result.averages == ()
    assert result.warnings == ("There are no ratings, only calls: no ROC curve, no AUC.",)


def test_a_reader_of_one_class_is_left_without_curve_and_named() -> None:
    table = made_up_study()
    result = reader_rocs(table[(table["reader"] != "R4") | (table["truth"] == 0)])

    assert [item.auc is None for item in result.readers] == [False, False, False, True]
    assert any("R4" in warning and "fewer than two cases of a class" in warning for warning in result.warnings)
    json.dumps(result.to_dict(), allow_nan=False)


def test_detectors_stand_beside_the_readers() -> None:
    result = reader_rocs(with_detector(made_up_study()))

    assert [item.reader for item in result.detectors] == ["Detector"]
    assert len(result.readers) == 4
    assert set(result.to_frame()["kind"]) == {"reader", "average", "detector"}


def test_readers_of_one_modality_are_paired_with_each_other() -> None:
    pairs = reader_rocs(made_up_study(readers=3)).pairs

    assert [(pair.a, pair.b, pair.modality) for pair in pairs] == [
        ("R1", "R2", "unaided"),
        ("R1", "R3", "unaided"),
        ("R2", "R3", "unaided"),
    ]


def test_with_several_modalities_each_reader_is_compared_with_itself() -> None:
    pairs = reader_rocs(made_up_study(readers=2, modalities=("unaided", "aided"))).pairs

    assert [(pair.reader, pair.a, pair.b) for pair in pairs] == [("R1", "unaided", "aided"), ("R2", "unaided", "aided")]


def test_identical_readers_have_no_z() -> None:
    table = made_up_study(readers=1)
    [pair] = reader_rocs(pd.concat([table, table.assign(reader="R2")])).pairs

    assert (pair.difference, pair.z, pair.p, pair.ci) == (0, None, None, None)


@pytest.mark.parametrize("direction", [1, -1])
def test_an_area_of_one_or_zero_has_an_interval_of_some_width(direction: int) -> None:
    table = made_up_study(readers=1, cases=50)
    found = reader_rocs(table.assign(rating=direction * table["truth"])).readers[0]

    assert found.auc == (1 if direction == 1 else 0)
    assert found.se == 0
    assert found.ci is not None
    assert found.ci[1] - found.ci[0] > 0.01
    assert found.interval == "Newcombe score (the estimated variance is zero)"


def test_a_reader_who_always_says_the_same_has_an_interval_around_one_half() -> None:
    found = reader_rocs(made_up_study(readers=1).assign(rating=50)).readers[0]

    assert found.auc == 0.5
    assert found.ci is not None
    assert found.ci[0] < 0.5 < found.ci[1]


@few
@given(st.integers(2, 200), st.integers(2, 200), st.floats(0, 1))
def test_newcombes_limits_are_where_the_estimate_is_just_contradicted(m: int, n: int, estimate: float) -> None:
    for limit in newcombe(estimate, m, n, 0.05):
        if 0 < limit < 1 and limit != estimate:
            size = (m + n) / 2 - 1
            variance = limit * (1 - limit) / (m * n) * (1 + size * ((1 - limit) / (2 - limit) + limit / (1 + limit)))
            assert abs(estimate - limit) == pytest.approx(1.959963984540054 * variance**0.5, rel=1e-6)


def test_wilsons_interval_is_that_of_statsmodels() -> None:
    from statsmodels.stats.proportion import proportion_confint

    for successes, n in ((0, 12), (5, 12), (12, 12)):
        expected = proportion_confint(successes, n, method="wilson")
        assert wilson(successes / n, n, 0.05) == pytest.approx(expected, abs=1e-12)
