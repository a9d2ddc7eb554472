"""The summary gives readers' means with their spread, by exactly the agreed keys."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import RatingsError
from analysis.summary import summary
from tests.analysis.tables import made_up_study, with_detector


def test_the_keys_are_the_agreed_ones() -> None:
    found = summary(made_up_study()).to_dict()

    assert list(found) == ["readers", "cases", "reads", "accuracy", "sensitivity", "specificity", "auc", "fleiss_kappa"]
    assert list(found["cases"]) == ["positive", "negative"]
    for name in ("accuracy", "sensitivity", "specificity"):
        assert list(found[name]) == ["mean", "sd", "min", "max", "ci"]
    assert list(found["auc"]) == ["mean", "ci"]
    assert list(found["fleiss_kappa"]) == ["estimate", "ci"]


def test_means_intervals_and_ranges_are_over_readers() -> None:
    table = made_up_study()
    right = (table["call"] == table["truth"]).groupby(table["reader"]).mean()
    found = summary(table).accuracy

    assert found is not None
    assert (found.mean, found.sd, found.min, found.max) == pytest.approx(
        (right.mean(), right.std(), right.min(), right.max())
    )
    assert found.ci == pytest.approx(stats.t.interval(0.95, 3, right.mean(), stats.sem(right)))


def test_an_interval_ends_where_possible_values_end() -> None:
    table = made_up_study(readers=2)
    table.loc[table["reader"] == "R1", "call"] = table["truth"]

    found = summary(table).accuracy

    assert found is not None
    assert found.ci is not None
    assert found.ci[1] == 1


def test_readers_count_the_same_whatever_the_number_of_their_reads() -> None:
    table = made_up_study(readers=2)
    half = table[(table["reader"] == "R1") | (table["case"].isin([f"C{i}" for i in range(10)]))]
    right = (half["call"] == half["truth"]).groupby(half["reader"]).mean()

    found = summary(half)

    assert found.accuracy is not None
    assert found.accuracy.mean == pytest.approx(right.mean())
    assert found.reads == 40


def test_without_calls_there_is_no_accuracy_and_no_kappa() -> None:
    found = summary(made_up_study().drop(columns="call")).to_dict()

    assert found["accuracy"] is found["sensitivity"] is found["specificity"] is None
    assert found["fleiss_kappa"] == {"estimate": None, "ci": None}
    assert found["auc"]["mean"] > 0.5


def test_one_reader_has_a_mean_and_no_interval() -> None:
    found = summary(made_up_study(readers=1)).to_dict()

    assert found["accuracy"]["sd"] is found["accuracy"]["ci"] is found["auc"]["ci"] is None
    assert found["fleiss_kappa"] == {"estimate": None, "ci": None}


def test_detectors_and_rereads_are_left_out() -> None:
    table = made_up_study()
    more = pd.concat([with_detector(table), table.assign(kind="human", reread=1, call=0)])

    assert summary(more) == summary(table)


def test_several_modalities_are_not_mixed() -> None:
    table = made_up_study(modalities=("unaided", "aided"))

    with pytest.raises(RatingsError, match=r"more than one modality \(unaided, aided\); choose one"):
        summary(table)
    assert summary(table, modality="aided").reads == 120


def test_every_reader_and_case_must_stand_in_its_table() -> None:
    table = made_up_study()
    readers = pd.DataFrame({"reader": ["R1", "R2", "R3"], "years": [1, 2, 3]})

    with pytest.raises(RatingsError, match="column 'reader': R4 is missing in the table of readers"):
        summary(table, readers)
    assert summary(table, cases=pd.DataFrame({"case": table["case"].unique()})).readers == 4


def test_a_study_of_technical_quality_only_has_counts_and_no_figures() -> None:
    table = made_up_study().drop(columns=["rating", "call"]).assign(diagnosis_correct=1)

    found = summary(table)

    assert (found.readers, found.reads, found.accuracy, found.auc) == (4, 120, None, None)


def test_reads_without_any_outcome_are_refused() -> None:
    with pytest.raises(RatingsError, match="both are empty in every human read"):
        summary(made_up_study().assign(rating=None, call=None))


def test_the_summary_prints_and_tabulates() -> None:
    found = summary(made_up_study())

    assert found.to_frame()["figure"].tolist() == ["accuracy", "sensitivity", "specificity", "AUC"]
    assert "readers like these 4, but only for these cases" in str(found)
    json.dumps(found.to_dict(), allow_nan=False)


def test_gengap_readers_who_paid_attention_are_right_in_87_percent(shared_data: Path) -> None:
    """Luedemann, Schulz and Kuhl (CHIRA 2024): 112 of 120 readers, 60 photographs; mean accuracy .8701."""
    raw = pd.read_csv(shared_data / "readers" / "gengap2024_real_vs_ai.csv")
    passed = raw[raw["passed_attention_check"] == 1]
    table = pd.DataFrame(
        {
            "reader": passed["reader"],
            "case": passed["case"],
            "truth": passed["truth"].replace("real", "authentic"),
            "call": np.where(passed["response"] == "synthetic", 1, 0),
        }
    )

    found = summary(table)

    assert (found.readers, found.reads, found.auc) == (112, 6720, None)
    assert (found.cases.positive, found.cases.negative) == (30, 30)
    assert found.accuracy is not None
    assert round(found.accuracy.mean, 4) == 0.8701
