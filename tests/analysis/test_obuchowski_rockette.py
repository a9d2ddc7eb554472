"""Modalities are compared with readers and cases random, or one modality alone is estimated."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis import RatingsError, obuchowski_rockette, reader_rocs
from analysis.mrmc.hillis import Random
from analysis.mrmc.result import MrmcResult
from tests.analysis.tables import made_up_study

TWO = ("unaided", "aided")
METRICS = ("auc", "accuracy", "sensitivity", "specificity")
few = settings(max_examples=10, deadline=None)


def pseudovalue_anova(table: pd.DataFrame, result: MrmcResult) -> tuple[float, float]:
    """F and denominator df of Dorfman, Berbaum and Metz (1992) with Hillis' df, by analysis of variance."""
    t, r = len(result.modalities), result.readers
    cases = list(dict.fromkeys(table["case"]))
    estimates = np.array([item.estimate for item in result.per_reader]).reshape(t, r)
    pseudo = np.empty((t, r, len(cases)))
    for k, case in enumerate(cases):
        left = obuchowski_rockette(table[table["case"] != case], random="readers")
        left_out = np.array([item.estimate for item in left.per_reader]).reshape(t, r)
        pseudo[:, :, k] = len(cases) * estimates - (len(cases) - 1) * left_out
    grand = pseudo.mean()

    def effect(*kept: int) -> np.ndarray:
        return np.asarray(pseudo.mean(axis=tuple(axis for axis in range(3) if axis not in kept), keepdims=True) - grand)

    def mean_square(values: np.ndarray, df: int) -> float:
        return float((np.broadcast_to(values, pseudo.shape) ** 2).sum() / df)

    n = len(cases)
    ms_t = mean_square(effect(0), t - 1)
    ms_tr = mean_square(effect(0, 1) - effect(0) - effect(1), (t - 1) * (r - 1))
    ms_tc = mean_square(effect(0, 2) - effect(0) - effect(2), (t - 1) * (n - 1))
    three = (pseudo - grand) - effect(0, 1) - effect(0, 2) - effect(1, 2) + effect(0) + effect(1) + effect(2)
    denominator = ms_tr + max(ms_tc - mean_square(three, (t - 1) * (r - 1) * (n - 1)), 0)
    return ms_t / denominator, denominator**2 / (ms_tr**2 / ((t - 1) * (r - 1)))


@pytest.mark.parametrize("modalities", [TWO, ("a", "b", "c")])
def test_the_jackknife_gives_what_the_analysis_of_pseudovalues_gives(modalities: tuple[str, ...]) -> None:
    table = made_up_study(readers=3, cases=16, modalities=modalities)
    result = obuchowski_rockette(table, covariance="jackknife")

    f, df = pseudovalue_anova(table, result)

    assert result.test is not None
    assert result.test.value == pytest.approx(f, rel=1e-9)
    assert result.test.df2 == pytest.approx(df, rel=1e-9)
    assert result.test.p == pytest.approx(stats.f.sf(f, len(modalities) - 1, df), rel=1e-9)


def test_two_modalities_with_cases_fixed_are_the_paired_t_test_of_the_readers() -> None:
    table = made_up_study(modalities=TWO)
    result = obuchowski_rockette(table, random="readers")
    unaided, aided = np.array([item.estimate for item in result.per_reader]).reshape(2, -1)

    expected = stats.ttest_rel(unaided, aided)

    [difference] = result.differences
    assert difference.p == pytest.approx(expected.pvalue)
    assert difference.df == expected.df
    assert difference.ci == pytest.approx(tuple(expected.confidence_interval()))


def test_one_modality_with_cases_fixed_is_the_t_interval_of_the_readers() -> None:
    result = obuchowski_rockette(made_up_study(), random="readers")
    areas = [item.estimate for item in result.per_reader]

    [mean] = result.modalities
    assert mean.ci == pytest.approx(stats.t.interval(0.95, len(areas) - 1, np.mean(areas), stats.sem(areas)))


def test_one_reader_with_cases_random_is_the_paired_delong_test() -> None:
    table = made_up_study(readers=1, modalities=TWO)
    [difference] = obuchowski_rockette(table, random="cases").differences
    [pair] = reader_rocs(table).pairs

    assert (difference.estimate, difference.p) == pytest.approx((pair.difference, pair.p))
    assert difference.ci == pytest.approx(pair.ci)
    assert difference.df is None


def test_the_p_value_of_two_modalities_is_that_of_their_difference() -> None:
    for random in ("both", "readers", "cases"):
        result = obuchowski_rockette(made_up_study(modalities=TWO), random=random)
        assert result.test is not None
        assert result.test.p == pytest.approx(result.differences[0].p, rel=1e-9)


def test_three_modalities_are_compared_pairwise_in_order_of_appearance() -> None:
    result = obuchowski_rockette(made_up_study(modalities=("new", "old", "both")))

    assert [(item.a, item.b) for item in result.differences] == [("new", "old"), ("new", "both"), ("old", "both")]
    assert len({item.se for item in result.differences}) == 1
    assert result.test is not None
    assert result.test.df1 == 2


def test_one_modality_has_no_test_and_no_difference() -> None:
    result = obuchowski_rockette(made_up_study())

    assert result.test is None
    assert result.differences == ()
    assert result.components.cov1 is None
    assert result.components.cov3 is None
    assert result.mean_squares.modality is None


@pytest.mark.parametrize("metric", METRICS)
@few
@given(seed=st.integers(0, 10**6), data=st.data())
def test_the_order_of_rows_changes_no_number(metric: str, seed: int, data: st.DataObject) -> None:
    table = made_up_study(readers=3, cases=20, modalities=TWO, seed=seed)
    order = data.draw(st.permutations(range(len(table))))

    whole = obuchowski_rockette(table, metric=metric)
    shuffled = obuchowski_rockette(table.iloc[order], metric=metric)

    sign = 1 if shuffled.differences[0].a == "unaided" else -1
    assert sign * shuffled.differences[0].estimate == pytest.approx(whole.differences[0].estimate, abs=1e-12)
    assert shuffled.differences[0].p == pytest.approx(whole.differences[0].p, nan_ok=True)
    assert {(x.reader, x.modality): round(x.estimate, 9) for x in shuffled.per_reader} == {
        (x.reader, x.modality): round(x.estimate, 9) for x in whole.per_reader
    }


@pytest.mark.parametrize("metric", METRICS)
@few
@given(seed=st.integers(0, 10**6))
def test_exchanging_the_modalities_turns_the_difference_round(metric: str, seed: int) -> None:
    table = made_up_study(readers=3, cases=20, modalities=TWO, seed=seed)
    exchanged = table.assign(modality=table["modality"].map({"unaided": "aided", "aided": "unaided"}))

    [one] = obuchowski_rockette(table, metric=metric).differences
    [other] = obuchowski_rockette(exchanged, metric=metric).differences

    assert (one.a, other.a) == ("unaided", "aided")
    renamed = obuchowski_rockette(exchanged.iloc[::-1], metric=metric).differences[0]
    assert renamed.a == "unaided"
    assert renamed.estimate == pytest.approx(-one.estimate, abs=1e-12)
    assert renamed.p == pytest.approx(one.p)
    if one.ci and renamed.ci:
        assert renamed.ci == pytest.approx((-one.ci[1], -one.ci[0]), abs=1e-12)


def test_a_threshold_makes_calls_of_ratings() -> None:
    table = made_up_study(modalities=TWO)

    by_rating = obuchowski_rockette(table, metric="sensitivity", threshold=3)
    by_call = obuchowski_rockette(table, metric="sensitivity")

    assert by_rating.differences == by_call.differences


def test_missing_reads_are_counted_and_named() -> None:
    table = made_up_study(modalities=TWO)
    result = obuchowski_rockette(table.drop(index=[3, 40, 41]))

    assert (result.design, result.missing, result.reads) == ("incomplete", 3, len(table) - 3)
    assert any("3 of 240 reads are missing" in warning for warning in result.warnings)


def test_an_empty_rating_is_a_missing_read() -> None:
    table = made_up_study(modalities=TWO).astype({"rating": float})
    table.loc[[3, 40, 41], "rating"] = None

    assert obuchowski_rockette(table).missing == 3


def test_dropping_a_few_reads_changes_little() -> None:
    table = made_up_study(readers=5, cases=100, modalities=TWO)
    few_missing = table.sample(frac=0.98, random_state=1)

    [whole], [part] = (obuchowski_rockette(rows.sort_index()).differences for rows in (table, few_missing))

    assert part.estimate == pytest.approx(whole.estimate, abs=0.02)
    assert part.se == pytest.approx(whole.se, rel=0.15)


def test_negative_components_are_reported_and_named() -> None:
    table = made_up_study(readers=2, cases=40, modalities=TWO, seed=12)
    result = obuchowski_rockette(table)
    components = result.components

    named = [name for name in ("reader", "modality_reader") if (getattr(components, name) or 0) < 0]
    assert sum("variance component is negative" in warning for warning in result.warnings) == len(named) > 0


def test_a_perfect_reader_has_an_interval_of_some_width() -> None:
    table = made_up_study(cases=40)
    table.loc[table["reader"] == "R1", "rating"] = table["truth"]
    result = obuchowski_rockette(table)

    perfect = result.per_reader[0]
    assert perfect.ci is not None
    assert (perfect.estimate, perfect.se, perfect.ci[1]) == (1, 0, 1)
    assert 0.8 < perfect.ci[0] < 1
    assert perfect.interval.startswith("Newcombe score")
    assert any("R1" in warning and "variance of zero" in warning for warning in result.warnings)


@pytest.mark.parametrize("random", ["both", "readers", "cases"])
def test_a_study_of_perfect_readers_has_no_interval_rather_than_a_false_one(random: Random) -> None:
    table = made_up_study(modalities=TWO)
    result = obuchowski_rockette(table.assign(rating=table["truth"]), random=random)

    [difference] = result.differences
    assert (difference.estimate, difference.se, difference.ci, difference.p) == (0, 0, None, None)
    assert result.test is None
    assert any("not positive" in warning for warning in result.warnings)
    json.dumps(result.to_dict(), allow_nan=False)


def test_readers_who_differ_alike_have_no_test_rather_than_one_of_rounding_errors() -> None:
    """Every reader gains exactly the same sensitivity on the same cases: all variances are zero but for rounding."""
    table = made_up_study(readers=3, cases=14, modalities=TWO)
    called = table["case"].isin(["C1", "C3", "C5"]) | ((table["modality"] == "aided") & (table["case"] == "C7"))
    [difference] = obuchowski_rockette(
        table.assign(call=called * 1), metric="sensitivity", random="readers"
    ).differences

    assert difference.estimate == pytest.approx(-1 / 7)
    assert (difference.se, difference.ci, difference.p) == (0, None, None)


def test_identical_readers_have_infinitely_many_degrees_of_freedom() -> None:
    one = made_up_study(readers=1, cases=40)
    table = pd.concat([one, one.assign(reader="R2")])

    [mean] = obuchowski_rockette(table).modalities

    assert mean.df is None
    assert mean.se == pytest.approx(obuchowski_rockette(one, random="cases").modalities[0].se)


def test_a_reader_missing_from_a_modality_is_refused_by_name() -> None:
    table = made_up_study(modalities=TWO)
    kept = ~((table["reader"] == "R3") & (table["modality"] == "aided"))

    with pytest.raises(RatingsError, match="reader R3 has no reads in modality aided"):
        obuchowski_rockette(table[kept])


def test_one_reader_cannot_stand_for_all() -> None:
    with pytest.raises(RatingsError, match=r"R1 is the only reader.*choose --random cases"):
        obuchowski_rockette(made_up_study(readers=1))


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"metric": "volume"}, "metric 'volume' is not known; choose from auc, binormal"),
        ({"covariance": "bootstrap"}, "covariance 'bootstrap' is not known"),
        ({"random": "none"}, "random 'none' is not known"),
        ({"alpha": 1.5}, "alpha is 1.5 and must lie between 0 and 1"),
        ({"alpha": float("nan")}, "alpha is nan"),
        ({"threshold": 3}, "the AUC has no threshold"),
        ({"metric": "accuracy", "threshold": float("inf")}, "threshold must be a finite number"),
        ({"metric": "accuracy", "covariance": "delong"}, "DeLong's covariance is of the AUC only"),
        ({"modality": "guided"}, "no modality is named 'guided'; choose from unaided"),
    ],
)
def test_an_impossible_choice_is_refused(choice: dict[str, Any], message: str) -> None:
    with pytest.raises(RatingsError, match=message):
        obuchowski_rockette(made_up_study(), **choice)


def test_calls_without_ratings_have_no_auc() -> None:
    with pytest.raises(RatingsError, match=r"column 'rating': no read has a rating; .* choose another metric"):
        obuchowski_rockette(made_up_study().drop(columns="rating"))


@pytest.mark.parametrize(
    ("random", "sentence"),
    [
        ("both", "readers like these 4 and to cases like these (30 cases)"),
        ("readers", "only for these 30 cases"),
        ("cases", "only as read by these 4 readers"),
    ],
)
def test_the_result_says_what_it_generalises_to(random: Random, sentence: str) -> None:
    result = obuchowski_rockette(made_up_study(), random=random)

    assert sentence in result.generalises_to
    assert sentence in str(result)


def test_sensitivity_speaks_for_synthetic_cases() -> None:
    assert "15 synthetic cases" in obuchowski_rockette(made_up_study(), metric="sensitivity").generalises_to


def test_the_result_prints_and_tabulates() -> None:
    result = obuchowski_rockette(made_up_study(modalities=TWO))

    assert len(result.to_frame()) == 8
    assert "unaided − aided" in str(result)
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False))["cases"] == {"positive": 15, "negative": 15}
