"""Charts are complete, readable without colour, and show under a strict content security policy."""

from __future__ import annotations

import json
import warnings
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from analysis import RatingsError, obuchowski_rockette, reader_rocs
from analysis.charts import chart_png, chart_svg, forest_chart, roc_chart
from analysis.readers.roc_result import RocResult
from tests.analysis.tables import made_up_study, with_detector

THEMES = ("light", "dark", "print")


def rocs(readers: int = 4, **choices: Any) -> RocResult:
    return reader_rocs(with_detector(made_up_study(readers=readers, **choices)))


def legend_of(spec: dict[str, Any]) -> list[str]:
    [scale] = {
        json.dumps(layer["encoding"]["color"]["scale"]) for layer in spec["layer"] if "color" in layer["encoding"]
    }
    return list(json.loads(scale)["domain"])


def rows_of(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for layer in spec["layer"] for row in layer["data"]["values"]]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("readers", [1, 8, 17])
def test_the_roc_chart_draws_as_svg_and_png(theme: str, readers: int) -> None:
    chart = roc_chart(rocs(readers), theme)

    assert chart_svg(chart).startswith("<svg")
    assert chart_png(chart, scale=0.5).startswith(b"\x89PNG")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("metric", ["auc", "accuracy"])
def test_the_forest_chart_draws_as_svg_and_png(theme: str, metric: str) -> None:
    chart = forest_chart(obuchowski_rockette(made_up_study(), metric=metric), theme)

    assert "Mean of 4" in chart_svg(chart)
    assert chart_png(chart, scale=0.5).startswith(b"\x89PNG")


def test_a_few_readers_are_told_apart_in_the_legend() -> None:
    legend = legend_of(roc_chart(rocs(4)).to_dict())

    assert [name.split(",")[0] for name in legend] == ["R1", "R2", "R3", "R4", "Readers’ average", "Detector"]
    assert all("AUC 0." in name for name in legend)


def test_many_readers_share_one_entry_and_keep_their_names_in_the_tooltip() -> None:
    spec = roc_chart(rocs(17)).to_dict()

    assert legend_of(spec)[0] == "Readers (17)"
    assert {f"R{number}" for number in range(1, 18)} <= {row.get("who") for row in rows_of(spec)}


def test_with_two_modalities_the_hue_tells_the_modality() -> None:
    legend = legend_of(roc_chart(rocs(3, modalities=("unaided", "aided"))).to_dict())

    assert legend[:2] == ["unaided: readers", "aided: readers"]


def test_calls_alone_are_points_with_their_mean() -> None:
    result = reader_rocs(with_detector(made_up_study()).drop(columns="rating"))
    spec = roc_chart(result).to_dict()

    assert {layer["mark"]["type"] for layer in spec["layer"][1:]} == {"point"}
    points = {row["who"]: row for row in rows_of(spec) if "who" in row}
    assert {"R1", "Readers’ average", "Detector"} <= set(points)
    mean = sum(points[f"R{number}"]["tpf"] for number in range(1, 5)) / 4
    assert points["Readers’ average"]["tpf"] == pytest.approx(mean, abs=1e-5)


def test_a_detector_named_like_a_reader_has_its_own_entry() -> None:
    result = reader_rocs(with_detector(made_up_study(), name="R1"))

    assert any(name.startswith("R1 (detector)") for name in legend_of(roc_chart(result).to_dict()))


def test_lines_on_a_straight_stretch_are_left_out_without_changing_the_area() -> None:
    spec = roc_chart(rocs(1, cases=200)).to_dict()
    rows = [row for row in rows_of(spec) if row.get("who") == "R1" and "order" in row]

    area = sum((b["fpf"] - a["fpf"]) * (a["tpf"] + b["tpf"]) / 2 for a, b in pairwise(rows))
    assert area == pytest.approx(reader_rocs(made_up_study(readers=1, cases=200)).readers[0].auc, abs=1e-5)


@pytest.mark.parametrize("theme", THEMES)
def test_charts_hold_their_data_and_no_expression(theme: str) -> None:
    for chart in (roc_chart(rocs(8), theme), forest_chart(obuchowski_rockette(made_up_study()), theme)):
        text = json.dumps(chart.to_dict())
        assert '"url"' not in text
        assert '"expr"' not in text
        assert "calculate" not in text


def test_the_same_results_give_the_same_chart() -> None:
    assert roc_chart(rocs(8)).to_json() == roc_chart(rocs(8)).to_json()


def test_the_forest_chart_shows_readers_without_an_interval() -> None:
    table = made_up_study(modalities=("unaided", "aided"))
    result = obuchowski_rockette(table.assign(rating=table["truth"]))

    assert "no interval" in json.dumps(forest_chart(result).to_dict())


def test_a_crowd_in_the_forest_chart_stands_in_the_order_of_its_estimates() -> None:
    result = obuchowski_rockette(made_up_study(readers=45, cases=20), metric="accuracy")
    order = forest_chart(result).to_dict()["layer"][0]["encoding"]["y"]["sort"]
    estimates = {item.reader: item.estimate for item in result.per_reader}

    assert order[-1] == "Mean of 45"
    assert [estimates[reader] for reader in order[:-1]] == sorted(estimates.values(), reverse=True)


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(RatingsError, match="theme 'sepia' is not known; choose from light, dark, print"):
        roc_chart(rocs(), "sepia")


def test_drawing_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chart_svg(roc_chart(reader_rocs(pd.concat([made_up_study(readers=2)]))))


def test_no_layer_is_empty_for_vega_would_warn_of_its_infinite_extent() -> None:
    perfect = [("R1", case, case % 2, 50 + (case % 2) * 10) for case in range(8)]
    also_perfect = [("R2", case, truth, rating) for _, case, truth, rating in perfect]
    table = pd.DataFrame(perfect + also_perfect, columns=["reader", "case", "truth", "rating"])
    result = obuchowski_rockette(table)
    assert result.modalities[0].ci is None, "two perfect readers leave the mean without an interval"
    assert all(layer["data"]["values"] for layer in forest_chart(result).to_dict()["layer"])
