"""All that is done with a file's bytes, in one go and in a process that decodes untrusted bytes (sandbox.py).

What comes back may come from a process that a hostile file has taken over: plain data, looked at before it is believed.
"""

from __future__ import annotations

import hashlib
import re
import warnings
from dataclasses import dataclass
from typing import Any

from readerstudy.cohorts import evidence, harmonise, masters, sandbox
from readerstudy.cohorts.burned_in import Rectangle, text_candidates
from readerstudy.cohorts.decoding import decode
from readerstudy.cohorts.perceptual_hash import perceptual_hash
from readerstudy.cohorts.profiles import PresentationProfile
from readerstudy.cohorts.source_image import RejectedImageError

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Examined:
    """What an import stores of a file.

    Attributes
    ----------
    format, rows, columns, bits
        Of the source.
    sha256, pixel_digest, perceptual_hash : str
        Of the bytes, of the decoded grey values, and of the look of the picture; 64 hex digits each.
    master, frame : bytes
        The grey values without loss, and the presentation image.
    presented_rows, presented_columns : int
        Of the presentation image.
    attributes, removed, provenance, traits
        As `Source` stores them (evidence.py).
    patient : list of str or None
        Patient ID and its issuer; never stored, but made a pseudonym.
    text_candidates : list of [x, y, width, height]
        Where writing may be burned in.
    """

    format: str
    rows: int
    columns: int
    bits: int
    sha256: str
    pixel_digest: str
    perceptual_hash: str
    master: bytes
    frame: bytes
    presented_rows: int
    presented_columns: int
    attributes: dict[str, Any]
    removed: list[dict[str, Any]]
    provenance: dict[str, Any]
    traits: dict[str, float]
    patient: list[str] | None
    text_candidates: list[Rectangle]


def examine(data: bytes, profile: PresentationProfile, frame: int | None = None) -> Examined:
    """Decode a file, present it, and gather its evidence, in a separate process.

    Parameters
    ----------
    data : bytes
        The whole file, whatever it is.
    profile : PresentationProfile
        By which the presentation image is made.
    frame : int, optional
        Which frame is meant, counted from 1.

    Raises
    ------
    RejectedImageError
        The reason why it cannot become a case.
    """
    found = sandbox.run(examine_here, data, profile, frame)
    try:
        examined = Examined(**found)
        _check(examined, profile)
    except (TypeError, ValueError, AttributeError) as error:
        raise RejectedImageError("makes its decoder give a result that makes no sense") from error
    return examined


def examine_here(data: bytes, profile: PresentationProfile, frame: int | None = None) -> dict[str, Any]:
    """Do what `examine` does in this process; only the sandbox should, and tests of what comes out of it."""
    with warnings.catch_warnings():
        # Libraries remark on every breach of a standard, and hostile files breach them all.
        warnings.simplefilter("ignore")
        image = decode(data, frame)
        presented = harmonise.present(image, profile)
        return {
            "format": image.format,
            "rows": image.rows,
            "columns": image.columns,
            "bits": image.bits,
            "sha256": hashlib.sha256(data).hexdigest(),
            "pixel_digest": image.pixel_digest,
            "perceptual_hash": perceptual_hash(image),
            "master": masters.as_bytes(image),
            "frame": harmonise.frame_bytes(presented, profile),
            "presented_rows": presented.shape[0],
            "presented_columns": presented.shape[1],
            **evidence.of_file(data, image),
            "text_candidates": text_candidates(image),
        }


def _check(examined: Examined, profile: PresentationProfile) -> None:
    """Refuse what a sound process never gives."""
    digests = (examined.sha256, examined.pixel_digest, examined.perceptual_hash)
    sizes = (examined.rows, examined.columns, examined.presented_rows, examined.presented_columns)
    sample = 1 if profile.bits == 8 else 2
    length = examined.presented_rows * examined.presented_columns * sample
    is_sound = (
        all(_DIGEST.fullmatch(digest) for digest in digests)
        and all(isinstance(size, int) and size > 0 for size in sizes)
        and (profile.transfer != "raw" or len(examined.frame) == length)
        and isinstance(examined.master, bytes)
        and isinstance(examined.attributes, dict)
        and len(examined.format) <= 20
    )
    if not is_sound:
        raise ValueError("not sound")
