"""What every result has in common: a JSON-safe dictionary and a text that a person can read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, cast

import numpy as np


class Result:
    """What every analysis gives, besides its own fields; a base of frozen dataclasses."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; intervals as [low, high], what is impossible as None."""
        return cast(dict[str, Any], jsonable(self))


def jsonable(value: Any) -> Any:
    """Dataclasses, tuples and NumPy values as plain JSON values; what is not finite becomes None."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: jsonable(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return jsonable(value.tolist())
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    if isinstance(value, np.generic):
        return jsonable(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def text_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as an aligned table, words to the left and numbers to the right; None is an empty cell."""
    if not rows:
        return ""
    header = list(rows[0])
    cells = [[format_cell(row[name]) for name in header] for row in rows]
    numeric = [all(not isinstance(row[name], str) for row in rows) for name in header]
    widths = [max(len(line[i]) for line in [header, *cells]) for i in range(len(header))]
    lines = [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in [header, *cells]
    ]
    return "\n".join(lines)


def format_cell(value: Any) -> str:
    """A number with four decimals, an interval as "low to high", a word as it is, None as a dash."""
    if value is None:
        return "–"
    if isinstance(value, tuple):
        return f"{format_cell(value[0])} to {format_cell(value[1])}"
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) >= 5e-5 or value == 0 else f"{value:.1e}"
    return str(value)


def counted(number: int, noun: str) -> str:
    """The number and its noun: "1 reader", "2 readers"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def format_p(p: float | None) -> str:
    """A p value in words: "p = 0.0512", "p < 0.0001"."""
    if p is None:
        return "p not defined"
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.4f}"


def paragraphs(*parts: str) -> str:
    """The parts that are not empty, with a blank line between them."""
    return "\n\n".join(part for part in parts if part)
