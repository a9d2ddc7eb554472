"""The agreement matrix: how far each two readers agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.charts.themes import Rows, Theme, finished, held, rows_of, theme_named, tooltip, written

if TYPE_CHECKING:
    import altair as alt

# Width of a cell in pixels below which its number, or the readers' names, are in the tooltip only.
_NUMBERED, _NAMED = 24, 11


def agreement_chart(
    frame: pd.DataFrame, theme: str = "light", *, title: str = "Cohen’s kappa", width: int = 480
) -> alt.LayerChart:
    """The coefficient of each pair as a cell, darker for more, with its number; readers by their mean agreement.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a pair: ``a``, ``b`` and ``estimate``; ``low`` and ``high`` where there are. An empty estimate is a
        coefficient that is not defined.
    theme : {"light", "dark", "print"}
    title : str
        The coefficient.
    width : int
        Width of the plot in pixels.

    Raises
    ------
    RatingsError
        For an unknown theme.
    """
    look = theme_named(theme)
    order = _by_mean_agreement(frame)
    lowest = min(0.0, float(frame["estimate"].min()) if frame["estimate"].notna().any() else 0.0)
    rows = [_cell(row, order, lowest, look) for row in rows_of(frame)]
    step = max(5, min(46, width // max(1, len(order) - 1)))
    layers = _layers(rows, order, lowest, look, title, step)
    described = f"{title} of each two of {len(order)} readers"
    return finished(
        layers, look, described, width=step * (len(order) - 1), height=step * (len(order) - 1), framed=False
    )


def _layers(rows: Rows, order: list[str], lowest: float, look: Theme, title: str, step: int) -> list[alt.Chart]:
    import altair as alt

    def axis(**place: Any) -> alt.Axis:
        return alt.Axis(grid=False, ticks=False, domain=False, labelPadding=6, labels=step >= _NAMED, **place)

    def placed(chosen: Rows) -> alt.Chart:
        return alt.Chart(held(chosen)).encode(
            x=alt.X("across:N", title=None, sort=order[:-1], axis=axis(orient="bottom", labelAngle=-45)),
            y=alt.Y("down:N", title=None, sort=order[1:], axis=axis()),
        )

    scale = alt.Scale(domain=[lowest, 1], range=list(look.ramp), interpolate="lab")
    legend = alt.Legend(title=title, gradientLength=160, format=".1f", tickCount=5)
    cells = placed(rows).mark_rect(stroke=look.background, strokeWidth=1.5 if step >= _NAMED else 0)
    color = alt.Color("estimate:Q", scale=scale, legend=legend)
    layers = [cells.encode(color=color, tooltip=tooltip("pair", "agreement"))]
    for ink in dict.fromkeys(row["ink"] for row in rows if step >= _NUMBERED):
        text = placed([row for row in rows if row["ink"] == ink]).mark_text(fontSize=look.font_size - 2, color=ink)
        layers.append(text.encode(text="number:N"))
    return layers


def _by_mean_agreement(frame: pd.DataFrame) -> list[str]:
    """Those who agree best with the others first; so those who agree with nobody stand together at the end."""
    both = pd.concat([frame[["a", "estimate"]].rename(columns={"a": "who"}),
                      frame[["b", "estimate"]].rename(columns={"b": "who"})])  # fmt: skip
    means = both.assign(who=both["who"].astype(str)).groupby("who", sort=False)["estimate"].mean()
    return [str(who) for who in means.sort_values(ascending=False, kind="stable", na_position="last").index]


def _cell(row: dict[str, Any], order: list[str], lowest: float, look: Theme) -> dict[str, Any]:
    first, second = sorted((str(row["a"]), str(row["b"])), key=order.index)
    estimate, low, high = row["estimate"], row.get("low"), row.get("high")
    share = 0.0 if estimate is None else float(np.clip((estimate - lowest) / (1 - lowest), 0, 1))
    interval = "" if low is None else f" ({written(low)} to {written(high)})"
    return {
        "across": first,
        "down": second,
        "pair": f"{first}, {second}",
        "estimate": estimate,
        "number": written(estimate, 2),
        "agreement": "not defined" if estimate is None else f"{written(estimate)}{interval}",
        "ink": look.on_ramp(share),
    }
