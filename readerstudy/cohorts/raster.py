"""PNG, JPEG, TIFF and WebP files in."""

from __future__ import annotations

import re
import warnings
from io import BytesIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from readerstudy.cohorts.source_image import RejectedImageError, SourceImage, check_frame, check_matrix, luma

_SIGNATURES = {
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "JPEG": rb"\xff\xd8\xff",
    "TIFF": rb"II\*\0|MM\0\*|II\+\0|MM\0\+",
    "WebP": rb"RIFF....WEBP",
}
# A picture is told from a clip by its pages; more of them is a volume or an attack, and counting costs time.
MAX_PAGES = 1000
MAX_CHUNKS = 100_000  # the largest images in the usual pieces of 8 kB take a quarter of them
# A Huffman-coded JPEG needs a bit at least for each block of 8 × 8; decoders fill what is missing with grey.
_MOST_PIXELS_PER_BYTE = 512
Image.init()  # or every forked process would look for its plugins again
_BITS_PER_SAMPLE, _PHOTOMETRIC, _ORIENTATION = 258, 262, 274  # TIFF 6.0, section 8
_GREY_MODES = ("1", "L", "I;16", "I;16B", "I;16L", "I", "F")
_COLOUR_MODES = ("LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr")


def format_of(data: bytes) -> str | None:
    """Tell by its first bytes whether this is a PNG, JPEG, TIFF or WebP file."""
    return next((name for name, start in _SIGNATURES.items() if re.match(start, data[:16], re.DOTALL)), None)


def decode(data: bytes, name: str, frame: int | None = None) -> SourceImage:
    """Decode a picture file to grey.

    The EXIF orientation is applied; colour becomes luma; what is transparent lies on black, as a radiograph does.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : {"PNG", "JPEG", "TIFF", "WebP"}
        Its format, as `format_of` tells.
    frame : int, optional
        Which page or frame, from 1; needed where there are several.

    Raises
    ------
    RejectedImageError
        The file is damaged or truncated, has no acceptable matrix, or has several frames and none was named.
    """
    try:
        with warnings.catch_warnings():
            # Remarks on metadata say nothing of the pixels; what is too large is refused below by our own limits.
            warnings.simplefilter("ignore")
            return _decode(data, name, frame)
    except (RejectedImageError, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise RejectedImageError("is too large: its header declares an absurd number of pixels") from error
    except Exception as error:
        # A decoder fed with damaged bytes raises whatever it likes; to a person it is all one.
        raise RejectedImageError(f"is a damaged or truncated {name} file: export it again") from error


def _decode(data: bytes, name: str, frame: int | None) -> SourceImage:
    if name == "PNG":
        _check_chunks(data)
    try:
        image: Image.Image = Image.open(BytesIO(data), formats=[name])
    except UnidentifiedImageError as error:
        raise RejectedImageError(f"is a damaged {name} file: export it again") from error
    # The first page is measured before pages are counted, the chosen one before it is decoded.
    check_matrix(image.height, image.width)
    if name == "JPEG" and len(data) < image.height * image.width / _MOST_PIXELS_PER_BYTE:
        raise RejectedImageError("is truncated: so few bytes cannot hold so many pixels")
    chosen = check_frame(frame, _pages(image))
    if chosen > 1:
        image.seek(chosen - 1)
        check_matrix(image.height, image.width)
    if _is_deep_colour(image):
        return SourceImage(_deep_grey(data, image, chosen), name, 16)
    bits, inverted = _bits(image), _is_inverted(image)
    image.load()
    pixels = _grey(ImageOps.exif_transpose(image), inverted=inverted, bits=bits)
    if not np.isfinite([pixels.min(), pixels.max()]).all():
        raise RejectedImageError("has grey values that are no finite numbers")
    return SourceImage(pixels, name, bits)


def _check_chunks(data: bytes) -> None:
    """Refuse a PNG file of countless chunks (ISO/IEC 15948, 5.3), each of which costs a parser more than its bytes."""
    at = 8
    for _ in range(MAX_CHUNKS):
        if at + 8 > len(data):
            return
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    raise RejectedImageError(f"has more than {MAX_CHUNKS:,} parts: export it again")


def _pages(image: Image.Image) -> int:
    """Count the pages of a TIFF file one by one, since they may be chained in a ring; other formats tell."""
    if image.format != "TIFF":
        return int(getattr(image, "n_frames", 1))
    for page in range(1, MAX_PAGES + 1):
        try:
            image.seek(page)
        except EOFError:
            image.seek(0)
            return page
    raise RejectedImageError(f"has more than {MAX_PAGES:,} pages: export the one that you want as a single image")


def _bits(image: Image.Image) -> int:
    if image.format == "TIFF":
        stored = image.tag_v2.get(_BITS_PER_SAMPLE, 1)  # type: ignore[attr-defined]  # TiffImageFile has it
        return int(stored[0] if isinstance(stored, tuple) else stored)
    return {"1": 1, "I;16": 16, "I;16B": 16, "I": 16, "F": 32}.get(image.mode, 8)


def _grey(image: Image.Image, *, inverted: bool, bits: int) -> NDArray[np.float32]:
    if image.mode in _GREY_MODES:
        values = np.asarray(image, dtype=np.float32)
        if inverted:
            values = (2**bits - 1) - values
        return values * np.float32(255) if image.mode == "1" else values
    if image.mode not in _COLOUR_MODES:
        raise RejectedImageError(f"has the colour model {image.mode}, which is not supported: export it as grey")
    if image.has_transparency_data:
        image = _on_black(image.convert("RGBA"))
    colour = np.asarray(image.convert("RGB"))
    return luma(colour[..., 0], colour[..., 1], colour[..., 2])


def _is_inverted(image: Image.Image) -> bool:
    """Tell whether zero is white and Pillow leaves it so: it turns 8 bits over, and not more."""
    if image.format != "TIFF" or image.mode in ("1", "L"):
        return False
    is_inverted = image.mode in _GREY_MODES and image.tag_v2.get(_PHOTOMETRIC) == 0  # type: ignore[attr-defined]
    if is_inverted and image.mode == "F":
        raise RejectedImageError("has inverted grey values without a highest one: export it with black as zero")
    return bool(is_inverted)


def _is_deep_colour(image: Image.Image) -> bool:
    """Tell whether an image has 16 bits to a colour, of which Pillow would keep 8."""
    is_deep = image.mode in _COLOUR_MODES and any(";16" in str(tile.args) for tile in getattr(image, "tile", ()))
    return is_deep and (image.format == "TIFF" or (image.format == "PNG" and getattr(image, "n_frames", 1) == 1))


def _deep_grey(data: bytes, image: Image.Image, page: int) -> NDArray[np.float32]:
    """Decode 16-bit colour, lay it on black where it is transparent, and turn it as its EXIF says."""
    samples = imagecodecs.png_decode(data) if image.format == "PNG" else imagecodecs.tiff_decode(data, index=page - 1)
    if samples.dtype != np.uint16 or samples.shape[:2] != (image.height, image.width) or samples.ndim != 3:
        raise RejectedImageError("has 16 bits to a colour in an order that is not supported: export it as grey")
    colour, alpha = (samples[..., :-1], samples[..., -1]) if samples.shape[2] in (2, 4) else (samples, None)
    grey = luma(colour[..., 0], colour[..., colour.shape[2] // 2], colour[..., -1])
    if alpha is not None:
        grey = np.rint(grey * (alpha / np.float32(65535)))
    turned = Image.fromarray(grey)
    turned.getexif()[_ORIENTATION] = image.getexif().get(_ORIENTATION, 1)
    return np.asarray(ImageOps.exif_transpose(turned))


def _on_black(image: Image.Image) -> Image.Image:
    black = Image.new("RGBA", image.size, (0, 0, 0, 255))
    return Image.alpha_composite(black, image)
