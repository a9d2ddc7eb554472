"""A master holds what was decoded without loss, and in little space."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from readerstudy.cohorts import masters
from readerstudy.cohorts.decoding import decode
from readerstudy.cohorts.masters import DamagedMasterError, as_bytes, from_bytes
from readerstudy.cohorts.source_image import SourceImage
from tests.readerstudy.cohorts.samples import radiograph

Grey = NDArray[np.float32]
SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 40))
WHOLE = st.integers(-(2**24), 2**24 - 70_000).flatmap(
    lambda low: arrays(np.float32, SHAPES, elements=st.integers(low, low + 66_000).map(float))
)
ANY = arrays(np.float32, SHAPES, elements=st.floats(width=32, allow_nan=False, allow_subnormal=True))


def same(one: Grey | None, other: Grey | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.dtype == other.dtype and np.array_equal(one, other)


@given(pixels=WHOLE | ANY, displayed=st.none() | ANY)
def test_every_grey_value_comes_back(pixels: Grey, displayed: Grey | None) -> None:
    image = SourceImage(pixels, "DICOM", 12, displayed=displayed)
    back = from_bytes(as_bytes(image))
    assert same(back.pixels, pixels)
    assert same(back.displayed, displayed)
    assert back.pixel_digest == image.pixel_digest


@given(
    spacing=st.none() | st.tuples(st.floats(0.001, 10), st.floats(0.001, 10)),
    aspect=st.floats(0.1, 10),
    bits=st.integers(1, 32),
    overlays=st.integers(0, 16),
)
def test_every_fact_comes_back(spacing: tuple[float, float] | None, aspect: float, bits: int, overlays: int) -> None:
    image = SourceImage(radiograph().astype(np.float32), "TIFF", bits, None, spacing, aspect, overlays)
    back = from_bytes(as_bytes(image))
    told = (back.format, back.bits, back.spacing, back.aspect, back.overlays)
    assert told == ("TIFF", bits, spacing, aspect, overlays)


def test_a_window_that_changes_nothing_takes_no_room() -> None:
    pixels = radiograph().astype(np.float32)
    without, with_window = SourceImage(pixels, "DICOM", 8), SourceImage(pixels, "DICOM", 8, displayed=pixels.copy())
    assert len(as_bytes(with_window)) <= len(as_bytes(without)) + 10
    assert from_bytes(as_bytes(with_window)).displayed is not None


@given(pixels=WHOLE, width=st.floats(1, 1e5), seed=st.integers(0, 9))
def test_what_a_window_gives_comes_back(pixels: Grey, width: float, seed: int) -> None:
    windowed = ((pixels - pixels.min()) / np.float32(width)).clip(0, 1) ** (seed / 4)
    back = from_bytes(as_bytes(SourceImage(pixels, "DICOM", 12, displayed=windowed)))
    assert same(back.displayed, windowed)


def test_a_window_takes_the_room_of_a_table() -> None:
    pixels = np.random.default_rng(0).integers(-1000, 3000, (400, 400)).astype(np.float32)
    windowed = (pixels / np.float32(7.3)).clip(-50, 90)
    without, with_window = (as_bytes(SourceImage(pixels, "DICOM", 12, displayed=one)) for one in (None, windowed))
    assert len(with_window) < len(without) + 4 * 4000


@pytest.mark.parametrize("shape", [(16, 20_000), (20_000, 16), (16, 16), (1025, 1023)])
def test_matrices_of_every_shape_come_back(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(-2000, 4000, shape).astype(np.float32)
    assert same(from_bytes(as_bytes(SourceImage(pixels, "DICOM", 16))).pixels, pixels)


def test_real_radiographs_take_less_than_the_half_of_their_stored_values(shared_data: Path) -> None:
    stored = packed = 0
    for file in sorted((shared_data / "dicom").glob("RG3*.dcm")):
        image = decode(file.read_bytes())
        content = as_bytes(image)
        assert same(from_bytes(content).pixels, image.pixels)
        stored, packed = stored + image.pixels.size * 2, packed + len(content)
    assert 0 < packed < stored / 2


@given(data=st.data())
def test_a_cut_off_master_is_told(data: st.DataObject) -> None:
    content = as_bytes(SourceImage(radiograph().astype(np.float32), "PNG", 8))
    with pytest.raises(DamagedMasterError):
        from_bytes(content[: data.draw(st.integers(0, len(content) - 1))])


def test_a_master_is_stored_under_a_name_that_says_nothing_and_taken_away_again() -> None:
    image = SourceImage(radiograph().astype(np.float32), "PNG", 8)
    name, other = (masters.write(as_bytes(image)) for _ in range(2))
    assert name != other
    assert same(masters.read(name).pixels, image.pixels)
    assert {file.name for file in masters.folder().iterdir()} == {name, other}
    masters.remove(name)
    with pytest.raises(DamagedMasterError, match="missing"):
        masters.read(name)
