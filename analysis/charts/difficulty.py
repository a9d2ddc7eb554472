"""The difficulty of the cases: how many readers are right in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from analysis.charts.themes import Rows, Theme, finished, held, rows_of, theme_named, tooltip, written

if TYPE_CHECKING:
    import altair as alt

_BINS = 40
_CLASSES = ("authentic", "synthetic")


def difficulty_chart(frame: pd.DataFrame, theme: str = "light", *, width: int = 520) -> alt.LayerChart:
    """A dot for each case over the share of readers who were right in it, stacked; authentic above, synthetic below.

    Cases in which nobody was right are ringed.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a case: ``case``, ``truth`` (1 synthetic, 0 authentic) and ``right``, the share of readers.
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
    rows = _stacked(frame)
    tallest = {truth: max((row["level"] for row in rows if row["truth"] == truth), default=1) for truth in (0, 1)}
    height = int(min(420, max(150, 9 * (tallest[0] + tallest[1] + 3))))
    shared = {
        "x": alt.X(
            "right:Q", title="Share of readers who were right", axis=alt.Axis(format=".0%", tickCount=5),
            scale=alt.Scale(domain=[-0.02, 1.02], nice=False),
        ),
        "y": alt.Y("height:Q", axis=None, scale=alt.Scale(domain=[-tallest[1] - 1.5, tallest[0] + 1.5], nice=False)),
    }  # fmt: skip
    layers = [_ground(look, shared), *_dots(rows, look, shared), *_fooled(rows, look, shared)]
    described = f"Share of readers who were right in each of {len(rows)} cases, by truth"
    return finished(layers, look, described, width=width, height=height)


def _ground(look: Theme, shared: dict[str, Any]) -> alt.Chart:
    """The line between the classes."""
    import altair as alt

    line = alt.Chart(held([{"height": 0}])).mark_rule(color=look.quiet, strokeWidth=1)
    return cast("alt.Chart", line.encode(y=shared["y"]))


def _dots(rows: Rows, look: Theme, shared: dict[str, Any]) -> list[alt.Chart]:
    import altair as alt

    legend = alt.Legend(title=None, orient="top", symbolSize=90)
    encoding = shared | {
        "color": alt.Color(
            "class:N", legend=legend, scale=alt.Scale(domain=list(_CLASSES), range=list(look.classes()))
        ),
        "shape": alt.Shape(
            "class:N", legend=legend, scale=alt.Scale(domain=list(_CLASSES), range=["circle", "triangle-up"])
        ),
        "tooltip": tooltip("case", "class", "readers right"),
    }
    return [alt.Chart(held(rows)).mark_point(filled=True, size=42, opacity=1).encode(**encoding)]


def _fooled(rows: Rows, look: Theme, shared: dict[str, Any]) -> list[alt.Chart]:
    """A ring round the cases in which nobody was right."""
    import altair as alt

    chosen = [row for row in rows if row["nobody"]]
    if not chosen:
        return []
    rings = alt.Chart(held(chosen)).mark_point(filled=False, size=120, stroke=look.ink, strokeWidth=1.5)
    return [rings.encode(**shared)]


def _stacked(frame: pd.DataFrame) -> Rows:
    """Each case with its place in the stack of its bin, counted away from the line between the classes."""
    few = frame["right"].nunique() <= _BINS
    counts: dict[tuple[int, float], int] = {}
    rows = []
    for row in rows_of(frame.sort_values(["right", "case"], kind="stable")):
        truth = int(row["truth"])
        place = row["right"] if few else round(row["right"] * _BINS) / _BINS
        key = truth, place
        counts[key] = counts.get(key, 0) + 1
        rows.append(
            {
                "case": str(row["case"]),
                "truth": truth,
                "class": _CLASSES[truth],
                "right": place,
                "nobody": row["right"] == 0,
                "level": counts[key],
                "height": counts[key] if truth == 0 else -counts[key],
                "readers right": f"{written(100 * row['right'], 0)} %",
            }
        )
    return rows
