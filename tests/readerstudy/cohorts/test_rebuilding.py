"""Presentation images are made again from their masters: bit for bit, after a black-out, or by another profile."""

from __future__ import annotations

import hashlib
import os
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from readerstudy.audit.models import Event
from readerstudy.cohorts import frames, masters, presenting
from readerstudy.cohorts.importing import import_images
from readerstudy.cohorts.models import Blackout, Case, Cohort, Image, Source
from readerstudy.cohorts.presenting import PresentingError
from readerstudy.cohorts.profiles import PROFILES, PresentationProfile, profile_named
from readerstudy.cohorts.sources import list_files
from tests.readerstudy.makers import MakeCohort, draw_picture

HOUR = 3600


@pytest.fixture
def cohort(make_cohort: MakeCohort) -> Cohort:
    """Four drawn cases, imported by the default profile."""
    return make_cohort(cases=4)


def images(cohort: Cohort) -> list[Image]:
    return list(Image.objects.filter(case__cohort=cohort).order_by("pk"))


def state(cohort: Cohort) -> list[tuple[Any, ...]]:
    """All that is stored of the images of a cohort, the bytes too."""
    return [
        (image.pk, image.file, image.sha256, image.profile, frames.path_of(image).read_bytes())
        for image in images(cohort)
    ]  # fmt: skip


def files() -> set[str]:
    return {file.name for file in frames.folder().iterdir()}


def in_a_transaction_that_commits(
    django_capture_on_commit_callbacks: Any, cohort: Cohort, profile: PresentationProfile, **options: Any
) -> int:
    with django_capture_on_commit_callbacks(execute=True):
        return presenting.represent_cohort(cohort=cohort, profile=profile, actor=None, **options)


@pytest.mark.parametrize("name", [name for name in PROFILES if not name.startswith("calibrated")])
def test_every_profile_is_made_again_bit_for_bit(
    cohort: Cohort, name: str, django_capture_on_commit_callbacks: Any
) -> None:
    count = in_a_transaction_that_commits(django_capture_on_commit_callbacks, cohort, PROFILES[name])
    assert count == 4
    assert all(presenting.rebuilt_alike(image) for image in images(cohort))
    for image in images(cohort):
        content = frames.path_of(image).read_bytes()
        assert (image.profile, image.length) == (name, len(content))
        assert image.sha256 == hashlib.sha256(content).hexdigest()
        assert image.bits == PROFILES[name].bits
    assert len(files()) == 4, "the old frames are gone"
    cohort.refresh_from_db()
    assert PresentationProfile.from_recipe(cohort.recipe) == PROFILES[name]


def test_there_and_back_is_where_it_was(cohort: Cohort) -> None:
    before = [image.sha256 for image in images(cohort)]
    for name in ("square-512-8bit/1", "square-1024-8bit/2"):
        presenting.represent_cohort(cohort=cohort, profile=PROFILES[name], actor=None)
    assert [image.sha256 for image in images(cohort)] == before


def test_a_blackout_is_in_the_picture_and_gone_when_it_is_taken_back(cohort: Cohort) -> None:
    image = images(cohort)[0]
    before = image.sha256
    blackout = Blackout.objects.create(case=image.case, x=8, y=16, width=16, height=8)
    presenting.represent(case=image.case, actor=None)
    image.refresh_from_db()
    shown = np.frombuffer(frames.path_of(image).read_bytes(), np.uint8).reshape(image.rows, image.columns)
    scale = image.rows / 64  # the drawn pictures have 64 pixels on a side
    inside = shown[int(18 * scale) : int(22 * scale), int(10 * scale) : int(22 * scale)]
    # Nearly black: the noise around rings below the darkest value when it is resampled.
    assert inside.max() < 40
    assert np.ptp(inside) < 10
    assert presenting.rebuilt_alike(image)
    blackout.delete()
    assert not presenting.rebuilt_alike(image)
    assert presenting.represent(case=image.case, actor=None).sha256 == before


def test_one_case_that_cannot_be_made_keeps_the_whole_cohort_as_it_was(cohort: Cohort) -> None:
    before, stored = state(cohort), files()
    with pytest.raises(PresentingError, match=r"4 of 4 cases cannot be presented by calibrated.*does not say the"):
        presenting.represent_cohort(cohort=cohort, profile=PROFILES["calibrated-1024-8bit/1"], actor=None)
    assert state(cohort) == before
    assert files() == stored


def test_a_break_in_the_middle_keeps_the_whole_cohort_as_it_was(cohort: Cohort) -> None:
    before, stored = state(cohort), files()

    def interrupt(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        presenting.represent_cohort(
            cohort=cohort, profile=PROFILES["square-512-8bit/1"], actor=None, progress=interrupt
        )
    assert state(cohort) == before
    assert files() == stored


def test_a_change_in_the_middle_is_noticed(cohort: Cohort) -> None:
    before = state(cohort)

    def black_out(done: int, total: int) -> None:
        if done == 2:
            Blackout.objects.create(case=images(cohort)[0].case, x=0, y=0, width=9, height=9)

    with pytest.raises(PresentingError, match="changed meanwhile"):
        presenting.represent_cohort(
            cohort=cohort, profile=PROFILES["square-512-8bit/1"], actor=None, progress=black_out
        )
    assert state(cohort) == before


def test_a_file_that_is_imported_meanwhile_is_not_left_behind_with_the_old_profile(
    cohort: Cohort, tmp_path: Path
) -> None:
    folder = tmp_path / "late"
    folder.mkdir()
    for number in range(3):
        draw_picture(folder / f"late-{number}.png", seed=(99, number))
    another = PROFILES["square-512-8bit/1"]

    def switch(done: int, total: int) -> None:
        if done == 1:
            presenting.represent_cohort(cohort=Cohort.objects.get(), profile=another, actor=None)

    files = list_files(folder)
    summary = import_images(cohort=cohort, files=files, actor=None, progress=switch)
    assert len(summary.imported) == 1
    assert {one.reason for one in summary.rejected} == {
        "was made by the profile that the cohort had before: import it again"
    }
    cohort.refresh_from_db()
    assert len(import_images(cohort=cohort, files=files, actor=None).imported) == 2
    assert {image.profile for image in images(cohort)} == {another.name}


def test_a_locked_cohort_stays_as_it_is(cohort: Cohort) -> None:
    Cohort.objects.update(is_locked=True)
    for ask in (
        lambda: presenting.represent(case=images(cohort)[0].case, actor=None),
        lambda: presenting.represent_cohort(cohort=cohort, profile=PROFILES["square-512-8bit/1"], actor=None),
    ):
        with pytest.raises(PresentingError, match="locked by a study"):
            ask()


def test_an_excluded_case_that_cannot_be_presented_stands_in_nobodys_way(cohort: Cohort) -> None:
    left = images(cohort)[0]
    Case.objects.filter(pk=left.case_id).update(excluded_at=timezone.now())
    masters.remove(Source.objects.get(case=left.case_id).master)
    assert presenting.represent_cohort(cohort=cohort, profile=PROFILES["square-512-8bit/1"], actor=None) == 3
    assert [presenting.is_current(image) for image in images(cohort)] == [False, True, True, True]
    assert [image.rows for image in images(cohort)] == [1024, 512, 512, 512]


def test_both_services_are_noted(cohort: Cohort) -> None:
    presenting.represent(case=images(cohort)[0].case, actor=None)
    presenting.represent_cohort(cohort=cohort, profile=profile_named("square-1024-8bit/2,side=512"), actor=None)
    one, all_ = Event.objects.filter(verb="cohorts.represented").order_by("pk")
    assert one.target == f"case:{images(cohort)[0].case.code}"
    assert all_.detail == {"profile": "square-1024-8bit/2+side=512", "images": 4}


def run(*words: str) -> str:
    out = StringIO()
    call_command("rebuild_images", *words, stdout=out)
    return out.getvalue()


def test_the_command_presents_by_another_profile_and_warns(cohort: Cohort) -> None:
    said = run("cohort", "--profile", "letterbox-1024-8bit/1")
    assert "4 images of cohort are now presented by letterbox-1024-8bit/1. Bars keep the shape" in said
    assert {image.profile for image in images(cohort)} == {"letterbox-1024-8bit/1"}


def test_the_command_checks_and_names_what_is_wrong(cohort: Cohort) -> None:
    assert "4 of 4 images are what their masters and recipes give" in run("cohort", "--check")
    altered, gone, without, other = images(cohort)
    frames.path_of(altered).write_bytes(bytes(altered.length))
    frames.path_of(gone).unlink()
    masters.remove(Source.objects.get(case=without.case_id).master)
    Source.objects.filter(case=other.case_id).update(master=Source.objects.get(case=altered.case_id).master)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("rebuild_images", "cohort", "--check", stdout=out)
    words = ["has a stored frame that was altered", "has no stored frame", "is missing from the store",
             "is not what its master and recipe give"]  # fmt: skip
    for image, wrong in zip((altered, gone, without, other), words, strict=True):
        assert f"{image.case.code} {wrong}" in out.getvalue()


def test_the_command_names_a_setting_that_cannot_be(cohort: Cohort) -> None:
    for words, told in {
        ("cohort", "--profile", "square-1024-8bit/2,side=3"): "64–4096",
        ("cohort", "--profile", "x"): "Known: square-1024-8bit/2",
        ("nothing",): "no cohort 'nothing'",
        ("cohort", "--check", "--profile", "square-512-8bit/1"): "leave --profile out",
    }.items():
        with pytest.raises(CommandError, match=told):
            run(*words)


def test_tidying_removes_old_files_that_nothing_names(cohort: Cohort) -> None:
    named = files()
    old, young = (frames.write(b"orphan") for _ in range(2))
    broken_off = frames.folder() / ".half.raw.part"
    broken_off.write_bytes(b"half")
    orphan = masters.write(b"orphan")
    long_ago = timezone.now().timestamp() - 2 * HOUR
    for file in [*frames.folder().iterdir(), *masters.folder().iterdir()]:
        if file.name != young:
            os.utime(file, (long_ago, long_ago))
    assert "3 files that nothing named were removed" in run("cohort", "--check", "--tidy")
    assert files() == {*named, young}
    assert old not in files()
    assert orphan not in {file.name for file in masters.folder().iterdir()}
    assert all(presenting.rebuilt_alike(image) for image in images(cohort))
