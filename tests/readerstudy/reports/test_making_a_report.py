"""`report` computes everything from one stored, hashed table; where the data allow no more, the results are partial."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

import analysis
from analysis.agreement.among_readers import reader_agreement
from analysis.mrmc.detectors import compare_detectors
from analysis.mrmc.obuchowski_rockette import obuchowski_rockette
from analysis.readers.roc import reader_rocs
from readerstudy.audit.models import Event
from readerstudy.reports import exports
from readerstudy.reports.computing import NoResultsError, compute
from readerstudy.reports.models import Report
from readerstudy.reports.ratings_table import StillBlindedError
from readerstudy.reports.services import make_report
from readerstudy.studies.models import Study
from tests.readerstudy.makers import always_authentic, close_and_unblind, read
from tests.readerstudy.reports.conftest import by_habit, score_by_code
from tests.readerstudy.unpictured import a_person, an_unpictured_study

pytestmark = pytest.mark.django_db


def run(out: Path) -> dict[str, Any]:
    said = StringIO()
    call_command("report", "s", out=out, json=True, stdout=said)
    summary: dict[str, Any] = json.loads(said.getvalue().splitlines()[-1])
    return summary


def results_of(study: Study) -> dict[str, Any]:
    """The results of the one phase."""
    (phase,) = make_report(study=study, actor=None).results["phases"]
    result: dict[str, Any] = phase
    return result


def as_json(result: Any) -> Any:
    return json.loads(json.dumps(result.to_dict()))


def test_the_command_writes_the_files_and_says_which(finished: Study, tmp_path: Path) -> None:
    said = run(tmp_path / "not" / "yet")
    assert said["files"] == [
        "report.html", "results.json", "ratings.csv", "readers.csv", "cases.csv", "answers.csv", "marks.csv",
        "end_answers.csv", "view_log.csv", "tables.xlsx", "tables.tex", "blinding_audit.json", "data-dictionary.md",
    ]  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "not" / "yet").iterdir()) == sorted(said["files"])
    assert (said["study"], said["status"]) == ("s", "unblinded")


def test_the_hash_is_that_of_the_table_as_it_was_written(finished: Study, tmp_path: Path) -> None:
    said = run(tmp_path)
    digest = hashlib.sha256((tmp_path / "ratings.csv").read_bytes()).hexdigest()
    assert said["ratings_sha256"] == digest
    assert json.loads((tmp_path / "results.json").read_text())["ratings_sha256"] == digest
    assert digest in (tmp_path / "report.html").read_text()
    assert Event.objects.latest("pk").detail["ratings"] == digest


def test_the_summary_is_what_the_statistics_command_says_of_the_exported_table(finished: Study, tmp_path: Path) -> None:
    run(tmp_path)
    command = [sys.executable, "-m", "analysis", "summary", str(tmp_path / "ratings.csv"), "--json"]
    said = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=True)
    (phase,) = json.loads((tmp_path / "results.json").read_text())["phases"]
    assert phase["summary"] == json.loads(said.stdout)


def test_every_result_is_what_anyone_computes_from_the_exported_table(finished: Study, tmp_path: Path) -> None:
    score_by_code(finished.phases.get(name="phase-1").cohort, tmp_path)
    run(tmp_path / "out")
    (phase,) = json.loads((tmp_path / "out" / "results.json").read_text())["phases"]
    ratings = analysis.read(tmp_path / "out" / "ratings.csv")
    assert phase["roc"] == as_json(reader_rocs(ratings))
    assert phase["detectors"] == as_json(compare_detectors(ratings))
    assert phase["agreement"] == as_json(reader_agreement(ratings))
    for metric in ("auc", "accuracy", "sensitivity", "specificity"):
        assert phase["means"][metric] == as_json(obuchowski_rockette(ratings, metric=metric))
    assert "problem" not in json.dumps([phase[name] for name in ("summary", "roc", "means", "detectors", "agreement")])


def test_the_same_judgements_give_the_same_table_and_results_again(finished: Study) -> None:
    first, second = (make_report(study=finished, actor=None) for _ in range(2))
    assert (first.ratings_sha256, first.results) == (second.ratings_sha256, second.results)
    assert Report.objects.count() == 2


def test_results_and_their_files_are_the_same_in_whatever_language_they_are_made(finished: Study) -> None:
    english = make_report(study=finished, actor=None)
    with translation.override("de"):
        german = make_report(study=finished, actor=None)
        files = [exports.results_json(german), exports.report_html(german)]
    assert german.results == english.results
    assert files[0] == exports.results_json(english)
    assert "No detector has scored these cases." in files[1]


def test_the_summary_counts_readers_cases_and_reads(finished: Study) -> None:
    summary = results_of(finished)["summary"]
    assert (summary["readers"], summary["cases"], summary["reads"]) == (3, {"positive": 6, "negative": 6}, 36)
    assert summary["accuracy"]["mean"] == 0.75  # every reader slips on every fourth case


def test_every_reader_has_a_row_with_figures_and_pace(finished: Study) -> None:
    rows = results_of(finished)["readers"]
    assert [row["reader"] for row in rows] == ["R01", "R02", "R03"]
    assert {(row["reads"], row["median_seconds"], row["accuracy"]["estimate"]) for row in rows} == {(12, 4.5, 0.75)}
    assert all(0 <= row["auc"]["estimate"] <= 1 for row in rows)


def test_a_running_study_is_refused_and_nothing_is_written(running: Study, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="The study s is running: close it and unblind it first"):
        run(tmp_path / "out")
    with pytest.raises(StillBlindedError):
        make_report(study=running, actor=None)
    assert not (tmp_path / "out").exists()
    assert not Report.objects.exists()


def test_a_study_that_nobody_read_says_so_and_nothing_is_written(unread: Study, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Nobody has judged a case in this study yet"):
        run(tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert not Report.objects.exists()


def test_detectors_alone_are_no_reader_study(unread: Study, tmp_path: Path) -> None:
    score_by_code(unread.phases.get().cohort, tmp_path)
    with pytest.raises(NoResultsError, match="Nobody has judged a case"):
        make_report(study=unread, actor=None)


def test_practice_alone_is_no_result(running: Study) -> None:
    read(running.readers.all()[0], at_most=2)
    with pytest.raises(NoResultsError, match="Nobody has judged a case"):
        make_report(study=close_and_unblind(running), actor=None)


def test_one_reader_has_figures_and_the_words_why_there_is_no_agreement(one_reader: Study, tmp_path: Path) -> None:
    run(tmp_path)
    phase = results_of(one_reader)
    assert phase["summary"]["readers"] == 1
    assert phase["readers"][0]["accuracy"]["estimate"] == 0.75
    assert "reader" in phase["agreement"]["problem"]
    assert "R01 is the only reader with calls" in unescape((tmp_path / "report.html").read_text())


def test_with_one_reader_the_results_generalise_to_cases_only(one_reader: Study, tmp_path: Path) -> None:
    score_by_code(one_reader.phases.get().cohort, tmp_path)
    phase = results_of(one_reader)
    assert phase["means"]["auc"]["random"] == "cases"
    assert "only as read by this one reader" in phase["means"]["auc"]["generalises_to"]
    assert "problem" not in phase["detectors"]


def test_one_judgement_alone_cannot_be_analysed_and_the_words_say_why(tmp_path: Path) -> None:
    study = an_unpictured_study("s", readers=[a_person("only")], consent=True, cases=4)
    read(study.readers.get(), at_most=1)
    close_and_unblind(study)
    with pytest.raises(CommandError, match=r"These judgements cannot be analysed: .* both classes are needed"):
        run(tmp_path)


def test_a_reader_who_saw_one_class_only_does_not_spoil_the_others(running: Study, tmp_path: Path) -> None:
    first, second, third = running.readers.all()
    read(first, by_habit)
    read(second, by_habit)
    read(third, by_habit, at_most=2 + 1)
    close_and_unblind(running)
    run(tmp_path)
    phase = results_of(running)
    assert [row["reads"] for row in phase["readers"]] == [12, 12, 1]
    assert phase["left_out"] == ["R03"]
    assert [row["reader"] for row in phase["means"]["auc"]["per_reader"]] == ["R01", "R02"]
    assert (phase["summary"]["readers"], phase["summary"]["reads"]) == (2, 24)
    page = unescape((tmp_path / "report.html").read_text())
    assert "R03" in page


def test_readers_who_did_not_finish_are_counted_by_what_they_read(running: Study, tmp_path: Path) -> None:
    first, second, _ = running.readers.all()
    read(first, by_habit)
    read(second, by_habit, at_most=2 + 9)  # at least three of either class
    close_and_unblind(running)
    run(tmp_path)
    phase = results_of(running)
    assert {row["reader"]: row["reads"] for row in phase["readers"]} == {"R01": 12, "R02": 9}
    assert phase["summary"]["reads"] == 21


def test_readers_who_call_everything_authentic_are_no_better_than_chance(running: Study, tmp_path: Path) -> None:
    for reader in running.readers.all():
        read(reader, always_authentic)
    close_and_unblind(running)
    run(tmp_path)
    summary = results_of(running)["summary"]
    assert (summary["auc"]["mean"], summary["sensitivity"]["mean"], summary["specificity"]["mean"]) == (0.5, 0, 1)


def test_the_report_is_one_file_that_needs_no_other(finished: Study, tmp_path: Path) -> None:
    run(tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert page.count("<svg") >= 5
    assert not re.search(r"<(script|link|img|iframe|object)\b|@import|url\((?!#)", page)
    assert "None" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)


def test_the_report_of_simulated_readers_says_so(finished: Study, tmp_path: Path) -> None:
    warning = "The readers of this study are simulated"
    run(tmp_path)
    assert warning not in (tmp_path / "report.html").read_text()
    finished.readers.update(is_simulated=True)
    run(tmp_path)
    assert warning in (tmp_path / "report.html").read_text()


def test_a_title_is_written_as_text_into_the_report(finished: Study, tmp_path: Path) -> None:
    Study.objects.update(title="<script>alert(1)</script>")
    run(tmp_path)
    assert "&lt;script&gt;alert(1)" in (tmp_path / "report.html").read_text()


def test_a_file_in_the_place_of_the_folder_is_refused(finished: Study, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("I was here first")
    with pytest.raises(CommandError, match="is a file: name a folder"):
        run(tmp_path / "out")
    with pytest.raises(CommandError, match="cannot be written to: Not a directory"):
        run(tmp_path / "out" / "below")


def test_without_a_detector_the_report_says_so(tmp_path: Path) -> None:
    study = an_unpictured_study("s", readers=[a_person("one"), a_person("two")], consent=True, cases=8)
    for reader in study.readers.all():
        read(reader)
    close_and_unblind(study)
    run(tmp_path)
    assert results_of(study)["detectors"] == {"problem": "No detector has scored these cases."}


def test_the_tables_that_the_results_come_from_are_stored_with_them(finished: Study) -> None:
    finished.readers.filter(code="R01").update(years=7)
    report = make_report(study=finished, actor=None)
    finished.readers.filter(code="R01").update(years=8)
    assert "R01,7" in report.tables["readers.csv"]
    assert compute(report.tables).results() == report.results
