"""Identifiers in place of those in files: keyed, so that they lead neither back to the source nor across sessions."""

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


def patient_pseudonym(secret: str, patient_id: str, issuer: str = "") -> str:
    """Give the word that stands for a patient in this application, and there only.

    It tells coordinators and statistics which images are of one person, and nothing else of that person.

    Parameters
    ----------
    secret : str
        The application's signing key.
    patient_id, issuer : str
        Patient ID (0010,0020) and its issuer (0010,0021), without which two hospitals' numbers would fall together.

    Returns
    -------
    str
        32 hex digits, from HMAC-SHA256 of both.
    """
    message = "\x1f".join([issuer, patient_id])
    key = f"readerstudy.patient_pseudonym:{secret}".encode()
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()[:32]
