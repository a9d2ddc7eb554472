"""Words that no reader may ever meet, one for every secret field, and the search for them in what was answered."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator

# Every planted word begins with this, so that one search finds them all, also those whose field is new.
ROOT = "zyxcanary"

# UIDs are keyed digests: their digits may spell any number, and their constant length is tested elsewhere.
_UIDS = re.compile(rb"2\.25\.[0-9]{39}")


def word(field: str) -> str:
    """Give the word that is planted in a secret field."""
    return f"{ROOT}{re.sub('[^a-z0-9]', '', field.lower())}"


def disguises(text: str) -> Iterator[bytes]:
    """Give a text as it could be hidden in an answer: plain, in UTF-16, hexadecimal, percent-encoded, in base64."""
    plain = text.encode()
    yield plain
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")
    yield plain.hex().encode()
    yield "".join(f"%{byte:02x}" for byte in plain).encode()
    for shift in range(3):
        # The letters at either end depend on the neighbours; those between do not.
        encoded = base64.b64encode(b"\0" * shift + plain)
        yield encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4]


def found_in(content: bytes) -> bool:
    """Whether a planted word is in the content (status line, headers and body), in whatever disguise and case."""
    haystack = _UIDS.sub(b"", content)
    lowered = haystack.lower()
    return any(form in haystack or form.lower() in lowered for form in disguises(ROOT))


def found_plainly_in(content: bytes, needles: Iterable[str]) -> list[str]:
    """Name the secrets that are in the content as they stand: for codes and digests, in many large answers."""
    haystack = _UIDS.sub(b"", content)
    return [secret for secret in needles if secret.encode() in haystack]
