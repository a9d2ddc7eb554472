"""How every hostile file ends, how 20,000 damaged ones do, and what a process for each file costs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from imagecodecs import htj2k_encode, jpeg2k_encode, jpeg8_encode, jpegls_encode
from pydicom.encaps import encapsulate
from pydicom.uid import HTJ2KLossless, JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless

from readerstudy.cohorts import sandbox
from readerstudy.cohorts.decoding import decode
from readerstudy.cohorts.examining import examine
from readerstudy.cohorts.profiles import DEFAULT_PROFILE
from readerstudy.cohorts.source_image import RejectedImageError
from tests.readerstudy.cohorts.hostile import hostile_files, mutants
from tests.readerstudy.cohorts.misbehaviour import length, matrix_of
from tests.readerstudy.cohorts.samples import as_file, dicom_bytes, dicom_dataset, dicom_file, radiograph

MUTANTS = 20_000
CALLS = 100
pytestmark = pytest.mark.bench


def ending(data: bytes) -> tuple[float, str]:
    """Examine a file and give the seconds that it took and how it ended."""
    start = time.perf_counter()
    try:
        words = f"becomes a case ({examine(data, DEFAULT_PROFILE).format})"
    except RejectedImageError as error:
        words = str(error)
    return time.perf_counter() - start, words


def test_how_every_hostile_file_ends(capsys: pytest.CaptureFixture[str]) -> None:
    files = hostile_files()
    with capsys.disabled():
        print(f"\n{len(files)} hostile files")  # noqa: T201
        for name, data in files.items():
            seconds, words = ending(data)
            print(f"  {name:<62} {len(data) / 1e6:6.2f} MB {seconds:5.2f} s  {words[:120]}")  # noqa: T201
            assert seconds < 20


def test_how_damaged_files_end(capsys: pytest.CaptureFixture[str]) -> None:
    with ThreadPoolExecutor(2) as pool:
        endings = list(pool.map(lambda mutant: ending(mutant[1]), mutants(MUTANTS, seed=2)))
    kinds = Counter(words.split(":")[0].split("(")[0][:70] for _, words in endings)
    with capsys.disabled():
        print(f"\n{len(endings):,} damaged files; the slowest took {max(endings)[0]:.1f} s")  # noqa: T201
        for words, count in kinds.most_common():
            print(f"  {count:6,}  {words}")  # noqa: T201


def test_what_a_process_for_each_file_costs(capsys: pytest.CaptureFixture[str]) -> None:
    data = as_file(radiograph(1024, 1024))
    sandbox.run(length, b"")
    seconds = {
        "nothing": _mean(lambda: sandbox.run(length, b"")),
        "decode in the sandbox": _mean(lambda: sandbox.run(matrix_of, data)),
        "decode without it": _mean(lambda: decode(data)),
    }
    with capsys.disabled():
        for what, mean in seconds.items():
            print(f"\nsandbox, {what}: {1000 * mean:.1f} ms", end="")  # noqa: T201


def _largest() -> dict[str, bytes]:
    """Give the largest images that are accepted, 64 million pixels of 12 bits with grain, in several encodings."""
    tile = np.random.default_rng(0).integers(0, 64, (500, 500)) + np.add.outer(np.arange(500), np.arange(500)) * 4
    pixels = np.tile(tile.astype(np.uint16), (16, 16))
    colour = np.dstack([(pixels >> 4).astype(np.uint8)] * 4)
    frames = {
        "JPEG lossless": (JPEGLosslessSV1, bytes(jpeg8_encode(pixels, lossless=True, bitspersample=12))),
        "JPEG-LS": (JPEGLSLossless, bytes(jpegls_encode(pixels))),
        "HTJ2K": (HTJ2KLossless, bytes(htj2k_encode(pixels))),
        "JPEG 2000": (JPEG2000Lossless, bytes(jpeg2k_encode(pixels, level=0, codecformat="j2k", reversible=True))),
    }
    window: dict[str, Any] = {"WindowCenter": "1000", "WindowWidth": "900", "PhotometricInterpretation": "MONOCHROME1"}
    files = {"uncompressed, windowed": dicom_file(pixels, BitsStored=12, HighBit=11, **window)}
    for name, (syntax, frame) in frames.items():
        dataset = dicom_dataset(pixels, PixelData=encapsulate([frame]), BitsStored=12, HighBit=11)
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset["PixelData"].is_undefined_length = True
        files[name] = dicom_bytes(dataset)
    return files | {"PNG in colour with alpha": as_file(colour, compress_level=1)}


def test_what_the_largest_images_cost(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        for name, data in _largest().items():
            seconds, words = ending(data)
            print(f"\n64 million pixels, {name}: {len(data) / 1e6:.0f} MB, {seconds:.1f} s, {words}", end="")  # noqa: T201
            assert seconds < 20 + len(data) / 50e6  # on top of the limit, data are handed over


def _mean(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    for _ in range(CALLS):
        work()
    return (time.perf_counter() - start) / CALLS
