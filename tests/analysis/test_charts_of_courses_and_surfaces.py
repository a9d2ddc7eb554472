"""Charts of courses, power, differences and bands, and the flow figure."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from analysis import RatingsError, obuchowski_rockette, reader_rocs
from analysis.charts import (
    chart_png,
    chart_svg,
    course_chart,
    difference_chart,
    flow_svg,
    interval_chart,
    power_chart,
    roc_chart,
    svg_png,
)
from analysis.charts.flow import Step
from analysis.charts.themes import THEMES as LOOKS
from analysis.readers.band import average_roc_band
from tests.analysis.chart_specs import THEMES, assert_holds_its_data_and_no_expression, range_of, rows_of
from tests.analysis.tables import made_up_study, with_detector


def course() -> pd.DataFrame:
    mean = pd.DataFrame(
        {"position": [5, 15, 25], "value": [0.6, 0.7, 0.8], "low": [0.5, 0.6, 0.7], "high": [0.7, 0.8, 0.9]}
    )
    single = pd.DataFrame({"who": ["R1", "R1", "R2", "R2"], "position": [5, 25, 5, 25], "value": [0.5, 0.9, 0.7, 0.7]})
    return pd.concat([single, mean])


def surface() -> pd.DataFrame:
    return pd.DataFrame(
        [{"readers": r, "cases": c, "power": min(0.999, r * c / 1000)} for r in (4, 8, 12) for c in (50, 100, 200)]
    )


def flow(theme: str = "light") -> str:
    return flow_svg(
        [Step("18 readers enrolled", {"withdrew": 1}), Step("17 readers analysed")],
        [Step("170 cases <in> the cohort & more", {"excluded": 6}), Step("164 cases\n82 synthetic, 82 authentic")],
        [Step("2,788 reads asked for", {"missing": 12}), Step("2,776 reads analysed")],
        theme,
    )


@pytest.mark.parametrize("theme", THEMES)
def test_they_draw_as_svg_and_png_under_a_strict_policy(theme: str) -> None:
    for chart in (course_chart(course(), theme, y_title="Accuracy", reference=0.5), power_chart(surface(), theme)):
        assert_holds_its_data_and_no_expression(chart.to_dict())
        assert chart_svg(chart).startswith("<svg")
        assert chart_png(chart, scale=0.5).startswith(b"\x89PNG")


def test_a_course_has_thin_readers_a_bold_mean_and_its_band() -> None:
    spec = course_chart(course(), y_title="Accuracy").to_dict()
    readers, band, mean = spec["layer"]

    assert [layer["mark"]["type"] for layer in (readers, band, mean)] == ["line", "area", "line"]
    assert readers["mark"]["strokeWidth"] < mean["mark"]["strokeWidth"]
    assert {row["who"] for row in readers["data"]["values"]} == {"R1", "R2"}
    assert [row["interval"] for row in mean["data"]["values"]] == ["0.500 to 0.700", "0.600 to 0.800", "0.700 to 0.900"]


def test_a_course_without_readers_or_band_draws_its_mean_alone() -> None:
    alone = course().loc[lambda rows: rows["who"].isna(), ["position", "value"]]

    assert len(course_chart(alone, y_title="Seconds", from_zero=True).to_dict()["layer"]) == 1


def test_a_frame_holds_the_fewest_cases_that_reach_the_target() -> None:
    spec = power_chart(surface(), target=0.8).to_dict()
    frames = spec["layer"][-1]

    assert frames["mark"]["filled"] is False
    assert [(row["readers"], row["cases"]) for row in frames["data"]["values"]] == [(4, 200), (8, 100), (12, 100)]


def test_power_is_said_in_numbers_that_claim_no_more_than_there_is() -> None:
    cells = power_chart(surface()).to_dict()["layer"][0]["data"]["values"]
    numbers = {(row["readers"], row["cases"]): row["number"] for row in cells}

    assert numbers[(8, 100)] == "80"
    assert numbers[(12, 200)] == "> 99"
    nearly = power_chart(pd.DataFrame([{"readers": 4, "cases": 50, "power": 0.7999}])).to_dict()["layer"]
    assert nearly[0]["data"]["values"][0]["number"] == "79"
    assert len(nearly) == 2, "no frame where the target is not reached"


def test_a_power_that_is_not_defined_is_a_dash() -> None:
    rows = rows_of(power_chart(pd.DataFrame([{"readers": 1, "cases": 50, "power": None}])).to_dict())

    assert {row["number"] for row in rows} == {"–"}


@pytest.mark.parametrize("theme", THEMES)
def test_numbers_on_the_ramp_can_be_read_on_every_shade(theme: str) -> None:
    """Contrast of at least 4.5 to 1, as the Web Content Accessibility Guidelines ask for."""

    def luminance(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    look = LOOKS[theme]
    for stop, ground in enumerate(look.ramp):
        ink = look.on_ramp(stop / (len(look.ramp) - 1))
        light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_differences_stand_about_a_line_at_none_with_their_mean_below() -> None:
    result = obuchowski_rockette(made_up_study(modalities=("unaided", "aided")))
    chart = difference_chart(result)

    assert chart is not None
    spec = chart.to_dict()
    assert spec["layer"][0]["data"]["values"] == [{"value": 0}]
    rows = {row["who"]: row for row in rows_of(spec) if "who" in row}
    assert rows["Mean of 4"]["value"] == result.differences[0].estimate
    assert rows["R1"]["value"] == result.per_reader_differences[0].estimate
    assert "AUC, unaided − aided (95 % CI)" in str(spec["layer"][1]["encoding"]["x"]["title"])


def test_one_modality_has_no_differences() -> None:
    assert difference_chart(obuchowski_rockette(made_up_study())) is None


def test_several_pairs_of_modalities_are_told_apart() -> None:
    chart = difference_chart(obuchowski_rockette(made_up_study(modalities=("a", "b", "c"))))

    assert chart is not None
    legend = chart.to_dict()["layer"][1]["encoding"]["color"]["scale"]["domain"]
    assert legend == ["a − b", "a − c", "b − c"]


def test_any_estimates_can_stand_in_a_forest_with_true_minus_signs() -> None:
    frame = pd.DataFrame({"who": ["knee", "hand"], "estimate": [-0.1, 0.2], "low": [-0.2, None], "high": [0.05, None]})
    rows = rows_of(interval_chart(frame, title="Difference").to_dict())

    words = {row["who"]: row["words"] for row in rows}
    assert words == {"knee": "−0.100 (−0.200 to 0.050)", "hand": "0.200 (no interval)"}


def test_the_average_curve_may_have_a_band_behind_it() -> None:
    table = with_detector(made_up_study())
    spec = roc_chart(reader_rocs(table), bands=[average_roc_band(table, draws=50, points=11)]).to_dict()
    band = spec["layer"][1]

    assert band["mark"]["type"] == "area"
    assert len(band["data"]["values"]) == 11
    assert band["data"]["values"][0]["series"].startswith("Readers’ average, AUC")


def test_averages_of_modalities_differ_in_their_dashes_too() -> None:
    spec = roc_chart(reader_rocs(made_up_study(modalities=("unaided", "aided")))).to_dict()

    dashes = range_of(spec, "strokeDash")
    assert dashes[-2] != dashes[-1]


@pytest.mark.parametrize("theme", THEMES)
def test_the_flow_figure_is_a_document_that_can_be_drawn(theme: str) -> None:
    svg = flow(theme)

    assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314
    assert svg_png(svg, scale=0.5).startswith(b"\x89PNG")


def test_the_flow_figure_says_who_was_left_out_and_escapes_what_people_write() -> None:
    svg = flow()

    for words in ("18 readers enrolled", "withdrew: 1", "excluded: 6", "82 synthetic, 82 authentic", "missing: 12"):
        assert words in svg
    assert "170 cases &lt;in&gt; the cohort" in svg
    assert "18 readers enrolled; 17 readers analysed" in re.findall("<desc>(.*?)</desc>", svg)[0]


def test_boxes_of_the_flow_figure_do_not_overlap() -> None:
    places = [
        tuple(int(number) for number in found)
        for found in re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)" rx', flow())
    ]
    assert len(places) == 9
    for number, (x, y, width, height) in enumerate(places):
        for other_x, other_y, other_width, other_height in places[number + 1 :]:
            apart = x + width <= other_x or other_x + other_width <= x
            assert apart or y + height <= other_y or other_y + other_height <= y


def test_two_streams_alone_need_no_joint() -> None:
    assert "reads" not in flow_svg([Step("3 readers")], [Step("40 cases")])


def test_an_unknown_theme_is_refused() -> None:
    for draw in (lambda: power_chart(surface(), "sepia"), lambda: flow("sepia")):
        with pytest.raises(RatingsError, match="theme 'sepia' is not known"):
            draw()
