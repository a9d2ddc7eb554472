"""A report can be made of every preset and every design, and says what of it enters no figure."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.core.management import call_command
from django.test import Client

from readerstudy.detectors.aiding import choose_aid
from readerstudy.reading.models import Reading, ReadingSession
from readerstudy.reading.submissions import Submission
from readerstudy.reports.charts import figure_names
from readerstudy.reports.ratings_table import COLUMNS, ratings_table
from readerstudy.studies.models import Study
from readerstudy.studies.services import create_study, mark_as_pilot, move_clock
from readerstudy.truth.models import Truth
from tests.readerstudy.detectors.conftest import an_aided_draft, score_all
from tests.readerstudy.makers import close_and_unblind
from tests.readerstudy.protocols import CALL, FINDING, QUALITY, a_draft, a_phase, run_with
from tests.readerstudy.reports.conftest import score_by_code
from tests.readerstudy.reports.reading_through import read_through, read_what_is_open, what_is_said
from tests.readerstudy.unpictured import a_person, an_unpictured_cohort

pytestmark = pytest.mark.django_db
MARKED = {
    "name": "telltales", "kind": "marks", "text": "Where?", "tools": ["box"], "options": ["grain", "spine"],
    "required": False, "condition": {"question": "call", "is": ["synthetic"]},
}  # fmt: skip
REMARK = {"name": "remark", "kind": "open", "text": "Anything unusual?", "asked": "end"}


def finished(draft: Study, *, readers: int = 3) -> Study:
    """Let so many readers read a draft to its end, and unblind it."""
    run_with(draft, *(a_person(f"person-{number}") for number in range(readers)))
    read_through(draft)
    draft.refresh_from_db()
    return close_and_unblind(draft)


def report_of(study: Study, folder: Path) -> tuple[dict[str, Any], str]:
    """Make the report by the command, and give its results and its page."""
    call_command("report", study.slug, out=folder, json=True)
    return json.loads((folder / "results.json").read_text()), unescape((folder / "report.html").read_text())


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / name)


def a_preset(name: str, *, cases: int = 8) -> Study:
    """Make a pilot of a preset, with as many cohorts as it takes."""
    count = {"rsna2026": 2, "training": 1}.get(name, 1)
    cohorts = [an_unpictured_cohort(f"{name}-{number}", cases=cases) for number in range(count)]
    return create_study(slug="s", preset=name, cohorts=cohorts, pilot=True)


def test_rsna2026_has_results_of_two_phases_and_says_what_became_of_the_first(tmp_path: Path) -> None:
    study = finished(a_preset("rsna2026"))
    score_by_code(study.phases.get(name="phase-3").cohort, tmp_path)
    results, page = report_of(study, tmp_path)
    called = [one["phase"] for one in results["phases"] if "summary" in one]
    assert called == ["phase-2", "phase-3"]
    assert "problem" in results["comparison"]
    assert all("problem" not in one["summary"] for one in results["phases"] if "summary" in one)
    assert results["not_analysed"] == [
        "Quality and diagnosis: its judgements hold no call. What was answered is in answers.csv."
    ]
    assert results["not_analysed"][0] in page
    assert "This is a pilot study: its judgements are no evidence." in page


def test_what_was_answered_in_rsna2026_stands_in_tables_without_any_truth(tmp_path: Path) -> None:
    report_of(finished(a_preset("rsna2026")), tmp_path)
    answers, ends = table(tmp_path, "answers.csv"), table(tmp_path, "end_answers.csv")
    assert len(answers) == 3 * 8 * 2
    assert set(answers["question"]) == {"quality", "diagnosis"}
    assert set(answers["phase"]) == {"phase-1"}
    assert list(answers.columns) == ["reader", "case", "phase", "modality", "reread", "question", "answer"]
    assert ends.to_dict("records") == [
        {"reader": f"R0{n}", "phase": "phase-1", "question": "unusual", "answer": "nothing, but for =this"}
        for n in (1, 2, 3)
    ]


def test_a_crossover_compares_its_modalities_over_both_phases(tmp_path: Path) -> None:
    draft = a_preset("aided-vs-unaided", cases=12)
    phase = draft.phases.get(name="aided")
    choose_aid(phase=phase, detector=score_all(phase.cohort, tmp_path), shows=["score"], actor=None)
    results, page = report_of(finished(draft, readers=4), tmp_path / "out")
    assert sorted((one["phase"], one["modality"]) for one in results["phases"]) == [
        ("aided", "aided"), ("unaided", "unaided"),
    ]  # fmt: skip
    compared = results["comparison"]
    assert sorted(compared["modalities"]) == ["aided", "unaided"]
    assert compared["left_out"] == []
    accuracy = compared["means"]["accuracy"]
    assert (accuracy["readers"], accuracy["design"]) == (4, "crossed")
    assert len(accuracy["differences"]) == 1
    assert "Modalities compared" in page
    assert results["not_analysed"] == []


def test_sequential_reading_gives_two_modalities_in_one_phase(tmp_path: Path, desk: Client) -> None:
    study = finished(an_aided_draft(tmp_path, aid="sequential"))
    results, page = report_of(study, tmp_path / "out")
    assert [(one["name"], one["modality"]) for one in results["phases"]] == [
        ("reading · unaided", "unaided"), ("reading · aided", "aided"),
    ]  # fmt: skip
    assert all(one["detectors"]["detectors"] for one in results["phases"])
    assert results["comparison"]["means"]["auc"]["readers"] == 3
    assert "reading · unaided" in page
    shown = unescape(desk.get("/studies/s/results/").content.decode())
    drawn = [name for name in figure_names(study.reports.get()) if name.endswith("-roc")]
    assert len(drawn) == 2
    for name in drawn:
        address = f"/studies/s/results/figures/{name}.json"
        assert address in shown
        assert desk.get(address).status_code == 200


def test_the_rows_of_sequential_reading_are_told_apart_by_modality(tmp_path: Path) -> None:
    rows = ratings_table(finished(an_aided_draft(tmp_path, aid="sequential"))).query("kind == 'human'")
    assert rows.groupby("modality").size().to_dict() == {"aided": 18, "unaided": 18}
    assert not rows.duplicated(["reader", "case", "modality", "phase", "reread"]).any()
    for _, both in rows.groupby(["reader", "case"]):
        assert both.set_index("modality")["position"].diff().iloc[-1] == 1


def test_training_is_no_result(tmp_path: Path) -> None:
    study = finished(a_draft(a_phase("learning", purpose="training", feedback="after-each"), a_phase(cohort="B")))
    assert set(ratings_table(study)["phase"]) == {"reading"}
    results, _ = report_of(study, tmp_path)
    assert [one["phase"] for one in results["phases"]] == ["reading"]
    assert set(table(tmp_path, "cases.csv")["case"]) == set(ratings_table(study)["case"])


def test_re_reads_have_rows_of_their_own_and_stay_out_of_the_figures(tmp_path: Path) -> None:
    study = finished(a_draft(a_phase(reread_percent=50)))
    rows = ratings_table(study)
    assert rows.groupby("reread").size().to_dict() == {0: 18, 1: 9}
    results, _ = report_of(study, tmp_path)
    (phase,) = results["phases"]
    assert phase["summary"]["reads"] == 18
    assert [row["reads"] for row in phase["readers"]] == [6, 6, 6]
    assert results["not_analysed"] == ["Reading: 9 re-reads are in ratings.csv; the figures rest on first reads alone."]


def test_a_diagnosis_from_a_list_is_right_where_the_truth_table_says_the_same(tmp_path: Path) -> None:
    hidden = a_phase(purpose="purpose-blinded", undo_seconds=0, questions=[FINDING, QUALITY])
    draft = a_draft(hidden, a_phase("told", cohort="B"))
    truths = list(Truth.objects.filter(case__cohort__slug="s-a").order_by("pk"))
    for truth, words in zip(truths, ["FRACTURE", "normal", "Fracture ", "", "Normal", "fracture"], strict=True):
        Truth.objects.filter(pk=truth.pk).update(diagnosis=words)
    study = finished(draft, readers=2)
    rows = ratings_table(study).query("phase == 'reading'")
    assert len(rows) == 2 * 5, "without a diagnosis in the truth table there is nothing to compare"
    assert rows[["rating", "call", "confidence"]].isna().all(axis=None)
    right = {(row.reader, row.case): row.diagnosis_correct for row in rows.itertuples()}
    for reading in Reading.objects.filter(session__phase__name="reading").exclude(case=truths[3].case_id):
        assert right[reading.session.reader.code, reading.case.code] == reading.position % 2
    results, _ = report_of(study, tmp_path)
    found = {one["phase"]: one for one in results["phases"]}
    assert list(found) == ["reading", "told"]
    assert "problem" not in found["reading"]["diagnosis"]


def test_marks_stand_in_a_table_with_their_reasons_and_points(tmp_path: Path) -> None:
    study = finished(a_draft(a_phase(questions=[CALL, MARKED, REMARK])))
    results, _ = report_of(study, tmp_path)
    marks, ratings = table(tmp_path, "marks.csv"), table(tmp_path, "ratings.csv")
    assert len(marks) == (ratings["call"] == 1).sum() > 0
    assert set(marks["points"]) == {"0.25 0.5; 0.5 0.75"}
    assert (set(marks["reason"]), set(marks["kind"]), set(marks["number"])) == ({"grain"}, {"box"}, {1})
    assert results["not_analysed"] == ["Reading: the marks on the images are in marks.csv."]


def test_what_was_done_with_the_view_stands_in_a_table(tmp_path: Path) -> None:
    report_of(finished(a_draft(a_phase()), readers=1), tmp_path)
    log = table(tmp_path, "view_log.csv")
    assert len(log) == 6 * 3
    first = log.iloc[0]
    assert (first["revision"], first["milliseconds"], first["action"], first["values"]) == (1, 0, "w", "128 256")
    assert log["values"].isna().sum() == 6


def test_without_a_call_there_is_no_row_and_the_report_counts_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hesitant(session: ReadingSession, reading: Reading) -> Submission:
        said = what_is_said(session, reading)
        return replace(said, call=None, confidence=None) if reading.position > 5 else said

    monkeypatch.setattr("tests.readerstudy.reports.reading_through.what_is_said", hesitant)
    study = finished(a_draft(a_phase(questions=[{**CALL, "forced": False}]), cases=8))
    results, _ = report_of(study, tmp_path)
    assert len(table(tmp_path, "ratings.csv")) == 3 * 5
    assert results["not_analysed"] == [
        "Reading: 9 judgements without a call (“cannot tell”, or the time was over) count in no figure."
    ]


def test_a_study_of_open_answers_alone_has_a_report_without_figures(tmp_path: Path) -> None:
    study = finished(a_draft(a_phase(purpose="purpose-blinded", undo_seconds=0, questions=[QUALITY])))
    results, page = report_of(study, tmp_path)
    assert results["phases"] == []
    assert table(tmp_path, "ratings.csv").empty
    assert list(table(tmp_path, "ratings.csv").columns) == COLUMNS
    assert "its judgements hold no call" in page


def test_a_phase_in_which_nobody_has_read_is_named(tmp_path: Path) -> None:
    draft = a_draft(a_phase("first"), a_phase("second", cohort="B", washout_days=28))
    study = run_with(draft, a_person("one"), a_person("two"))
    for reader in study.readers.all():
        assert not read_what_is_open(reader)
    results, _ = report_of(close_and_unblind(study), tmp_path)
    assert [one["phase"] for one in results["phases"]] == ["first"]
    assert results["not_analysed"] == ["Second: nobody has read in it."]


def test_split_plots_and_subsets_hold_detectors_to_the_cases_that_were_hung(tmp_path: Path) -> None:
    study = finished(a_draft(a_phase(allocation="split-plot", parts=2, case_count=8), cases=12), readers=4)
    score_by_code(study.phases.get().cohort, tmp_path)
    rows = ratings_table(study)
    people, detector = rows[rows["kind"] == "human"], rows[rows["kind"] == "detector"]
    assert set(detector["case"]) == set(people["case"])
    assert len(detector) == 8
    results, _ = report_of(study, tmp_path)
    assert results["phases"][0]["summary"]["reads"] == len(people) == 16


def test_an_aided_judgement_without_the_aid_in_sight_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.readerstudy.reports.reading_through.show_aid", lambda reading: None)
    results, _ = report_of(finished(an_aided_draft(tmp_path), readers=2), tmp_path / "out")
    assert results["not_analysed"] == ["Reading: 12 aided judgements were given before their aid was shown."]


def test_a_reader_who_left_after_the_first_modality_is_left_out_of_the_comparison(tmp_path: Path) -> None:
    aided = a_phase("together", modality="aided", washout_days=28)
    draft = a_draft(a_phase("alone", modality="unaided"), aided, cases=12)
    mark_as_pilot(study=draft, pilot=True, actor=None)
    study = run_with(draft, *(a_person(name) for name in ("one", "two", "three")))
    for reader in study.readers.all():
        read_what_is_open(reader)
    move_clock(study=study, by=timedelta(days=28, minutes=1), actor=None)
    for reader in study.readers.exclude(code="R03"):
        assert read_what_is_open(reader)
    results, page = report_of(close_and_unblind(study), tmp_path)
    assert results["comparison"]["left_out"] == ["R03"]
    assert results["comparison"]["means"]["accuracy"]["readers"] == 2
    assert "Left out, because they judged fewer than two cases of a class in one: R03." in page
