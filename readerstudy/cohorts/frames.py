"""The frame store: one file of grey values per presentation image, raw or compressed, and pictures made of it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import imagecodecs
import numpy as np
from django.conf import settings
from PIL import Image as Pillow

from readerstudy.cohorts import filestore
from readerstudy.cohorts.harmonise import Presented
from readerstudy.cohorts.models import Image
from readerstudy.cohorts.profiles import PresentationProfile


def folder() -> Path:
    """Give the folder of all frames."""
    return Path(settings.DATA_DIR) / "frames"


def path_of(image: Image) -> Path:
    """Give the file of a presentation image."""
    return folder() / image.file


def write(content: bytes) -> str:
    """Store a frame under a random name, whole or not at all, and give the name."""
    return filestore.write(folder(), content, ".raw")


def remove(name: str) -> None:
    """Take a frame away again, because its row could not be committed."""
    filestore.remove(folder(), name)


class UnreadableFrameError(FileNotFoundError):
    """A frame is missing from the store, or is not what its row says."""


def thumbnail(image: Image, side: int = 256) -> bytes:
    """Give a small PNG of a presentation image, for a coordinator's gallery.

    Raises
    ------
    UnreadableFrameError
        There is no such frame.
    """
    profile = PresentationProfile.from_recipe(image.recipe)
    picture = as_picture(read_pixels(path_of(image), image.rows, image.columns, profile), profile)
    picture.thumbnail((side, side), Pillow.Resampling.LANCZOS)
    return as_png(picture)


def read_pixels(frame: Path, rows: int, columns: int, profile: PresentationProfile) -> Presented:
    """Read the grey values of a stored frame.

    Returns
    -------
    ndarray of uint8 or uint16 (more than 8 bits), shape (rows, columns)

    Raises
    ------
    UnreadableFrameError
        The file is missing or damaged.
    """
    try:
        content = frame.read_bytes()
        if profile.transfer == "htj2k":
            return np.asarray(imagecodecs.htj2k_decode(content)).reshape(rows, columns)
        return np.frombuffer(content, "<u1" if profile.bits == 8 else "<u2").reshape(rows, columns)
    except (OSError, ValueError, imagecodecs.Htj2kError) as error:
        raise UnreadableFrameError(f"{frame.name} cannot be read") from error


def as_picture(pixels: Presented, profile: PresentationProfile) -> Pillow.Image:
    """Give 8 bits of a presentation image to look at.

    All greys of the profile's bits are shown; where values are as acquired, those between the picture's own
    percentiles.
    """
    if profile.bits == 8 and profile.normalise:
        return Pillow.fromarray(pixels)
    low, high = 0.0, 2.0**profile.bits - 1
    if not profile.normalise:
        low, high = (float(level) for level in np.percentile(pixels, [profile.darkest, profile.brightest]))
    spread = (pixels.astype(np.float32) - low) * (255 / max(high - low, 1))
    return Pillow.fromarray(np.rint(spread.clip(0, 255)).astype(np.uint8))


def as_png(picture: Pillow.Image) -> bytes:
    """Encode without compression: the length is that of the matrix and tells nothing of the content."""
    buffer = BytesIO()
    picture.save(buffer, "PNG", compress_level=0)
    return buffer.getvalue()


def as_jpeg(picture: Pillow.Image) -> bytes:
    """Encode as baseline JPEG, padded behind its end marker to a length that depends on the matrix alone.

    The bytes of compressed content would be a mark of their own. Decoders ignore what follows the end marker.
    """
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue().ljust(picture.width * picture.height + _JPEG_HEADERS, b"\0")


# What an encoder may write besides the scan; white noise at this quality needs less than one byte a pixel.
_JPEG_HEADERS = 4096
