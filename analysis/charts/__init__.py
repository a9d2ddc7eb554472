"""Charts of the results as Vega-Lite, one definition for page and paper.

The charts hold their data, load nothing and use no expression of their own, so that Vega's expression interpreter can
show them under a strict content security policy. Altair and vl-convert are imported when a chart is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.charts.forest import forest_chart
from analysis.charts.leakage import leakage_chart
from analysis.charts.roc import roc_chart

if TYPE_CHECKING:
    import altair as alt

__all__ = ["chart_png", "chart_svg", "forest_chart", "leakage_chart", "roc_chart"]


def chart_svg(chart: alt.TopLevelMixin) -> str:
    """The chart as an SVG document, with room at the right for fonts that run wider than the one it was laid out in."""
    import vl_convert

    padding = {"left": 5, "top": 5, "right": 60, "bottom": 5}
    return str(vl_convert.vegalite_to_svg(chart.to_dict() | {"padding": padding}))


def chart_png(chart: alt.TopLevelMixin, scale: float = 2) -> bytes:
    """The chart as a PNG image, `scale` image pixels to a pixel of the page."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(chart.to_dict(), scale=scale))
