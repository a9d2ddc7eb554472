"""Operating points: where each reader's calls lie between finding synthetic cases and sparing authentic ones."""

from __future__ import annotations

import math
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.charts.themes import Rows, Theme, finished, held, rows_of, theme_named, tooltip, written

if TYPE_CHECKING:
    import altair as alt

_SHAPES = ("circle", "square", "triangle-up", "triangle-down", "triangle-right", "triangle-left")
_CROWD = 30  # more readers are named in the tooltip only
_CLEAR = 0.045  # a reader whose point is as near to another's is named in the tooltip only


def operating_chart(frame: pd.DataFrame, theme: str = "light", *, size: int = 400) -> alt.LayerChart:
    """Sensitivity and specificity of the calls: readers by group, their mean with intervals as a cross, detectors.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a point: ``who``, ``sensitivity``, ``specificity``, ``kind`` (reader, mean or detector; by default
        reader), and for readers ``group`` (such as a subspecialty), which shape and hue tell apart. A mean may have
        ``sensitivity_low``, ``sensitivity_high``, ``specificity_low``, ``specificity_high``.
    theme : {"light", "dark", "print"}
    size : int
        Side of the square in pixels.

    Raises
    ------
    RatingsError
        For an unknown theme.
    """
    look = theme_named(theme)
    rows = [_row(row) for row in rows_of(frame)]
    drawing = _Drawing(rows, look)
    layers = [*drawing.ground(), *drawing.whiskers(), *drawing.points(), *drawing.names()]
    readers = sum(row["kind"] == "reader" for row in rows)
    described = f"Sensitivity and specificity of the calls of {readers} readers"
    return finished(layers, look, described, width=size, height=size)


class _Drawing:
    """Layers that share axes and legend."""

    def __init__(self, rows: Rows, look: Theme) -> None:
        import altair as alt

        self.rows, self.look = rows, look
        series = _series(rows, look)
        names = list(series)
        legend = alt.Legend(title=None, offset=16, symbolSize=110)
        self.color = alt.Color(
            "series:N", legend=legend, scale=alt.Scale(domain=names, range=[color for color, _ in series.values()])
        )
        self.shape = alt.Shape(
            "series:N", legend=legend, scale=alt.Scale(domain=names, range=[shape for _, shape in series.values()])
        )
        self.axis = alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1], format=".1f")
        self.unit = alt.Scale(domain=[0, 1], nice=False)

    def _x(self, field: str) -> alt.X:
        import altair as alt

        return alt.X(f"{field}:Q", title="False positive fraction (1 − specificity)", axis=self.axis, scale=self.unit)

    def _y(self, field: str) -> alt.Y:
        import altair as alt

        return alt.Y(f"{field}:Q", title="True positive fraction (sensitivity)", axis=self.axis, scale=self.unit)

    def ground(self) -> list[alt.Chart]:
        """The line of chance, and lines of equal accuracy where the classes are as large."""
        import altair as alt

        chance = alt.Chart(held([{"fpf": 0, "tpf": 0}, {"fpf": 1, "tpf": 1}]))
        lines = [chance.mark_line(color=self.look.quiet, strokeWidth=1, strokeDash=[1, 3])]
        lines += [
            alt.Chart(held([{"fpf": 0, "tpf": 2 * share - 1}, {"fpf": 2 - 2 * share, "tpf": 1}])).mark_line(
                color=self.look.line, strokeWidth=1
            )
            for share in (0.6, 0.7, 0.8, 0.9)
        ]
        labels = [{"fpf": 2 - 2 * share, "tpf": 1, "words": f"{100 * share:.0f} % right"} for share in (0.7, 0.8, 0.9)]
        text = alt.Chart(held(labels)).mark_text(
            baseline="bottom", dy=-5, fontSize=self.look.font_size - 2, color=self.look.quiet
        )
        return [
            *(line.encode(x=self._x("fpf"), y=self._y("tpf")) for line in lines),
            text.encode(x=self._x("fpf"), y=self._y("tpf"), text="words:N"),
        ]

    def whiskers(self) -> list[alt.Chart]:
        """The intervals of the means."""
        import altair as alt

        rows = [row for row in self.rows if row["fpf_low"] is not None and row["tpf_low"] is not None]
        if not rows:
            return []
        bars = alt.Chart(held(rows)).mark_rule(strokeWidth=2.5, clip=True).encode(color=self.color)
        return [
            bars.encode(x=self._x("fpf_low"), x2="fpf_high:Q", y=self._y("tpf")),
            bars.encode(x=self._x("fpf"), y=self._y("tpf_low"), y2="tpf_high:Q"),
        ]

    def points(self) -> list[alt.Chart]:
        """Every point, detectors and means larger."""
        import altair as alt

        layers = []
        for kind, size in (("reader", 75), ("detector", 160), ("mean", 150)):
            if rows := [row for row in self.rows if row["kind"] == kind]:
                marks = alt.Chart(held(rows)).mark_point(
                    filled=True, size=size, opacity=0.9, stroke=self.look.background, strokeWidth=1
                )
                told = tooltip("who", "group", "sensitivity", "specificity")
                layers.append(
                    marks.encode(x=self._x("fpf"), y=self._y("tpf"), color=self.color, shape=self.shape, tooltip=told)
                )
        return layers

    def names(self) -> list[alt.Chart]:
        """The readers' names beside their points, where there is room for them."""
        import altair as alt

        readers = [row for row in self.rows if row["kind"] == "reader"]
        rows = [row for row in readers if _stands_clear(row, self.rows)]
        if not rows or len(readers) > _CROWD:
            return []
        text = alt.Chart(held(rows)).mark_text(
            align="left", dx=7, dy=-6, fontSize=self.look.font_size - 2, color=self.look.quiet
        )
        return [text.encode(x=self._x("fpf"), y=self._y("tpf"), text="who:N")]


def _stands_clear(row: dict[str, Any], rows: Rows) -> bool:
    others = [other for other in rows if other is not row]
    return all(math.dist((row["fpf"], row["tpf"]), (other["fpf"], other["tpf"])) >= _CLEAR for other in others)


def _series(rows: Rows, look: Theme) -> dict[str, tuple[str, str]]:
    """Colour and shape of each entry of the legend: readers' groups, means, detectors."""
    groups = list(dict.fromkeys(row["series"] for row in rows if row["kind"] == "reader"))
    hues = [look.crowd] if len(groups) == 1 else look.hues
    found = {name: (hue, shape) for name, hue, shape in zip(groups, cycle(hues), cycle(_SHAPES), strict=False)}
    for kind, kinds_hues, shape in (("mean", (look.ink,), "cross"), ("detector", look.detectors, "diamond")):
        names = dict.fromkeys(row["series"] for row in rows if row["kind"] == kind)
        found |= {name: (hue, shape) for name, hue in zip(names, cycle(kinds_hues), strict=False)}
    return found


def _row(row: dict[str, Any]) -> dict[str, Any]:
    kind, group = row.get("kind") or "reader", str(row.get("group") or "")
    low, high = row.get("specificity_low"), row.get("specificity_high")
    return {
        "who": str(row["who"]),
        "kind": kind,
        "group": group,
        "series": str(row["who"]) if kind != "reader" else group or "Readers",
        "fpf": 1 - row["specificity"],
        "tpf": row["sensitivity"],
        "fpf_low": None if high is None else 1 - high,
        "fpf_high": None if low is None else 1 - low,
        "tpf_low": row.get("sensitivity_low"),
        "tpf_high": row.get("sensitivity_high"),
        "sensitivity": written(row["sensitivity"]),
        "specificity": written(row["specificity"]),
    }
