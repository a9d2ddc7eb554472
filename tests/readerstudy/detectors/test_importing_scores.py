"""A detector's score file is stored whole or not at all, and every fault in it is named."""

from __future__ import annotations

import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from readerstudy.audit import services as audit
from readerstudy.audit.models import Event
from readerstudy.cohorts.models import Case, Cohort, Source
from readerstudy.detectors.models import Detector, DetectorScore
from readerstudy.truth.importing import import_cases
from tests.readerstudy.makers import MakeCohort, draw_folder, write_table

pytestmark = pytest.mark.django_db

BAD = {
    "no name of a case": ("picture,score\na,1\n", "a column 'file' or 'case' must say which case each row is about"),
    "neither score nor call": ("file,verdict\na,1\n", "there is neither a column 'score' nor a column 'call'"),
    "an empty name": ("file,score\n,0.5\n", "scores.csv, row 2: the file is empty"),
    "an empty row of a case": (
        "file,score,call\ncase-00.png,,\n",
        "row 2: case-00.png has neither a score nor a call",
    ),
    "a word for a score": ("file,score\ncase-00.png,high\n", "row 2: score is 'high'; write a number"),
    "a decimal comma": ('file,score\ncase-00.png,"0,5"\n', "row 2: score is '0,5'; write a number"),
    "an infinite score": ("file,score\ncase-00.png,inf\n", "row 2: score is 'inf'; write a finite number"),
    "no number": ("file,score\ncase-00.png,NaN\n", "row 2: score is 'NaN'; write a finite number"),
    "an unknown call": (
        "file,call\ncase-00.png,fake\n",
        "row 2: call is 'fake'; write synthetic or authentic (or 1 or 0)",
    ),
    "a region of three numbers": (
        "file,score,region\ncase-00.png,1,0 0 1\n",
        "row 2: region is '0 0 1'; write four numbers",
    ),
    "a region of words": (
        "file,score,region\ncase-00.png,1,left lower lobe x\n",
        "write four numbers: x y width height",
    ),
    "a region in pixels": ("file,score,region\ncase-00.png,1,10 10 50 50\n", "write fractions of the image"),
    "a region beyond the edge": ("file,score,region\ncase-00.png,1,0.6 0 0.5 0.1\n", "of a rectangle within it"),
    "a region without extent": ("file,score,region\ncase-00.png,1,0.5 0.5 0 0.1\n", "of a rectangle within it"),
    "a region that is no number": ("file,score,region\ncase-00.png,1,nan 0 0.5 0.1\n", "of a rectangle within it"),
    "a region alone": ("file,region\ncase-00.png,0 0 1 1\n", "neither a column 'score' nor a column 'call'"),
    "a case twice": ("file,score\ncase-00.png,1\ncase-00.png,1\n", "case-00.png has 2 rows: keep one"),
    "an unknown file": ("file,score\nghost.png,1\n", "the cohort drawn has no file 'ghost.png'"),
    "an unknown case": ("case,score\nGHOST,1\n", "the cohort drawn has no case 'GHOST'"),
    "no rows": ("file,score\n", "the table has no rows"),
    "semicolons": ("file;score\ncase-00.png;1\n", "the cells are separated by semicolons"),
    "rubbish": ("\0", "this is not text in UTF-8"),
}


@pytest.fixture
def cohort(make_cohort: MakeCohort) -> Cohort:
    return make_cohort("drawn", cases=4)


def run(file: Path | str, *, detector: str = "Spectrum", cohort: str = "drawn", **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("import_scores", detector, str(file), cohort=cohort, json=True, stdout=out, **options)
    said: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return said


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The path at which a test writes its scores."""
    return tmp_path / "scores.csv"


def test_scores_are_stored_by_the_name_of_the_file(cohort: Cohort, file: Path) -> None:
    file.write_text("".join(["file,score\n", *(f"case-0{n}.png,0.{n}\n" for n in range(4))]))
    assert run(file) == {"detector": "Spectrum", "cohort": "drawn", "scores": 4}
    names = dict(Source.objects.values_list("case", "name"))
    stored = {names[case]: score for case, score in DetectorScore.objects.values_list("case", "score")}
    assert stored == {f"case-0{n}.png": n / 10 for n in range(4)}
    assert set(DetectorScore.objects.values_list("call", flat=True)) == {None}


def test_scores_and_calls_are_stored_by_the_code_of_the_case(cohort: Cohort, file: Path) -> None:
    words = ["synthetic", "AUTHENTIC", "1", "0"]
    codes = sorted(cohort.cases.values_list("code", flat=True))
    rows = [f"{code},{number},{word}\n" for number, (code, word) in enumerate(zip(codes, words, strict=True))]
    file.write_text("".join(["\ufeffCase, Score ,call\n", *rows]))
    run(file, detector_version="2.1")
    assert str(Detector.objects.get()) == "Spectrum 2.1"
    stored = DetectorScore.objects.order_by("score").values_list("case__code", "score", "call")
    assert list(stored) == list(zip(codes, [0.0, 1.0, 2.0, 3.0], [True, False, True, False], strict=True))


def test_a_region_is_stored_where_there_is_one(cohort: Cohort, file: Path) -> None:
    file.write_text("file,score,region\ncase-00.png,0.1,0.1 0.2 0.9 0.8\ncase-01.png,0.2,\ncase-02.png,0.3, 0 0 1 1 \n")
    run(file)
    stored = DetectorScore.objects.order_by("score").values_list("region", flat=True)
    assert list(stored) == [[0.1, 0.2, 0.9, 0.8], None, [0, 0, 1, 1]]


def test_scores_come_as_json_too(cohort: Cohort, tmp_path: Path) -> None:
    rows = [
        {"file": "case-00.png", "score": 0.1, "call": False, "region": [0.1, 0.2, 0.9, 0.8]},
        {"File": "case-01.png", "score": 0.25, "call": "synthetic"},
        {"file": "case-02.png", "score": None, "call": 1},
    ]
    (tmp_path / "scores.json").write_text(json.dumps(rows))
    assert run(tmp_path / "scores.json")["scores"] == 3
    names = dict(Source.objects.values_list("case", "name"))
    stored = {names[one.case_id]: (one.score, one.call, one.region) for one in DetectorScore.objects.all()}
    assert stored == {
        "case-00.png": (0.1, False, [0.1, 0.2, 0.9, 0.8]),
        "case-01.png": (0.25, True, None),
        "case-02.png": (None, True, None),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"scores.json: this is not JSON that can be read"),
        ("[" * 100_000, r"scores.json: this is not JSON that can be read"),
        ('{"a": 1}', r"scores.json: write a list of objects"),
        ("[1]", r"scores.json: write a list of objects"),
        ("[]", r"a column 'file' or 'case' must say"),
        ('[{"file": "case-00.png", "score": NaN}]', r"row 1: score is 'nan'; write a finite number"),
        ('[{"file": "case-00.png", "score": {}}]', r"row 1: score is '{}'; write a number"),
    ],
)
def test_faulty_json_stores_nothing_and_says_why(cohort: Cohort, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "scores.json").write_text(text)
    with pytest.raises(CommandError, match=message):
        run(tmp_path / "scores.json")
    assert not Detector.objects.exists()


def test_a_table_can_be_checked_without_storing_it(cohort: Cohort, file: Path) -> None:
    file.write_text("file,score,call\ncase-00.png,0.5,1\ncase-01.png,0.75,0\n")
    said = run(file, check=True)
    assert (said["cases"], len(said["unscored"]), said["lowest"], said["highest"]) == (2, 2, 0.5, 0.75)
    assert [said["calls"], said["called_synthetic"]] == [2, 1]
    assert [words.split(":")[0] for words in said["warnings"]] == [
        "2 cases of the cohort have no row",
        "Cases called synthetic have lower scores than cases called authentic",
    ]
    assert not Detector.objects.exists()


def test_scores_that_tell_nothing_are_noted(cohort: Cohort, file: Path) -> None:
    file.write_text("file,score,call\n" + "".join(f"case-0{n}.png,3,1\n" for n in range(4)))
    assert run(file, check=True)["warnings"] == [
        "Every score is 3: they tell no case from another.",
        "Every call is the same.",
    ]


def test_calls_that_contradict_the_threshold_are_noted(cohort: Cohort, file: Path) -> None:
    Detector.objects.create(name="Spectrum", threshold=0.6)
    file.write_text("file,score,call\n" + "".join(f"case-0{n}.png,0.{n + 4},{n % 2}\n" for n in range(4)))
    assert run(file, check=True)["warnings"] == ["2 calls contradict the threshold 0.6; the calls count."]


def test_a_detector_may_give_calls_only(cohort: Cohort, file: Path) -> None:
    file.write_text("file,call\ncase-00.png,synthetic\ncase-01.png,authentic\n")
    assert run(file)["scores"] == 2
    assert set(DetectorScore.objects.values_list("score", flat=True)) == {None}


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD.keys())
def test_a_faulty_file_stores_nothing_and_says_why(cohort: Cohort, file: Path, text: str, message: str) -> None:
    file.write_text(text)
    with pytest.raises(CommandError) as refusal:
        run(file)
    assert message in str(refusal.value)
    assert refusal.value.returncode == 1
    assert not Detector.objects.exists()


def test_one_bad_row_among_good_ones_stores_nothing(cohort: Cohort, file: Path) -> None:
    file.write_text("file,score\ncase-00.png,0.1\ncase-01.png,0.2\ncase-02.png,?\nghost.png,0.4\n")
    with pytest.raises(CommandError, match="row 4: score is"):
        run(file)
    assert not DetectorScore.objects.exists()


def test_a_break_on_the_way_leaves_nothing_half_written(
    cohort: Cohort, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(**_: object) -> None:
        raise RuntimeError("the power went out")

    monkeypatch.setattr(audit, "record", crash)
    file.write_text("file,score\ncase-00.png,0.1\n")
    with pytest.raises(RuntimeError):
        run(file)
    assert not Detector.objects.exists()
    assert not DetectorScore.objects.exists()


def test_every_unknown_case_is_named(cohort: Cohort, file: Path) -> None:
    file.write_text("file,score\na.png,1\ncase-00.png,1\nb.png,1\n")
    with pytest.raises(CommandError) as refusal:
        run(file)
    assert ["'a.png'" in str(refusal.value), "'b.png'" in str(refusal.value)] == [True, True]


def test_the_same_detector_scores_a_cohort_once_and_a_new_version_again(cohort: Cohort, file: Path) -> None:
    file.write_text("file,score\ncase-00.png,0.1\n")
    run(file)
    file.write_text("file,score\ncase-00.png,0.9\n")
    with pytest.raises(CommandError, match=r"Give a new run its own version \(--detector-version\)"):
        run(file)
    assert DetectorScore.objects.get().score == 0.1
    assert run(file, detector_version="2")["detector"] == "Spectrum 2"


def test_cases_that_came_later_can_be_scored_by_the_same_detector(cohort: Cohort, file: Path) -> None:
    file.write_text("file,score\ncase-00.png,0.1\n")
    run(file)
    file.write_text("file,score\ncase-01.png,0.1\n")
    assert run(file)["scores"] == 1
    assert Detector.objects.get().scores.count() == 2


@pytest.mark.parametrize(
    ("detector", "version", "message"),
    [
        (" ", "", "The detector's name: This field cannot be blank"),
        ("x" * 101, "", "The detector's name: Ensure this value has at most 100 characters"),
        ("x", "1" * 41, "The detector's version: Ensure this value has at most 40 characters"),
    ],
    ids=["no name", "a long name", "a long version"],
)
def test_a_detector_whose_name_cannot_be_stored_is_refused(
    cohort: Cohort, file: Path, detector: str, version: str, message: str
) -> None:
    file.write_text("file,score\ncase-00.png,0.1\n")
    with pytest.raises(CommandError, match=message):
        run(file, detector=detector, detector_version=version)


def test_two_detectors_are_never_written_alike_in_a_report(cohort: Cohort, file: Path) -> None:
    file.write_text("file,score\ncase-00.png,0.1\n")
    run(file, detector="Spectrum", detector_version="2")
    with pytest.raises(CommandError, match="There is a detector that is written Spectrum 2 already"):
        run(file, detector="Spectrum 2")


def test_a_cohort_or_file_that_is_not_there_is_refused(cohort: Cohort, file: Path) -> None:
    with pytest.raises(CommandError, match=r"There is no cohort 'other'\."):
        run(file, cohort="other")
    with pytest.raises(CommandError, match="there is no such file"):
        run(file)


def test_an_import_is_audited_without_any_score(cohort: Cohort, file: Path) -> None:
    file.write_text("file,score\ncase-00.png,0.1\n")
    run(file)
    event = Event.objects.latest("pk")
    assert (event.verb, event.detail) == ("detectors.imported", {"cohort": "drawn", "scores": 1})


def test_the_database_holds_no_score_that_says_nothing(cohort: Cohort) -> None:
    detector, case = Detector.objects.create(name="mute"), cohort.cases.all()[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        DetectorScore.objects.create(detector=detector, case=case)


def test_files_with_the_same_pixels_are_one_case_under_each_of_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    draw_folder(folder / "a", cases=4)
    (folder / "b").mkdir()
    shutil.copy(folder / "a" / "case-00.png", folder / "b" / "copy.png")
    import_cases(source=str(folder), name="drawn", truth=folder / "a" / "truth.csv", actor=None)
    own = Source.objects.get(case__in=Case.objects.all(), name__in=["a/case-00.png", "b/copy.png"])
    assert sorted(own.names) == ["a/case-00.png", "b/copy.png"]
    scores = {"a/case-00.png": 0.1, "case-01.png": 0.5, "b/copy.png": 0.2}
    table = write_table(tmp_path / "scores.csv", [{"file": name, "score": score} for name, score in scores.items()])
    assert run(table)["scores"] == 2
    assert DetectorScore.objects.get(case=own.case_id).score == scores[own.name]
