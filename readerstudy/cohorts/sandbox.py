"""Where untrusted bytes are decoded."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function on untrusted bytes and give what it gives."""
    return function(*args, **kwargs)
