"""A report has a section for every question, each with its numbers, what they mean, and how they came about."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from analysis import (
    Ratings,
    RatingsError,
    compare_detectors,
    compare_teams,
    effects_on_accuracy,
    obuchowski_rockette,
    reader_agreement,
    reader_rocs,
    rsna,
    validate,
)
from analysis.report.document import Section
from analysis.report.report import FORMAT, Report, gather, gather_again
from analysis.report.study import Study
from analysis.summary import summary
from tests.analysis.tables import made_up_study, with_detector
from tests.analysis.three_phases import case_table, reader_table, three_phase_study

READERS = 6


def study(ratings: pd.DataFrame | None = None) -> Study:
    table = three_phase_study(readers=READERS, cases=24, others=20) if ratings is None else ratings
    cases = case_table(cases=24, others=20)
    return Study(validate(table), reader_table(READERS).set_index("reader"), cases.set_index("case"))


@pytest.fixture(scope="module")
def report() -> Report:
    return gather(study())


def sections_of(report: Report, number: int) -> dict[str, Section]:
    return {section.name: section for section in report.parts[number].sections}


def all_sections(report: Report) -> list[Section]:
    return [*(section for part in report.parts for section in part.sections), *report.overall]


def of_one(table: pd.DataFrame, readers: pd.DataFrame | None = None) -> dict[str, Section]:
    return sections_of(gather(Study(validate(table), readers)), 0)


def test_each_phase_has_its_part_in_the_order_of_the_table(report: Report) -> None:
    assert [part.condition.name for part in report.parts] == ["phase-1", "phase-2", "phase-3"]
    assert [section.name for section in report.parts[0].sections] == ["flow", "diagnosis"]
    assert [section.name for section in report.overall] == ["comparison", "phases_compared", "rsna"]


def test_the_results_are_those_of_the_analyses_themselves(report: Report) -> None:
    ratings = study().ratings
    found = report.results()["phases"][1]

    assert found["summary"] == summary(ratings, phase="phase-2").to_dict()
    assert found["roc"] == reader_rocs(ratings, phase="phase-2").to_dict()
    assert found["detectors"] == compare_detectors(ratings, phase="phase-2").to_dict()
    assert found["agreement"] == reader_agreement(ratings, phase="phase-2").to_dict()
    for metric in ("auc", "accuracy", "sensitivity", "specificity"):
        assert found["means"][metric] == obuchowski_rockette(ratings, metric=metric, phase="phase-2").to_dict()
    assert report.results()["rsna"] == rsna(ratings, study().readers).to_dict()


def test_teams_are_held_against_readers_and_detectors(report: Report) -> None:
    section = sections_of(report, 1)["teams"]
    tables = {table.name: table for table in section.tables}

    assert section.found == compare_teams(study().ratings, phase="phase-2").to_dict()
    assert {row["detector"] for row in tables["teams"].rows} == {"GPT-4o 2025-05", "Residual net 1"}
    assert {row["size"] for row in tables["panels"].rows} == {3, 5}
    assert "Nobody saw the other's opinion" in section.meaning


def test_traits_are_looked_at_alone_and_together(report: Report) -> None:
    tables = study()
    by = ["anatomy", "finding", "subspecialty", "years"]
    expected = effects_on_accuracy(tables.ratings, by=by, readers=tables.readers, cases=tables.cases, phase="phase-2")
    section = sections_of(report, 1)["covariates"]

    assert [effect["by"] for effect in section.found["effects"]] == by
    assert section.found["effects"] == expected.to_dict()["effects"]
    assert any("every read has GPT-4o" in note for note in section.notes), "one generator does not vary"
    assert any("many are looked at" in note for note in section.notes)


def test_the_document_of_results_is_plain_and_the_same_every_time(report: Report) -> None:
    document = report.results()
    again = gather(study()).results()

    assert document["format"] == FORMAT
    assert json.dumps(document, sort_keys=True, allow_nan=False) == json.dumps(again, sort_keys=True, allow_nan=False)
    keys = (
        "phase modality name left_out flow summary readers roc means detectors teams agreement calibration covariates"
    )
    assert list(document["phases"][1])[: len(keys.split())] == keys.split()


def test_results_say_what_was_asked_for_and_can_be_gathered_again() -> None:
    table = made_up_study(modalities=("unaided", "aided"))
    ours = Study(validate(table), alpha=0.1, scale=(1, 5), detector_scale=(0, 2))
    asked = gather(ours, phases=["1"], modality="aided").results()

    assert (asked["alpha"], asked["scale"], asked["detector_scale"]) == (0.1, [1, 5], [0, 2])
    assert asked["chosen"] == {"phases": ["1"], "modality": "aided"}
    assert gather_again(asked, validate(table)).results() == asked


def test_results_of_another_format_are_refused() -> None:
    with pytest.raises(RatingsError, match="these results have the format 'old/0'"):
        gather_again({"format": "old/0"}, validate(made_up_study()))


def test_the_order_of_the_rows_changes_no_estimate(report: Report) -> None:
    shuffled = three_phase_study(readers=READERS, cases=24, others=20).sample(frac=1, random_state=3)
    again = gather(study(shuffled), phases=["phase-2"]).results()["phases"][0]
    found = report.results()["phases"][1]

    mean, other = (one["means"]["auc"]["modalities"][0] for one in (found, again))
    assert other["estimate"] == pytest.approx(mean["estimate"], rel=1e-12)
    assert other["ci"] == pytest.approx(mean["ci"], rel=1e-9)


def test_every_table_and_figure_says_what_it_means_and_how_it_was_computed(report: Report) -> None:
    for section in all_sections(report):
        assert section.absent or section.meaning
        for about in [item.about for item in section.tables] + [item.about for item in section.figures]:
            assert len(about.meaning) > 20, section.name
            assert len(about.method) > 10, section.name


def test_no_two_tables_or_figures_of_a_part_have_the_same_name(report: Report) -> None:
    for part in report.parts:
        for kind in ("tables", "figures"):
            names = [item.name for section in part.sections for item in getattr(section, kind)]
            assert len(names) == len(set(names))


def test_the_readers_table_ends_with_their_mean(report: Report) -> None:
    [table] = sections_of(report, 1)["readers"].tables
    means = report.results()["phases"][1]["means"]

    assert [row["reader"] for row in table.rows] == [*(f"R0{n + 1}" for n in range(READERS)), "Mean"]
    assert table.rows[-1]["auc"]["estimate"] == means["auc"]["modalities"][0]["estimate"]


def test_the_flow_counts_who_came_in_and_who_did_not() -> None:
    table = made_up_study(readers=4)
    few = table[(table["reader"] != "R4") | table["case"].isin(["C0", "C1", "C2"])]
    gaps = few.drop(few[(few["reader"] == "R1") & (few["case"] == "C5")].index)
    readers = pd.DataFrame({"reader": [f"R{n}" for n in range(1, 6)], "years": range(5)}).set_index("reader")

    section = of_one(gaps, readers=readers)["flow"]

    assert section.found["readers"] == {
        "in_table": 5, "judged": 4, "without_outcome": 0, "left_out": ["R4"], "analysed": 3,
    }  # fmt: skip
    assert section.found["cases"] == {"synthetic": 15, "authentic": 15}
    assert section.found["reads"] == {"asked_for": 90, "without_outcome": 0, "analysed": 89, "repeated": 0}
    drawn = str(section.figures[0].draw("light"))
    assert "judged fewer than two" in drawn
    assert "missing: 1" in drawn
    assert section.notes == ["Left out, because they judged fewer than two cases of a class: R4."]


def test_what_is_missing_is_absent_with_a_reason_in_one_line() -> None:
    found = of_one(made_up_study())

    reasons = {name: section.absent for name, section in found.items() if section.absent}
    assert reasons["detectors"] == "No detector has scored these cases."
    assert reasons["covariates"].startswith("Neither the table of cases")
    assert reasons["time"] == "The ratings have no seconds."
    assert reasons["learning"].startswith("The ratings have no positions")
    assert "(--scale LOW HIGH)" in reasons["calibration"]
    assert all("\n" not in reason for reason in reasons.values())


def test_a_scale_of_another_range_can_be_named() -> None:
    report = gather(Study(validate(made_up_study()), scale=(1, 5)))

    found = sections_of(report, 0)["calibration"]
    assert found.found["scale"] == [1, 5]
    assert [figure.name for figure in found.figures] == ["calibration-right", "calibration-synthetic"]


def test_ratings_alone_have_curves_and_no_accuracy() -> None:
    found = of_one(made_up_study().drop(columns="call"))

    assert [headline.name for headline in found["summary"].headlines] == ["Mean AUC"]
    assert "no threshold is assumed" in found["summary"].notes[0]
    assert found["agreement"].absent
    assert "problem" in found["means"].found["accuracy"]
    assert [figure.name for figure in found["roc"].figures] == ["roc", "ratings"]


def test_calls_alone_have_points_and_no_curves() -> None:
    found = of_one(with_detector(made_up_study()).drop(columns="rating"))

    assert [figure.name for figure in found["roc"].figures] == ["operating"]
    assert found["detectors"].found["detectors"][0]["metric"] == "accuracy"
    assert "problem" in found["means"].found["auc"]


def test_one_reader_speaks_for_cases_alone() -> None:
    found = of_one(with_detector(made_up_study(readers=1)))

    assert found["means"].found["auc"]["random"] == "cases"
    assert found["detectors"].found["detectors"][0]["random"] == "cases"
    assert found["agreement"].absent


def test_two_modalities_are_two_parts_and_are_compared() -> None:
    table = made_up_study(modalities=("unaided", "aided"))
    report = gather(Study(validate(table)))
    comparison = report.results()["comparison"]

    assert [part.condition.name for part in report.parts] == ["unaided", "aided"]
    assert comparison["means"]["auc"] == obuchowski_rockette(table).to_dict()
    [section] = [section for section in report.overall if section.name == "comparison"]
    assert section.figures[0].name == "comparison-auc"


def test_a_part_is_named_by_what_the_table_names() -> None:
    table = made_up_study()
    two = made_up_study(modalities=("unaided", "aided")).assign(phase="main")

    assert gather(Study(validate(table.drop(columns="modality")))).parts[0].condition.name == "All reads"
    assert gather(Study(validate(table.assign(phase="main")))).parts[0].condition.name == "main"
    named = [part.condition.name for part in gather(Study(validate(two))).parts]
    assert named == ["main · unaided", "main · aided"]


def test_readers_who_read_too_little_in_one_modality_are_left_out_of_the_comparison() -> None:
    table = made_up_study(modalities=("unaided", "aided"))
    gone = table[~((table["reader"] == "R3") & (table["modality"] == "aided"))]
    comparison = gather(Study(validate(gone))).results()["comparison"]

    assert comparison["left_out"] == ["R3"]
    assert comparison["means"]["auc"]["readers"] == 3


def test_phases_are_compared_as_if_they_were_modalities(report: Report) -> None:
    found = report.results()["phases_compared"]
    ratings = study().ratings.frame
    informed = ratings[ratings["phase"].isin(["phase-2", "phase-3"]) & (ratings["kind"] == "human")]
    as_modalities = Ratings(informed.assign(modality=informed["phase"]))
    expected = obuchowski_rockette(as_modalities, metric="accuracy", phase=["phase-2", "phase-3"]).to_dict()

    assert (found["modality"], found["phases"]) == ("informed", ["phase-2", "phase-3"])
    assert found["means"]["accuracy"]["differences"] == expected["differences"]
    assert found["means"]["accuracy"]["design"] == "cases-nested"


def test_cases_that_fooled_everybody_are_named() -> None:
    table = made_up_study()
    table.loc[table["case"].isin(["C3", "C4"]), "call"] = 1 - table["truth"]
    section = of_one(table)["cases"]

    assert {"C3"} <= set(section.found["nobody_right"]["synthetic"])
    assert {"C4"} <= set(section.found["nobody_right"]["authentic"])
    assert {row["right"] for row in section.tables[0].rows[:2]} == {0}
    shares = {row["case"]: row["right"] for row in section.found["cases"]}
    right = (table["call"] == table["truth"]).groupby(table["case"]).mean()
    assert shares == pytest.approx(right.to_dict())


def test_the_hardest_cases_carry_what_is_known_of_them(report: Report) -> None:
    [table] = sections_of(report, 2)["cases"].tables

    assert [column.title for column in table.columns][2:5] == ["Generator", "Anatomy", "Finding"]
    assert {row["generator"] for row in table.rows} == {"RoentGen", ""}


def test_times_are_compared_within_readers(report: Report) -> None:
    found = sections_of(report, 1)["time"].found
    table = three_phase_study(readers=READERS, cases=24, others=20)
    own = table[(table["phase"] == "phase-2") & (table["reader"] == "R02") & (table["reread"] == 0)]

    assert {row["reader"]: row["median"] for row in found["readers"]}["R02"] == own["seconds"].median()
    assert found["ratios"][0]["of"] == "synthetic against authentic cases"
    assert all(row["readers"] == READERS for row in found["ratios"])


def test_a_study_of_other_phases_is_not_set_beside_the_published_one() -> None:
    report = gather(Study(validate(made_up_study())))

    assert "is no study of that kind" in report.overall[-1].absent


def test_phases_can_be_chosen() -> None:
    chosen = gather(study(), phases=["phase-2"])

    assert [part.condition.phase for part in chosen.parts] == ["phase-2"]
    assert [section.name for section in chosen.overall if not section.absent] == []
    with pytest.raises(RatingsError, match="no phase is named 'phase-9'; choose from phase-1, phase-2, phase-3"):
        gather(study(), phases=["phase-9"])
    with pytest.raises(RatingsError, match="no modality is named 'aided'"):
        gather(study(), modality="aided")


def test_detectors_alone_are_nothing_to_report_on() -> None:
    table = with_detector(made_up_study())

    with pytest.raises(RatingsError, match="nothing to report"):
        gather(Study(validate(table[table["kind"] == "detector"])))
