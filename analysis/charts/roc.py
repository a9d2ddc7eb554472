"""The ROC chart: readers thin, their average bold, detectors dashed, operating points of the calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from analysis.charts.themes import Rows, Theme, finished, held, rows_of, theme_named, tooltip
from analysis.readers.band import RocBand
from analysis.readers.roc_result import AverageRoc, OperatingPoint, ReaderRoc, RocCurve, RocResult
from analysis.results import format_cell

if TYPE_CHECKING:
    import altair as alt

# More readers than this share one hue; the tooltip names them.
TOLD_APART = 8
_SOLID = (1, 0)
_DASHES = ((7, 3), (2, 2), (10, 3, 2, 3), (5, 5))
# Of the modalities' averages, so that they can be told apart without colour.
_STROKES = (_SOLID, (14, 4), (3, 3), (14, 4, 3, 4))


@dataclass(frozen=True)
class _Series:
    """One entry of the legend: its name, colour, dash and symbol."""

    name: str
    color: str
    dash: tuple[int, ...] = _SOLID
    symbol: str = "stroke"


def roc_chart(
    result: RocResult, theme: str = "light", *, size: int = 400, bands: Sequence[RocBand] = ()
) -> alt.LayerChart:
    """ROC curves of readers (thin), their average (bold), detectors (dashed), and the operating points of the calls.

    Up to eight readers have a hue each, more share one; with several modalities the hue tells the modality. Readers and
    detectors with calls only are points; when no reader has a curve, a cross marks the mean of their points. Tooltips
    name the reader, the AUC with its interval, and the fractions; the curve under the pointer comes forward.

    Parameters
    ----------
    result : RocResult
        From :func:`analysis.readers.roc.reader_rocs`.
    theme : {"light", "dark", "print"}
    size : int
        Side of the square in pixels.
    bands : sequence of RocBand
        From :func:`analysis.readers.band.average_roc_band`, one for each modality, drawn behind the averages.

    Raises
    ------
    RatingsError
        For an unknown theme.
    """
    look = theme_named(theme)
    readers, means, detectors = _readers(result, look), _means(result, look), _detectors(result, look)
    drawing = _Drawing(list(dict.fromkeys([*readers, *means, *detectors])), look)
    crowd = len(result.readers) > TOLD_APART
    faint = max(0.15, 6 / len(result.readers)) if crowd else 0.9
    layers = [
        drawing.chance_line(),
        *drawing.bands(_band_rows(result, means, bands)),
        *drawing.curves(_curves(result.readers, readers), whose="reader", width=1.2, opacity=faint),
        *drawing.points(_points(result.readers, readers), shape="circle", size=40, opacity=max(faint, 0.6)),
        *drawing.curves(_average_curves(result.averages, means), whose="average", width=3.6, dashed=True),
        *drawing.points(_mean_points(result, means), shape="cross", size=220),
        *drawing.curves(_curves(result.detectors, detectors), whose="detector", width=2.4, dashed=True),
        *drawing.points(_points(result.detectors, detectors), shape="diamond", size=160),
    ]
    return finished(layers, look, _description(result), width=size, height=size)


class _Drawing:
    """Layers that share axes and legend."""

    def __init__(self, series: Sequence[_Series], look: Theme) -> None:
        import altair as alt

        self.look = look
        names = [entry.name for entry in series]
        some_alone = any(entry.symbol != "stroke" for entry in series)
        symbol = alt.Undefined if some_alone else "stroke"
        legend = alt.Legend(title=None, offset=16, symbolType=symbol)
        self.color = alt.Color(
            "series:N", legend=legend, scale=alt.Scale(domain=names, range=[entry.color for entry in series])
        )
        self.dash = alt.StrokeDash(
            "series:N", legend=legend, scale=alt.Scale(domain=names, range=[list(entry.dash) for entry in series])
        )
        self.shape = alt.Shape(
            "series:N", legend=legend, scale=alt.Scale(domain=names, range=[entry.symbol for entry in series])
        )
        axis = alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1], format=".1f")
        unit = alt.Scale(domain=[0, 1], nice=False)
        self.x = alt.X("fpf:Q", title="False positive fraction (1 − specificity)", axis=axis, scale=unit)
        title = "True positive fraction (sensitivity)"
        self.y = alt.Y("tpf:Q", title=title, axis=axis, scale=unit)
        self.low = alt.Y("low:Q", title=title, axis=axis, scale=unit)

    def chance_line(self) -> alt.Chart:
        import altair as alt

        diagonal = alt.Chart(held([{"fpf": 0, "tpf": 0}, {"fpf": 1, "tpf": 1}]))
        line = diagonal.mark_line(color=self.look.quiet, strokeWidth=1, strokeDash=[1, 3])
        return cast("alt.Chart", line.encode(x=self.x, y=self.y))

    def bands(self, rows: Rows) -> list[alt.Chart]:
        import altair as alt

        if not rows:
            return []
        areas = alt.Chart(held(rows)).mark_area(opacity=0.22)
        return [areas.encode(x=self.x, y=self.low, y2="high:Q", color=self.color)]

    def curves(
        self, rows: Rows, *, whose: str, width: float, opacity: float = 1, dashed: bool = False
    ) -> list[alt.Chart]:
        import altair as alt

        if not rows:
            return []
        pointed = alt.selection_point(
            name=f"pointed_{whose}", fields=["who", "modality"], on="pointerover", clear="pointerout", empty=False
        )
        lines = alt.Chart(held(rows)).mark_line(strokeJoin="round")
        encoded = lines.encode(
            x=self.x,
            y=self.y,
            color=self.color,
            detail=["who:N", "modality:N"],
            order="order:Q",
            strokeWidth=alt.when(pointed).then(alt.value(width + 2)).otherwise(alt.value(width)),
            strokeOpacity=alt.when(pointed).then(alt.value(1)).otherwise(alt.value(opacity)),
            tooltip=tooltip("who", "modality", "AUC"),
        )
        return [(encoded.encode(strokeDash=self.dash) if dashed else encoded).add_params(pointed)]

    def points(self, rows: Rows, *, shape: str, size: float, opacity: float = 1) -> list[alt.Chart]:
        """Points in the given shape; those of a series without a curve in the shape that its legend shows."""
        import altair as alt

        layers = []
        for alone in (False, True):
            chosen = [row for row in rows if row["alone"] == alone]
            if chosen:
                marks = alt.Chart(held(chosen)).mark_point(
                    filled=True,
                    size=max(size, 90) if alone else size,
                    fillOpacity=opacity,
                    stroke=self.look.background,
                    strokeWidth=1,
                )
                layers.append(
                    marks.encode(
                        x=self.x,
                        y=self.y,
                        color=self.color,
                        shape=self.shape if alone else alt.value(shape),
                        tooltip=tooltip("who", "modality", "sensitivity", "specificity"),
                    )
                )
        return layers


def _readers(result: RocResult, look: Theme) -> list[_Series]:
    """The series of each reader: the modality's, the reader's own, or one for all."""
    symbol = "stroke" if result.averages else "circle"
    modalities = _modalities(result)
    if len(modalities) > 1:
        hues = dict(zip(modalities, cycle(look.hues), strict=False))
        return [_Series(f"{item.modality}: readers", hues[item.modality], symbol=symbol) for item in result.readers]
    if len(result.readers) > TOLD_APART:
        return [_Series(f"Readers ({len(result.readers)})", look.crowd, symbol=symbol)] * len(result.readers)
    return [
        _Series(_named(item.reader, item.auc), hue, symbol="stroke" if item.curve else "circle")
        for item, hue in zip(result.readers, look.hues, strict=False)
    ]


def _means(result: RocResult, look: Theme) -> list[_Series]:
    """The series of the readers' mean in each modality: a bold curve, or a cross where there are points only."""
    modalities = _modalities(result)
    areas = {average.modality: average.auc for average in result.averages}
    hues = cycle(look.hues) if len(modalities) > 1 else cycle([look.ink])
    return [
        _Series(
            _named("Readers’ average" if len(modalities) == 1 else f"{modality}: average", areas.get(modality)),
            hue,
            dash if result.averages else _SOLID,
            "stroke" if result.averages else "cross",
        )
        for modality, hue, dash in zip(modalities, hues, cycle(_STROKES), strict=False)
    ]


def _detectors(result: RocResult, look: Theme) -> list[_Series]:
    """The series of each detector, dashed where it has a curve."""
    taken = {item.reader for item in result.readers}
    return [
        _Series(
            _named(f"{item.reader} (detector)" if item.reader in taken else item.reader, item.auc),
            hue,
            dash if item.curve else _SOLID,
            "stroke" if item.curve else "diamond",
        )
        for item, hue, dash in zip(result.detectors, cycle(look.detectors), cycle(_DASHES), strict=False)
    ]


def _modalities(result: RocResult) -> list[str]:
    return list(dict.fromkeys(item.modality for item in result.readers))


def _named(name: str, area: float | None) -> str:
    return name if area is None else f"{name}, AUC {area:.3f}"


def _curves(items: Sequence[ReaderRoc], series: Sequence[_Series]) -> Rows:
    rows: Rows = []
    for item, entry in zip(items, series, strict=True):
        if item.curve is not None:
            area = f"{format_cell(item.auc)} ({format_cell(item.ci)})"
            rows += _corners(item.curve, entry, who=item.reader, modality=item.modality, AUC=area)
    return rows


def _average_curves(items: Sequence[AverageRoc], series: Sequence[_Series]) -> Rows:
    rows: Rows = []
    for item, entry in zip(items, series, strict=False):
        rows += _corners(
            item.curve, entry, who="Readers’ average", modality=item.modality, AUC=f"{format_cell(item.auc)} (mean)"
        )
    return rows


def _band_rows(result: RocResult, means: Sequence[_Series], bands: Sequence[RocBand]) -> Rows:
    of_modality = dict(zip(_modalities(result), means, strict=True))
    return [
        {"series": of_modality[band.modality].name, **{name: round(value, 5) for name, value in row.items()}}
        for band in bands
        for row in rows_of(band.to_frame()[["fpf", "low", "high"]])
    ]


def _corners(curve: RocCurve, entry: _Series, **told: str) -> Rows:
    """Points where the curve bends: those on a straight stretch draw nothing and would weigh on the page."""
    fpf, tpf = curve.fpf, curve.tpf
    before, after = (np.diff(fpf)[:-1], np.diff(tpf)[:-1]), (np.diff(fpf)[1:], np.diff(tpf)[1:])
    bends = np.abs(before[0] * after[1] - before[1] * after[0]) > 1e-12
    kept = np.concatenate([[True], bends, [True]])
    return [
        {"series": entry.name, "order": order, "fpf": round(float(x), 6), "tpf": round(float(y), 6), **told}
        for order, (x, y) in enumerate(zip(fpf[kept], tpf[kept], strict=True))
    ]


def _points(items: Iterable[ReaderRoc], series: Iterable[_Series]) -> Rows:
    return [
        _point(item.operating_point, entry, item.reader, item.modality)
        for item, entry in zip(items, series, strict=True)
        if item.operating_point is not None
    ]


def _mean_points(result: RocResult, series: Sequence[_Series]) -> Rows:
    """The mean of the readers' operating points in each modality, where there is no averaged curve."""
    rows: Rows = []
    for modality, entry in zip(_modalities(result), series, strict=True):
        points = [item.operating_point for item in result.readers if item.modality == modality and item.operating_point]
        if points and not result.averages:
            mean = OperatingPoint(
                float(np.mean([point.fpf for point in points])), float(np.mean([point.tpf for point in points]))
            )
            rows.append(_point(mean, entry, "Readers’ average", modality))
    return rows


def _point(point: OperatingPoint, entry: _Series, who: str, modality: str) -> dict[str, Any]:
    return {
        "series": entry.name,
        "alone": entry.symbol != "stroke",
        "who": who,
        "modality": modality,
        "fpf": round(point.fpf, 6),
        "tpf": round(point.tpf, 6),
        "sensitivity": format_cell(point.tpf),
        "specificity": format_cell(1 - point.fpf),
    }


def _description(result: RocResult) -> str:
    areas = [f"{average.auc:.3f}" for average in result.averages]
    mean = f"; mean AUC {', '.join(areas)}" if areas else ""
    readers = len({item.reader for item in result.readers})
    return f"ROC curves of {readers} readers and {len(result.detectors)} detectors{mean}"
