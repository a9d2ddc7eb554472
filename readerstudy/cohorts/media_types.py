"""Which of the representations on offer a client accepts: the Accept header as DICOMweb uses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class MediaRange:
    """One entry of an Accept header, for instance `multipart/related; type="image/*"; q=0.5`."""

    name: str
    parameters: dict[str, str] = field(default_factory=dict)
    quality: float = 1.0


@dataclass(frozen=True)
class MediaType:
    """A representation on offer.

    Attributes
    ----------
    name : str
        The media type of the content, for instance `application/octet-stream`.
    transfer_syntax : str
        The DICOM transfer syntax of the content; empty where none applies.
    multipart : bool
        Whether the content travels as the part of a `multipart/related` message.
    """

    name: str
    transfer_syntax: str = ""
    multipart: bool = False

    def __str__(self) -> str:
        return f"{self.name}; transfer-syntax={self.transfer_syntax}" if self.transfer_syntax else self.name

    def suits(self, wanted: MediaRange) -> bool:
        """Whether a client that accepts this range can take this representation."""
        name = wanted.parameters.get("type", "*/*") if wanted.name == "multipart/related" else wanted.name
        if self.multipart != (wanted.name == "multipart/related") or not _covers(name, self.name):
            return False
        return wanted.parameters.get("transfer-syntax", "*") in ("*", self.transfer_syntax)


def _covers(wanted: str, name: str) -> bool:
    return wanted in ("*/*", name, name.split("/")[0] + "/*")


def parse_accept(header: str) -> list[MediaRange]:
    """Read an Accept header, best first; entries that make no sense are left out (RFC 9110, 12.5.1)."""
    ranges = [_parse_range(entry) for entry in _split(header, ",")]
    return sorted((found for found in ranges if found and found.quality > 0), key=lambda found: -found.quality)


def choose(accept: str, offered: Sequence[MediaType]) -> MediaType | None:
    """Give the offer that the client likes best, the first offer where it does not mind, or None."""
    for wanted in parse_accept(accept or "*/*"):
        for offer in offered:
            if offer.suits(wanted):
                return offer
    return None


def _parse_range(entry: str) -> MediaRange | None:
    name, *rest = _split(entry, ";")
    pairs = (item.partition("=") for item in rest)
    parameters = {key.strip().lower(): value.strip().strip('"') for key, _, value in pairs}
    try:
        quality = float(parameters.pop("q", "1"))
    except ValueError:
        return None
    if "type" in parameters:
        parameters["type"] = parameters["type"].lower()
    return MediaRange(name.strip().lower(), parameters, quality) if "/" in name else None


def _split(text: str, separator: str) -> list[str]:
    """Split at separators that stand outside quoted strings."""
    parts, quoted = [""], False
    for character in text:
        quoted ^= character == '"'
        if character == separator and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return parts
