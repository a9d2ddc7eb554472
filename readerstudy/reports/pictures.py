"""The pictures of a report: deceptive cases, and where readers marked; for those who may see them."""

from __future__ import annotations

import base64
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from analysis.charts.heat import GRID
from readerstudy.cohorts import frames
from readerstudy.cohorts.models import Case
from readerstudy.reports.deceptive import deceptive_cases
from readerstudy.reports.models import Report

STEP_OPACITY = 0.22
_SIDE = 256


def pictured(report: Report, *, within: bool = False) -> dict[str, Any]:
    """Give what the templates of pictures need.

    Parameters
    ----------
    within : bool
        Carry the pictures as data, for a file that needs no other; else name their addresses.
    """
    deceptive = deceptive_cases(report)
    marks = report.document.get("marks", {}).get("cases", [])
    cases = {case.code: case for case in Case.with_excluded.filter(code__in=[one["case"] for one in marks])
             .select_related("cohort", "image")}  # fmt: skip
    wanted = {**cases, **{one.case.code: one.case for _name, found in deceptive for one in found}}
    sources = {code: _source(case, within=within) for code, case in wanted.items()}
    return {
        "within": within,
        "deceptive": [
            (name, [{"one": one, "source": sources[one.case.code]} for one in found]) for name, found in deceptive
        ],
        "heat_maps": [
            {
                **one,
                "cohort": cases[one["case"]].cohort,
                "source": sources[one["case"]],
                "height": _height(one),
                "scale": _scale(one),
            }
            for one in marks
            if one["case"] in cases
        ],
        "grid": GRID,
        "step_opacity": STEP_OPACITY,
    }


def pictures_html(report: Report) -> str:
    """Give the part of the self-contained report that holds pictures."""
    return render_to_string("reports/pictures.html", pictured(report, within=True))


def _scale(one: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the colour of each step as it comes about where all lower ones lie below it."""
    return [
        {"x": 12 * number, "readers": step["readers"], "opacity": round(1 - (1 - STEP_OPACITY) ** (number + 1), 3)}
        for number, step in enumerate(one["map"]["steps"])
    ]


def _height(one: dict[str, Any]) -> float:
    return round(GRID / float(one["map"]["aspect"]), 2)


def _source(case: Case, *, within: bool) -> str:
    """Give where the picture of a case is; an empty text where there is none."""
    if getattr(case, "image", None) is None:
        return ""
    if not within:
        return reverse("truth:thumbnail", args=[case.code])
    try:
        content = frames.thumbnail(case.image, side=_SIDE)
    except FileNotFoundError:
        return ""
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"
