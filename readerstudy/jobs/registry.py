"""Which function does which kind of job. The room that owns a function registers it when the application starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from readerstudy.jobs.context import JobContext

Handler = Callable[[JobContext], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """How a kind of job is done.

    Attributes
    ----------
    handler : callable
        Does the job and gives its result, which JSON can hold. It may be started again after its worker was killed,
        and must then go on, or do the same again, with one result.
    told : tuple of exception types
        Failures whose words are for people. Any other is told as unforeseen, and its traceback goes to the log.
    """

    handler: Handler
    told: tuple[type[Exception], ...] = ()


class UnknownKindError(Exception):
    """No room does this kind of job."""


_KINDS: dict[str, Kind] = {}


def register(kind: str, handler: Handler, *, told: tuple[type[Exception], ...] = ()) -> None:
    """Name the function that does a kind of job; called in `AppConfig.ready()`."""
    _KINDS[kind] = Kind(handler, told)


def find(kind: str) -> Kind:
    """Give how a kind of job is done.

    Raises
    ------
    UnknownKindError
        Nobody registered it.
    """
    if kind not in _KINDS:
        raise UnknownKindError(f"No part of this program does jobs of the kind {kind!r}.")
    return _KINDS[kind]
