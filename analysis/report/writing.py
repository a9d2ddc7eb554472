"""How cells are written: for people in the page, and in full for programs in CSV files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.report.document import Column, Headline, Kind, Table

DASH = "–"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def cell(row: Mapping[str, Any], column: Column) -> str:
    """The value of a column as people read it; a dash where there is none."""
    return written(value_of(row, column.key), column.kind)


def interval(row: Mapping[str, Any], column: Column) -> str:
    """The interval of a column's value, or an empty text."""
    found = value_of(row, column.ci) if column.ci else None
    return written(found, _INTERVALS.get(column.kind, "interval")) if found else ""


def headline(item: Headline) -> tuple[str, str]:
    """Value and interval of a headline."""
    kind = _INTERVALS.get(item.kind, "interval")
    return written(item.value, item.kind), written(item.ci, kind) if item.ci else ""


def written(value: Any, kind: Kind) -> str:
    """A plain value in the way of its kind."""
    if value is None or value == "":
        return DASH
    if kind == "text":
        return str(value)
    if kind in _ENDS:
        low, high = value
        return DASH if low is None or high is None else _ENDS[kind](low, high)
    return _WRITERS[kind](value)


def csv_rows(table: Table) -> Iterator[dict[str, Any]]:
    """The rows with every number in full; an interval becomes two columns."""
    for row in table.rows:
        found: dict[str, Any] = {}
        for column in table.columns:
            value = value_of(row, column.key)
            if column.kind in _ENDS:
                found |= _ends(column.key, value)
            else:
                found[column.key] = value
                if column.ci:
                    found |= _ends(column.key, value_of(row, column.ci))
        yield found


def value_of(row: Mapping[str, Any], key: str) -> Any:
    """The value at a key; "auc.estimate" is looked for within "auc"."""
    found: Any = row
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _ends(key: str, value: Any) -> dict[str, Any]:
    low, high = value or (None, None)
    return {f"{key}_low": low, f"{key}_high": high}


def _number(value: float, places: int) -> str:
    return f"{value:.{places}f}".replace("-", "−")


def _small(value: float) -> str:
    if value == 0 or abs(value) >= 0.001:
        return _number(value, 4)
    digits, exponent = f"{value:.2e}".split("e")
    return f"{digits.replace('-', '−')} × 10{str(int(exponent)).translate(_RAISED)}"


def _decimal(value: float) -> str:
    return _number(value, 1) if abs(value) < 1000 else f"{value:,.0f}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else _number(value, 3)


_WRITERS = {
    "count": lambda value: f"{int(value):,}",
    "figure": lambda value: _number(value, 3),
    "decimal": _decimal,
    "small": _small,
    "percent": lambda value: f"{_number(100 * value, 1)} %",
    "points": lambda value: _number(100 * value, 1),
    "seconds": lambda value: f"{_number(value, 1)} s",
    "p": _p,
}
_ENDS = {
    "interval": lambda low, high: f"{_number(low, 3)} to {_number(high, 3)}",
    "percent_interval": lambda low, high: f"{_number(100 * low, 1)} to {_number(100 * high, 1)} %",
    "points_interval": lambda low, high: f"{_number(100 * low, 1)} to {_number(100 * high, 1)}",
}
_INTERVALS: dict[Kind, Kind] = {"percent": "percent_interval", "points": "points_interval"}
