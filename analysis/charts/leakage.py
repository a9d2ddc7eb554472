"""The confound chart: how well each cue tells the classes apart, at source and as presented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from analysis.charts.themes import Rows, Theme, held, theme_named, tooltip

if TYPE_CHECKING:
    import altair as alt

STAGES = ("source", "presentation")
_TITLES = {"source": "At source", "presentation": "As presented"}
_ROW = 26


@dataclass(frozen=True)
class CueArea:
    """The area of one cue at one stage.

    Attributes
    ----------
    name : str
        The cue in words.
    stage : {"source", "presentation"}
    auc : float
    ci : sequence of float
        Lower and upper limit.
    """

    name: str
    stage: str
    auc: float
    ci: Sequence[float]


def leakage_chart(areas: Sequence[CueArea], theme: str = "light", *, width: int = 460) -> alt.LayerChart:
    """A row for each cue: its area at source (ring) and as presented (disc), with intervals and the line of chance.

    Rows stand in the order in which the cues come.

    Parameters
    ----------
    areas : sequence of CueArea
        At least one.
    theme : {"light", "dark", "print"}
    width : int
        Width of the plot in pixels.

    Raises
    ------
    RatingsError
        For an unknown theme.
    """
    import altair as alt

    look = theme_named(theme)
    drawing = _Drawing(areas, look)
    layers = [drawing.chance(), *(layer for stage in STAGES for layer in drawing.stage(stage))]
    drawn = alt.layer(*layers).properties(
        width=width,
        height=alt.Step(_ROW, **{"for": "position"}),
        description=f"AUC of {len(drawing.order)} cues at source and as presented, with 95 % intervals",
    )
    return cast("alt.LayerChart", drawn.configure(**look.config()))


class _Drawing:
    """Layers that share axes and legend."""

    def __init__(self, areas: Sequence[CueArea], look: Theme) -> None:
        import altair as alt

        self.areas, self.look = areas, look
        self.order = list(dict.fromkeys(one.name for one in areas))
        lowest = min(0.4, *(one.auc for one in areas))
        self.x_scale = alt.Scale(domain=[max(0.0, lowest), 1], nice=False)
        self.y = alt.Y("cue:N", title=None, sort=self.order, axis=alt.Axis(grid=True, ticks=False, labelLimit=320))
        names = [_TITLES[stage] for stage in STAGES]
        self.color = alt.Color(
            "stage:N",
            scale=alt.Scale(domain=names, range=[look.hues[1], look.hues[0]]),
            legend=alt.Legend(title=None, orient="top", symbolType="circle"),
        )
        self.offset = alt.YOffset("stage:N", scale=alt.Scale(domain=names, paddingInner=0.2))

    def _x(self, field: str) -> alt.X:
        import altair as alt

        axis = alt.Axis(values=[0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1], format=".1f")
        return alt.X(f"{field}:Q", title="AUC (0.5: tells nothing)", scale=self.x_scale, axis=axis)

    def chance(self) -> alt.Chart:
        import altair as alt

        line = alt.Chart(held([{"auc": 0.5}])).mark_rule(color=self.look.ink, strokeWidth=1.2, strokeDash=[4, 3])
        return cast("alt.Chart", line.encode(x=self._x("auc")))

    def stage(self, stage: str) -> list[alt.Chart]:
        """Intervals and points of one stage: rings at source, discs as presented."""
        import altair as alt

        rows: Rows = [_row(one) for one in self.areas if one.stage == stage]
        if not rows:
            return []
        shared: dict[str, Any] = {"y": self.y, "yOffset": self.offset, "color": self.color}
        told = tooltip("cue", "stage", "AUC")
        whiskers = alt.Chart(held(rows)).mark_rule(strokeWidth=1.6, opacity=0.75, clip=True)
        points = alt.Chart(held(rows)).mark_point(
            size=60, opacity=1, strokeWidth=2, filled=stage == "presentation", fill=_fill(stage, self.look)
        )
        return [
            whiskers.encode(x=self._x("low"), x2="high:Q", tooltip=told, **shared),
            points.encode(x=self._x("auc"), tooltip=told, **shared),
        ]


def _fill(stage: str, look: Theme) -> Any:
    import altair as alt

    return look.background if stage == "source" else alt.Undefined


def _row(one: CueArea) -> dict[str, Any]:
    low, high = one.ci
    return {
        "cue": one.name,
        "stage": _TITLES[one.stage],
        "auc": one.auc,
        "low": low,
        "high": high,
        "AUC": f"{one.auc:.3f} ({low:.3f} to {high:.3f})",
    }
