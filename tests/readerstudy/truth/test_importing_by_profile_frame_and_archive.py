"""`import_cases` presents a new cohort by a named profile, takes zip archives and chosen frames, and can be stopped."""

from __future__ import annotations

import json
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from readerstudy.cohorts.models import Case, Cohort, Image, Source
from readerstudy.cohorts.profiles import PROFILES
from readerstudy.truth.importing import OtherProfileError, import_cases
from readerstudy.truth.management.commands.import_cases import progress_in_words
from readerstudy.truth.models import Truth
from tests.readerstudy.cohorts.samples import dicom_file, radiograph
from tests.readerstudy.makers import draw_folder, write_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four drawn cases and their table."""
    draw_folder(tmp_path / "images", cases=4)
    return tmp_path / "images"


def run(source: Path, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("import_cases", str(source), cohort="mine", json=True, stdout=out, **options)
    said: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return said


def test_a_new_cohort_is_presented_by_the_named_profile(folder: Path) -> None:
    name = next(name for name, profile in PROFILES.items() if profile.fit == "letterbox")
    run(folder, truth=folder / "truth.csv", profile=name)
    assert Cohort.objects.get().recipe == PROFILES[name].as_recipe()
    assert set(Image.objects.values_list("profile", flat=True)) == {PROFILES[name].name}


def test_settings_of_a_profile_can_be_changed(folder: Path) -> None:
    name = next(iter(PROFILES))
    run(folder, profile=f"{name},side=256")
    assert set(Image.objects.values_list("rows", "columns", "length")) == {(256, 256, 256 * 256)}


@pytest.mark.parametrize("profile", ["nonsense", "square-1024-8bit,side=many"])
def test_a_profile_that_is_none_is_refused_before_anything_is_written(folder: Path, profile: str) -> None:
    with pytest.raises(CommandError):
        run(folder, profile=profile)
    assert not Cohort.objects.exists()


def test_a_cohort_keeps_its_profile(folder: Path) -> None:
    run(folder)
    other = next(profile for profile in PROFILES.values() if profile.as_recipe() != Cohort.objects.get().recipe)
    with pytest.raises(OtherProfileError, match="is presented by square-1024-8bit"):
        import_cases(source=str(folder), name="mine", truth=None, actor=None, profile=other)
    same = next(name for name, profile in PROFILES.items() if profile.as_recipe() == Cohort.objects.get().recipe)
    assert run(folder, profile=same)["duplicates"] == 4


def test_frames_that_the_table_names_become_cases(tmp_path: Path) -> None:
    clip = np.stack([radiograph(40, 40, seed=seed) for seed in range(4)])
    data = dicom_file(clip[0], NumberOfFrames=4, PixelData=clip.tobytes())
    (tmp_path / "clip.dcm").write_bytes(data)
    rows = [{"file": "clip.dcm#2", "truth": "authentic"}, {"file": "clip.dcm#4", "truth": "synthetic"}]
    said = run(tmp_path, truth=write_table(tmp_path / "truth.csv", rows))
    assert (said["imported"], said["rejected"], said["sealed"]) == (2, [], True)
    assert dict(Source.objects.values_list("name", "frame")) == {"clip.dcm#2": 2, "clip.dcm#4": 4}


def test_a_file_of_several_frames_with_none_named_is_rejected_with_the_cure(tmp_path: Path) -> None:
    clip = np.stack([radiograph(40, 40, seed=seed) for seed in range(4)])
    (tmp_path / "clip.dcm").write_bytes(dicom_file(clip[0], NumberOfFrames=4, PixelData=clip.tobytes()))
    out = StringIO()
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_cases", str(tmp_path), cohort="mine", json=True, stdout=out)
    (rejection,) = json.loads(out.getvalue())["rejected"]
    assert "#" in rejection["reason"]


def test_a_zip_archive_is_a_source(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "images.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for picture in folder.glob("*.png"):
            archive.write(picture, f"cases/{picture.name}")
    said = run(path, truth=folder / "truth.csv")
    assert (said["imported"], said["sealed"]) == (4, True)
    assert Source.objects.filter(name="cases/case-00.png").exists()


def test_a_stopped_import_writes_no_truth_and_the_next_one_does(folder: Path) -> None:
    asked = iter([False, False, True])
    truth = folder / "truth.csv"
    first = import_cases(source=str(folder), name="mine", truth=truth, actor=None, stop=lambda: next(asked))
    assert (first.images.stopped, first.sealed, len(first.images.imported)) == (True, False, 2)
    assert "Import the same source again" in first.problems[0]
    assert not Truth.objects.exists()
    second = import_cases(source=str(folder), name="mine", truth=truth, actor=None)
    assert (second.sealed, len(second.images.imported), Case.objects.count()) == (True, 4, 4)


@pytest.mark.parametrize(
    ("done", "total", "here", "seconds", "words"),
    [
        (50, 1000, 50, 10.0, "50 of 1,000, 5.0 a second, 3:10 left"),
        (900, 1000, 100, 10.0, "900 of 1,000, 10.0 a second, 0:10 left"),  # gone on with at 800
        (1000, 1000, 100, 10.0, "1,000 of 1,000"),
        (0, 1000, 0, 0.0, "0 of 1,000"),
    ],
)
def test_progress_tells_rate_and_time_left(done: int, total: int, here: int, seconds: float, words: str) -> None:
    assert progress_in_words(done, total, here, seconds) == words


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_shown_progress_and_a_log_is_not(folder: Path) -> None:
    terminal, log = Terminal(), StringIO()
    call_command("import_cases", str(folder), cohort="mine", stdout=terminal)
    call_command("import_cases", str(folder), cohort="other", stdout=log)
    assert "\r4 of 4" in terminal.getvalue()
    assert "\r" not in log.getvalue()
