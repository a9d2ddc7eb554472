"""PNG and JPEG files in."""

from __future__ import annotations

import warnings
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from readerstudy.cohorts.source_image import RejectedImageError, SourceImage, check_matrix

SIGNATURES = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}


def format_of(data: bytes) -> str | None:
    """Tell by its first bytes whether this is a PNG or a JPEG file."""
    return next((name for signature, name in SIGNATURES.items() if data.startswith(signature)), None)


def decode(data: bytes, name: str) -> SourceImage:
    """Decode a PNG or JPEG file to grey.

    The EXIF orientation is applied; colour becomes luma; what is transparent lies on black, as a radiograph does.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : {"PNG", "JPEG"}
        Its format, as `format_of` tells.

    Raises
    ------
    RejectedImageError
        The file is damaged, truncated, animated, or has no acceptable matrix.
    """
    try:
        with warnings.catch_warnings():
            # Remarks on metadata say nothing of the pixels; what is too large is refused below by our own limits.
            warnings.simplefilter("ignore")
            return _decode(data, name)
    except RejectedImageError:
        raise
    except Image.DecompressionBombError as error:
        raise RejectedImageError("is too large: its header declares an absurd number of pixels") from error
    except Exception as error:
        # A decoder fed with damaged bytes raises whatever it likes; to a person it is all one.
        raise RejectedImageError(f"is a damaged or truncated {name} file: export it again") from error


def _decode(data: bytes, name: str) -> SourceImage:
    try:
        image: Image.Image = Image.open(BytesIO(data), formats=[name])
    except UnidentifiedImageError as error:
        raise RejectedImageError(f"is a damaged {name} file: export it again") from error
    check_matrix(image.height, image.width)
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        raise RejectedImageError(f"has {frames} frames: export the frame you want as a single image")
    image.load()
    bits = {"1": 1, "I;16": 16, "I;16B": 16, "I": 16, "F": 32}.get(image.mode, 8)
    return SourceImage(_grey(ImageOps.exif_transpose(image)), name, bits)


def _grey(image: Image.Image) -> NDArray[np.float32]:
    if image.mode.startswith(("I", "F")):
        return np.asarray(image).astype(np.float32)
    if image.mode not in ("1", "L") and image.has_transparency_data:
        image = _on_black(image.convert("RGBA"))
    grey = image if image.mode == "L" else image.convert("RGB").convert("L")
    return np.asarray(grey).astype(np.float32)


def _on_black(image: Image.Image) -> Image.Image:
    black = Image.new("RGBA", image.size, (0, 0, 0, 255))
    return Image.alpha_composite(black, image)
