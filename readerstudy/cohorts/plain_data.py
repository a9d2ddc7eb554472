"""JSON and bytes as one message: what may come back from a process that hostile bytes may have taken over.

Unpickling would let such a process run code in its parent; this can give nothing but plain data.
"""

from __future__ import annotations

import json
import struct
from typing import Any

_LENGTH = struct.Struct(">Q")
MAX_JSON_BYTES = 32 * 2**20


class PlainDataError(Exception):
    """A value holds something else than plain data, or a message is none."""


def pack(value: Any) -> list[bytes]:
    """Give the pieces of a message: the length of its JSON, its JSON, and all byte strings one after the other.

    Parameters
    ----------
    value : dict with str keys, list, tuple (which becomes a list), str, int, float, bool, None or bytes, nested

    Raises
    ------
    PlainDataError
        The value holds something else.
    """
    blobs: list[bytes] = []
    text = json.dumps(_marked(value, blobs)).encode()
    return [_LENGTH.pack(len(text)), text, *blobs]


def _marked(value: Any, blobs: list[bytes]) -> Any:
    """Put dicts and byte strings into boxes with a letter, so that neither can be taken for the other."""
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise PlainDataError("the keys of a dict are not all text")
        return {"d": {key: _marked(item, blobs) for key, item in value.items()}}
    if isinstance(value, (list, tuple)):
        return [_marked(item, blobs) for item in value]
    if isinstance(value, (bytes, bytearray, memoryview)):
        blobs.append(bytes(value))
        return {"b": len(blobs[-1])}
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise PlainDataError(f"{type(value).__name__} is no plain data")


def unpack(message: bytes | bytearray) -> Any:
    """Give the value of a message.

    Raises
    ------
    PlainDataError
        The message is cut off, too long or no such message.
    """
    try:
        (length,) = _LENGTH.unpack_from(message)
        if length > MAX_JSON_BYTES:
            raise PlainDataError("the message has too much text")
        start = _LENGTH.size + length
        cuts = _Cuts(memoryview(message)[start:])
        value = _unmarked(json.loads(bytes(message[_LENGTH.size : start])), cuts)
    except (struct.error, ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise PlainDataError("the message is damaged") from error
    if cuts.rest:
        raise PlainDataError("the message is longer than it says")
    return value


class _Cuts:
    """Byte strings, cut one by one from the beginning of what is left."""

    def __init__(self, rest: memoryview) -> None:
        self.rest = rest

    def next(self, length: int) -> bytes:
        if not 0 <= length <= len(self.rest):
            raise PlainDataError("the message is cut off")
        blob, self.rest = bytes(self.rest[:length]), self.rest[length:]
        return blob


def _unmarked(value: Any, cuts: _Cuts) -> Any:
    if isinstance(value, dict):
        if "b" in value:
            return cuts.next(value["b"])
        return {key: _unmarked(item, cuts) for key, item in value["d"].items()}
    if isinstance(value, list):
        return [_unmarked(item, cuts) for item in value]
    return value
