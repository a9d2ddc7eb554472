"""The power surface: which numbers of readers and cases reach the power that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.charts.themes import Rows, Theme, finished, held, rows_of, theme_named, tooltip

if TYPE_CHECKING:
    import altair as alt

_CELL = (52, 30)


def power_chart(frame: pd.DataFrame, theme: str = "light", *, target: float = 0.8) -> alt.LayerChart:
    """A cell for each number of readers and cases with its power in percent, bold where it reaches the target.

    In each row a frame marks the fewest cases that do.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a cell: ``readers``, ``cases`` and ``power``; an empty power is not defined.
    theme : {"light", "dark", "print"}
    target : float
        The power that is asked for.

    Raises
    ------
    RatingsError
        For an unknown theme.
    """
    look = theme_named(theme)
    ordered = frame.sort_values(["readers", "cases"])
    reaching = ordered[ordered["power"] >= target].drop_duplicates("readers")
    rows = [_cell(row, target, look) for row in rows_of(ordered)]
    layers = [*_cells(rows, look), *_frames([_cell(row, target, look) for row in rows_of(reaching)], look)]
    described = f"Power in percent by readers and cases; frames hold the fewest cases that reach {100 * target:g} %"
    size = {"width": _CELL[0] * frame["cases"].nunique(), "height": _CELL[1] * frame["readers"].nunique()}
    return finished(layers, look, described, framed=False, **size)


def _cells(rows: Rows, look: Theme) -> list[alt.Chart]:
    import altair as alt

    scale = alt.Scale(domain=[0, 1], range=list(look.ramp), interpolate="lab")
    legend = alt.Legend(title="Power", format=".0%", gradientLength=120, tickCount=5)
    cells = _placed(rows).mark_rect(stroke=look.background, strokeWidth=1)
    layers = [
        cells.encode(
            color=alt.Color("power:Q", scale=scale, legend=legend), tooltip=tooltip("readers", "cases", "percent")
        )
    ]
    for reached, ink in dict.fromkeys((row["reached"], row["ink"]) for row in rows):
        chosen = [row for row in rows if (row["reached"], row["ink"]) == (reached, ink)]
        text = _placed(chosen).mark_text(fontSize=look.font_size, fontWeight="bold" if reached else "normal", color=ink)
        layers.append(text.encode(text="number:N"))
    return layers


def _frames(rows: Rows, look: Theme) -> list[alt.Chart]:
    if not rows:
        return []
    return [_placed(rows).mark_rect(filled=False, stroke=look.hues[1], strokeWidth=3, fillOpacity=0)]


def _placed(rows: Rows) -> alt.Chart:
    import altair as alt

    axis = alt.Axis(grid=False, ticks=False, domain=False, labelAngle=0)
    return alt.Chart(held(rows)).encode(
        x=alt.X("cases:O", title="Cases", axis=axis),
        y=alt.Y("readers:O", title="Readers", axis=axis, sort="descending"),
    )


def _cell(row: dict[str, Any], target: float, look: Theme) -> dict[str, Any]:
    power = row["power"]
    return {
        "readers": row["readers"],
        "cases": row["cases"],
        "power": power,
        "reached": power is not None and power >= target,
        "number": "–" if power is None else _percent(power),
        "percent": "not defined" if power is None else f"{100 * power:.1f} %",
        "ink": look.on_ramp(power or 0.0),
    }


def _percent(power: float) -> str:
    """Whole percents that never claim certainty, nor a target that is not reached."""
    return "> 99" if power > 0.99 else str(int(100 * power))
