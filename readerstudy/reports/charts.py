"""The figures of a report: drawn once in each theme, then kept beside the data, and made into what is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from analysis.charts import spec_svg, svg_png
from analysis.report.plain import figures
from readerstudy.cohorts import filestore
from readerstudy.reports.computing import gathered
from readerstudy.reports.models import Report

THEMES = ("light", "dark", "print")
FORMATS = {"json": "application/json", "svg": "image/svg+xml", "png": "image/png"}
PNG_SCALE = 3  # image pixels to a point of the page: sharp in print


class UnknownFigureError(Exception):
    """The report has no figure of this name."""


def figure_names(report: Report) -> list[str]:
    """Name the figures of a report in their order."""
    document = report.document or {"parts": [], "overall": []}
    sections = [section for part in document["parts"] for section in part["sections"]] + document["overall"]
    return [figure["name"] for section in sections for figure in section["figures"]]


def draw(report: Report, *, name: str, form: str, theme: str) -> bytes:
    """Give a figure of a report.

    Parameters
    ----------
    form : {"json", "svg", "png"}
        What the page's script shows (a Vega-Lite document, or `{"svg": text}`), or a picture.
    theme : {"light", "dark", "print"}

    Raises
    ------
    UnknownFigureError
        There is none of this name.
    """
    if name not in figure_names(report):
        raise UnknownFigureError(name)
    kept = _drawn(report, name, theme)
    if form == "json":
        return json.dumps(kept).encode()
    svg = kept["svg"] if "svg" in kept else spec_svg(kept)
    return svg.encode() if form == "svg" else svg_png(svg, PNG_SCALE)


def draw_all(report: Report, told: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Draw every figure in every theme, so that nobody waits for one later."""
    wanted = [(name, theme) for name in figure_names(report) for theme in THEMES]
    for done, (name, theme) in enumerate(wanted):
        told(done, len(wanted))
        _drawn(report, name, theme)


def _drawn(report: Report, name: str, theme: str) -> dict[str, Any]:
    """Give a figure as it was drawn before, or draw it and keep it."""
    path = folder_of(report) / f"{name}.{theme}.json"
    if path.is_file():
        kept: dict[str, Any] = json.loads(path.read_bytes())
        return kept
    chart = figures(gathered(report))[name].draw(theme)
    drawn = {"svg": chart} if isinstance(chart, str) else chart.to_dict()
    filestore.write_as(path, json.dumps(drawn).encode())
    return drawn


def folder_of(report: Report) -> Path:
    """Where the files made of a report are kept."""
    return Path(settings.DATA_DIR) / "figures" / str(report.pk)
