"""The stored values of one frame, from every transfer syntax that radiographs come in.

pydicom and its plugins decode what they can. JPEG in all its processes is decoded by imagecodecs (libjpeg-turbo),
which alone among the free decoders does 12-bit and lossless JPEG; it is given to pydicom as a plugin.
"""

from __future__ import annotations

import numpy as np
from imagecodecs import jpeg8_decode
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.pixels.decoders.base import Decoder, DecodeRunner, get_decoder
from pydicom.uid import (
    UID,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    RLELossless,
)

from readerstudy.cohorts.codestream import check_codestream, check_rle
from readerstudy.cohorts.source_image import RejectedImageError

_JPEG = (JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1)
_PLUGIN = "imagecodecs"
_ADOBE = b"\xff\xee\0\x0eAdobe"  # a shorter segment is ignored by libjpeg
_PREFERRED = (_PLUGIN, "pylibjpeg", "pyjpegls")
DECODER_DEPENDENCIES = dict.fromkeys(_JPEG, (_PLUGIN,))  # pydicom asks a plugin's module for this


def is_available(uid: str) -> bool:
    """Tell pydicom that this plugin decodes a transfer syntax."""
    return uid in _JPEG


def decode_jpeg(frame: bytes, runner: DecodeRunner) -> bytes:
    """Decode a JPEG frame for pydicom: bytes by pixel, colour as RGB.

    What the codestream itself says of its colours (JFIF, Adobe, component names; ITU-T T.872, 6.5.3) counts, as in
    every JPEG viewer; the header only speaks where colours are RGB without a mark of it.
    """
    is_marked = b"JFIF\0" in frame[:40] or _ADOBE in frame[:4096]
    is_rgb = runner.photometric_interpretation == "RGB" and not is_marked
    values = jpeg8_decode(frame, colorspace="RGB", outcolorspace="RGB") if is_rgb else jpeg8_decode(frame)
    if runner.samples_per_pixel > 1:
        runner.set_option("photometric_interpretation", "RGB")
        runner.set_option("planar_configuration", 0)
    runner.set_option("bits_allocated", values.dtype.itemsize * 8)
    return np.ascontiguousarray(values).tobytes()


for _syntax in _JPEG:
    if _PLUGIN not in get_decoder(_syntax).available_plugins:
        get_decoder(_syntax).add_plugin(_PLUGIN, (__name__, decode_jpeg.__name__))


def stored_values(dataset: Dataset, index: int) -> tuple[NDArray[np.generic], str]:
    """Decode one frame.

    Parameters
    ----------
    dataset : Dataset
        The Image Pixel module with the pixel data, and `file_meta` with the transfer syntax.
    index : int
        Which frame, from 0.

    Returns
    -------
    values : ndarray, shape (rows, columns) or (rows, columns, 3)
        As stored: no LUT is applied.
    photometric : str
        How to read them: colour is RGB, or YBR with the luma first.

    Raises
    ------
    RejectedImageError
        There is no decoder for the transfer syntax, the frame lies about its size, or it does not decode.
    """
    transfer_syntax = dataset.file_meta.TransferSyntaxUID
    decoder = _decoder(transfer_syntax)
    try:
        if transfer_syntax.is_encapsulated:
            _check_frame(dataset, index)
        # One decoder for each syntax: a second one might read other values from what the first one refuses.
        plugin = next((name for name in _PREFERRED if name in decoder.available_plugins), "")
        stored, properties = decoder.as_array(dataset, index=index, raw=True, decoding_plugin=plugin)
    except (RejectedImageError, MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a decoder written in Rust that panics raises no mere Exception
        raise RejectedImageError(
            f"has pixel data that do not decode ({transfer_syntax.name}): damaged or truncated"
        ) from error
    return stored, str(properties["photometric_interpretation"])


def _check_frame(dataset: Dataset, index: int) -> None:
    """Refuse a frame that declares another matrix than the header: it could claim any amount of memory."""
    frame = get_frame(
        dataset.PixelData, index, number_of_frames=int(dataset.get("NumberOfFrames") or 1),
        extended_offsets=_extended_offsets(dataset),
    )  # fmt: skip
    samples, rows, columns = int(dataset.SamplesPerPixel), int(dataset.Rows), int(dataset.Columns)
    if dataset.file_meta.TransferSyntaxUID == RLELossless:
        check_rle(frame, rows * columns, samples * (int(dataset.BitsAllocated) // 8))
    else:
        check_codestream(frame, rows, columns, samples)


def _extended_offsets(dataset: Dataset) -> tuple[bytes, bytes] | None:
    if "ExtendedOffsetTable" not in dataset or "ExtendedOffsetTableLengths" not in dataset:
        return None
    return dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths


def _decoder(transfer_syntax: UID) -> Decoder:
    try:
        decoder = get_decoder(transfer_syntax)
        missing = not decoder.is_available
    except NotImplementedError:
        missing = True
    if missing:
        raise RejectedImageError(
            f"is compressed as {transfer_syntax.name}, for which there is no decoder: export it uncompressed"
        )
    return decoder
