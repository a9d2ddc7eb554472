"""How the charts look: on a light page, on a dark page, in print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from analysis.errors import RatingsError
from analysis.results import jsonable

if TYPE_CHECKING:
    import altair as alt

Rows = list[dict[str, Any]]

# After Okabe and Ito (2008): told apart by people with any of the usual colour blindnesses. The yellow and black that
# a white page swallows are replaced, and the dark page has lighter shades.
_ON_LIGHT = ("#0072b2", "#d55e00", "#007f5f", "#cc79a7", "#b98600", "#56b4e9", "#7a3e8e", "#7f7f2a")
_DETECTORS_ON_LIGHT = ("#b3005e", "#5b3a00", "#00605a", "#4b3fa7")
_ON_DARK = ("#6db3f2", "#ff8a4c", "#3fc79a", "#e8a0c8", "#f0c24b", "#a8dcff", "#c39be0", "#d5d58a")
_DETECTORS_ON_DARK = ("#ff6fb1", "#d9a066", "#5fe0cf", "#a9a0ff")
# One hue, from little to much: readable in grey, and with the number in each cell.
_RAMP_ON_LIGHT = ("#f1f6fa", "#c3d9ec", "#82b3d8", "#3a81b9", "#0b4a7f")
_INKS = ("#ffffff", "#000000")
_RAMP_ON_DARK = ("#1a2632", "#234565", "#3571a6", "#6db3f2", "#d3e9ff")


@dataclass(frozen=True)
class Theme:
    """Colours and sizes of one medium.

    `hues` are for readers or modalities that must be told apart, `crowd` for many readers at once, `detectors` for
    detectors, which a dash or shape tells apart as well. `ramp` goes from little to much. Authentic cases are circles,
    synthetic ones triangles, in the first two hues.
    """

    background: str
    ink: str
    quiet: str
    line: str
    crowd: str
    hues: tuple[str, ...]
    detectors: tuple[str, ...]
    ramp: tuple[str, ...]
    font_size: int = 12

    def classes(self) -> tuple[str, str]:
        """Colours of authentic and of synthetic cases."""
        return self.hues[0], self.hues[1]

    def on_ramp(self, share: float) -> str:
        """The ink, light or dark, that is read best on the ramp at this share of its length."""
        place = min(max(share, 0.0), 1.0) * (len(self.ramp) - 1)
        before = min(int(place), len(self.ramp) - 2)
        low, high = (_channels(self.ramp[stop]) for stop in (before, before + 1))
        ground = _luminance([a + (place - before) * (b - a) for a, b in zip(low, high, strict=True)])
        return max(_INKS, key=lambda ink: _contrast(_luminance(_channels(ink)), ground))

    def config(self) -> dict[str, Any]:
        """Vega-Lite configuration."""
        text = {"labelFontSize": self.font_size, "titleFontSize": self.font_size, "titleFontWeight": "normal"}
        return {
            "background": self.background,
            "font": "Inter, 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif",
            "view": {"stroke": self.line},
            "axis": {
                "domainColor": self.quiet,
                "tickColor": self.quiet,
                "gridColor": self.line,
                "gridOpacity": 0.6,
                "labelColor": self.ink,
                "titleColor": self.ink,
                "titlePadding": 10,
                **text,
            },
            "legend": {
                "labelColor": self.ink,
                "titleColor": self.ink,
                "labelLimit": 320,
                "symbolStrokeWidth": 2.5,
                "symbolSize": 180,
                "symbolOpacity": 1,
                **text,
            },
        }


THEMES = {
    "light": Theme(
        "#ffffff", "#1a2430", "#546272", "#d8dfe6", "#4d7fa8", _ON_LIGHT, _DETECTORS_ON_LIGHT, _RAMP_ON_LIGHT
    ),
    "dark": Theme("#141b23", "#d9e0e8", "#95a3b2", "#2a3643", "#7fb2dc", _ON_DARK, _DETECTORS_ON_DARK, _RAMP_ON_DARK),
    "print": Theme(
        "#ffffff",
        "#000000",
        "#000000",
        "#dddddd",
        "#707070",
        _ON_LIGHT,
        _DETECTORS_ON_LIGHT,
        _RAMP_ON_LIGHT,
        font_size=13,
    ),
}


def _channels(color: str) -> list[float]:
    return [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]


def _luminance(channels: list[float]) -> float:
    """Relative luminance as the Web Content Accessibility Guidelines define it."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def theme_named(name: str) -> Theme:
    """The theme "light", "dark" or "print"."""
    if name not in THEMES:
        raise RatingsError(f"theme {name!r} is not known; choose from {', '.join(THEMES)}")
    return THEMES[name]


def rows_of(frame: pd.DataFrame) -> Rows:
    """The rows of a table as plain values; an empty cell is None."""
    return cast(Rows, jsonable(frame.to_dict("records")))


def held(rows: Rows) -> alt.Data:
    """The rows as data that the chart itself holds."""
    import altair as alt

    return alt.Data(values=rows)  # type: ignore[no-untyped-call]


def written(value: float | None, places: int = 3) -> str:
    """A number with its decimals and a true minus; a dash for what is missing."""
    return "–" if value is None else f"{value:.{places}f}".replace("-", "−")


def finished(
    layers: Sequence[alt.Chart], look: Theme, description: str, *, framed: bool = True, **size: Any
) -> alt.LayerChart:
    """The layers as one chart in its colours, with words for those who cannot see it."""
    import altair as alt

    drawn = alt.layer(*layers).properties(description=description, **size)
    own = {} if framed else {"view": {"stroke": None}}
    return cast("alt.LayerChart", drawn.configure(**look.config() | own))


def tooltip(*fields: str) -> list[alt.Tooltip]:
    """Tooltip of texts; "who" is shown as the reader."""
    import altair as alt

    return [alt.Tooltip(f"{field}:N", title="reader" if field == "who" else field) for field in fields]
