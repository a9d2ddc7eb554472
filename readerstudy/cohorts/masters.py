"""Masters: the decoded grey values of every source without loss, from which its presentation image is made again."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from readerstudy.cohorts import filestore
from readerstudy.cohorts.source_image import SourceImage

Grey = NDArray[np.float32]

# A file begins with this and the length of its head; the head (JSON) tells the length of each plane that follows.
_MAGIC = b"XRM1"
_FACTS = ("format", "bits", "spacing", "aspect", "overlays")


class DamagedMasterError(Exception):
    """A stored master cannot be read; the message says what is wrong with it."""


def as_bytes(image: SourceImage) -> bytes:
    """Pack a decoded image without loss.

    Grey values that are whole numbers within a span of 65,536, as those of nearly all radiographs, are packed by
    HTJ2K; others byte by byte with zstd. The values after the file's window, where they differ, are a table from grey
    value to grey value, as windows and VOI LUTs are, or a second plane where no table gives them.

    Returns
    -------
    bytes
        What `from_bytes` takes: a head, then one or two planes.
    """
    planes = [_pack(image.pixels)]
    if image.displayed is not None and not np.array_equal(image.displayed, image.pixels):
        planes.append(_tabulated(image.pixels, image.displayed) or _pack(image.displayed))
    head = {name: getattr(image, name) for name in _FACTS}
    head["planes"] = [facts for facts, _ in planes]
    head["displayed"] = image.displayed is not None
    text = json.dumps(head, separators=(",", ":")).encode()
    return b"".join([_MAGIC, struct.pack("<I", len(text)), text, *(content for _, content in planes)])


def from_bytes(content: bytes) -> SourceImage:
    """Unpack what `as_bytes` packed.

    Raises
    ------
    DamagedMasterError
        It is no master, or cut off, or damaged.
    """
    if not content.startswith(_MAGIC):
        raise DamagedMasterError("is no master")
    try:
        start = len(_MAGIC) + 4
        (length,) = struct.unpack_from("<I", content, len(_MAGIC))
        head = json.loads(content[start : start + length])
        planes = _unpack_all(head["planes"], content[start + length :])
    except (ValueError, KeyError, struct.error, imagecodecs.Htj2kError, imagecodecs.ZstdError) as error:
        raise DamagedMasterError("is damaged") from error
    spacing = tuple(head["spacing"]) if head["spacing"] else None
    facts = {name: head[name] for name in _FACTS} | {"spacing": spacing}
    return SourceImage(pixels=planes[0], displayed=planes[-1] if head["displayed"] else None, **facts)


def _pack(pixels: Grey) -> tuple[dict[str, Any], bytes]:
    whole = _as_whole_numbers(pixels)
    if whole is not None:
        offset, numbers = whole
        kind, content = "htj2k", bytes(imagecodecs.htj2k_encode(numbers, reversible=True))
    else:
        offset, kind, content = 0, "zstd", _squeezed(pixels)
    return {"kind": kind, "offset": offset, "shape": pixels.shape, "length": len(content)}, content


def _tabulated(pixels: Grey, displayed: Grey) -> tuple[dict[str, Any], bytes] | None:
    """Give the table by which the whole numbers of one plane become those of the other, or None if there is none."""
    whole = _as_whole_numbers(pixels)
    if whole is None or pixels.shape != displayed.shape:
        return None
    _, numbers = whole
    table = np.zeros(int(numbers.max()) + 1, np.float32)
    table[numbers] = displayed
    if not np.array_equal(table[numbers], displayed):
        return None
    content = _squeezed(table)
    return {"kind": "table", "length": len(content)}, content


def _squeezed(values: Grey) -> bytes:
    """Compress floats with the bytes of like weight side by side: exponents repeat, low bytes do not."""
    lanes = np.ascontiguousarray(values, "<f4").view(np.uint8).reshape(-1, 4).T
    return bytes(imagecodecs.zstd_encode(lanes.tobytes(), 3))


def _unsqueezed(content: bytes) -> Grey:
    lanes = np.frombuffer(imagecodecs.zstd_decode(content), np.uint8).reshape(4, -1)
    values: Grey = np.ascontiguousarray(lanes.T).view("<f4").reshape(-1).astype(np.float32, copy=False)
    return values


def _as_whole_numbers(pixels: Grey) -> tuple[int, NDArray[Any]] | None:
    """Give the lowest value and what the others have above it, or None where that would lose something."""
    low, high = float(pixels.min()), float(pixels.max())
    if not (np.isfinite(low) and np.isfinite(high)) or high - low > np.iinfo(np.uint16).max - 1:
        return None
    offset = int(np.floor(low))
    numbers = (pixels - np.float32(offset)).astype(np.uint8 if high - offset <= np.iinfo(np.uint8).max else np.uint16)
    return (offset, numbers) if np.array_equal(_lifted(numbers, offset), pixels) else None


def _lifted(numbers: NDArray[Any], offset: int) -> Grey:
    """Undo `_as_whole_numbers`; exact, as each sum is a value that float32 held before."""
    lifted: Grey = numbers.astype(np.float32) + np.float32(offset)
    return lifted


def _unpack_all(planes: list[dict[str, Any]], content: bytes) -> list[Grey]:
    unpacked: list[Grey] = []
    for facts in planes:
        part, content = content[: facts["length"]], content[facts["length"] :]
        if len(part) < facts["length"]:
            raise ValueError("cut off")
        unpacked.append(_looked_up(part, unpacked[0]) if facts["kind"] == "table" else _unpack(facts, part))
    return unpacked


def _looked_up(content: bytes, pixels: Grey) -> Grey:
    looked_up: Grey = _unsqueezed(content)[(pixels - np.floor(pixels.min())).astype(np.intp)]
    return looked_up


def _unpack(facts: dict[str, Any], content: bytes) -> Grey:
    if facts["kind"] == "htj2k":
        return _lifted(imagecodecs.htj2k_decode(content).reshape(facts["shape"]), facts["offset"])
    return _unsqueezed(content).reshape(facts["shape"])


def folder() -> Path:
    """Give the folder of all masters; no route serves one."""
    return Path(settings.DATA_DIR) / "masters"


def write(content: bytes) -> str:
    """Store what `as_bytes` gave, whole or not at all, and give its name."""
    return filestore.write(folder(), content, ".master")


def read(name: str) -> SourceImage:
    """Read a master.

    Raises
    ------
    DamagedMasterError
        It is missing or cannot be read.
    """
    try:
        return from_bytes((folder() / name).read_bytes())
    except OSError as error:
        raise DamagedMasterError("is missing from the store") from error


def remove(name: str) -> None:
    """Take a master away again, because its row could not be committed."""
    filestore.remove(folder(), name)
