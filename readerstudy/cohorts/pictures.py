"""Pictures of sources and previews for the coordinator. They are drawn from masters: no original is ever served."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image as Pillow

from readerstudy.cohorts import frames, harmonise
from readerstudy.cohorts.profiles import PresentationProfile
from readerstudy.cohorts.source_image import SourceImage

LONGEST_SIDE = 1400
PREVIEW_SIDE = 640


def source_picture(image: SourceImage) -> bytes:
    """Draw a source as it would be displayed: a PNG of its whole matrix, at most 1,400 pixels on a side."""
    pixels = image.pixels if image.displayed is None else image.displayed
    low, high = np.percentile(pixels, [0.5, 99.5])
    grey = (pixels - low) / (float(high - low) or 1.0) * 255
    return _as_png(Pillow.fromarray(np.rint(grey.clip(0, 255)).astype(np.uint8)), LONGEST_SIDE)


def preview_picture(
    image: SourceImage, profile: PresentationProfile, blackouts: Sequence[harmonise.Rectangle]
) -> bytes:
    """Draw what a profile would make of a source.

    Raises
    ------
    RejectedImageError
        The profile cannot present it.
    """
    presented = harmonise.present(image, profile, blackouts)
    return _as_png(frames.as_picture(presented, profile), PREVIEW_SIDE)


def _as_png(picture: Pillow.Image, longest: int) -> bytes:
    picture.thumbnail((longest, longest), Pillow.Resampling.LANCZOS)
    buffer = BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
