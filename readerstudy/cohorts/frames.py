"""The frame store: one file of raw grey bytes per presentation image, and pictures made of it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image as Pillow

from readerstudy.cohorts import filestore
from readerstudy.cohorts.models import Image


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


def thumbnail(image: Image, side: int = 256) -> bytes:
    """Give a small PNG of a presentation image, for a coordinator's gallery."""
    picture = open_picture(path_of(image), image.rows, image.columns)
    picture.thumbnail((side, side), Pillow.Resampling.LANCZOS)
    return as_png(picture)


def open_picture(frame: Path, rows: int, columns: int) -> Pillow.Image:
    """Read a frame of `rows * columns` grey bytes."""
    return Pillow.frombytes("L", (columns, rows), frame.read_bytes())


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
