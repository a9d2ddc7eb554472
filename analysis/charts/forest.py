"""Forest charts: estimates with their intervals, a row each, and the means below."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from analysis.charts.themes import Rows, Theme, finished, held, rows_of, theme_named, tooltip, written
from analysis.measures.measurement import METRIC_NAMES
from analysis.mrmc.result import Difference, ModalityEstimate, MrmcResult, ReaderDifference, ReaderEstimate

if TYPE_CHECKING:
    import altair as alt

# Above this many readers, rows are narrow and their numbers are in the tooltip only.
_CROWD = 40
_SHAPES = ("circle", "square", "triangle-up", "triangle-down")


def forest_chart(result: MrmcResult, theme: str = "light", *, width: int = 400) -> alt.LayerChart:
    """Each reader's estimate with its interval, and below them the readers' mean with its own.

    Parameters
    ----------
    result : MrmcResult
        From :func:`analysis.mrmc.obuchowski_rockette.obuchowski_rockette`, for any metric.
    theme : {"light", "dark", "print"}
    width : int
        Width of the plot in pixels; the height follows from the number of readers.

    Raises
    ------
    RatingsError
        For an unknown theme.
    """
    metric, level = METRIC_NAMES[result.metric], _level(result.alpha)
    readers = [_row(item.reader, item.modality, item) for item in result.per_reader]
    if result.readers > _CROWD:
        readers.sort(key=lambda row: -row["estimate"])
    means = [_row(f"Mean of {result.readers}", item.modality, item, is_mean=True) for item in result.modalities]
    return interval_chart(
        pd.DataFrame(readers + means),
        theme,
        title=f"{metric[0].upper()}{metric[1:]} ({level} CI)",
        description=f"{metric} of {result.readers} readers and their mean, with {level} intervals",
        width=width,
    )


def difference_chart(result: MrmcResult, theme: str = "light", *, width: int = 400) -> alt.LayerChart | None:
    """Each reader's difference between modalities, and below them the difference of the means; a line at none.

    Parameters
    ----------
    result, theme, width
        As in :func:`forest_chart`.

    Returns
    -------
    altair.LayerChart or None
        None where there is one modality.

    Raises
    ------
    RatingsError
        For an unknown theme.
    """
    if not result.differences:
        return None
    metric, level = METRIC_NAMES[result.metric], _level(result.alpha)
    readers = [_row(item.reader, f"{item.a} − {item.b}", item) for item in result.per_reader_differences]
    means = [
        _row(f"Mean of {result.readers}", f"{item.a} − {item.b}", item, is_mean=True) for item in result.differences
    ]
    pairs = list(dict.fromkeys(row["group"] for row in means))
    of = f"{metric[0].upper()}{metric[1:]}" if len(pairs) > 1 else f"{metric[0].upper()}{metric[1:]}, {pairs[0]}"
    return interval_chart(
        pd.DataFrame(readers + means),
        theme,
        title=f"{of} ({level} CI)",
        description=f"Differences in {metric} of {result.readers} readers and of their means, with {level} intervals",
        reference=0,
        width=width,
    )


def interval_chart(
    frame: pd.DataFrame,
    theme: str = "light",
    *,
    title: str,
    description: str = "",
    reference: float | None = None,
    width: int = 400,
    group_title: str = "modality",
) -> alt.LayerChart:
    """Any estimates with intervals, in the order in which they come.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row an estimate: ``who`` (its name), ``estimate``, ``low``, ``high`` (empty without an interval) and, where
        there is more than one of a name, ``group``, which a hue and the place tell apart. Rows with ``is_mean`` are
        drawn as diamonds with a heavier line.
    theme : {"light", "dark", "print"}
    title : str
        Of the axis: what is estimated, with the level of the intervals.
    description : str
        For those who cannot see the chart; by default the title.
    reference : float, optional
        Where to draw a line, such as the difference that means none.
    width : int
        Width of the plot in pixels.
    group_title : str
        What the groups are, for the tooltip.

    Raises
    ------
    RatingsError
        For an unknown theme.
    """
    rows = [_in_words(row, group_title) for row in rows_of(frame)]
    drawing = _Drawing(rows, theme_named(theme), title, width, group_title)
    line = [] if reference is None else [drawing.reference(reference)]
    layers = [*line, *drawing.estimates(is_mean=False), *drawing.estimates(is_mean=True)]
    return finished(layers, drawing.look, description or title, width=width, height=drawing.step())


class _Drawing:
    """Layers that share axes and legend."""

    def __init__(self, rows: Rows, look: Theme, title: str, width: int, group_title: str) -> None:
        import altair as alt

        self.rows, self.look, self.title, self.width = rows, look, title, width
        names = list(dict.fromkeys(row["who"] for row in rows))
        groups = list(dict.fromkeys(row[group_title] for row in rows))
        self.crowded = len(names) > _CROWD + 1
        self.row_height = (11 if self.crowded else 22) * (1 + 0.6 * (len(groups) - 1))
        self.scale, self.axis = (
            alt.Scale(zero=False, nice=True),
            alt.Axis(tickCount=6, labelFlush=False, labelSeparation=10),
        )
        self.encoding: dict[str, Any] = {
            "y": alt.Y(
                "who:N",
                title=None,
                sort=names,
                axis=alt.Axis(
                    grid=False, ticks=False, labelOverlap=False, labelLimit=260, labelFontSize=9 if self.crowded else 12
                ),
            ),
            "color": _color(group_title, groups, look),
            "tooltip": tooltip("who", *([group_title] if len(groups) > 1 else []), "estimate", "interval"),
        }
        self.shape = _shape(group_title, groups)
        if len(groups) > 1:
            self.encoding["yOffset"] = alt.YOffset(f"{group_title}:N", sort=groups)

    def step(self) -> alt.Step:
        import altair as alt

        return alt.Step(self.row_height, **{"for": "position"})

    def reference(self, value: float) -> alt.Chart:
        import altair as alt

        line = alt.Chart(held([{"value": value}])).mark_rule(color=self.look.quiet, strokeWidth=1.2, strokeDash=[4, 3])
        return cast("alt.Chart", line.encode(x=self._x("value")))

    def estimates(self, *, is_mean: bool) -> list[alt.Chart]:
        """Points with whiskers, and the numbers to the right of the plot."""
        import altair as alt

        rows = [row for row in self.rows if row["is_mean"] == is_mean]
        if not rows:
            return []
        shape, size, stroke = (alt.value("diamond"), 170, 3) if is_mean else (self.shape, 50, 1.5)
        points = alt.Chart(held(rows)).encode(**self.encoding)
        marks = points.mark_point(filled=True, size=size / 2 if self.crowded else size, opacity=1)
        layers = [marks.encode(x=self._x("value"), shape=shape)]
        # Without any row the layer is left out: Vega warns of the infinite extent of nothing.
        if bounded := [row for row in rows if row["low"] is not None]:
            whiskers = alt.Chart(held(bounded)).encode(**self.encoding).mark_rule(strokeWidth=stroke)
            layers.insert(0, whiskers.encode(x=self._x("low"), x2="high:Q"))
        if is_mean or not self.crowded:
            text = points.mark_text(align="left", fontSize=self.look.font_size - 1)
            layers.append(text.encode(x=alt.value(self.width + 12), text="words:N", color=alt.value(self.look.ink)))
        return layers

    def _x(self, field: str) -> alt.X:
        import altair as alt

        return alt.X(f"{field}:Q", title=self.title, scale=self.scale, axis=self.axis)


def _in_words(row: dict[str, Any], group_title: str) -> dict[str, Any]:
    low, high = row["low"], row["high"]
    estimate = written(row["estimate"])
    interval = "no interval" if low is None or high is None else f"{written(low)} to {written(high)}"
    return {
        "who": str(row["who"]),
        group_title: str(row.get("group", "")),
        "value": row["estimate"],
        "low": low,
        "high": high,
        "is_mean": bool(row.get("is_mean", False)),
        "estimate": estimate,
        "interval": interval,
        "words": f"{estimate} ({interval})",
    }


def _row(
    who: str,
    group: str,
    item: ReaderEstimate | ModalityEstimate | ReaderDifference | Difference,
    *,
    is_mean: bool = False,
) -> dict[str, Any]:
    low, high = item.ci or (None, None)
    return {"who": who, "group": group, "estimate": item.estimate, "low": low, "high": high, "is_mean": is_mean}


def _color(field: str, groups: Sequence[str], look: Theme) -> alt.Color:
    import altair as alt

    several = len(groups) > 1
    hues = [hue for _, hue in zip(groups, cycle(look.hues), strict=False)] if several else [look.ink]
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=groups, range=hues), legend=_legend(groups))


def _shape(field: str, groups: Sequence[str]) -> alt.Shape:
    """The groups' shapes, so that they can be told apart without colour."""
    import altair as alt

    shapes = [shape for _, shape in zip(groups, cycle(_SHAPES), strict=False)]
    return alt.Shape(f"{field}:N", scale=alt.Scale(domain=groups, range=shapes), legend=_legend(groups))


def _legend(groups: Sequence[str]) -> alt.Legend | None:
    import altair as alt

    return alt.Legend(title=None, orient="top", symbolSize=90) if len(groups) > 1 else None


def _level(alpha: float) -> str:
    return f"{100 * (1 - alpha):g} %"
