"""Every image becomes one square of one size and one grey range, and its borders go, and nothing but its borders."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from readerstudy.cohorts.harmonise import Presented, centre_square, crop_uniform_borders
from readerstudy.cohorts.harmonise import present as present_by
from readerstudy.cohorts.profiles import DEFAULT_PROFILE
from readerstudy.cohorts.source_image import SourceImage
from tests.readerstudy.cohorts.samples import as_file, radiograph

PICTURE = radiograph(240, 200).astype(np.float32)


def present(pixels: NDArray[np.float32]) -> Presented:
    """Present grey values by the profile of a cohort for which nobody chose one."""
    return present_by(SourceImage(pixels, "PNG", 8), DEFAULT_PROFILE)


def bordered(level: float, top: int = 20, bottom: int = 30, left: int = 10, right: int = 40) -> NDArray[np.float32]:
    return np.pad(PICTURE, ((top, bottom), (left, right)), constant_values=level)


@given(rows=st.integers(16, 300), columns=st.integers(16, 300), scale=st.floats(0.01, 100), offset=st.floats(-1e4, 1e4))
@settings(max_examples=15, deadline=None)
def test_every_image_gets_the_same_matrix_depth_and_range(rows: int, columns: int, scale: float, offset: float) -> None:
    presented = present((radiograph(rows, columns) * scale + offset).astype(np.float32))
    assert presented.shape == (1024, 1024)
    assert len(presented.tobytes()) == 1024 * 1024
    assert (presented.min(), presented.max()) == (0, 255)


def test_the_same_image_gives_the_same_bytes() -> None:
    assert present(PICTURE).tobytes() == present(PICTURE.copy()).tobytes()


def test_the_grey_scale_of_the_source_does_not_matter() -> None:
    deep = present(PICTURE * 16 + 1000).astype(int)
    assert np.abs(deep - present(PICTURE)).max() <= 1


@pytest.mark.parametrize("level", [0, 90, 255])
def test_a_uniform_border_of_any_grey_is_cropped(level: float) -> None:
    assert np.array_equal(crop_uniform_borders(bordered(level)), PICTURE)


def test_a_frame_around_a_frame_is_cropped() -> None:
    framed = np.pad(bordered(0), 5, constant_values=255)
    assert np.array_equal(crop_uniform_borders(framed), PICTURE)


def test_a_border_after_jpeg_compression_is_cropped_to_within_a_few_pixels() -> None:
    compressed = Image.open(BytesIO(as_file(bordered(0).astype(np.uint8), "JPEG", quality=75)))
    rows, columns = crop_uniform_borders(np.asarray(compressed).astype(np.float32)).shape
    assert 240 <= rows <= 244
    assert 200 <= columns <= 204


def test_scanner_noise_in_a_border_does_not_protect_it() -> None:
    noisy = bordered(3)
    noise = np.random.default_rng(0).normal(0, 1, noisy.shape)
    noisy[noisy == 3] += noise[noisy == 3]
    rows, columns = crop_uniform_borders(noisy).shape
    assert (rows, columns) == (240, 200)


def test_an_image_without_a_border_is_left_whole() -> None:
    assert np.array_equal(crop_uniform_borders(PICTURE), PICTURE)


def test_a_dark_lung_that_fills_most_of_an_edge_is_not_cropped() -> None:
    lung = PICTURE.copy()
    lung[:40, :180] = 0
    assert crop_uniform_borders(lung).shape == lung.shape


def test_a_slanted_collimator_is_not_cut_into() -> None:
    y, x = np.mgrid[0:240, 0:200]
    collimated = np.where(y + 20 > x / 2, PICTURE, 0).astype(np.float32)
    assert crop_uniform_borders(collimated).shape == collimated.shape


def test_a_side_marker_in_a_border_protects_its_lines() -> None:
    marked = bordered(0, left=60)
    marked[150:170, 20:30] = 255
    assert crop_uniform_borders(marked).shape == (240, 200 + 60 - 20)


def test_a_fingertip_protects_the_lines_that_it_enters() -> None:
    hand = bordered(0)
    hand[5:20, 100:102] = 200
    assert crop_uniform_borders(hand).shape[0] == 240 + 20 - 5


def test_a_smooth_slope_is_no_border() -> None:
    slope = np.tile(np.linspace(0, 255, 400, dtype=np.float32)[:, None], (1, 300))
    rows, columns = crop_uniform_borders(slope).shape
    assert rows >= 0.9 * 400
    assert columns == 300


def test_a_few_extreme_pixels_do_not_set_the_range() -> None:
    speckled = PICTURE.copy()
    speckled[100, 100:104] = 1e6
    assert np.median(present(speckled)) > 50


@pytest.mark.parametrize(("rows", "columns"), [(240, 200), (200, 240), (201, 240), (50, 50)])
def test_the_square_is_cut_from_the_centre(rows: int, columns: int) -> None:
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    side = min(rows, columns)
    square_y, square_x = centre_square(y), centre_square(x)
    assert square_y.shape == (side, side)
    assert abs(square_y.mean() - (rows - 1) / 2) <= 0.5
    assert abs(square_x.mean() - (columns - 1) / 2) <= 0.5


def test_shrinking_does_not_alias() -> None:
    stripes = np.tile(np.array([0, 255], np.float32), (4096, 2048))
    stripes[:2048] = np.linspace(0, 255, 4096)
    fine = present(stripes)[700:1000]
    # Stripes finer than the matrix can show blend to one grey; without a filter they would beat.
    assert fine[:, 8:-8].std() < 2
