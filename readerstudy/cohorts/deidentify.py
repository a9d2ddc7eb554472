"""Identifiers that a reader may see: keyed, so that they lead neither back to the source nor across sessions."""

from __future__ import annotations

import hashlib
import hmac
from typing import Literal

Level = Literal["study", "series", "instance"]

_ROOT = "2.25."
# The integers of exactly 39 digits that a UUID (128 bits) can be: a UID that was a digit shorter would be a mark.
_SMALLEST = 10**38
_SPAN = 2**128 - _SMALLEST


def session_uid(secret: str, session_code: str, case_code: str, level: Level) -> str:
    """Give the DICOM UID that a case has within one session, and there only.

    Parameters
    ----------
    secret : str
        The application's signing key.
    session_code, case_code : str
        The session and the case.
    level : {"study", "series", "instance"}
        What is to be identified.

    Returns
    -------
    str
        `2.25.` and 39 digits (DICOM PS3.5 B.2, UUID-derived UID), from HMAC-SHA256 of session, case and level.
    """
    message = "\x1f".join([session_code, case_code, level])
    digest = hmac.new(f"readerstudy.session_uid:{secret}".encode(), message.encode(), hashlib.sha256).digest()
    return f"{_ROOT}{_SMALLEST + int.from_bytes(digest) % _SPAN}"
