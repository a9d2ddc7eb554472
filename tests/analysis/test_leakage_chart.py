"""The confound chart is complete, draws in every theme, and shows under a strict content security policy."""

from __future__ import annotations

import json
from typing import Any

import pytest

from analysis import RatingsError
from analysis.charts import chart_png, chart_svg, leakage_chart
from analysis.charts.leakage import CueArea

AREAS = [
    CueArea("All cues together", "source", 0.97, (0.92, 1.0)),
    CueArea("All cues together", "presentation", 0.45, (0.31, 0.59)),
    CueArea("Exactly grey", "source", 0.99, (0.97, 1.0)),
    CueArea("Noise level", "source", 0.81, (0.7, 0.92)),
    CueArea("Noise level", "presentation", 0.62, (0.48, 0.76)),
]


def rows_of(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for layer in spec["layer"] for row in layer["data"]["values"] if "cue" in row]


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_it_draws_as_svg_and_png_without_expressions(theme: str) -> None:
    chart = leakage_chart(AREAS, theme)
    assert "Exactly grey" in chart_svg(chart)
    assert chart_png(chart, scale=0.5).startswith(b"\x89PNG")
    text = json.dumps(chart.to_dict())
    assert '"url"' not in text
    assert '"expr"' not in text


def test_every_area_is_shown_with_its_interval_in_the_given_order() -> None:
    spec = leakage_chart(AREAS).to_dict()
    told = {(row["cue"], row["stage"], row["AUC"]) for row in rows_of(spec)}
    assert ("Noise level", "As presented", "0.620 (0.480 to 0.760)") in told
    assert len(told) == len(AREAS)
    [order] = {tuple(layer["encoding"]["y"]["sort"]) for layer in spec["layer"] if "y" in layer["encoding"]}
    assert order == ("All cues together", "Exactly grey", "Noise level")


def test_chance_is_marked_and_an_area_below_it_is_in_view() -> None:
    spec = leakage_chart([CueArea("Noise level", "presentation", 0.3, (0.1, 0.5))]).to_dict()
    assert spec["layer"][0]["data"]["values"] == [{"auc": 0.5}]
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0.3, 1]


def test_a_stage_without_areas_has_no_empty_layer() -> None:
    spec = leakage_chart([area for area in AREAS if area.stage == "presentation"]).to_dict()
    assert all(layer["data"]["values"] for layer in spec["layer"])


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(RatingsError, match="theme 'sepia' is not known"):
        leakage_chart(AREAS, "sepia")
