"""The forest chart: each reader's estimate with its interval, and the readers' mean below."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any, cast

from analysis.charts.themes import Theme, held, theme_named, tooltip
from analysis.measures.measurement import METRIC_NAMES
from analysis.mrmc.result import ModalityEstimate, MrmcResult, ReaderEstimate

if TYPE_CHECKING:
    import altair as alt

# Above this many readers, rows are narrow and their numbers are in the tooltip only.
_CROWD = 40


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
    import altair as alt

    look = theme_named(theme)
    drawing = _Drawing(result, look, width)
    layers = [
        *drawing.estimates(result.per_reader, shape="circle", size=50, stroke=1.5, in_words=not drawing.crowded),
        *drawing.estimates(result.modalities, shape="diamond", size=170, stroke=3, in_words=True),
    ]
    metric, level = METRIC_NAMES[result.metric], _level(result.alpha)
    described = alt.layer(*layers).properties(
        width=width,
        height=alt.Step(drawing.row_height, **{"for": "position"}),
        description=f"{metric} of {result.readers} readers and their mean, with {level} intervals",
    )
    return cast("alt.LayerChart", described.configure(**look.config()))


class _Drawing:
    """Layers that share axes and legend."""

    def __init__(self, result: MrmcResult, look: Theme, width: int) -> None:
        import altair as alt

        readers = _order(result)
        modalities = [item.modality for item in result.modalities]
        self.look, self.width = look, width
        self.mean_name = f"Mean of {result.readers}"
        self.crowded = result.readers > _CROWD
        self.row_height = (11 if self.crowded else 22) * (1 + 0.6 * (len(modalities) - 1))
        metric = METRIC_NAMES[result.metric]
        self.title = f"{metric[0].upper()}{metric[1:]} ({_level(result.alpha)} CI)"
        self.encoding: dict[str, Any] = {
            "y": alt.Y(
                "who:N",
                title=None,
                sort=[*readers, self.mean_name],
                axis=alt.Axis(grid=False, ticks=False, labelOverlap=False, labelFontSize=9 if self.crowded else 12),
            ),
            "color": _color(modalities, look),
            "tooltip": tooltip("who", "modality", "estimate", "interval"),
        }
        if len(modalities) > 1:
            self.encoding["yOffset"] = alt.YOffset("modality:N", sort=modalities)

    def estimates(
        self,
        items: Sequence[ReaderEstimate | ModalityEstimate],
        *,
        shape: str,
        size: float,
        stroke: float,
        in_words: bool,
    ) -> list[alt.Chart]:
        """Points with whiskers, and the numbers to the right of the plot."""
        import altair as alt

        rows = [self._row(item) for item in items]
        scale, axis = alt.Scale(zero=False, nice=True), alt.Axis(tickCount=6)
        points = alt.Chart(held(rows)).encode(**self.encoding)
        layers = [
            points.mark_point(filled=True, shape=shape, size=size / 2 if self.crowded else size, opacity=1).encode(
                x=alt.X("value:Q", title=self.title, scale=scale, axis=axis)
            ),
        ]
        # Without any row the layer is left out: Vega warns of the infinite extent of nothing.
        if bounded := [row for row in rows if row["low"] is not None]:
            whiskers = alt.Chart(held(bounded)).encode(**self.encoding).mark_rule(strokeWidth=stroke)
            low = alt.X("low:Q", title=self.title, scale=scale, axis=axis)
            layers.insert(0, whiskers.encode(x=low, x2="high:Q"))
        if in_words:
            text = points.mark_text(align="left", fontSize=self.look.font_size - 1)
            layers.append(text.encode(x=alt.value(self.width + 12), text="words:N", color=alt.value(self.look.ink)))
        return layers

    def _row(self, item: ReaderEstimate | ModalityEstimate) -> dict[str, Any]:
        low, high = item.ci if item.ci else (None, None)
        interval = f"{low:.3f} to {high:.3f}" if item.ci else "no interval"
        return {
            "who": item.reader if isinstance(item, ReaderEstimate) else self.mean_name,
            "modality": item.modality,
            "value": item.estimate,
            "low": low,
            "high": high,
            "estimate": f"{item.estimate:.3f}",
            "interval": interval,
            "words": f"{item.estimate:.3f} ({interval})",
        }


def _order(result: MrmcResult) -> list[str]:
    """Readers in order of appearance; a crowd by its estimates, the best first."""
    items = result.per_reader
    if result.readers > _CROWD:
        items = tuple(sorted(items, key=lambda item: -item.estimate))
    return list(dict.fromkeys(item.reader for item in items))


def _color(modalities: list[str], look: Theme) -> alt.Color:
    import altair as alt

    several = len(modalities) > 1
    hues = [hue for _, hue in zip(modalities, cycle(look.hues), strict=False)] if several else [look.ink]
    legend = alt.Legend(title=None, orient="top", symbolType="circle") if several else None
    return alt.Color("modality:N", scale=alt.Scale(domain=modalities, range=hues), legend=legend)


def _level(alpha: float) -> str:
    return f"{100 * (1 - alpha):g} %"
