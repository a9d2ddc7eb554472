"""A picture whose answer the practice tells cannot be asked in the test, whatever its cohort and file are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from readerstudy.cohorts.models import Cohort
from readerstudy.studies.models import Study
from readerstudy.studies.services import StudyError, create_study, lock_study, what_locking_misses
from readerstudy.truth.importing import import_cases
from tests.readerstudy.cohorts.samples import as_file, dicom_file, radiograph
from tests.readerstudy.makers import write_table

pytestmark = pytest.mark.django_db


def a_cohort(folder: Path, name: str, files: dict[str, bytes]) -> Cohort:
    (folder / name).mkdir()
    for file, content in files.items():
        (folder / name / file).write_bytes(content)
    rows = [{"file": file, "truth": number % 2} for number, file in enumerate(files)]
    truth = write_table(folder / f"{name}.csv", rows)
    return import_cases(source=str(folder / name), name=name, truth=truth, actor=None).cohort


def a_draft(folder: Path, practice: dict[str, bytes]) -> Study:
    test = {f"case-{seed}.png": as_file(radiograph(seed=seed)) for seed in range(3)}
    cohorts = [a_cohort(folder, "test", test), a_cohort(folder, "practice", practice)]
    return create_study(slug="s", preset="single-phase", cohorts=cohorts)


def test_other_pictures_are_fit_to_practise_on(tmp_path: Path) -> None:
    study = a_draft(tmp_path, {f"{seed}.png": as_file(radiograph(seed=seed)) for seed in (7, 8)})
    assert what_locking_misses(study) == []


@pytest.mark.parametrize("again", [as_file(radiograph(seed=1)), dicom_file(radiograph(seed=1))])
def test_a_picture_of_the_test_among_the_practice_cases_keeps_the_study_from_being_locked(
    tmp_path: Path, again: bytes
) -> None:
    study = a_draft(tmp_path, {"new.png": as_file(radiograph(seed=7)), "renamed": again})
    with pytest.raises(StudyError, match=r"The cohort test holds pictures whose answers a practice tells \(1\)"):
        lock_study(study=study, actor=None)
    study.refresh_from_db()
    assert study.status == "draft"
