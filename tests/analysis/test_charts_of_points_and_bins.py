"""Charts of operating points, calibration, agreement, difficulty and ratings say what their tables say."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import altair as alt
import numpy as np
import pandas as pd
import pytest

from analysis import RatingsError
from analysis.charts import (
    agreement_chart,
    calibration_chart,
    chart_png,
    chart_svg,
    difficulty_chart,
    operating_chart,
    ratings_chart,
)
from tests.analysis.chart_specs import (
    THEMES,
    assert_holds_its_data_and_no_expression,
    domain_of,
    range_of,
    rows_of,
)

READERS = [f"R{n}" for n in range(1, 6)]


def points() -> pd.DataFrame:
    readers = pd.DataFrame(
        {
            "who": READERS,
            "kind": "reader",
            "group": ["chest", "bone", "chest", "bone", "neuro"],
            "sensitivity": [0.8, 0.7, 0.9, 0.6, 0.75],
            "specificity": [0.7, 0.9, 0.6, 0.85, 0.752],
        }
    )
    mean = {"who": "Mean of 5", "kind": "mean", "sensitivity": 0.75, "specificity": 0.76}
    ends = {"sensitivity_low": 0.7, "sensitivity_high": 0.8, "specificity_low": 0.6, "specificity_high": 0.9}
    detector = {"who": "Net 1", "kind": "detector", "sensitivity": 0.95, "specificity": 0.9}
    return pd.concat([readers, pd.DataFrame([mean | ends, detector])], ignore_index=True)


def bins() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "expected": [0.1, 0.5, 0.9],
            "observed": [0.2, 0.5, 0.8],
            "low": [0.1, 0.4, None],
            "high": [0.3, 0.6, None],
            "n": [120, 40, 80],
        }
    )


def kappas() -> pd.DataFrame:
    values = iter([0.9, 0.8, 0.1, 0.2, 0.85, 0.15, 0.1, 0.05, 0.12, None])
    return pd.DataFrame([{"a": a, "b": b, "estimate": next(values)} for a, b in combinations(READERS, 2)])


def cases() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "case": [f"C{n}" for n in range(8)],
            "truth": [0, 0, 0, 0, 1, 1, 1, 1],
            "right": [1.0, 1.0, 0.5, 0.0, 0.0, 0.5, 0.5, 0.9],
        }
    )


def reads(distinct: int = 100) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    truth = np.arange(400) % 2
    return pd.DataFrame({"truth": truth, "rating": rng.integers(0, distinct, 400) + truth})


CHARTS: dict[str, Callable[[str], alt.LayerChart]] = {
    "operating": lambda theme: operating_chart(points(), theme),
    "calibration": lambda theme: calibration_chart(bins(), theme),
    "agreement": lambda theme: agreement_chart(kappas(), theme),
    "difficulty": lambda theme: difficulty_chart(cases(), theme),
    "ratings": lambda theme: ratings_chart(reads(), theme),
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", CHARTS)
def test_they_draw_as_svg_and_png_under_a_strict_policy(name: str, theme: str) -> None:
    chart = CHARTS[name](theme)

    assert_holds_its_data_and_no_expression(chart.to_dict())
    assert chart_svg(chart).startswith("<svg")
    assert chart_png(chart, scale=0.5).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", CHARTS)
def test_they_have_words_for_those_who_cannot_see_them(name: str) -> None:
    assert len(CHARTS[name]("light").to_dict()["description"]) > 20


@pytest.mark.parametrize("name", CHARTS)
def test_an_unknown_theme_is_refused(name: str) -> None:
    with pytest.raises(RatingsError, match="theme 'sepia' is not known"):
        CHARTS[name]("sepia")


def test_groups_of_readers_are_told_apart_by_shape_as_well_as_hue() -> None:
    spec = operating_chart(points()).to_dict()

    assert domain_of(spec, "shape") == ["chest", "bone", "neuro", "Mean of 5", "Net 1"]
    shapes, hues = range_of(spec, "shape"), range_of(spec, "color")
    assert len(set(shapes)) == len(set(hues)) == 5
    assert shapes[3:] == ["cross", "diamond"]


def test_an_operating_point_lies_at_its_fractions_with_the_interval_turned_round() -> None:
    rows = {row["who"]: row for row in rows_of(operating_chart(points()).to_dict()) if "who" in row}

    assert (rows["R3"]["fpf"], rows["R3"]["tpf"]) == pytest.approx((0.4, 0.9))
    assert (rows["Mean of 5"]["fpf_low"], rows["Mean of 5"]["fpf_high"]) == pytest.approx((0.1, 0.4))


def test_only_points_that_stand_clear_are_named() -> None:
    spec = operating_chart(points()).to_dict()
    [names] = [layer for layer in spec["layer"] if layer["encoding"].get("text", {}).get("field") == "who"]

    assert [row["who"] for row in names["data"]["values"]] == ["R1", "R2", "R3", "R4"], "R5 is at the mean"


def test_readers_without_groups_share_one_entry() -> None:
    alone = points()[["who", "sensitivity", "specificity"]].head(3)

    assert domain_of(operating_chart(alone).to_dict(), "color") == ["Readers"]


def test_calibration_shows_each_bin_with_its_reads_and_the_line_of_agreement() -> None:
    spec = calibration_chart(bins(), domain=(0, 1)).to_dict()

    identity = spec["layer"][0]["data"]["values"]
    assert [(row["expected"], row["observed"]) for row in identity] == [(0, 0), (1, 1)]
    shown = spec["layer"][-1]["data"]["values"]
    assert [row["n"] for row in shown] == [120, 40, 80]
    assert [row["interval"] for row in shown] == ["0.100 to 0.300", "0.400 to 0.600", "no interval"]


def test_groups_in_calibration_have_shapes_of_their_own() -> None:
    two = pd.concat([bins().assign(group="fellows"), bins().assign(group="residents")])
    spec = calibration_chart(two).to_dict()

    assert domain_of(spec, "color") == ["fellows", "residents"]
    assert range_of(spec, "shape") == ["circle", "square"]


def test_agreement_has_a_number_in_each_cell_and_readers_by_their_mean() -> None:
    spec = agreement_chart(kappas()).to_dict()
    cells = spec["layer"][0]["data"]["values"]

    assert len(cells) == 10
    order = [*spec["layer"][0]["encoding"]["x"]["sort"], spec["layer"][0]["encoding"]["y"]["sort"][-1]]
    assert order == ["R1", "R2", "R3", "R5", "R4"], "R4 agrees least"
    assert {row["pair"]: row["number"] for row in cells}["R1, R2"] == "0.90"
    assert sum(len(layer["data"]["values"]) for layer in spec["layer"][1:]) == 10


def test_a_coefficient_that_is_not_defined_is_a_dash() -> None:
    cells = agreement_chart(kappas()).to_dict()["layer"][0]["data"]["values"]

    [undefined] = [row for row in cells if row["estimate"] is None]
    assert (undefined["number"], undefined["agreement"]) == ("–", "not defined")


@pytest.mark.parametrize(("readers", "layers", "named"), [(12, 2, True), (25, 1, True), (80, 1, False)])
def test_many_readers_have_their_numbers_and_then_their_names_in_the_tooltip_only(
    readers: int, layers: int, named: bool
) -> None:
    pairs = pd.DataFrame([{"a": f"R{a}", "b": f"R{b}", "estimate": 0.3} for a, b in combinations(range(readers), 2)])
    spec = agreement_chart(pairs).to_dict()

    assert len(spec["layer"]) == layers
    assert spec["layer"][0]["encoding"]["y"]["axis"]["labels"] is named
    assert spec["width"] <= 480


def test_cases_stack_away_from_the_line_between_the_classes() -> None:
    rows = rows_of(difficulty_chart(cases()).to_dict())
    heights = {row["case"]: row["height"] for row in rows if "case" in row}

    assert heights["C0"] == 1
    assert heights["C1"] == 2
    assert heights["C5"] == -1
    assert heights["C6"] == -2


def test_cases_in_which_nobody_was_right_are_ringed() -> None:
    rings = difficulty_chart(cases()).to_dict()["layer"][-1]

    assert rings["mark"]["filled"] is False
    assert [row["case"] for row in rings["data"]["values"]] == ["C3", "C4"]


def test_without_such_cases_there_is_no_ring() -> None:
    assert len(difficulty_chart(cases().query("right > 0")).to_dict()["layer"]) == 2


def test_the_classes_have_the_same_hue_and_sign_in_every_chart() -> None:
    difficulty, ratings = difficulty_chart(cases()).to_dict(), ratings_chart(reads()).to_dict()

    assert range_of(difficulty, "color") == range_of(ratings, "color")
    assert range_of(difficulty, "shape") == ["circle", "triangle-up"]
    assert range_of(ratings, "strokeDash") == [[1, 0], [7, 3]]


def test_the_shares_of_each_class_add_to_one() -> None:
    steps = pd.DataFrame(ratings_chart(reads()).to_dict()["data"]["values"])

    for _, of_class in steps.groupby("class"):
        assert of_class["share"].iloc[:-1].sum() == pytest.approx(1, abs=1e-4)


def test_few_distinct_ratings_have_a_bin_each() -> None:
    steps = pd.DataFrame(ratings_chart(reads(distinct=4)).to_dict()["data"]["values"])

    authentic = steps[steps["class"] == "authentic"]
    assert authentic["rating"].tolist() == [-0.5, 0.5, 1.5, 2.5, 3.5, 4.5]


def test_few_distinct_ratings_have_a_tick_each() -> None:
    axes = [ratings_chart(reads(distinct)).to_dict()["layer"][0]["encoding"]["x"]["axis"] for distinct in (4, 100)]

    assert axes[0]["values"] == [0, 1, 2, 3, 4]
    assert "values" not in axes[1]


def test_one_rating_for_everything_still_draws() -> None:
    assert chart_svg(ratings_chart(reads().assign(rating=7))).startswith("<svg")
