"""The charts of a report: one definition for page and paper."""

from __future__ import annotations

import json

from analysis import charts
from analysis.errors import RatingsError
from analysis.mrmc.obuchowski_rockette import obuchowski_rockette
from analysis.readers.roc import reader_rocs
from readerstudy.reports.models import Report
from readerstudy.reports.results import of_condition, what_is_a_sample, without_early_leavers
from readerstudy.reports.services import stored_table

NAMES = ("roc", "forest")
THEMES = ("light", "dark", "print")
FORMATS = {"json": "application/json", "svg": "image/svg+xml", "png": "image/png"}
ROC_SIDE = 480
PNG_SCALE = 3  # image pixels to a point of the page: sharp in print


class NoChartError(Exception):
    """The data do not allow this chart; the message says why."""


def draw(report: Report, *, phase: str, name: str, form: str, theme: str, modality: str = "") -> bytes:
    """Draw a chart of a report.

    Parameters
    ----------
    modality : str
        The one to draw, where the phase has several.
    name : {"roc", "forest"}
    form : {"json", "svg", "png"}
        Vega-Lite, or a picture made of it.
    theme : {"light", "dark", "print"}

    Raises
    ------
    NoChartError
        The data do not allow it.
    """
    whole = stored_table(report.ratings_csv)
    table, _ = without_early_leavers(of_condition(whole, phase, modality))
    try:
        if name == "roc":
            chart = charts.roc_chart(reader_rocs(table, phase=phase), theme, size=ROC_SIDE)
        else:
            means = obuchowski_rockette(table, phase=phase, random=what_is_a_sample(table))
            chart = charts.forest_chart(means, theme)
    except RatingsError as error:
        raise NoChartError(str(error)) from None
    if form == "json":
        return json.dumps(chart.to_dict()).encode()
    return charts.chart_svg(chart).encode() if form == "svg" else charts.chart_png(chart, scale=PNG_SCALE)


def inline_svgs(report: Report, phase: str, modality: str = "") -> dict[str, str]:
    """Give the charts of a phase as SVG for paper; one that the data do not allow is left out."""
    drawn = {}
    for name in NAMES:
        try:
            drawn[name] = draw(report, phase=phase, modality=modality, name=name, form="svg", theme="print").decode()
        except NoChartError:
            continue
    return drawn
