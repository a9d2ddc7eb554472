"""Profiles have names that tell them apart, settings that are checked, and words for who chooses one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readerstudy.cohorts.models import Image
from readerstudy.cohorts.profiles import (
    DEFAULT_PROFILE,
    LONGEST_NAME,
    PROFILES,
    PresentationProfile,
    ProfileError,
    profile_named,
)

SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "side": st.integers(64, 4096), "bits": st.integers(8, 16), "display": st.booleans(),
        "crop_borders": st.booleans(), "normalise": st.booleans(), "fit": st.sampled_from(["square", "letterbox"]),
        "darkest": st.floats(0, 49), "brightest": st.floats(51, 100), "spacing": st.none() | st.floats(0.01, 10),
        "resample_side": st.none() | st.integers(64, 4096), "transfer": st.sampled_from(["raw", "htj2k"]),
        "border_mean": st.floats(0, 1), "border_peak": st.floats(0, 1),
    },
)  # fmt: skip


@pytest.mark.parametrize("name", PROFILES)
def test_a_ready_made_profile_is_found_by_its_name_and_says_what_it_is_for(name: str) -> None:
    profile = profile_named(name)
    assert profile.name == name
    assert profile.description.endswith(".")
    assert len(name) <= LONGEST_NAME == Image._meta.get_field("profile").max_length


def test_the_default_is_among_them_and_only_those_that_keep_something_of_the_source_warn() -> None:
    assert PROFILES["square-1024-8bit/2"] is DEFAULT_PROFILE
    warned = {name for name, profile in PROFILES.items() if profile.warning}
    assert warned == {"letterbox-1024-8bit/1", "calibrated-1024-8bit/1", "as-acquired-16bit/1"}


def test_the_first_release_is_the_default_without_the_files_own_window() -> None:
    first = PROFILES["square-1024-8bit/1"]
    assert DEFAULT_PROFILE.changed(display=False).as_recipe() | {"name": first.name} == first.as_recipe()


@given(settings=SETTINGS)
def test_a_recipe_that_was_stored_gives_the_same_profile(settings: dict[str, Any]) -> None:
    changed = DEFAULT_PROFILE.changed(**settings)
    assert PresentationProfile.from_recipe(json.loads(json.dumps(changed.as_recipe()))) == changed


@given(settings=SETTINGS, others=SETTINGS)
def test_profiles_have_one_name_exactly_if_they_are_the_same(settings: dict[str, Any], others: dict[str, Any]) -> None:
    one, other = DEFAULT_PROFILE.changed(**settings), DEFAULT_PROFILE.changed(**others)
    assert (one.name == other.name) == (one == other)
    assert len(one.name) <= LONGEST_NAME
    assert one.description == DEFAULT_PROFILE.description


@given(settings=SETTINGS)
def test_changes_may_come_one_by_one_or_at_once(settings: dict[str, Any]) -> None:
    step = DEFAULT_PROFILE
    for name, value in settings.items():
        step = step.changed(**{name: value})
    assert step == DEFAULT_PROFILE.changed(**settings)
    back = {name: value for name, value in DEFAULT_PROFILE.as_recipe().items() if name != "name"}
    assert step.changed(**back) == DEFAULT_PROFILE


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("square-1024-8bit/2", "square-1024-8bit/2"),
        ("square-1024-8bit/2,side=512", "square-1024-8bit/2+side=512"),
        ("square-1024-8bit/2, side = 1024", "square-1024-8bit/2"),
        ("square-1024-8bit/2,bits=12,side=512", "square-1024-8bit/2+side=512,bits=12"),
        ("square-1024-8bit/2,display=no,spacing=0.15", "square-1024-8bit/2+display=no,spacing=0.15"),
        ("levelled-1024-8bit/1,jpeg_quality=none", "levelled-1024-8bit/1+jpeg_quality=none"),
        ("square-1024-8bit/2,darkest=1,brightest=99.0", "square-1024-8bit/2+darkest=1.0,brightest=99.0"),
        ("as-acquired-16bit/1,fit=square", "as-acquired-16bit/1+fit=square"),
    ],
)
def test_a_profile_is_written_as_a_name_and_changes(text: str, name: str) -> None:
    assert profile_named(text).name == name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There is no profile ''. Known: square-1024-8bit/2"),
        ("square-1024-8bit/9", "There is no profile"),
        ("square-1024-8bit/2,side", "write setting=value"),
        ("square-1024-8bit/2,side=", "cannot be ''"),
        ("square-1024-8bit/2,sides=5", "There is no setting 'sides'. Known: bits"),
        ("square-1024-8bit/2,name=x", "name cannot be 'x'"),
        ("square-1024-8bit/2,side=63", "64–4096, not 63"),
        ("square-1024-8bit/2,side=1e3", "side cannot be '1e3'"),
        ("square-1024-8bit/2,side=yes", "whole number of pixels, 64–4096, not True"),
        ("square-1024-8bit/2,side=none", "64–4096, not None"),
        ("square-1024-8bit/2,bits=7", "8–16, not 7"),
        ("square-1024-8bit/2,bits=17", "8–16, not 17"),
        ("square-1024-8bit/2,fit=round", "square, letterbox or own, not 'round'"),
        ("square-1024-8bit/2,transfer=jpeg", "raw or htj2k, not 'jpeg'"),
        ("square-1024-8bit/2,display=maybe", "display cannot be 'maybe'"),
        ("square-1024-8bit/2,display=1", "yes or no, not 1"),
        ("square-1024-8bit/2,spacing=nan", "millimetres between pixels, 0.01–10, or none, not nan"),
        ("square-1024-8bit/2,spacing=0", "0.01–10"),
        ("square-1024-8bit/2,darkest=50,brightest=50", "darkest must be less than brightest"),
        ("square-1024-8bit/2,jpeg_quality=75,bits=12", "jpeg_quality needs bits=8"),
        ("square-1024-8bit/2,jpeg_quality=75,normalise=no", "jpeg_quality needs bits=8 and normalise=yes"),
        ("as-acquired-16bit/1,transfer=htj2k", "transfer=htj2k needs one matrix"),
    ],
)
def test_what_cannot_be_is_refused_with_the_setting_and_what_it_may_be(text: str, words: str) -> None:
    with pytest.raises(ProfileError) as refusal:
        profile_named(text)
    assert words in str(refusal.value)


def test_a_whole_number_and_the_same_fraction_are_one_profile() -> None:
    assert DEFAULT_PROFILE.changed(spacing=1) == DEFAULT_PROFILE.changed(spacing=1.0)
    assert DEFAULT_PROFILE.changed(spacing=1).name == DEFAULT_PROFILE.changed(spacing=1.0).name


def test_a_warning_follows_the_settings_not_the_name() -> None:
    assert "canvas" in DEFAULT_PROFILE.changed(fit="letterbox").warning
    assert "Borders stay" in DEFAULT_PROFILE.changed(crop_borders=False).warning
    assert "number of levels" in DEFAULT_PROFILE.changed(normalise=False).warning
    assert PROFILES["letterbox-1024-8bit/1"].changed(fit="square").warning == ""
