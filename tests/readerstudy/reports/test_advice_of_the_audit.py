"""Advice names settings that the profile does not have yet, for cues above chance alone."""

from __future__ import annotations

from typing import Any

from readerstudy.cohorts.profiles import PROFILES
from readerstudy.reports.blinding_advice import advice


def cue(feature: str, auc: float, low: float, stage: str = "presentation") -> dict[str, Any]:
    return {"feature": feature, "stage": stage, "auc": auc, "ci": [low, min(1.0, 2 * auc - low)]}


def settings(features: list[dict[str, Any]], profile: str) -> dict[str, list[str]]:
    return {line["setting"]: line["features"] for line in advice(features, PROFILES[profile])}


def test_cues_that_chance_explains_get_no_advice() -> None:
    assert settings([cue("noise", 0.6, 0.48), cue("noise", 0.99, 0.9, "source")], "square-1024-8bit/2") == {}


def test_fine_detail_is_taken_by_a_coarser_matrix_and_jpeg() -> None:
    found = settings([cue("noise", 0.8, 0.7), cue("high_frequency", 0.9, 0.8)], "square-1024-8bit/2")
    assert found == {"resample_side=512": ["high_frequency", "noise"], "jpeg_quality=75": ["high_frequency", "noise"]}


def test_a_setting_that_the_profile_has_is_not_advised_again() -> None:
    assert set(settings([cue("noise", 0.8, 0.7)], "levelled-1024-8bit/1")) == {"resample_side=256"}


def test_a_picture_as_acquired_is_told_of_everything_that_would_help() -> None:
    features = [cue(name, 0.9, 0.8) for name in ("aspect", "mean", "levels", "border_width")]
    found = set(settings(features, "as-acquired-16bit/1"))
    assert {"crop_borders=yes", "fit=square", "normalise=yes", "bits=8"} <= found


def test_what_no_setting_lowers_is_said_to_belong_in_the_paper() -> None:
    [line] = advice([cue("mean", 0.9, 0.8)], PROFILES["square-1024-8bit/2"])
    assert (line["setting"], line["names"]) == ("", ["Mean grey value"])
    assert "Report them with the results" in line["words"]
