"""Picture cues measure what they are called, and not the scale of the grey values."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from analysis.leakage.cues import CUES, picture_cues

TEXTURE = ("high_frequency", "spectrum_slope", "blockiness", "noise", "skewness", "kurtosis", "border_width", "aspect")


def noise(rows: int = 128, columns: int = 128, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(100, 20, (rows, columns)).astype(np.float32)


def smooth(sigma: float = 3, seed: int = 0) -> NDArray[np.float32]:
    return np.asarray(gaussian_filter(noise(256, 256, seed), sigma), dtype=np.float32)


def through_jpeg(pixels: NDArray[np.float32], quality: int) -> NDArray[np.float32]:
    scaled = (pixels - pixels.min()) / np.ptp(pixels) * 255
    buffer = io.BytesIO()
    Image.fromarray(scaled.astype(np.uint8)).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer), dtype=np.float32)


@given(st.integers(16, 80), st.integers(16, 80), st.integers(0, 99), st.sampled_from(["uint8", "uint16", "float32"]))
def test_every_cue_is_a_finite_number(rows: int, columns: int, seed: int, kind: str) -> None:
    pixels = (np.random.default_rng(seed).random((rows, columns)) * 250).astype(kind)
    found = picture_cues(pixels)
    assert set(found) == set(CUES)
    assert np.isfinite(list(found.values())).all()


@pytest.mark.parametrize("level", [0, 7, 65535])
def test_a_uniform_picture_has_finite_cues_too(level: int) -> None:
    found = picture_cues(np.full((64, 48), level, dtype=np.uint16))
    assert np.isfinite(list(found.values())).all()
    assert found["levels"] == 0
    assert found["border_width"] == 1


def test_texture_does_not_depend_on_the_scale() -> None:
    pixels = smooth()
    one, other = picture_cues(pixels), picture_cues(pixels * 16 - 1000)
    for name in TEXTURE:
        assert other[name] == pytest.approx(one[name], abs=2e-3), name


def test_moments_are_those_of_the_normal_distribution() -> None:
    found = picture_cues(noise(500, 500))
    assert found["skewness"] == pytest.approx(0, abs=0.03)
    assert found["kurtosis"] == pytest.approx(0, abs=0.06)


def test_white_noise_has_a_flat_spectrum_and_its_share_of_fine_detail() -> None:
    found = picture_cues(noise(256, 256))
    assert found["spectrum_slope"] == pytest.approx(0, abs=0.1)
    # The part of the square of frequencies that lies outside the circle of 0.25 cycles per pixel: 1 − π/16.
    assert 10 ** found["high_frequency"] == pytest.approx(1 - np.pi / 16, abs=0.02)


def test_the_slope_is_the_exponent_of_the_spectrum() -> None:
    """A picture is drawn with amplitudes 1/f, so that its power falls as 1/f²."""
    generator = np.random.default_rng(1)
    radius = np.hypot(np.fft.fftfreq(512)[:, None], np.fft.fftfreq(512)[None])
    radius[0, 0] = np.inf
    pixels = np.fft.ifft2(np.fft.fft2(generator.normal(size=(512, 512))) / radius).real
    assert picture_cues(pixels)["spectrum_slope"] == pytest.approx(-2, abs=0.1)


def test_blurring_takes_fine_detail_and_noise() -> None:
    sharp, blurred = picture_cues(noise(256, 256)), picture_cues(smooth(2))
    assert blurred["high_frequency"] < sharp["high_frequency"] - 1
    assert blurred["noise"] < sharp["noise"]
    assert blurred["spectrum_slope"] < -2


def test_immerkaers_noise_is_the_standard_deviation_that_was_added() -> None:
    """On a ramp of range 1, whose second differences are zero."""
    ramp = np.tile(np.linspace(0, 1, 400, dtype=np.float32), (400, 1))
    added = np.random.default_rng(2).normal(0, 0.01, ramp.shape).astype(np.float32)
    assert 10 ** picture_cues(ramp + added)["noise"] == pytest.approx(0.01, rel=0.05)


def test_jpeg_blocks_show_and_more_at_lower_quality() -> None:
    pixels = smooth(1.5)
    pictures = (pixels, through_jpeg(pixels, 60), through_jpeg(pixels, 10))
    clean, fair, poor = (picture_cues(one)["blockiness"] for one in pictures)
    assert abs(clean) < 0.05
    assert clean < fair < poor
    assert poor > 0.1


@pytest.mark.parametrize("side", ["top", "bottom", "left", "right"])
def test_a_border_is_measured_on_every_side(side: str) -> None:
    pixels = noise(100, 100)
    where: Any = {"top": np.s_[:20], "bottom": np.s_[-20:], "left": np.s_[:, :20], "right": np.s_[:, -20:]}[side]
    pixels[where] = 100
    assert picture_cues(pixels)["border_width"] == pytest.approx(0.2)


def test_levels_and_aspect_are_counted() -> None:
    pixels = (np.arange(64 * 128) % 16).reshape(64, 128)
    found = picture_cues(pixels)
    assert (found["levels"], found["aspect"]) == (4.0, 2.0)
