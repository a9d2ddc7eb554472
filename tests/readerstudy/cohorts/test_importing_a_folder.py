"""A folder of mixed files becomes a cohort: each file whole, or not at all and with its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import JPEG2000Lossless

from readerstudy.accounts.models import Role, User
from readerstudy.audit.models import Event
from readerstudy.cohorts import frames, importing
from readerstudy.cohorts.importing import CohortLockedError, import_images
from readerstudy.cohorts.models import Case, Cohort, Image, Source
from readerstudy.cohorts.services import create_cohort
from readerstudy.cohorts.sources import SourceUnavailableError, list_files
from tests.readerstudy.cohorts.samples import as_file, dicom_bytes, dicom_dataset, dicom_file, radiograph

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort() -> Cohort:
    return create_cohort(name="mine", actor=None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "images"
    path.mkdir()
    return path


def stored_frames() -> set[str]:
    return {path.name for path in frames.folder().iterdir()} if frames.folder().exists() else set()


def test_each_image_becomes_a_case_with_a_frame_of_one_length(cohort: Cohort, folder: Path) -> None:
    (folder / "a.png").write_bytes(as_file(radiograph(seed=1)))
    (folder / "b.jpg").write_bytes(as_file(radiograph(seed=2), "JPEG"))
    (folder / "below").mkdir()
    (folder / "below" / "c").write_bytes(dicom_file(radiograph(120, 90, seed=3)))
    summary = import_images(cohort=cohort, files=list_files(folder), actor=None)
    assert [one.file for one in summary.imported] == ["a.png", "b.jpg", "below/c"]
    # The pictures differ in their grain alone, so that they look alike.
    assert summary.as_json() == {"imported": 3, "duplicates": 0, "rejected": [], "near_duplicates": 3}
    for image in Image.objects.all():
        frame = frames.path_of(image).read_bytes()
        assert len(frame) == image.rows * image.columns == 1024 * 1024
        assert image.sha256 == hashlib.sha256(frame).hexdigest()
        assert image.profile == "square-1024-8bit/2"
    assert stored_frames() == set(Image.objects.values_list("file", flat=True))


def test_each_imported_file_is_given_with_its_case(cohort: Cohort, folder: Path) -> None:
    for seed in range(4):
        (folder / f"{seed}.png").write_bytes(as_file(radiograph(seed=seed)))
    for one in import_images(cohort=cohort, files=list_files(folder), actor=None).imported:
        assert Source.objects.get(case=one.case).name == one.file


def test_a_single_file_can_be_imported(cohort: Cohort, folder: Path) -> None:
    (folder / "a.png").write_bytes(as_file(radiograph()))
    summary = import_images(cohort=cohort, files=list_files(str(folder / "a.png")), actor=None)
    assert [one.file for one in summary.imported] == ["a.png"]


def test_bad_files_are_rejected_and_the_rest_goes_on(cohort: Cohort, folder: Path) -> None:
    sound = as_file(radiograph())
    (folder / "sound.png").write_bytes(sound)
    (folder / "letter.png").write_text("This is a letter.")
    (folder / "empty.dcm").write_bytes(b"")
    (folder / "cut.png").write_bytes(sound[:200])
    (folder / "flat.png").write_bytes(as_file(np.full((64, 64), 7, np.uint8)))
    (folder / "notes.txt").write_text("nothing goes missing without a word")
    summary = import_images(cohort=cohort, files=list_files(folder), actor=None)
    reasons = {one.file: one.reason for one in summary.rejected}
    assert len(summary.imported) == 1
    assert set(reasons) == {"letter.png", "empty.dcm", "cut.png", "flat.png", "notes.txt"}
    assert reasons["empty.dcm"] == "is empty (0 bytes)"
    assert "uniform" in reasons["flat.png"]
    assert (Case.objects.count(), len(stored_frames())) == (1, 1)


def test_what_no_person_put_there_is_passed_over(cohort: Cohort, folder: Path) -> None:
    (folder / "a.png").write_bytes(as_file(radiograph()))
    for name in (".DS_Store", "Thumbs.db", "truth.csv", ".hidden/b.png", "__MACOSX/._a.png"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"x")
    assert import_images(cohort=cohort, files=list_files(folder), actor=None).as_json() == {
        "imported": 1,
        "duplicates": 0,
        "rejected": [],
        "near_duplicates": 0,
    }


def test_the_same_pixels_are_one_case_whatever_file_they_come_in(cohort: Cohort, folder: Path) -> None:
    picture = radiograph()
    compressed = dicom_dataset(picture)
    compressed.compress(JPEG2000Lossless)
    (folder / "a.png").write_bytes(as_file(picture))
    (folder / "b.png").write_bytes(as_file(picture, compress_level=1))
    (folder / "c.dcm").write_bytes(dicom_file(picture))
    (folder / "d.dcm").write_bytes(dicom_bytes(compressed))
    (folder / "e.dcm").write_bytes(dicom_file(255 - picture, PhotometricInterpretation="MONOCHROME1"))
    summary = import_images(cohort=cohort, files=list_files(folder), actor=None)
    assert (len(summary.imported), len(summary.duplicates), summary.rejected) == (1, 4, [])
    assert {one.case for one in summary.duplicates} == {summary.imported[0].case}
    assert len(stored_frames()) == 1


def test_importing_again_adds_nothing(cohort: Cohort, folder: Path) -> None:
    (folder / "a.png").write_bytes(as_file(radiograph()))
    import_images(cohort=cohort, files=list_files(folder), actor=None)
    again = import_images(cohort=cohort, files=list_files(folder), actor=None)
    assert again.as_json() == {"imported": 0, "duplicates": 1, "rejected": [], "near_duplicates": 0}


def test_the_same_pixels_may_be_in_two_cohorts(cohort: Cohort, folder: Path) -> None:
    (folder / "a.png").write_bytes(as_file(radiograph()))
    other = create_cohort(name="other", actor=None)
    for one in (cohort, other):
        assert len(import_images(cohort=one, files=list_files(folder), actor=None).imported) == 1


def test_one_name_with_other_pixels_is_rejected(cohort: Cohort, folder: Path) -> None:
    (folder / "a.png").write_bytes(as_file(radiograph(seed=1)))
    import_images(cohort=cohort, files=list_files(folder), actor=None)
    (folder / "a.png").write_bytes(as_file(radiograph(seed=2)))
    (rejection,) = import_images(cohort=cohort, files=list_files(folder), actor=None).rejected
    assert "name of another image" in rejection.reason
    assert len(stored_frames()) == 1


def test_a_path_that_is_too_long_to_store_is_rejected(cohort: Cohort, folder: Path) -> None:
    deep = folder / ("d" * 200) / ("e" * 100)
    deep.mkdir(parents=True)
    (deep / "a.png").write_bytes(as_file(radiograph()))
    (rejection,) = import_images(cohort=cohort, files=list_files(folder), actor=None).rejected
    assert "shorten" in rejection.reason


def test_a_name_that_is_not_utf8_is_made_printable(cohort: Cohort, folder: Path) -> None:
    (folder / "bad\udcff.png").write_bytes(as_file(radiograph()))
    (one,) = import_images(cohort=cohort, files=list_files(folder), actor=None).imported
    assert one.file == "bad\ufffd.png"


def test_the_order_of_the_rows_is_shuffled_by_the_stored_seed(cohort: Cohort, folder: Path) -> None:
    names = [f"{number:02}.png" for number in range(12)]
    for seed, name in enumerate(names):
        (folder / name).write_bytes(as_file(radiograph(32, 32, seed=seed)))
    twin = create_cohort(name="twin", actor=None)
    Cohort.objects.filter(pk=twin.pk).update(import_seed=cohort.import_seed)
    twin.refresh_from_db()
    orders = []
    for one in (cohort, twin):
        import_images(cohort=one, files=list_files(folder), actor=None)
        orders.append(list(Source.objects.filter(cohort=one).order_by("pk").values_list("name", flat=True)))
    assert orders[0] == orders[1] != names
    assert sorted(orders[0]) == names


def test_nothing_is_left_of_a_file_whose_rows_cannot_be_written(
    cohort: Cohort, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.png").write_bytes(as_file(radiograph()))

    def fail(**_fields: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(Source.objects, "create", fail)
    with pytest.raises(OSError, match="full"):
        import_images(cohort=cohort, files=list_files(folder), actor=None)
    assert (Case.objects.count(), Image.objects.count(), stored_frames()) == (0, 0, set())


def test_nothing_is_left_of_a_frame_that_cannot_be_written(
    cohort: Cohort, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.png").write_bytes(as_file(radiograph()))

    def fail(_handle: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="full"):
        import_images(cohort=cohort, files=list_files(folder), actor=None)
    assert (Case.objects.count(), stored_frames()) == (0, set())


def test_a_file_that_another_import_took_first_is_told(
    cohort: Cohort, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.png").write_bytes(as_file(radiograph()))
    import_images(cohort=cohort, files=list_files(folder), actor=None)
    (folder / "a.png").rename(folder / "b.png")
    monkeypatch.setattr(importing, "_twin", lambda *_: None)  # as if the other had not committed yet
    (rejection,) = import_images(cohort=cohort, files=list_files(folder), actor=None).rejected
    assert "same moment" in rejection.reason
    assert (Case.objects.count(), len(stored_frames())) == (1, 1)


def test_a_locked_cohort_takes_nothing_in(cohort: Cohort, folder: Path) -> None:
    (folder / "a.png").write_bytes(as_file(radiograph()))
    cohort.is_locked = True
    cohort.save()
    with pytest.raises(CohortLockedError, match="import into a new cohort"):
        import_images(cohort=cohort, files=list_files(folder), actor=None)


def test_a_cohort_that_is_locked_meanwhile_takes_nothing_more_in(cohort: Cohort, folder: Path) -> None:
    for seed in range(3):
        (folder / f"{seed}.png").write_bytes(as_file(radiograph(seed=seed)))

    def lock_after_the_first(_done: int, _total: int) -> None:
        Cohort.objects.filter(pk=cohort.pk).update(is_locked=True)

    with pytest.raises(CohortLockedError):
        import_images(cohort=cohort, files=list_files(folder), actor=None, progress=lock_after_the_first)
    assert (Case.objects.count(), len(stored_frames())) == (1, 1)
    assert Event.objects.get(verb="cohorts.imported").detail["imported"] == 1


@pytest.mark.parametrize("make", [lambda path: path / "nowhere", lambda path: path])
def test_a_source_without_images_is_refused(cohort: Cohort, folder: Path, make: Callable[[Path], Path]) -> None:
    with pytest.raises(SourceUnavailableError, match="There"):
        import_images(cohort=cohort, files=list_files(make(folder)), actor=None)


def test_an_import_is_one_event_of_the_audit_log(cohort: Cohort, folder: Path) -> None:
    actor = User.objects.create_user("carol", role=Role.COORDINATOR)
    (folder / "a.png").write_bytes(as_file(radiograph()))
    (folder / "b.png").write_bytes(b"")
    import_images(cohort=cohort, files=list_files(folder), actor=actor)
    event = Event.objects.get(verb="cohorts.imported")
    assert (event.actor_id, event.target) == (actor.pk, "cohort:mine")
    assert event.detail == {"profile": "square-1024-8bit/2", "imported": 1, "duplicates": 0, "rejected": 1}


def test_progress_is_told_after_each_file(cohort: Cohort, folder: Path) -> None:
    for seed in range(3):
        (folder / f"{seed}.png").write_bytes(as_file(radiograph(seed=seed)))
    told: list[tuple[int, int]] = []
    import_images(cohort=cohort, files=list_files(folder), actor=None, progress=lambda *step: told.append(step))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_no_frame_carries_anything_of_its_source(cohort: Cohort, folder: Path) -> None:
    (folder / "CANARY-FILE.dcm").write_bytes(dicom_file(radiograph()))
    (one,) = import_images(cohort=cohort, files=list_files(folder), actor=None).imported
    image = Image.objects.get(case=one.case)
    assert b"CANARY" not in frames.path_of(image).read_bytes()
    assert "CANARY" not in image.file


def test_a_thumbnail_is_small(cohort: Cohort, folder: Path) -> None:
    (folder / "a.png").write_bytes(as_file(radiograph()))
    (one,) = import_images(cohort=cohort, files=list_files(folder), actor=None).imported
    assert len(frames.thumbnail(Image.objects.get(case=one.case), 128)) < 20_000


def test_the_real_radiographs_are_imported(cohort: Cohort, shared_data: Path) -> None:
    summary = import_images(cohort=cohort, files=list_files(shared_data / "dicom"), actor=None)
    # One acquisition is there raw and losslessly compressed; its lossy twin has other pixels.
    assert (len(summary.imported), [one.file for one in summary.rejected]) == (15, [])
    assert len(summary.duplicates) == 1
    lengths = {frames.path_of(image).stat().st_size for image in Image.objects.all()}
    assert lengths == {1024 * 1024}
