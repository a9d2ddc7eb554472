"""`import_cases` brings in a folder with its truth, seals it, and says in words and in JSON what it did."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from readerstudy.cohorts.models import Case, Cohort, Source
from readerstudy.truth.models import Truth
from tests.readerstudy.makers import draw_folder, draw_picture, write_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four drawn cases and their table."""
    draw_folder(tmp_path / "images", cases=4)
    return tmp_path / "images"


def run(folder: Path, *, truth: Path | None = None, cohort: str = "mine", as_json: bool = True) -> str:
    out = StringIO()
    call_command("import_cases", str(folder), cohort=cohort, truth=truth, json=as_json, stdout=out)
    return out.getvalue()


def summary(folder: Path, **options: Any) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(run(folder, **options).splitlines()[-1])
    return said


def truth_by_name() -> dict[str, str]:
    names = dict(Source.objects.values_list("case", "name"))
    return {names[case]: value for case, value in Truth.objects.values_list("case", "value")}


def test_a_folder_with_its_truth_becomes_a_sealed_cohort(folder: Path) -> None:
    assert summary(folder, truth=folder / "truth.csv") == {
        "cohort": "mine",
        "imported": 4,
        "duplicates": 0,
        "rejected": [],
        "near_duplicates": 0,
        "truth": {"written": 4, "missing": [], "unknown_files": [], "contradictions": []},
        "sealed": True,
    }
    assert Cohort.objects.get().is_sealed
    assert truth_by_name() == {f"case-0{n}.png": ("authentic", "synthetic")[n % 2] for n in range(4)}


def test_people_are_told_in_words(folder: Path) -> None:
    words = run(folder, truth=folder / "truth.csv", as_json=False)
    assert "Cohort mine: 4 imported, 0 known already (same pixels), 0 rejected." in words
    assert "The truth is sealed." in words


def test_a_faulty_table_imports_nothing_at_all(folder: Path) -> None:
    table = write_table(folder / "truth.csv", [{"file": "case-00.png", "truth": "perhaps"}])
    with pytest.raises(CommandError, match="truth is 'perhaps'; write authentic or synthetic") as refusal:
        run(folder, truth=table)
    assert refusal.value.returncode == 1
    assert not Cohort.objects.exists()


def test_a_folder_that_is_not_there_is_refused_and_leaves_no_cohort(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no folder or file"):
        run(tmp_path / "nowhere")
    assert not Cohort.objects.exists()


def test_a_cohort_name_that_cannot_be_used_is_refused(folder: Path) -> None:
    with pytest.raises(CommandError, match="A cohort cannot be named"):
        run(folder, cohort="***")


def test_rejected_files_are_listed_with_their_reason_and_the_rest_goes_on(folder: Path) -> None:
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    (folder / "letter.txt").write_text("no picture")
    said = summary(folder, truth=folder / "truth.csv")
    assert said["imported"] == 4
    assert [one["file"] for one in said["rejected"]] == ["broken.png", "letter.txt"]
    assert all(one["reason"] for one in said["rejected"])
    assert said["sealed"]


def test_nothing_but_rejected_files_is_a_failure_that_still_says_which(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("no picture")
    out = StringIO()
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_cases", str(tmp_path), cohort="mine", json=True, stdout=out)
    assert json.loads(out.getvalue())["rejected"][0]["file"] == "letter.txt"
    assert not Cohort.objects.exists(), "a cohort that could not be filled is taken away again"


def test_a_table_about_files_that_are_not_there_names_them(folder: Path) -> None:
    with (folder / "truth.csv").open("a") as table:
        table.write("ghost.png,synthetic\n")
    assert summary(folder, truth=folder / "truth.csv")["truth"]["unknown_files"] == ["ghost.png"]
    assert "names files that are not there: ghost.png" in run(folder, truth=folder / "truth.csv", as_json=False)


def test_a_file_without_truth_leaves_the_cohort_unsealed_and_says_which(folder: Path) -> None:
    draw_picture(folder / "extra.png", seed=(9,))
    said = summary(folder, truth=folder / "truth.csv")
    assert (said["truth"]["missing"], said["sealed"]) == (["extra.png"], False)
    words = run(folder, truth=folder / "truth.csv", as_json=False)
    assert "The truth table has no row for extra.png." in words
    assert "1 of 5 cases of mine have no truth yet" in words
    assert "a study cannot be locked yet" in words


def test_one_class_alone_is_not_sealed_and_says_why(folder: Path) -> None:
    table = write_table(folder / "truth.csv", [{"file": f"case-0{n}.png", "truth": "1"} for n in range(4)])
    assert "has only synthetic cases" in run(folder, truth=table, as_json=False)
    assert not Cohort.objects.get().is_sealed


def test_images_may_come_first_and_their_truth_later(folder: Path) -> None:
    assert summary(folder)["sealed"] is False
    said = summary(folder, truth=folder / "truth.csv")
    assert (said["imported"], said["duplicates"], said["sealed"]) == (0, 4, True)


def test_importing_again_corrects_the_truth_and_adds_no_case(folder: Path) -> None:
    summary(folder, truth=folder / "truth.csv")
    before = Cohort.objects.get().sealed_digest
    rows = [{"file": f"case-0{n}.png", "truth": ("synthetic", "authentic")[n % 2]} for n in range(4)]
    assert summary(folder, truth=write_table(folder / "truth.csv", rows))["sealed"] is True
    assert truth_by_name()["case-00.png"] == "synthetic"
    assert Case.objects.count() == 4
    assert Cohort.objects.get().sealed_digest != before


def test_the_same_pixels_with_another_truth_have_no_truth_until_somebody_decides(folder: Path) -> None:
    (folder / "copy.png").write_bytes((folder / "case-00.png").read_bytes())
    with (folder / "truth.csv").open("a") as table:
        table.write("copy.png,synthetic\n")
    said = summary(folder, truth=folder / "truth.csv")
    assert "cannot be both: case-00.png authentic, copy.png synthetic" in said["truth"]["contradictions"][0]
    assert said["sealed"] is False
    assert len(truth_by_name()) == 3


def test_a_later_file_with_the_same_pixels_and_another_truth_is_caught_as_well(folder: Path, tmp_path: Path) -> None:
    summary(folder, truth=folder / "truth.csv")
    later = tmp_path / "later"
    later.mkdir()
    (later / "renamed.png").write_bytes((folder / "case-00.png").read_bytes())
    said = summary(later, truth=write_table(later / "truth.csv", [{"file": "renamed.png", "truth": "synthetic"}]))
    assert len(said["truth"]["contradictions"]) == 1
    assert said["sealed"] is False


def test_a_locked_cohort_takes_neither_images_nor_truth(folder: Path) -> None:
    summary(folder, truth=folder / "truth.csv")
    Cohort.objects.update(is_locked=True)
    before = truth_by_name()
    rows = [{"file": f"case-0{n}.png", "truth": "synthetic"} for n in range(4)]
    with pytest.raises(CommandError, match="is locked by a study: import into a new cohort"):
        run(folder, truth=write_table(folder / "truth.csv", rows))
    assert truth_by_name() == before


def test_a_source_that_is_not_there_leaves_nothing_behind(tmp_path: Path) -> None:
    for source in (tmp_path / "nowhere", tmp_path / ("x" * 5_000)):
        with pytest.raises(CommandError, match=r"no folder or file|cannot be read"):
            run(source)
    assert not Cohort.objects.exists()
