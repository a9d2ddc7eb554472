"""Charts of the results as Vega-Lite, one definition for page and paper.

The charts hold their data, load nothing and use no expression of their own, so that Vega's expression interpreter can
show them under a strict content security policy. Altair and vl-convert are imported when a chart is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.charts.calibration import calibration_chart
from analysis.charts.course import course_chart
from analysis.charts.difficulty import difficulty_chart
from analysis.charts.flow import flow_svg
from analysis.charts.forest import difference_chart, forest_chart, interval_chart
from analysis.charts.leakage import leakage_chart
from analysis.charts.matrix import agreement_chart
from analysis.charts.operating import operating_chart
from analysis.charts.power import power_chart
from analysis.charts.ratings import ratings_chart
from analysis.charts.roc import roc_chart

if TYPE_CHECKING:
    import altair as alt

__all__ = [
    "agreement_chart",
    "calibration_chart",
    "chart_png",
    "chart_svg",
    "course_chart",
    "difference_chart",
    "difficulty_chart",
    "flow_svg",
    "forest_chart",
    "interval_chart",
    "leakage_chart",
    "operating_chart",
    "power_chart",
    "ratings_chart",
    "roc_chart",
    "svg_png",
]


def chart_svg(chart: alt.TopLevelMixin) -> str:
    """The chart as an SVG document, with room at its sides for fonts that run wider than the one it was laid out in."""
    return spec_svg(_spec(chart))


def spec_svg(spec: dict[str, Any]) -> str:
    """The same of a chart that was kept as a Vega-Lite document."""
    import vl_convert

    padding = {"left": 24, "top": 5, "right": 60, "bottom": 5}
    return str(vl_convert.vegalite_to_svg(spec | {"padding": padding}))


def chart_png(chart: alt.TopLevelMixin, scale: float = 2) -> bytes:
    """The chart as a PNG image, `scale` image pixels to a pixel of the page."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(_spec(chart), scale=scale))


def _spec(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """The chart as a document, without the check against the whole schema, which takes longer than the drawing."""
    return chart.to_dict(validate=False)


def svg_png(svg: str, scale: float = 2) -> bytes:
    """An SVG document as a PNG image."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=scale))
