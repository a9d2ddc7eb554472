"""How numbers of a report are written: three decimals, intervals as "low to high", a dash for what is impossible."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

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
def p_value(value: float | None) -> str:
    """Write a p value as journals do."""
    if not isinstance(value, int | float):
        return DASH
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _written(value: float, places: int) -> str:
    return f"{value:.{places}f}".replace("-", "−")
