"""Courses over the place in the reading order: learning curves, and the time that readers take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.charts.themes import Rows, Theme, finished, held, rows_of, theme_named, tooltip, written

if TYPE_CHECKING:
    import altair as alt


def course_chart(
    frame: pd.DataFrame,
    theme: str = "light",
    *,
    y_title: str,
    x_title: str = "Place in the reading order",
    reference: float | None = None,
    from_zero: bool = False,
    width: int = 520,
    height: int = 280,
) -> alt.LayerChart:
    """The mean over readers as a bold line with its band, or points with whiskers; single readers as thin lines behind.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a point: ``position`` and ``value``; ``low`` and ``high`` where there are; ``who`` for a single reader,
        empty for the mean. ``part`` of the mean's rows is "curve" for the line and its band, "block" for points with
        whiskers; without it the mean is a line with a band.
    theme : {"light", "dark", "print"}
    y_title, x_title : str
    reference : float, optional
        Where to draw a line, such as the accuracy of guessing.
    from_zero : bool
        Let the vertical axis begin at zero.
    width, height : int
        Of the plot in pixels.

    Raises
    ------
    RatingsError
        For an unknown theme.
    """
    look = theme_named(theme)
    rows = [_row(row) for row in rows_of(frame)]
    single, mean = [row for row in rows if row["who"]], [row for row in rows if not row["who"]]
    curve, blocks = [row for row in mean if row["part"] == "curve"], [row for row in mean if row["part"] == "block"]
    drawing = _Drawing(look, (x_title, y_title), from_zero=from_zero)
    layers = [
        *drawing.reference(reference), *drawing.readers(single), *drawing.curve(curve), *drawing.blocks(blocks)
    ]  # fmt: skip
    readers = len({row["who"] for row in single})
    described = f"{y_title} by {x_title.lower()}" + (f", of {readers} readers and their mean" if readers else "")
    return finished(layers, look, described, width=width, height=height)


class _Drawing:
    """Layers that share axes."""

    def __init__(self, look: Theme, titles: tuple[str, str], *, from_zero: bool) -> None:
        import altair as alt

        self.look, self.titles = look, titles
        self.x = alt.X(
            "position:Q", title=titles[0], scale=alt.Scale(zero=False, nice=False, padding=8), axis=alt.Axis(grid=False)
        )
        self.scale, self.axis = alt.Scale(zero=from_zero, nice=True), alt.Axis(tickCount=6)

    def _y(self, field: str) -> alt.Y:
        import altair as alt

        return alt.Y(f"{field}:Q", title=self.titles[1], scale=self.scale, axis=self.axis)

    def reference(self, value: float | None) -> list[alt.Chart]:
        import altair as alt

        if value is None:
            return []
        line = alt.Chart(held([{"value": value}])).mark_rule(color=self.look.quiet, strokeWidth=1.2, strokeDash=[4, 3])
        return [line.encode(y=self._y("value"))]

    def readers(self, rows: Rows) -> list[alt.Chart]:
        import altair as alt

        if not rows:
            return []
        many = len({row["who"] for row in rows})
        lines = alt.Chart(held(rows)).mark_line(
            color=self.look.crowd, strokeWidth=1.1, strokeOpacity=max(0.18, min(0.7, 5 / many))
        )
        told = tooltip("who", "place", "found")
        return [lines.encode(x=self.x, y=self._y("value"), detail="who:N", tooltip=told)]

    def curve(self, rows: Rows) -> list[alt.Chart]:
        import altair as alt

        if not rows:
            return []
        layers = []
        if bounded := [row for row in rows if row["low"] is not None]:
            area = alt.Chart(held(bounded)).mark_area(color=self.look.ink, opacity=0.2)
            layers.append(area.encode(x=self.x, y=self._y("low"), y2="high:Q"))
        line = alt.Chart(held(rows)).mark_line(color=self.look.ink, strokeWidth=2.6)
        return [*layers, line.encode(x=self.x, y=self._y("value"), tooltip=tooltip("place", "found", "interval"))]

    def blocks(self, rows: Rows) -> list[alt.Chart]:
        import altair as alt

        if not rows:
            return []
        layers = []
        if bounded := [row for row in rows if row["low"] is not None]:
            whiskers = alt.Chart(held(bounded)).mark_rule(color=self.look.ink, strokeWidth=1.5)
            layers.append(whiskers.encode(x=self.x, y=self._y("low"), y2="high:Q"))
        points = alt.Chart(held(rows)).mark_point(
            filled=True, shape="diamond", size=130, color=self.look.ink, opacity=1, stroke=self.look.background
        )
        told = tooltip("place", "found", "interval")
        return [*layers, points.encode(x=self.x, y=self._y("value"), tooltip=told)]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    low, high = row.get("low"), row.get("high")
    return {
        "who": str(row.get("who") or ""),
        "part": str(row.get("part") or "curve"),
        "position": row["position"],
        "value": row["value"],
        "low": low,
        "high": high,
        "place": written(row["position"], 0),
        "found": written(row["value"]),
        "interval": "no interval" if low is None else f"{written(low)} to {written(high)}",
    }
