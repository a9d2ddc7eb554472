"""Writing that is burned into a radiograph is pointed out; how much of it, and how often for nothing, is measured."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from readerstudy.cohorts.burned_in import _extreme, text_candidates
from readerstudy.cohorts.decoding import decode
from readerstudy.cohorts.source_image import SourceImage
from tests.readerstudy.cohorts.samples import radiograph

Grey = NDArray[np.float32]
TEXTS = ["SMITH JOHN", "12/03/1961", "R", "ID 48213", "L AP"]


def candidates(pixels: Grey) -> list[list[int]]:
    return text_candidates(SourceImage(np.ascontiguousarray(pixels, np.float32), "PNG", 8))


def written_on(
    pixels: Grey, text: str, at: tuple[int, int], height: int, grey: float
) -> tuple[Grey, NDArray[np.bool_]]:
    """Give the picture with a text drawn on it, and where the ink is."""
    image = Image.fromarray(pixels)
    ImageDraw.Draw(image).text(at, text, font=ImageFont.load_default(height), fill=grey)
    drawn = np.asarray(image)
    return drawn, drawn != pixels


def covered(boxes: list[list[int]], ink: NDArray[np.bool_]) -> float:
    """Give the part of the ink that lies in the rectangles."""
    inside = np.zeros(ink.shape, bool)
    for x, y, width, height in boxes:
        inside[y : y + height, x : x + width] = True
    return float((inside & ink).sum() / ink.sum())


@pytest.fixture(scope="module")
def radiographs(shared_data: Path) -> list[Grey]:
    """Radiographs of a size to be read, real and synthetic; some have side markers."""
    with (shared_data / "manifest.csv").open() as table:
        names = sorted(row["filename"] for row in csv.DictReader(table) if row["tier"] == "main")
    return [decode((shared_data / name).read_bytes()).pixels for name in names]


def test_a_name_in_a_corner_is_found_in_source_pixels() -> None:
    picture = radiograph(600, 500).astype(np.float32)
    drawn, ink = written_on(picture, "SMITH JOHN", (20, 560), 20, 255)
    boxes = candidates(drawn)
    assert covered(boxes, ink) == 1
    x, y, width, height = boxes[0]
    assert (abs(x - 20) < 6, abs(y - 562) < 8, 80 < width < 160, 10 < height < 30) == (True, True, True, True)


def test_black_writing_on_a_bright_ground_is_found() -> None:
    ground = (200 + radiograph(400, 400) / 20).astype(np.float32)
    drawn, ink = written_on(ground, "1961", (90, 90), 30, 0)
    assert covered(candidates(drawn), ink) > 0.9


def test_a_picture_without_writing_has_no_candidates() -> None:
    assert candidates(radiograph(600, 500).astype(np.float32)) == []


@pytest.mark.parametrize("shape", [(16, 16), (16, 3000), (3000, 16)])
def test_odd_shapes_are_no_failure(shape: tuple[int, int]) -> None:
    assert candidates(np.random.default_rng(0).normal(size=shape).astype(np.float32)) is not None
    assert candidates(np.zeros(shape, np.float32)) == []


def test_in_a_large_picture_rectangles_are_in_its_own_pixels_and_within_it() -> None:
    picture = np.kron(radiograph(500, 400), np.ones((6, 6))).astype(np.float32)
    drawn, ink = written_on(picture, "ID 48213", (2000, 2900), 70, 255)
    boxes = candidates(drawn)
    assert covered(boxes, ink) > 0.9
    assert all(x >= 0 and y >= 0 and x + width <= 2400 and y + height <= 3000 for x, y, width, height in boxes)


@pytest.mark.parametrize(("grey", "least"), [(1.0, 0.8), (0.0, 0.75)])
def test_most_writing_on_radiographs_is_found(radiographs: list[Grey], grey: float, least: float) -> None:
    rng = np.random.default_rng(7)
    found = []
    for pixels in radiographs:
        low, high = float(pixels.min()), float(pixels.max())
        height = int(rng.integers(10, max(11, pixels.shape[0] // 20)))
        text = TEXTS[rng.integers(len(TEXTS))]
        at = (int(rng.integers(2, pixels.shape[1] // 2)), int(rng.integers(2, pixels.shape[0] - 2 * height)))
        drawn, ink = written_on(pixels, text, at, height, low + grey * (high - low))
        contrast = np.abs(drawn - pixels)[ink].mean() / (high - low) if ink.any() else 0
        if contrast > 0.25:  # what is fainter, a person hardly sees
            found.append(covered(candidates(drawn), ink) > 0.5)
    assert len(found) > 40
    assert np.mean(found) >= least, f"{np.mean(found):.2f} of {len(found)}"


def test_candidates_are_few_enough_to_be_looked_at(radiographs: list[Grey]) -> None:
    numbers = [len(candidates(pixels)) for pixels in radiographs]
    assert np.mean(numbers) < 1.5, "side markers count among them, as they should"
    assert max(numbers) <= 8


@given(npst.arrays(np.uint8, npst.array_shapes(min_dims=2, max_dims=2, max_side=12)), st.sampled_from([3, 5, 9]))
def test_extremes_of_squares_are_what_they_are_called(grey: NDArray[np.uint8], size: int) -> None:
    reach = size // 2
    for row, column in np.ndindex(*grey.shape):
        square = grey[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1]
        assert _extreme(grey, size, np.minimum)[row, column] == square.min()
        assert _extreme(grey, size, np.maximum)[row, column] == square.max()
