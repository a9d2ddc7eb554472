"""The charts of a report: one definition for page and paper."""

from __future__ import annotations

from readerstudy.reports.models import Report

NAMES = ("roc", "forest")
THEMES = ("light", "dark", "print")
FORMATS = {"json": "application/json", "svg": "image/svg+xml", "png": "image/png"}


class NoChartError(Exception):
    """The data do not allow this chart; the message says why."""


def draw(report: Report, *, phase: str, name: str, form: str, theme: str) -> bytes:
    """Draw a chart of a report.

    Parameters
    ----------
    name : {"roc", "forest"}
    form : {"json", "svg", "png"}
        Vega-Lite, or a picture made of it.
    theme : {"light", "dark", "print"}

    Raises
    ------
    NoChartError
        The data do not allow it.
    """
    raise NotImplementedError
