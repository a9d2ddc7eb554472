"""Where untrusted bytes are decoded.

What comes back may come from a process that a hostile file has taken over, so it is never unpickled: a function that
runs here gives JSON and bytes only (dict with str keys, list, str, int, float, bool, None, bytes), in any nesting.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function on untrusted bytes and give what it gives."""
    return function(*args, **kwargs)
