"""The report as one HTML file that holds everything: style, charts, numbers, and what each of them means."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import count
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analysis.charts import chart_svg
from analysis.report import writing
from analysis.report.document import Figure, Section
from analysis.report.report import Report

_HERE = Path(__file__).parent
_SHOWN_VERSIONS = ("numpy", "pandas", "scipy", "statsmodels", "altair")


def page(
    report: Report,
    *,
    title: str,
    draw: Callable[[Figure], str],
    digests: Sequence[tuple[str, str]],
    files: Sequence[str] = (),
    front: str = "",
    back: str = "",
) -> str:
    """Render the report.

    Parameters
    ----------
    report : Report
    title : str
    draw : callable
        Gives a figure as SVG, its text escaped, such as :func:`svg_for_paper`.
    digests : sequence of (str, str)
        Names of the tables that the report comes from, each with its SHA-256.
    files : sequence of str
        Names of files beside the page, to be linked.
    front : str
        What is to be known before any figure, as HTML.
    back : str
        What follows the sections, such as pictures that only the application has, as HTML.

    Returns
    -------
    str
        An HTML document without scripts, which loads nothing.
    """
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(cell=writing.cell, interval=writing.interval, headline=writing.headline, anchor=_anchor)
    return environment.get_template("page.html.j2").render(
        title=title,
        style=Markup((_HERE / "page.css").read_text(encoding="utf-8")),  # noqa: S704
        report=report,
        svg=_inline(draw),
        overall=[section for section in report.overall if not section.absent],
        absent_overall=[section for section in report.overall if section.absent],
        digests=digests,
        files=files,
        front=Markup(front),  # noqa: S704
        back=Markup(back),  # noqa: S704
        versions=[("Python", platform.python_version()), *((name, version(name)) for name in _SHOWN_VERSIONS)],
    )


def svg_for_paper(figure: Figure) -> str:
    """The figure as an SVG document in the theme for print."""
    drawn = figure.draw("print")
    return drawn if isinstance(drawn, str) else chart_svg(drawn)


def _inline(draw: Callable[[Figure], str]) -> Callable[[Figure], Markup]:
    """Drawings as parts of one page: what one refers to by its id must not be found in another one."""
    numbers = count()

    def drawn(figure: Figure) -> Markup:
        own = rf"\g<1>drawing-{next(numbers)}-"
        return Markup(re.sub(r'(\bid="|url\(#|href="#)', own, draw(figure)))  # noqa: S704

    return drawn


def _anchor(where: str, section: Section) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in f"{where}-{section.name}".lower()).strip("-")
