"""The reliability chart: are readers as often right as their confidence says?"""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from analysis.charts.themes import Rows, Theme, finished, held, rows_of, theme_named, tooltip, written

if TYPE_CHECKING:
    import altair as alt

_SHAPES = ("circle", "square", "triangle-up", "triangle-down")


def calibration_chart(
    frame: pd.DataFrame,
    theme: str = "light",
    *,
    x_title: str = "Stated probability",
    y_title: str = "Share of synthetic cases",
    domain: tuple[float, float] = (0.0, 1.0),
    size: int = 400,
) -> alt.LayerChart:
    """Observed shares against what was stated, bin by bin, with the line on which both are the same.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a bin: ``expected`` and ``observed`` (shares), ``n`` (reads in it, shown by the size of the point) and,
        where there are, ``low``, ``high`` and ``group`` (told apart by hue and shape).
    theme : {"light", "dark", "print"}
    x_title, y_title : str
    domain : tuple of float
        Ends of both axes.
    size : int
        Side of the square in pixels.

    Raises
    ------
    RatingsError
        For an unknown theme.
    """
    look = theme_named(theme)
    rows = [_row(row) for row in rows_of(frame)]
    drawing = _Drawing(rows, look, (x_title, y_title), domain)
    described = f"{y_title} against {x_title.lower()} in {len(rows)} bins"
    return finished([drawing.identity(), *drawing.bins()], look, described, width=size, height=size)


class _Drawing:
    """Layers that share axes and legend."""

    def __init__(self, rows: Rows, look: Theme, titles: tuple[str, str], domain: tuple[float, float]) -> None:
        import altair as alt

        self.rows, self.look, self.titles, self.domain = rows, look, titles, domain
        groups = list(dict.fromkeys(row["group"] for row in rows))
        several = len(groups) > 1
        hues = [hue for _, hue in zip(groups, cycle(look.hues), strict=False)]
        shapes = [shape for _, shape in zip(groups, cycle(_SHAPES), strict=False)]
        legend = alt.Legend(title=None, orient="top", symbolSize=110) if several else None
        self.color = alt.Color("group:N", legend=legend, scale=alt.Scale(domain=groups, range=hues))
        self.shape = alt.Shape("group:N", legend=legend, scale=alt.Scale(domain=groups, range=shapes))
        self.size = alt.Size(
            "n:Q",
            scale=alt.Scale(rangeMin=25, rangeMax=420, zero=True),
            legend=alt.Legend(title="reads", values=_sizes(rows), symbolFillColor=look.quiet, symbolStrokeWidth=0),
        )
        self.scale, self.axis = (
            alt.Scale(domain=list(domain), nice=False, clamp=True),
            alt.Axis(tickCount=5, format=".1f"),
        )

    def _x(self, field: str) -> alt.X:
        import altair as alt

        return alt.X(f"{field}:Q", title=self.titles[0], axis=self.axis, scale=self.scale)

    def _y(self, field: str) -> alt.Y:
        import altair as alt

        return alt.Y(f"{field}:Q", title=self.titles[1], axis=self.axis, scale=self.scale)

    def identity(self) -> alt.Chart:
        import altair as alt

        ends = alt.Chart(held([{"expected": end, "observed": end} for end in self.domain]))
        line = ends.mark_line(color=self.look.quiet, strokeWidth=1.2, strokeDash=[4, 3])
        return cast("alt.Chart", line.encode(x=self._x("expected"), y=self._y("observed")))

    def bins(self) -> list[alt.Chart]:
        """Points by size, joined, with their intervals."""
        import altair as alt

        layers = []
        if bounded := [row for row in self.rows if row["low"] is not None]:
            rules = alt.Chart(held(bounded)).mark_rule(strokeWidth=1.5, opacity=0.8)
            layers.append(rules.encode(x=self._x("expected"), y=self._y("low"), y2="high:Q", color=self.color))
        shared = alt.Chart(held(self.rows)).encode(x=self._x("expected"), y=self._y("observed"), color=self.color)
        points = shared.mark_point(filled=True, opacity=1, stroke=self.look.background, strokeWidth=1)
        told = tooltip("group", "stated", "found", "interval", "reads")
        return [
            *layers,
            shared.mark_line(strokeWidth=1.5, opacity=0.7),
            points.encode(size=self.size, shape=self.shape, tooltip=told),
        ]


def _sizes(rows: Rows) -> list[int]:
    """Round numbers of reads for the legend."""
    most = max(row["n"] for row in rows)
    unit = 10 ** max(0, len(str(most)) - 2)
    return sorted({max(1, round(most * share / unit) * unit) for share in (0.1, 0.5, 1)})


def _row(row: dict[str, Any]) -> dict[str, Any]:
    low, high = row.get("low"), row.get("high")
    return {
        "group": str(row.get("group") or "All readers"),
        "expected": row["expected"],
        "observed": row["observed"],
        "low": low,
        "high": high,
        "n": row["n"],
        "stated": written(row["expected"]),
        "found": written(row["observed"]),
        "interval": "no interval" if low is None else f"{written(low)} to {written(high)}",
        "reads": str(row["n"]),
    }
