"""Detectors are compared with the readers' mean on the same cases."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from analysis import RatingsError, compare_detectors, obuchowski_rockette
from analysis.mrmc.hillis import Random
from tests.analysis.tables import made_up_study, with_detector


def study() -> pd.DataFrame:
    return with_detector(made_up_study(readers=5, cases=60))


def test_readers_and_cases_are_random_unless_asked_otherwise() -> None:
    [found] = compare_detectors(study()).detectors

    assert (found.random, found.metric, found.covariance, found.readers) == ("both", "auc", "delong", 5)
    assert found.difference == pytest.approx(found.readers_mean - found.estimate)
    assert found.se
    assert found.ci
    assert found.statistic == pytest.approx(found.difference / found.se)
    assert found.ci[0] < found.difference < found.ci[1]


def test_it_is_the_comparison_with_a_detector_copied_for_each_reader() -> None:
    """RJafroc's 2T-RRRC: the detector as a second modality, the same for each reader, gives the same F, df and p."""
    table = study()
    human, detector = table[table["kind"] == "human"], table[table["kind"] == "detector"]
    copies = [detector.assign(reader=reader, modality="copied", kind="human") for reader in human["reader"].unique()]

    for covariance in ("delong", "jackknife", "unbiased"):
        [found] = compare_detectors(table, covariance=covariance).detectors
        [copied] = obuchowski_rockette(pd.concat([human, *copies]), covariance=covariance).differences
        assert (found.difference, found.se, found.df, found.p) == pytest.approx(
            (copied.estimate, copied.se, copied.df, copied.p)
        )


def test_without_sampling_of_readers_it_is_a_contrast_of_correlated_areas() -> None:
    table = study()
    [found] = compare_detectors(table, random="cases").detectors

    assert found.df is None
    assert 0 < (found.se or 0) < (compare_detectors(table).detectors[0].se or 0)


@pytest.mark.parametrize(("random", "often"), [("readers", "11 to 31 %"), ("cases", "8 to 16 %")])
def test_other_random_effects_come_with_a_warning(random: Random, often: str) -> None:
    result = compare_detectors(study(), random=random)

    assert any(often in warning for warning in result.warnings)
    assert compare_detectors(study()).warnings == ()


def test_a_detector_with_calls_only_is_compared_on_accuracy() -> None:
    table = study()
    table.loc[table["kind"] == "detector", "rating"] = None
    calls = table[table["kind"] == "detector"]

    [found] = compare_detectors(table).detectors

    assert (found.metric, found.covariance) == ("accuracy", "jackknife")
    assert found.estimate == (calls["call"] == calls["truth"]).mean()
    assert found.p is not None


def test_a_detector_with_calls_only_has_no_auc() -> None:
    table = study()
    table.loc[table["kind"] == "detector", "rating"] = None

    with pytest.raises(RatingsError, match=r"detector Detector has no ratings; .* choose the metric accuracy"):
        compare_detectors(table, metric="auc")


def test_readers_with_calls_only_are_compared_on_accuracy_with_a_scoring_detector() -> None:
    table = study()
    table.loc[table["kind"] == "human", "rating"] = None

    assert compare_detectors(table).detectors[0].metric == "accuracy"
    with pytest.raises(RatingsError, match="the readers have no ratings"):
        compare_detectors(table, metric="auc")


def test_a_detector_with_nothing_in_common_is_left_out_and_named() -> None:
    silent = study().query("kind == 'detector'").assign(reader="Silent")
    table = pd.concat([study(), silent], ignore_index=True)
    table.loc[table["kind"] == "human", "call"] = None
    table.loc[table["reader"] == "Silent", "rating"] = None

    result = compare_detectors(table)

    assert [item.detector for item in result.detectors] == ["Detector"]
    assert any("Silent is left out" in warning for warning in result.warnings)


def test_several_detectors_are_compared_one_by_one() -> None:
    first, second = study(), with_detector(made_up_study(readers=5, cases=60), name="Other", seed=8)
    both = pd.concat([first, second[second["kind"] == "detector"]])

    names = [item.detector for item in compare_detectors(both).detectors]

    assert names == ["Detector", "Other"]
    assert compare_detectors(both).detectors[0] == compare_detectors(first).detectors[0]
    assert [item.detector for item in compare_detectors(both, detector="Other").detectors] == ["Other"]


def test_any_reader_may_be_taken_as_the_detector() -> None:
    result = compare_detectors(made_up_study(), detector="R2")

    assert [item.detector for item in result.detectors] == ["R2"]
    assert result.detectors[0].readers == 3


def test_a_reader_of_two_modalities_is_the_detector_in_the_chosen_one() -> None:
    table = made_up_study(modalities=("unaided", "aided"))
    alone = made_up_study(modalities=("unaided", "aided")).query("modality == 'aided'")

    found = compare_detectors(table, detector="R2", modality="aided").detectors

    assert found == compare_detectors(alone, detector="R2").detectors
    with pytest.raises(RatingsError, match="more than one modality"):
        compare_detectors(table, detector="R2")


def test_a_named_detector_leaves_its_namesake_among_the_readers() -> None:
    table = with_detector(made_up_study(readers=5, cases=60), name="R1")

    assert compare_detectors(table, detector="R1") == compare_detectors(table)


def test_rereads_of_the_reader_taken_as_detector_do_not_count() -> None:
    table = made_up_study()
    again = pd.concat([table, table.assign(reread=1, rating=1)])

    assert compare_detectors(again, detector="R2") == compare_detectors(table, detector="R2")


def test_a_detector_may_bear_the_name_of_a_reader() -> None:
    named_alike = with_detector(made_up_study(readers=5, cases=60), name="R1")

    assert compare_detectors(named_alike).detectors[0].difference == compare_detectors(study()).detectors[0].difference


def test_cases_that_nobody_read_do_not_count() -> None:
    table = study()
    unread = table[(table["kind"] == "detector") | table["case"].isin([f"C{i}" for i in range(40)])]

    [found] = compare_detectors(unread).detectors

    assert found.cases.positive + found.cases.negative == 40


def test_unscored_cases_are_named() -> None:
    table = study()
    partly = table.drop(index=table.index[table["kind"] == "detector"][:4])

    assert "Detector Detector has scored 56 of the 60 cases." in compare_detectors(partly).warnings


def test_a_table_without_detectors_is_refused() -> None:
    with pytest.raises(RatingsError, match=r"column 'kind': no detector row .* name a reader with --detector"):
        compare_detectors(made_up_study())


def test_an_unknown_detector_is_refused() -> None:
    with pytest.raises(RatingsError, match="no reader or detector named 'HAL'"):
        compare_detectors(study(), detector="HAL")


def test_a_single_reader_cannot_stand_for_readers() -> None:
    table = with_detector(made_up_study(readers=1))

    with pytest.raises(RatingsError, match=r"at least two; choose --random cases"):
        compare_detectors(table)
    assert compare_detectors(table, random="cases").detectors[0].p is not None


def test_the_result_is_json_and_text() -> None:
    result = compare_detectors(study())

    assert json.loads(json.dumps(result.to_dict(), allow_nan=False))["detectors"][0]["detector"] == "Detector"
    assert "readers − detector" in str(result)
    assert len(result.to_frame()) == 1


def test_under_no_difference_few_studies_reject() -> None:
    """Readers and detector of equal ability: the default test rejects about 5 % (STATISTICS 2.5: 4.9 to 6.3 %)."""
    rng = np.random.default_rng(11)
    truth = np.arange(60) % 2
    rejected = 0
    for _ in range(150):
        case = rng.normal(0, 0.7, 60)
        scores = 1.2 * truth + case + rng.normal(0, 0.7, (6, 60)) + truth * rng.normal(0, 0.1, 6)[:, None]
        rows = [
            {"reader": f"R{j}", "case": k, "truth": truth[k], "rating": scores[j, k]}
            for j in range(6)
            for k in range(60)
        ]
        p = compare_detectors(pd.DataFrame(rows), detector="R5").detectors[0].p
        rejected += p is not None and p < 0.05
    assert 1 <= rejected <= 18
