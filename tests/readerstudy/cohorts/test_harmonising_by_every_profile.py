"""Each setting of a profile does what it says, to the pixel, and the same bytes come out always and everywhere."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from io import BytesIO
from typing import Any

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from readerstudy.cohorts.harmonise import Presented, frame_bytes, present
from readerstudy.cohorts.profiles import DEFAULT_PROFILE, PROFILES, profile_named
from readerstudy.cohorts.source_image import RejectedImageError, SourceImage
from tests.readerstudy.cohorts.samples import radiograph

AS_ACQUIRED = PROFILES["as-acquired-16bit/1"]
ON_64 = "square-1024-8bit/2,side=64"

# Made by this script, with NumPy's generator, and presented by the code of the first release (commit 7b5160b).
FIRST_RELEASE = {
    "a": "a4a4e4343137793b3f497610d6a796d5463f37a69c58be06a4287476a06dbb59",
    "b": "ea6afec990fdd9a4341e43100c578610e5d1f62aaa62eda60fcf870400df01bf",
    "c": "9ebabdb72e70576ea96ca3e9401bf35085283ed7058393032eb0536ae46f90d2",
}


def seeded() -> dict[str, NDArray[np.float32]]:
    generator = np.random.default_rng(20261123)
    a = generator.normal(0, 1, (700, 540)).cumsum(0).cumsum(1).astype(np.float32)
    b = np.pad(
        generator.integers(0, 4096, (300, 420)).astype(np.float32), ((20, 30), (0, 15)), constant_values=77
    )  # fmt: skip
    return {"a": a, "b": b, "c": np.round(a / np.abs(a).max() * 2000).astype(np.float32)}


def image(pixels: NDArray[Any], **facts: Any) -> SourceImage:
    return SourceImage(pixels.astype(np.float32), "DICOM", 16, **facts)


def shown(pixels: NDArray[Any], profile: str, **facts: Any) -> Presented:
    return present(image(pixels, **facts), profile_named(profile))


def disc(rows: int, columns: int, height: float, width: float) -> NDArray[np.float32]:
    """A bright ellipse on a grainy ground."""
    y, x = np.mgrid[0:rows, 0:columns]
    inside = ((y - rows / 2 + 0.5) / height) ** 2 + ((x - columns / 2 + 0.5) / width) ** 2 < 1
    grain = np.random.default_rng(0).normal(0, 20, (rows, columns))
    return (np.where(inside, 1000, 0) + grain).astype(np.float32)


def extent(presented: Presented) -> tuple[int, int]:
    """Rows and columns of what is brighter than the middle grey."""
    bright = presented > presented.max() / 2
    return int(bright.any(axis=1).sum()), int(bright.any(axis=0).sum())


@pytest.mark.parametrize("name", FIRST_RELEASE)
def test_the_first_releases_profile_gives_the_bytes_that_the_first_release_gave(name: str) -> None:
    presented = shown(seeded()[name], "square-1024-8bit/1")
    assert hashlib.sha256(presented.tobytes()).hexdigest() == FIRST_RELEASE[name]


@pytest.mark.parametrize("name", PROFILES)
@given(rows=st.integers(70, 200), columns=st.integers(70, 200), seed=st.integers(0, 9))
@settings(max_examples=4)
def test_the_same_image_gives_the_same_bytes_of_the_promised_matrix_and_depth(
    name: str, rows: int, columns: int, seed: int
) -> None:
    profile = PROFILES[name]
    source = image(radiograph(rows, columns, seed=seed) * 16.0, spacing=(0.3, 0.3))
    presented, again = present(source, profile), present(image(source.pixels.copy(), spacing=(0.3, 0.3)), profile)
    assert frame_bytes(presented, profile) == frame_bytes(again, profile)
    assert presented.shape == ((rows, columns) if profile.fit == "own" else (profile.side, profile.side))
    assert presented.dtype == (np.uint8 if profile.bits == 8 else np.uint16)
    assert presented.max() <= 2**profile.bits - 1


def test_another_process_gives_the_same_bytes() -> None:
    script = """
import hashlib
from readerstudy.cohorts.harmonise import frame_bytes, present
from readerstudy.cohorts.profiles import PROFILES
from readerstudy.cohorts.source_image import SourceImage
from tests.readerstudy.cohorts.samples import radiograph
source = SourceImage(radiograph(200, 150).astype("f4"), "PNG", 8, spacing=(0.3, 0.3))
digest = hashlib.sha256()
for profile in PROFILES.values():
    digest.update(frame_bytes(present(source, profile), profile))
print(digest.hexdigest())
"""
    done = [subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True) for _ in "ab"]
    source = SourceImage(radiograph(200, 150).astype(np.float32), "PNG", 8, spacing=(0.3, 0.3))
    here = hashlib.sha256(b"".join(frame_bytes(present(source, one), one) for one in PROFILES.values()))
    assert {one.stdout.strip() for one in done} == {here.hexdigest()}


def test_deep_images_use_all_their_greys() -> None:
    presented = shown(radiograph(300, 300) * 16.0, "square-1024-12bit/1")
    assert (presented.min(), presented.max()) == (0, 4095)
    assert len(np.unique(presented)) > 2000


def test_raw_frames_of_deep_images_are_little_endian() -> None:
    presented = np.array([[1, 0x0203]], ">u2").astype(np.uint16)
    assert frame_bytes(presented, PROFILES["square-1024-12bit/1"]) == b"\x01\x00\x03\x02"


@pytest.mark.parametrize("profile", ["square-1024-htj2k/1", "square-1024-htj2k/1,bits=12"])
def test_a_compressed_frame_holds_every_pixel_also_with_zeros_behind_it(profile: str) -> None:
    recipe = profile_named(profile)
    presented = shown(radiograph(200, 200) * 16.0, profile)
    content = frame_bytes(presented, recipe)
    assert len(content) < presented.nbytes
    assert np.array_equal(imagecodecs.htj2k_decode(content + bytes(100_000)), presented)


def test_the_window_of_the_file_is_applied_where_the_profile_says_so() -> None:
    pixels, windowed = radiograph(100, 100), np.clip(radiograph(100, 100).astype(float), 90, 120)
    source = image(pixels, displayed=windowed.astype(np.float32))
    assert np.array_equal(present(source, DEFAULT_PROFILE), shown(windowed, "square-1024-8bit/2"))
    assert np.array_equal(present(source, PROFILES["square-1024-8bit/1"]), shown(pixels, "square-1024-8bit/1"))


def test_a_window_that_leaves_nothing_to_see_is_passed_over() -> None:
    source = image(radiograph(), displayed=np.full((96, 80), 7, np.float32))
    assert np.array_equal(present(source, DEFAULT_PROFILE), shown(radiograph(), "square-1024-8bit/2"))


@pytest.mark.parametrize(("rows", "columns", "aspect"), [(100, 200, 2.0), (200, 100, 0.5), (150, 200, 4 / 3)])
def test_pixels_that_are_not_square_are_made_so(rows: int, columns: int, aspect: float) -> None:
    """A round thing is round: it has 60 % of a square field's height and width."""
    source = disc(rows, columns, 0.3 * rows, 0.3 * columns)
    height, width = extent(shown(source, ON_64.replace("64", "100"), aspect=aspect))
    assert abs(height - 60) <= 2
    assert abs(width - 60) <= 2


@pytest.mark.parametrize("aspect", [0.0, -1.0, 1e9, float("nan"), 0.01])
def test_pixels_of_an_impossible_shape_are_refused(aspect: float) -> None:
    with pytest.raises(RejectedImageError, match="as high as wide"):
        shown(radiograph(), ON_64, aspect=aspect)


def test_a_letterbox_keeps_all_and_adds_black_bars() -> None:
    presented = shown(disc(100, 200, 45, 90), "letterbox-1024-8bit/1")
    assert presented.shape == (1024, 1024)
    assert presented[:256].max() == presented[-256:].max() == 0
    height, width = extent(presented)
    assert abs(height - 0.9 * 512) <= 12
    assert abs(width - 0.9 * 1024) <= 12


@given(spacing=st.floats(0.05, 0.5), stretch=st.floats(0.8, 1.25))
@settings(max_examples=10)
def test_calibrated_images_have_one_spacing(spacing: float, stretch: float) -> None:
    """A disc of 20 mm across has 100 pixels at 0.2 mm, whatever the spacing of its source was."""
    vertical, horizontal = spacing, spacing * stretch
    source = disc(round(30 / vertical), round(26 / horizontal), 10 / vertical, 10 / horizontal)
    presented = shown(source, "calibrated-1024-8bit/1,side=512", spacing=(vertical, horizontal))
    height, width = extent(presented)
    assert presented.shape == (512, 512)
    assert abs(height - 100) <= 4
    assert abs(width - 100) <= 4


def test_a_calibrated_image_larger_than_the_matrix_shows_its_centre() -> None:
    presented = shown(disc(400, 400, 50, 50), "calibrated-1024-8bit/1,side=200", spacing=(0.2, 0.2))
    assert presented.shape == (200, 200)
    assert extent(presented) == (100, 100)


def test_a_calibrated_letterbox_is_never_cut() -> None:
    with pytest.raises(RejectedImageError, match="too long to be shown whole: 400 pixels"):
        shown(radiograph(400, 300), "calibrated-1024-8bit/1,side=200,fit=letterbox", spacing=(0.2, 0.2))


@pytest.mark.parametrize(
    ("spacing", "words"),
    [(None, "does not say the spacing"), ((0.0, 0.2), "no radiograph has"), ((0.2, float("nan")), "no radiograph has"),
     ((9.0, 9.0), "too large")],
)  # fmt: skip
def test_an_image_without_a_spacing_to_go_by_is_refused(spacing: Any, words: str) -> None:
    with pytest.raises(RejectedImageError, match=words):
        shown(radiograph(900, 900), "calibrated-1024-8bit/1,spacing=0.05", spacing=spacing)


def test_a_coarser_matrix_on_the_way_takes_fine_detail_and_leaves_the_coarse() -> None:
    fine = np.indices((256, 256)).sum(axis=0) % 2 * 100.0 + np.linspace(0, 100, 256)
    through = shown(fine, "square-1024-8bit/2,side=256,resample_side=64").astype(float)
    direct = shown(fine, "square-1024-8bit/2,side=256").astype(float)
    assert np.abs(np.diff(direct, axis=1)).mean() > 50
    assert np.abs(np.diff(through, axis=1)).mean() < 5
    assert through[:, :64].mean() + 100 < through[:, 192:].mean()


def test_jpeg_on_the_way_is_jpeg_of_that_quality() -> None:
    plain, through = (shown(radiograph(256, 256), f"{ON_64},jpeg_quality={quality}") for quality in ("none", 30))
    compressed = BytesIO()
    Image.fromarray(plain).save(compressed, "JPEG", quality=30)
    assert np.array_equal(through, np.asarray(Image.open(compressed)))
    assert not np.array_equal(through, plain)


@given(
    low=st.integers(-40_000, 40_000), span=st.integers(1, 65_535), rows=st.integers(16, 40), columns=st.integers(16, 40)
)
def test_as_acquired_keeps_every_integer_exactly(low: int, span: int, rows: int, columns: int) -> None:
    generator = np.random.default_rng(span)
    values = generator.integers(0, span + 1, (rows, columns))
    values.flat[:2] = 0, span
    if 0 <= low <= 65_535 - span:
        assert np.array_equal(present(image(values + low), AS_ACQUIRED), values + low)
    elif low < 0:
        assert np.array_equal(present(image(values + low), AS_ACQUIRED), values)


def test_as_acquired_keeps_borders_and_shape_and_clips_what_does_not_fit() -> None:
    values = np.pad(radiograph(30, 50).astype(np.int64) * 600, 5)
    presented = present(image(values), AS_ACQUIRED)
    assert presented.shape == (40, 60)
    assert np.array_equal(presented, values.clip(0, 65_535))


@pytest.mark.parametrize("name", PROFILES)
def test_a_blackout_is_filled_with_the_darkest_value_before_all_else(name: str) -> None:
    pixels = radiograph(200, 160).astype(np.float32) + 50
    source = image(pixels, spacing=(0.3, 0.3))
    by_hand = pixels.copy()
    by_hand[20:50, 10:70] = by_hand[150:, 100:] = pixels.min()
    presented = present(source, PROFILES[name], [(10, 20, 60, 30), (100, 150, 9999, 9999)])
    assert np.array_equal(presented, present(image(by_hand, spacing=(0.3, 0.3)), PROFILES[name]))
    assert source.pixels[30, 30] != pixels.min(), "the source itself is left alone"
