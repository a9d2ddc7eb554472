"""The report as plain values, for a program that shows it in pages of its own: words and cells as people read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from analysis.report import writing
from analysis.report.document import Column, Figure, Section, Table
from analysis.report.report import Report

OF_THE_STUDY = "study"


def as_document(report: Report) -> dict[str, Any]:
    """Give everything that a page shows but the figures, which are drawn by :func:`figures`.

    Returns
    -------
    dict
        ``planned``, the section on the analysis plan; ``parts``, for each condition ``name`` and ``sections``;
        ``overall``, the sections of the study. A section has ``name``, ``title``, ``meaning``, ``standing`` (whether it
        was planned), ``absent`` (why there is nothing, or an empty text), ``headlines`` (``name``,
        ``value``, ``ci``), ``tables`` (``name``, ``title``, ``columns``, ``rows`` of cells, ``about``), ``figures``
        (``name``, under which it is drawn, ``title``, ``about``) and ``notes``.
    """
    return {
        "planned": as_section(report.planned, OF_THE_STUDY),
        "parts": [
            {"name": part.condition.name, "sections": [as_section(one, part.condition.name) for one in part.sections]}
            for part in report.parts
        ],
        "overall": [as_section(one, OF_THE_STUDY) for one in report.overall],
    }


def figures(report: Report) -> dict[str, Figure]:
    """Give every figure of the report by a name that is its own and can stand in an address."""
    return {figure_name(where, figure): figure for where, section in placed(report) for figure in section.figures}


def placed(report: Report) -> Iterator[tuple[str, Section]]:
    """Give all sections, each with the name of what it is about."""
    yield OF_THE_STUDY, report.planned
    for part in report.parts:
        for section in part.sections:
            yield part.condition.name, section
    for section in report.overall:
        yield OF_THE_STUDY, section


def figure_name(where: str, figure: Figure) -> str:
    """Letters of the alphabet, digits, and hyphens between them; two conditions never share a name."""
    return f"{_safe(where)}-{_safe(figure.name)}"


def as_section(section: Section, where: str) -> dict[str, Any]:
    """Give one section."""
    return {
        "name": section.name,
        "title": section.title,
        "meaning": section.meaning,
        "standing": section.standing,
        "absent": section.absent,
        "headlines": [
            dict(zip(("name", "value", "ci"), (one.name, *writing.headline(one)), strict=True))
            for one in section.headlines
        ],
        "tables": [_table(one) for one in section.tables],
        "figures": [
            {"name": figure_name(where, one), "title": one.title, "about": asdict(one.about)} for one in section.figures
        ],
        "notes": list(section.notes),
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.title,
        "columns": [{"title": column.title, "number": column.kind != "text"} for column in table.columns],
        "rows": [
            {"is_mean": bool(row.get("is_mean")), "cells": [_cell(dict(row), column) for column in table.columns]}
            for row in table.rows
        ],
        "about": asdict(table.about),
    }


def _cell(row: dict[str, Any], column: Column) -> dict[str, Any]:
    return {
        "text": writing.cell(row, column),
        "ci": writing.interval(row, column),
        "number": column.kind != "text",
    }


def _safe(name: str) -> str:
    """Write whatever is no letter, digit or hyphen as its number, so that different names stay different."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign == "-") else f"_{ord(sign):x}" for sign in name)
