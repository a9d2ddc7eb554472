"""How numbers of a report are written: three decimals, intervals as "low to high", a dash for what is impossible."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.translation import gettext as _

from analysis.measures.measurement import METRIC_NAMES

register = template.Library()
DASH = "–"


@register.filter
def figure(value: float | None, places: int = 3) -> str:
    """Write an estimate; None becomes a dash."""
    return _written(value, places) if isinstance(value, int | float) else DASH


@register.filter
def interval(value: list[float | None] | None, places: int = 3) -> str:
    """Write an interval as "low to high"."""
    if not value or value[0] is None or value[1] is None:
        return DASH
    return _("%(low)s to %(high)s") % {"low": _written(value[0], places), "high": _written(value[1], places)}


@register.filter
def percent(value: float | None) -> str:
    """Write a share in percent, with one decimal."""
    return f"{100 * value:.1f} %" if isinstance(value, int | float) else DASH


@register.filter
def percents(value: list[float | None] | None) -> str:
    """Write an interval of shares in percent."""
    if not value or value[0] is None or value[1] is None:
        return DASH
    low, high = (f"{100 * end:.1f}" for end in value if end is not None)
    return _("%(low)s to %(high)s %%") % {"low": low, "high": high}


@register.filter
def metric(name: str) -> str:
    """Write the name of a figure of merit."""
    return METRIC_NAMES.get(name, name)


@register.filter
def mean_of(result: dict[str, Any], modality: str) -> float | None:
    """Give the readers' mean in one modality of an analysis."""
    found: list[float | None] = [one["estimate"] for one in result["modalities"] if one["modality"] == modality]
    return found[0] if found else None


@register.filter
def chart_query(phase: dict[str, Any]) -> str:
    """Give the query by which a chart's address names the modality, where the phase has several."""
    several = phase.get("name", phase["phase"]) != phase["phase"]
    return f"?{urlencode({'modality': phase['modality']})}" if several else ""


@register.filter
def p_value(value: float | None) -> str:
    """Write a p value as journals do."""
    if not isinstance(value, int | float):
        return DASH
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _written(value: float, places: int) -> str:
    return f"{value:.{places}f}".replace("-", "−")
