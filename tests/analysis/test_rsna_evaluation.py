"""The evaluation of three phases gives the published study's own numbers, and the sounder ones beside them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.proportion import proportion_confint

from analysis import RatingsError, obuchowski_rockette, reader_agreement, rsna
from analysis.replication.result import RsnaResult
from tests.analysis.three_phases import RIGHT_OF_154, calls_with, reader_table, three_phase_study

KEYS = (
    "phases comparison unprompted detectors mcnemar agreement experience subspecialty published "
    "alpha method generalises_to warnings"
)
PHASE_KEYS = ["phase", "readers", "cases", "accuracy", "ci_t", "ci_mrmc", "sensitivity", "specificity", "range"]


def accuracies(table: pd.DataFrame, phase: str) -> pd.Series:
    reads = table[(table["phase"] == phase) & (table["kind"] == "human") & (table["reread"] == 0)]
    return (reads["call"] == reads["truth"]).groupby(reads["reader"]).mean()


def test_the_keys_are_the_agreed_ones() -> None:
    found = rsna(three_phase_study(), reader_table()).to_dict()

    assert list(found) == KEYS.split()
    assert [list(phase) for phase in found["phases"]] == [[*PHASE_KEYS, "by_class"], PHASE_KEYS, PHASE_KEYS]
    assert {"difference", "p", "ci"} <= set(found["comparison"])
    assert list(found["unprompted"]) == ["n", "of", "share", "ci"]
    assert {"rho", "p"} <= set(found["experience"])
    assert list(found["agreement"]) == ["phase-2", "phase-3"]
    json.dumps(found, allow_nan=False)


def test_the_t_interval_over_17_readers_is_the_published_one() -> None:
    """Mean 75 % with readers from 58 to 92 % has a t interval of 68 to 81 %; a pooled binomial would say 73 to 77."""
    phase = rsna(calls_with(RIGHT_OF_154, cases=154, phase="phase-2")).phases[1]

    assert phase.accuracy is not None
    assert phase.ci_t is not None
    assert phase.range is not None
    assert [round(100 * value) for value in (phase.accuracy, *phase.ci_t, *phase.range)] == [75, 68, 81, 58, 92]
    pooled = proportion_confint(sum(RIGHT_OF_154), 17 * 154, method="normal")
    assert [round(100 * limit) for limit in pooled] == [73, 76]


def test_random_cases_make_the_interval_wider() -> None:
    for phase in rsna(three_phase_study()).phases[1:]:
        assert phase.ci_t is not None
        assert phase.ci_mrmc is not None
        assert phase.ci_mrmc[0] < phase.ci_t[0] < phase.ci_t[1] < phase.ci_mrmc[1]


def test_means_and_intervals_are_those_of_the_commands_summary_and_mrmc() -> None:
    table = three_phase_study()
    for phase in rsna(table).phases[1:]:
        mrmc = obuchowski_rockette(table, metric="accuracy", phase=phase.phase).modalities[0]
        right = accuracies(table, phase.phase)
        assert phase.accuracy == pytest.approx(mrmc.estimate, rel=1e-12)
        assert phase.ci_mrmc == pytest.approx(mrmc.ci, rel=1e-12)
        assert phase.ci_t == pytest.approx(stats.t.interval(0.95, 16, right.mean(), stats.sem(right)), rel=1e-9)
        assert phase.range == (right.min(), right.max())


def test_seven_of_17_readers_have_the_interval_of_wilson() -> None:
    """Wilson 95 % interval of 7/17: 22 to 64 %."""
    found = rsna(three_phase_study(), reader_table()).unprompted

    assert found is not None
    assert (found.n, found.of, round(found.share, 2)) == (7, 17, 0.41)
    assert [round(100 * limit) for limit in found.ci] == [22, 64]
    assert found.ci == pytest.approx(proportion_confint(7, 17, method="wilson"), rel=1e-9)


def test_who_spoke_of_ai_changes_no_accuracy() -> None:
    readers = reader_table()
    with_all = rsna(three_phase_study(), readers.assign(unprompted=1))

    assert with_all.phases == rsna(three_phase_study(), readers).phases


def test_readers_of_whom_it_is_not_known_do_not_count_among_the_unprompted() -> None:
    readers = reader_table()
    readers["unprompted"] = readers["unprompted"].astype(object)
    readers.loc[readers.index[:2], "unprompted"] = None

    found = rsna(three_phase_study(), readers).unprompted

    assert found is not None
    assert (found.n, found.of) == (5, 15)


def test_the_first_phase_is_diagnostic_with_both_classes() -> None:
    table = three_phase_study()
    first = table[table["phase"] == "phase-1"]
    found = rsna(table).to_dict()["phases"][0]

    by_class = first.groupby("truth")["diagnosis_correct"].mean()
    assert found["by_class"] == pytest.approx({"synthetic": by_class[1], "authentic": by_class[0]})
    assert found["accuracy"] == pytest.approx(first["diagnosis_correct"].mean())
    assert found["ci_mrmc"][0] < found["accuracy"] < found["ci_mrmc"][1]
    assert found["sensitivity"] is found["specificity"] is None


def test_calls_of_the_first_phase_are_not_taken_for_diagnoses() -> None:
    found = rsna(calls_with(RIGHT_OF_154, cases=154, phase="phase-1").assign(diagnosis_correct=1)).phases[0]

    assert found.accuracy == 1


def test_phases_are_compared_by_a_paired_t_test_over_readers() -> None:
    table = three_phase_study()
    found = rsna(table).comparison
    expected = stats.ttest_rel(accuracies(table, "phase-2"), accuracies(table, "phase-3"))

    assert found is not None
    assert (found.a, found.b, found.readers) == ("phase-2", "phase-3", 17)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-9)
    assert found.ci == pytest.approx(tuple(expected.confidence_interval()), rel=1e-9)


def test_it_is_said_that_the_cases_of_the_phases_differ() -> None:
    assert any("no case in common" in warning for warning in rsna(three_phase_study()).warnings)

    table = three_phase_study(cases=30, others=30)
    table.loc[table["phase"] == "phase-3", "case"] = [
        f"C{int(case[1:]) - 30}" for case in table.loc[table["phase"] == "phase-3", "case"]
    ]
    assert any("30 cases in common" in warning for warning in rsna(table).warnings)


def test_phases_that_share_cases_are_compared_reader_by_reader_too() -> None:
    one = calls_with((20, 25), cases=30, phase="phase-2")
    other = calls_with((26, 18), cases=30, phase="phase-3")

    found = rsna(pd.concat([one, other])).mcnemar

    assert found is not None
    assert [(pair.a, pair.only_a, pair.only_b) for pair in found.phases] == [
        ("R01, phase-2", 0, 6),
        ("R02, phase-2", 7, 0),
    ]


def test_detectors_have_wilson_intervals_and_the_readers_beside_them() -> None:
    table = three_phase_study()
    found = rsna(table).detectors

    assert found is not None
    assert [(row.phase, row.detector) for row in found] == [
        (phase, name) for phase in ("phase-2", "phase-3") for name in ("GPT-4o 2025-05", "Residual net 1")
    ]
    own = table[(table["reader"] == "GPT-4o 2025-05") & (table["phase"] == "phase-3")]
    right = int((own["call"] == own["truth"]).sum())
    assert (found[2].right, found[2].of) == (right, 30)
    assert found[2].ci == pytest.approx(proportion_confint(right, 30, method="wilson"), rel=1e-9)
    assert found[2].difference == pytest.approx(accuracies(table, "phase-3").mean() - right / 30)


def test_mcnemar_is_that_of_statsmodels() -> None:
    table = three_phase_study()
    found = rsna(table).mcnemar

    assert found is not None
    assert len(found.detectors) == 2
    assert len(found.readers) == 2 * 17 * 2
    assert found.phases == ()
    pair = next(pair for pair in found.readers if (pair.phase, pair.a, pair.b[:3]) == ("phase-2", "R03", "GPT"))
    reads = table[(table["phase"] == "phase-2") & (table["reread"] == 0)]
    right = reads.assign(right=reads["call"] == reads["truth"]).pivot(index="case", columns="reader", values="right")
    one, other = right["R03"].to_numpy(dtype=bool), right["GPT-4o 2025-05"].to_numpy(dtype=bool)
    counts = np.array([[(~one & ~other).sum(), (~one & other).sum()], [(one & ~other).sum(), (one & other).sum()]])
    assert pair.p == pytest.approx(statsmodels_mcnemar(counts, exact=True).pvalue)
    assert (pair.only_a, pair.only_b) == (counts[1, 0], counts[0, 1])


def test_a_detector_with_scores_alone_has_no_accuracy() -> None:
    table = three_phase_study()
    table.loc[table["kind"] == "detector", "call"] = None

    assert rsna(table).detectors is None


def test_agreement_is_fleiss_kappa_of_the_calls_in_each_phase() -> None:
    table = three_phase_study()
    found = rsna(table).agreement

    assert found is not None
    assert found["phase-3"].fleiss_kappa == reader_agreement(table, phase="phase-3").fleiss_kappa


def test_experience_is_the_rank_correlation_of_spearman_in_phase_2() -> None:
    table, readers = three_phase_study(), reader_table()
    readers.loc[3, "years"] = np.nan
    found = rsna(table, readers).experience
    known = readers.dropna(subset="years")
    expected = stats.spearmanr(known["years"], accuracies(table, "phase-2")[known["reader"]])

    assert found is not None
    assert (found.rho, found.p) == pytest.approx((expected.statistic, expected.pvalue))
    assert (found.readers, found.phase) == (16, "phase-2")


def test_years_that_are_all_alike_correlate_with_nothing() -> None:
    found = rsna(three_phase_study(), reader_table().assign(years=5)).to_dict()["experience"]

    assert found["rho"] is found["p"] is None


def test_subspecialties_are_means_over_their_readers_against_the_others() -> None:
    table, readers = three_phase_study(), reader_table()
    right = accuracies(table, "phase-2")
    found = rsna(table, readers).subspecialty

    assert found is not None
    assert [row.accuracy for row in found] == sorted((row.accuracy for row in found), reverse=True)
    [bones] = [row for row in found if row.subspecialty == "musculoskeletal"]
    mine = right[readers.loc[readers["subspecialty"] == "musculoskeletal", "reader"]]
    others = right.drop(mine.index)
    assert bones.readers == 4
    assert bones.accuracy == pytest.approx(mine.mean())
    assert bones.difference == pytest.approx(mine.mean() - others.mean())
    assert bones.p == pytest.approx(stats.ttest_ind(mine, others, equal_var=False).pvalue)


def test_what_the_tables_do_not_hold_is_null() -> None:
    found = rsna(calls_with((20, 25, 28), cases=30, phase="phase-2")).to_dict()

    missing = ("comparison", "unprompted", "detectors", "mcnemar", "experience", "subspecialty")
    assert [found[name] for name in missing] == [None] * 6
    first, _, third = found["phases"]
    assert (first["phase"], first["readers"], first["accuracy"], first["by_class"]) == ("phase-1", 0, None, None)
    assert (third["cases"], third["ci_t"], third["ci_mrmc"], third["range"]) == (0, None, None, None)


def test_one_reader_has_an_accuracy_and_no_intervals() -> None:
    found = rsna(calls_with((20,), cases=30, phase="phase-2"))

    assert found.phases[1].accuracy == pytest.approx(20 / 30)
    assert found.phases[1].ci_t is found.phases[1].ci_mrmc is None
    assert found.agreement is None


def test_readers_of_one_phase_only_are_left_out_of_the_comparison() -> None:
    table = three_phase_study()
    left = table[~((table["reader"] == "R01") & (table["phase"] == "phase-3"))]

    found = rsna(left)

    assert found.comparison is not None
    assert found.comparison.readers == 16
    assert [phase.readers for phase in found.phases] == [17, 17, 16]


def test_phases_may_have_other_names() -> None:
    renamed = three_phase_study()
    renamed["phase"] = renamed["phase"].map({"phase-1": "blind", "phase-2": "told", "phase-3": "others"})

    assert rsna(renamed, phases=("blind", "told", "others")).phases[1].accuracy == pytest.approx(
        rsna(three_phase_study()).phases[1].accuracy
    )
    assert rsna(renamed, phases=("", "told", "")).comparison is None


@pytest.mark.parametrize(
    ("phases", "message"),
    [
        (("phase-1", "phase-2"), "three phases are evaluated and 2 named"),
        (("phase-1", "phase-two", "phase-3"), "'phase-two' of --phases A,B,C is not there; .* from phase-1, phase-2"),
        (("", "", ""), "no phase of --phases A,B,C is not there"),
    ],
)
def test_a_wrong_choice_of_phases_is_refused(phases: tuple[str, ...], message: str) -> None:
    with pytest.raises(RatingsError, match=message):
        rsna(three_phase_study(), phases=phases)


def test_ratings_of_other_phases_are_refused() -> None:
    with pytest.raises(RatingsError, match="'phase-1', 'phase-2', 'phase-3' of --phases"):
        rsna(calls_with((20, 22), cases=30, phase="only"))


def test_phases_without_any_outcome_are_refused() -> None:
    with pytest.raises(RatingsError, match="no human read of the phases has one"):
        rsna(calls_with((20, 22), cases=30, phase="phase-2").assign(call=None))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unprompted": 2}, "row 2, column 'unprompted': '2' is neither 0 nor 1"),
        ({"years": "many"}, "row 2, column 'years': 'many' is not a finite number"),
        ({"reader": [f"X{n}" for n in range(17)]}, "column 'reader': R01 is missing in the table of readers"),
    ],
)
def test_a_wrong_table_of_readers_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(RatingsError, match=message):
        rsna(three_phase_study(), reader_table().assign(**change))


@pytest.fixture(scope="module")
def small_study() -> pd.DataFrame:
    """Four readers of forty cases."""
    return calls_with((22, 25, 30, 31), cases=40, phase="phase-2")


@pytest.fixture(scope="module")
def evaluated(small_study: pd.DataFrame) -> RsnaResult:
    """Its evaluation, in the order of the tables."""
    return rsna(small_study, reader_table())


@settings(max_examples=40)
@given(order=st.permutations(range(17)), seed=st.integers(0, 2**32 - 1))
def test_the_order_of_readers_and_rows_does_not_matter(
    small_study: pd.DataFrame, evaluated: RsnaResult, order: list[int], seed: int
) -> None:
    found, again = evaluated, rsna(small_study.sample(frac=1, random_state=seed), reader_table().iloc[order])

    assert again.unprompted == found.unprompted
    assert again.phases[1].accuracy == pytest.approx(found.phases[1].accuracy, rel=1e-12)
    assert again.phases[1].ci_mrmc == pytest.approx(found.phases[1].ci_mrmc, rel=1e-9)
