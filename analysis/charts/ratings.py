"""The distribution of the ratings in each class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.charts.themes import Rows, finished, held, theme_named, tooltip, written
from analysis.measures.covariance import FloatArray

if TYPE_CHECKING:
    import altair as alt

_TITLE = "Rating (higher: more surely synthetic)"
_CLASSES = ("authentic", "synthetic")
_DASHES = ([1, 0], [7, 3])


def ratings_chart(
    frame: pd.DataFrame, theme: str = "light", *, bins: int = 20, width: int = 520, height: int = 240
) -> alt.LayerChart:
    """Histograms of the ratings of authentic cases (whole line) and of synthetic ones (dashed), each of its class.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a read: ``rating`` and ``truth`` (1 synthetic, 0 authentic).
    theme : {"light", "dark", "print"}
    bins : int
        Number of bins, where there are more distinct ratings than that; otherwise each rating has its own.
    width, height : int
        Of the plot in pixels.

    Raises
    ------
    RatingsError
        For an unknown theme.
    """
    import altair as alt

    look = theme_named(theme)
    edges = _edges(frame["rating"].to_numpy(dtype=float), bins)
    rows = [row for truth in (0, 1) for row in _steps(frame.loc[frame["truth"] == truth, "rating"], edges, truth)]
    legend = alt.Legend(title=None, orient="top", symbolType="stroke")
    domain = list(_CLASSES)
    shared = alt.Chart(held(rows)).encode(
        x=alt.X("rating:Q", title=_TITLE, scale=alt.Scale(zero=False, nice=False), axis=_axis(frame["rating"], bins)),
        color=alt.Color("class:N", legend=legend, scale=alt.Scale(domain=domain, range=list(look.classes()))),
    )
    y = alt.Y("share:Q", title="Share of the reads of a class", axis=alt.Axis(format=".0%", tickCount=5), stack=None)
    dash = alt.StrokeDash("class:N", legend=legend, scale=alt.Scale(domain=domain, range=list(_DASHES)))
    layers = [
        shared.mark_area(interpolate="step-after", opacity=0.18).encode(y=y),
        shared.mark_line(interpolate="step-after", strokeWidth=2).encode(
            y=y, strokeDash=dash, tooltip=tooltip("class", "ratings", "reads")
        ),
    ]
    described = f"Distribution of {len(frame)} ratings by truth"
    return finished(layers, look, described, width=width, height=height)


def _axis(ratings: pd.Series, bins: int) -> alt.Axis:
    """Few distinct ratings have a tick each."""
    import altair as alt

    values = sorted(ratings.unique())
    return alt.Axis(values=[float(value) for value in values]) if len(values) <= min(bins, 11) else alt.Axis()


def _edges(ratings: FloatArray, bins: int) -> FloatArray:
    """Edges of equal bins, or of one bin about each distinct rating where these are few."""
    values = np.unique(ratings)
    if len(values) > bins:
        return np.linspace(values[0], values[-1], bins + 1)
    middles = (values[1:] + values[:-1]) / 2
    half = (middles[0] - values[0]) if len(middles) else 0.5
    last = (values[-1] - middles[-1]) if len(middles) else 0.5
    return np.concatenate([[values[0] - half], middles, [values[-1] + last]])


def _steps(ratings: pd.Series, edges: FloatArray, truth: int) -> Rows:
    counts, _ = np.histogram(ratings.to_numpy(dtype=float), edges)
    of = max(1, len(ratings))
    return [
        {
            "class": _CLASSES[truth],
            "rating": round(float(low), 6),
            "share": round(count / of, 6),
            "ratings": f"{written(float(low), 1)} to {written(float(high), 1)}",
            "reads": str(count),
        }
        for low, high, count in zip(edges, [*edges[1:], edges[-1]], [*counts, *counts[-1:]], strict=True)
    ]
