"""A picture in 256 bits that copies share: re-encoded, resized, brightened, with a marker drawn in.

Which hash, and how close is close, was measured on 104 real radiographs (chests, so alike as different pictures can
be) and nine altered copies of each; tests/readerstudy/cohorts/test_near_duplicates.py holds the figures.
"""

from __future__ import annotations

from collections.abc import Sequence

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from readerstudy.cohorts.source_image import SourceImage

# 16 × 16 differences between neighbours: no brightness, contrast or monotone curve changes them much.
_SIDE = 16
# Of 256 bits: 99.5 % of the copies (all but those cropped) differ in no more than this, different chests in 44 or more.
# Pictures drawn from one template, as phantoms are, come closer than chests: hence not halfway between the two.
NEAR = 21
_SMALL = (136, 128)
_BLOCK = 512


def perceptual_hash(image: SourceImage) -> str:
    """Give the difference hash of an image as 64 hex digits (ImageHash's `dhash`)."""
    small = np.asarray(Image.fromarray(image.pixels).resize(_SMALL, Image.Resampling.BOX), dtype=np.float64)
    low, high = np.percentile(small, [0.5, 99.5])
    grey = ((small - low) / ((high - low) or 1) * 255).clip(0, 255).astype(np.uint8)
    return str(imagehash.dhash(Image.fromarray(grey), _SIDE))


def close_pairs(hashes: Sequence[str], *, near: int = NEAR, most: int | None = None) -> list[tuple[int, int, int]]:
    """Find the pairs of hashes that differ in few bits.

    Parameters
    ----------
    hashes : sequence of str
        Hex digits, all of one length.
    near : int
        The most bits in which a pair may differ.
    most : int, optional
        Give only so many pairs, the closest; a thousand copies of one picture make half a million.

    Returns
    -------
    list of (int, int, int)
        Both indices, the smaller first, and the number of bits in which the two differ; the closest pairs first.
    """
    if len(hashes) < 2:
        return []
    bits = _packed(hashes)
    found = np.empty((0, 3), np.int64)
    for start in range(0, len(bits), _BLOCK):
        block = bits[start : start + _BLOCK]
        differing = _differing(block, bits[: start + len(block)])
        rows, columns = np.nonzero(differing <= near)
        pairs = np.stack([columns, start + rows, differing[rows, columns]], axis=1)
        found = np.concatenate([found, pairs[pairs[:, 0] < pairs[:, 1]]])
        found = found[np.lexsort((found[:, 1], found[:, 0], found[:, 2]))][:most]
    return [(one, other, distance) for one, other, distance in found.tolist()]


def _packed(hashes: Sequence[str]) -> NDArray[np.uint64]:
    """Give the hashes as rows of 64-bit words."""
    raw = np.frombuffer(bytes.fromhex("".join(hashes)), np.uint8).reshape(len(hashes), -1)
    return raw.view(np.uint64)


def _differing(some: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """Count differing bits, word by word so that memory stays that of one block of pairs."""
    counts = np.zeros((len(some), len(others)), np.uint16)
    for word in range(some.shape[1]):
        counts += np.bitwise_count(some[:, word, None] ^ others[None, :, word])
    return counts
