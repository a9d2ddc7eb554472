"""Comparison with published figures, to all the digits that are printed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest


def printed(figure: str) -> Any:
    """Equal to `figure` within half a unit of its last digit, and never asked for more than 13 significant digits."""
    value = Decimal(figure)
    half_unit = Decimal((0, (5,), int(value.as_tuple().exponent) - 1))
    return pytest.approx(float(value), abs=float(max(half_unit, abs(value) * Decimal("5e-13"))), rel=0)
