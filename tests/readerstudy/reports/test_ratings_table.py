"""The ratings table puts judgements next to the truth, once the study is unblinded: a row per reader, case, phase."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pandas as pd
import pytest

from readerstudy.cohorts.models import Source
from readerstudy.detectors.services import import_scores
from readerstudy.reading.models import Judgement
from readerstudy.reports.computing import stored_table
from readerstudy.reports.ratings_table import StillBlindedError, case_table, ratings_table, reader_table
from readerstudy.studies.models import Study
from readerstudy.studies.services import close_study, create_study
from readerstudy.truth.models import Truth
from tests.readerstudy.makers import close_and_unblind, enrol, lock_without_audit, read, write_table
from tests.readerstudy.reports.conftest import score_by_code
from tests.readerstudy.unpictured import a_person, an_unpictured_cohort, an_unpictured_study

pytestmark = pytest.mark.django_db
DESIGN = [
    "reader", "kind", "case", "modality", "phase", "truth", "rating", "call", "confidence", "seconds", "position",
    "reread", "diagnosis_correct",
]  # fmt: skip


def test_its_columns_are_those_of_the_data_dictionary_in_their_order(finished: Study) -> None:
    assert list(ratings_table(finished).columns) == DESIGN


def test_each_column_holds_its_type_after_it_went_through_a_file(finished: Study, tmp_path: Path) -> None:
    cohort = finished.phases.get(name="phase-1").cohort
    score_by_code(cohort, tmp_path)
    score_by_code(cohort, tmp_path, name="Caller", calls_only=True)
    text = ratings_table(finished).to_csv(index=False)
    human, detector = (part for _, part in stored_table(text).groupby("kind", sort=False))
    assert human["reader"].str.fullmatch(r"R\d\d").all()
    assert human["case"].str.fullmatch(r"[2-9A-HJKMNP-Z]{8}").all()
    assert set(human["truth"]) == set(human["call"]) == {0, 1}
    assert human["confidence"].between(1, 100).all()
    assert human["rating"].between(0, 100).all()
    assert (human["seconds"] > 0).all()
    assert sorted(set(human["position"])) == list(range(1, 13))
    assert set(human["reread"]) == set(detector["reread"]) == {0}
    assert set(human["modality"]) == {"unaided"}
    assert set(detector["modality"]) == {"detector"}
    assert detector[["confidence", "seconds", "position", "diagnosis_correct"]].isna().all(axis=None)
    assert "1.0," not in text.split("R01")[1].split(",unaided,")[1][:14], "whole numbers are written as such"


@pytest.mark.parametrize("state", ["draft", "running", "closed"])
def test_it_is_refused_before_the_study_is_unblinded(state: str) -> None:
    study = an_unpictured_study(cases=2, locked=state != "draft")
    if state == "closed":
        close_study(study=study, actor=None)
        study.refresh_from_db()
    for table in (ratings_table, case_table):
        with pytest.raises(StillBlindedError, match=f"The study s is {state}: close it and unblind it first"):
            table(study)


def test_every_judgement_stands_next_to_the_truth_of_its_case(finished: Study) -> None:
    table = ratings_table(finished)
    assert len(table) == 3 * 12
    truth = {case: int(value == "synthetic") for case, value in Truth.objects.values_list("case__code", "value")}
    assert table["truth"].tolist() == [truth[case] for case in table["case"]]
    judged = Judgement.objects.filter(reading__session__phase__name="phase-1")
    for judgement in judged.select_related("reading__case", "reading__session__reader"):
        code, case = judgement.reading.session.reader.code, judgement.reading.case.code
        (row,) = table[(table["reader"] == code) & (table["case"] == case)].to_dict("records")
        assert (row["rating"], row["confidence"], row["seconds"], row["position"]) == (
            judgement.rating, judgement.confidence, judgement.seconds, judgement.reading.position,
        )  # fmt: skip
        assert row["call"] == int(judgement.call == "synthetic")


def test_practice_is_left_out(finished: Study) -> None:
    assert set(ratings_table(finished)["phase"]) == {"phase-1"}
    practised = finished.phases.get(name="practice").cohort.cases.values_list("code", flat=True)
    assert not set(practised) & set(ratings_table(finished)["case"])
    assert not set(practised) & set(case_table(finished)["case"])


def test_of_several_revisions_the_last_counts(running: Study) -> None:
    reader = running.readers.all()[0]
    read(reader)
    first = Judgement.objects.filter(reading__session__phase__name="phase-1", call="synthetic")[0]
    Judgement.objects.create(
        reading=first.reading, revision=2, call="authentic", confidence=90, rating=5, seconds=2,
        shown_at=first.shown_at, submitted_at=first.submitted_at, idempotency_key=uuid4(), request_digest="",
    )  # fmt: skip
    table = ratings_table(close_and_unblind(running))
    (row,) = table[(table["case"] == first.reading.case.code)].to_dict("records")
    assert (row["call"], row["confidence"], row["rating"]) == (0, 90, 5)


def test_a_reader_who_stopped_half_way_has_the_rows_that_were_judged(running: Study) -> None:
    first, second, _ = running.readers.all()
    read(first)
    read(second, at_most=2 + 5)
    table = ratings_table(close_and_unblind(running))
    assert table.groupby("reader").size().to_dict() == {"R01": 12, "R02": 5}


def test_a_detector_has_a_row_for_every_phase_that_holds_the_case(finished: Study, tmp_path: Path) -> None:
    test, practice = (finished.phases.get(name=name).cohort for name in ("phase-1", "practice"))
    score_by_code(test, tmp_path)
    score_by_code(practice, tmp_path, name="Elsewhere")
    rows = ratings_table(finished).query("kind == 'detector'")
    assert set(rows["reader"]) == {"Spectrum 1"}
    assert set(rows["case"]) == set(test.cases.values_list("code", flat=True))
    assert set(rows["phase"]) == {"phase-1"}


def test_a_detector_with_calls_only_has_no_rating(finished: Study, tmp_path: Path) -> None:
    score_by_code(finished.phases.get(name="phase-1").cohort, tmp_path, calls_only=True)
    rows = ratings_table(finished).query("kind == 'detector'")
    assert rows["rating"].isna().all()
    assert set(rows["call"]) == {0, 1}


def test_scores_of_another_cohort_stay_out(finished: Study, tmp_path: Path) -> None:
    score_by_code(an_unpictured_cohort("other", cases=2), tmp_path)
    assert set(ratings_table(finished)["kind"]) == {"human"}


@pytest.mark.parametrize("name", ["NA", "null", "1.0", "R01", "=cmd()", 'a "quoted", name'])
def test_a_detector_keeps_its_name_through_the_file_whatever_it_is(finished: Study, tmp_path: Path, name: str) -> None:
    cohort = finished.phases.get(name="phase-1").cohort
    file = write_table(tmp_path / "s.csv", [{"case": case.code, "score": 1} for case in cohort.cases.all()])
    import_scores(name=name, version="", file=file, cohort=cohort, actor=None)
    table = stored_table(ratings_table(finished).to_csv(index=False))
    assert set(table.query("kind == 'detector'")["reader"]) == {name}


def test_a_study_that_nobody_read_has_an_empty_table_with_all_columns(unread: Study) -> None:
    table = ratings_table(unread)
    assert (len(table), list(table.columns)) == (0, DESIGN)


def test_readers_are_told_of_by_code_alone(finished: Study) -> None:
    finished.readers.filter(code="R02").update(years=12, subspecialty="chest", country="NO")
    table = reader_table(finished)
    assert list(table.columns) == ["reader", "years", "subspecialty", "country"]
    assert table["reader"].tolist() == ["R01", "R02", "R03"]
    assert "reader-1" not in table.to_csv()


def test_cases_are_told_of_with_all_covariates(finished: Study) -> None:
    table = case_table(finished)
    names = "case truth generator anatomy view finding diagnosis patient sex pair"
    assert list(table.columns) == names.split()
    assert len(table) == 12


def test_two_studies_on_one_cohort_do_not_mix(db: None) -> None:
    cohort = an_unpictured_cohort("shared", cases=4)
    person = a_person("both")
    tables: dict[str, pd.DataFrame] = {}
    for slug in ("one", "two"):
        study = create_study(slug=slug, preset="single-phase", cohorts=[cohort])
        lock_without_audit(study)
        read(enrol(study, person, consent=True))
        tables[slug] = ratings_table(close_and_unblind(study))
    assert [len(table) for table in tables.values()] == [4, 4]


def test_a_patient_whom_the_truth_table_does_not_name_is_the_files_own() -> None:
    study = an_unpictured_study("s", locked=False)
    named, unnamed = study.phases.get().cohort.cases.all()[:2]
    Truth.objects.filter(case=named).update(patient="P1")
    for case in (named, unnamed):
        Source.objects.create(
            case=case, cohort=case.cohort, name=case.code, format="DICOM", rows=64, columns=64, bits=8,
            pixel_digest=case.code, patient="a pseudonym",
        )  # fmt: skip
    lock_without_audit(study)
    read(enrol(study, a_person("reader"), consent=True))
    table = case_table(close_and_unblind(study)).set_index("case")
    assert table.loc[[named.code, unnamed.code], "patient"].to_list() == ["P1", "a pseudonym"]
    assert set(table["patient"]) == {"P1", "a pseudonym", ""}
