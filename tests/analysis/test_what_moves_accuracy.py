"""Each trait alone: readers with their traits, kinds of cases, what varies from read to read."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis import RatingsError, effects_on_accuracy, obuchowski_rockette, validate
from analysis.commands import main
from analysis.effects.association import spearman, spearman_interval
from analysis.effects.groups import compare_groups
from analysis.effects.regression import Settings
from analysis.effects.result import Effect, EffectsResult
from analysis.effects.traits import find
from tests.analysis.studies_with_traits import study_with_traits

TABLE = study_with_traits(readers=8, of_years=0.6, of_generator=-0.8)
# A generator is a trait of synthetic cases only.
OF_SYNTHETIC = TABLE.assign(generator=TABLE["generator"].where(TABLE["truth"] == 1))


def effect_of(by: str, table: pd.DataFrame = TABLE, **choices: Any) -> Effect:
    [effect] = effects_on_accuracy(table, by=by, **choices).effects
    return effect


def shares_right(table: pd.DataFrame) -> pd.Series:
    return (table["call"] == table["truth"]).groupby(table["reader"]).mean()


def test_experience_is_correlated_with_each_figure_over_readers() -> None:
    effect = effect_of("years")
    accuracy = effect.correlations[0]
    peer = stats.spearmanr(TABLE.groupby("reader")["years"].first(), shares_right(TABLE))

    assert (effect.varies_over, accuracy.over, accuracy.n) == ("reader", "readers", 8)
    assert [found.metric for found in effect.correlations] == ["accuracy", "sensitivity", "specificity", "auc"]
    assert accuracy.rho == pytest.approx(peer.statistic)
    assert accuracy.method == "exact"


@settings(max_examples=12)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=5))
def test_few_readers_have_an_exact_p_value_with_ties(pairs: list[tuple[int, int]]) -> None:
    x, y = np.array(pairs, dtype=float).T
    rho, p, method = spearman(x, y)
    if len(set(x)) < 2 or len(set(y)) < 2:
        assert (rho, p, method) == (None, None, "not defined")
        return

    shuffled = [abs(stats.spearmanr(x, order).statistic) for order in itertools.permutations(y)]
    assert p == pytest.approx(np.mean(np.array(shuffled) >= abs(rho or 0.0) - 1e-9))


def test_many_readers_have_the_p_value_of_scipy() -> None:
    x, y = np.random.default_rng(1).normal(size=(2, 25))
    rho, p, method = spearman(x, y)

    assert (rho, p) == pytest.approx(tuple(stats.spearmanr(x, y)))
    assert method == "t approximation"


def test_the_exact_p_value_is_that_of_the_tables() -> None:
    """Five pairs with rho .9: two-sided p .0833 (Zar, Biostatistical Analysis, table B.20; R, cor.test)."""
    rho, p, _ = spearman(np.arange(5.0), np.array([0.0, 1, 2, 4, 3]))

    assert rho == pytest.approx(0.9)
    assert p == pytest.approx(1 / 12)


def test_the_interval_of_rho_covers_it() -> None:
    """Bivariate normal with a Pearson correlation of .6: Spearman's rho is 6/pi arcsin(.3)."""
    rng = np.random.default_rng(5)
    true = 6 / np.pi * np.arcsin(0.3)
    found = []
    for _ in range(300):
        x, z = rng.normal(size=(2, 17))
        rho = stats.spearmanr(x, 0.6 * x + 0.8 * z).statistic
        limits = spearman_interval(float(rho), 17, 0.05)
        assert limits is not None
        found.append(limits[0] < true < limits[1])

    assert 0.91 < np.mean(found) < 0.98


def test_three_readers_have_no_interval_and_two_no_correlation() -> None:
    three = TABLE[TABLE["reader"].isin(["R1", "R2", "R3"])]
    found = effect_of("years", three).correlations[0]
    assert (found.n, found.ci) == (3, None)
    assert found.rho is not None

    without_calls = three.assign(call=three["call"].where(three["reader"] != "R3"))
    found = effect_of("years", without_calls).correlations[0]
    assert (found.n, found.rho, found.p, found.method) == (2, None, None, "not defined")


def test_groups_of_readers_have_t_intervals_and_the_pooled_t_test_where_readers_alone_are_random() -> None:
    effect = effect_of("subspecialty", random="readers")
    chest, bone = (shares_right(TABLE[TABLE["subspecialty"] == name]) for name in ("chest", "bone"))
    group = next(x for x in effect.groups if (x.group, x.metric) == ("bone", "accuracy"))
    half = stats.t.ppf(0.975, len(bone) - 1) * bone.std(ddof=1) / len(bone) ** 0.5
    [difference] = effect.comparisons[0].differences

    assert (group.readers, group.cases.positive, group.cases.negative) == (4, 20, 20)
    assert group.estimate == pytest.approx(bone.mean())
    assert group.ci_readers == pytest.approx((bone.mean() - half, min(bone.mean() + half, 1)))
    assert (difference.a, difference.b) == ("bone", "chest")
    assert difference.p == pytest.approx(stats.ttest_ind(bone, chest).pvalue)


def test_groups_of_readers_with_readers_and_cases_random_are_readers_nested_in_modalities() -> None:
    comparison = next(c for c in effect_of("subspecialty").comparisons if c.metric == "auc")
    nested = obuchowski_rockette(TABLE.assign(modality=TABLE["subspecialty"]))

    assert comparison.design == nested.design == "readers-nested"
    assert comparison.test is not None
    assert nested.test is not None
    assert comparison.test.p == pytest.approx(nested.test.p)
    # The guide's order is that of names, the engine's that of appearance.
    assert comparison.differences[0].estimate == pytest.approx(-nested.differences[0].estimate)


@pytest.mark.parametrize("metric", ["accuracy", "sensitivity", "specificity", "auc"])
def test_a_kind_of_case_alone_is_what_the_engine_gives_of_these_cases(metric: str) -> None:
    for name in ("hand", "knee"):
        alone = obuchowski_rockette(TABLE[TABLE["anatomy"] == name], metric=metric)
        group = next(x for x in effect_of("anatomy").groups if (x.group, x.metric) == (name, metric))

        assert group.estimate == pytest.approx(alone.modalities[0].estimate)
        assert group.se == pytest.approx(alone.modalities[0].se)
        assert group.df == pytest.approx(alone.modalities[0].df)


def test_kinds_of_cases_are_compared_as_cases_nested_in_modalities() -> None:
    by_engine = obuchowski_rockette(TABLE.assign(modality=TABLE["anatomy"]), metric="auc")
    [difference] = next(c for c in effect_of("anatomy").comparisons if c.metric == "auc").differences

    assert by_engine.design == "cases-nested"
    assert difference.estimate == pytest.approx(by_engine.differences[0].estimate)
    assert difference.se == pytest.approx(by_engine.differences[0].se)
    assert difference.df == pytest.approx(by_engine.differences[0].df)


def test_each_pair_of_kinds_of_cases_rests_on_these_two_alone() -> None:
    thirds = TABLE["case"].str[1:].astype(int).map(lambda number: "abc"[number % 3])
    table = TABLE.assign(region=thirds)
    among_three = next(d for d in effect_of("region", table).comparisons[0].differences if (d.a, d.b) == ("a", "c"))
    [alone] = effect_of("region", table[table["region"] != "b"]).comparisons[0].differences

    assert among_three.se == pytest.approx(alone.se)
    assert among_three.p == pytest.approx(alone.p)


def test_generators_share_the_authentic_cases_in_the_auc() -> None:
    effect = effect_of("generator", OF_SYNTHETIC)
    auc = {x.group: x for x in effect.groups if x.metric == "auc"}
    mine = OF_SYNTHETIC[(OF_SYNTHETIC["generator"] == "B") | (OF_SYNTHETIC["truth"] == 0)]
    alone = obuchowski_rockette(mine).modalities[0]

    assert {x.metric for x in effect.groups} == {"sensitivity", "auc"}
    assert auc["B"].estimate == pytest.approx(alone.estimate)
    assert auc["B"].se == pytest.approx(alone.se)
    assert auc["B"].cases.negative == auc["A"].cases.negative == 20
    assert next(c for c in effect.comparisons if c.metric == "auc").design.endswith(
        "authentic cases shared by all groups"
    )


def test_what_authentic_cases_share_makes_the_difference_of_generators_more_certain() -> None:
    [shared] = next(c for c in effect_of("generator", OF_SYNTHETIC).comparisons if c.metric == "auc").differences
    auc = [x for x in effect_of("generator", OF_SYNTHETIC).groups if x.metric == "auc"]
    assert shared.se is not None
    assert shared.se < sum((x.se or 0) ** 2 for x in auc) ** 0.5


def test_truth_itself_is_a_trait_of_cases() -> None:
    effect = effect_of("truth")

    assert {x.group for x in effect.groups} == {"authentic", "synthetic"}
    assert {x.metric for x in effect.groups} == {"accuracy"}


def test_numbers_of_cases_are_correlated_with_the_share_of_readers_who_are_right() -> None:
    contrast = TABLE.groupby("case").ngroup() * 1.5
    [found] = effect_of("contrast", TABLE.assign(contrast=contrast)).correlations
    shares = (TABLE["call"] == TABLE["truth"]).groupby(TABLE["case"]).mean()

    assert (found.metric, found.over, found.n) == ("accuracy", "cases", 40)
    assert found.rho == pytest.approx(stats.spearmanr(range(40), shares).statistic)


def test_time_is_looked_at_within_readers() -> None:
    slope = effect_of("seconds").slope
    slopes = [
        stats.linregress(mine["seconds"], mine["call"] == mine["truth"]).slope for _, mine in TABLE.groupby("reader")
    ]
    assert slope is not None
    assert slope.estimate == pytest.approx(np.mean(slopes))
    assert slope.p == pytest.approx(stats.ttest_1samp(slopes, 0).pvalue)
    assert (slope.readers, slope.df) == (8, 7)


def test_phases_are_compared_as_modalities_that_share_readers() -> None:
    phases = pd.concat([TABLE.assign(phase="first"), study_with_traits(readers=8, seed=2).assign(phase="second")])
    [difference] = effect_of("phase", phases).comparisons[0].differences
    by_engine = obuchowski_rockette(
        phases.assign(modality=phases["phase"], phase="1"), metric="accuracy", covariance="unbiased"
    ).differences[0]

    assert (difference.a, difference.b) == ("first", "second")
    assert difference.estimate == pytest.approx(by_engine.estimate)
    assert difference.p == pytest.approx(by_engine.p)


def test_several_phases_or_modalities_are_refused_unless_they_are_looked_at() -> None:
    phases = pd.concat([TABLE.assign(phase="first"), TABLE.assign(phase="second")])
    with pytest.raises(RatingsError, match="more than one phase"):
        effect_of("years", phases)
    modalities = pd.concat([TABLE.assign(modality="unaided"), TABLE.assign(modality="aided")])
    with pytest.raises(RatingsError, match=r"look at it as well \(--by modality\)"):
        effect_of("years", modalities)
    assert effect_of("years", modalities, modality="aided").correlations
    both = effects_on_accuracy(modalities, by=["years", "modality"])
    assert [effect.by for effect in both.effects] == ["years", "modality"]
    assert both.regression is not None
    with pytest.raises(RatingsError, match="reads case C1 twice in first; choose one phase or modality"):
        effects_on_accuracy(
            pd.concat([modalities.assign(phase=name) for name in ("first", "second")]), by=["phase", "modality"]
        )


def test_traits_come_from_tables_of_readers_and_cases() -> None:
    readers = TABLE.groupby("reader")[["years"]].first()
    bare = TABLE[["reader", "case", "truth", "call", "rating"]]

    assert effect_of("years", bare, readers=readers) == effect_of("years")
    with pytest.raises(RatingsError, match="column 'years': neither the ratings nor the tables"):
        effect_of("years", bare)


def test_numbers_can_be_names_of_groups() -> None:
    centres = TABLE["reader"].str[1:].astype(int) % 3
    as_numbers = effect_of("centre", TABLE.assign(centre=centres))
    as_groups = effect_of("centre", TABLE.assign(centre=centres), groups=["centre"])

    assert as_numbers.correlations
    assert {x.group for x in as_groups.groups} == {"0", "1", "2"}


def test_groups_without_enough_readers_or_cases_are_left_out_and_named() -> None:
    lonely = TABLE.assign(subspecialty=TABLE["subspecialty"].where(TABLE["reader"] != "R1", "cardiac"))
    found = effects_on_accuracy(lonely, by="subspecialty")
    assert {x.group for x in found.effects[0].groups} == {"bone", "chest"}
    assert any("accuracy: group cardiac is left out; 1 readers" in warning for warning in found.warnings)

    skipped = TABLE[~((TABLE["reader"] == "R4") & (TABLE["anatomy"] == "knee"))]
    found = effects_on_accuracy(skipped, by="anatomy")
    assert {x.readers for x in found.effects[0].groups} == {7}
    assert any("R4 left out; they have too few cases in one of the groups" in warning for warning in found.warnings)


def test_readers_without_a_value_are_named() -> None:
    table = TABLE.assign(years=TABLE["years"].where(TABLE["reader"] != "R2"))
    found = effects_on_accuracy(table, by="years")

    assert found.effects[0].correlations[0].n == 7
    assert "Column 'years': empty for 1 reader (R2)." in found.warnings


def test_what_speaks_against_a_regression_is_said_and_the_rest_stands() -> None:
    found = effects_on_accuracy(OF_SYNTHETIC, by=["generator", "truth"])
    assert found.regression is None
    assert any("There is no regression: column 'truth'" in warning for warning in found.warnings)

    ratings_only = effects_on_accuracy(TABLE.drop(columns="call"), by="years")
    assert [c.metric for c in ratings_only.effects[0].correlations] == ["auc"]
    assert any("no calls, so no regression" in warning for warning in ratings_only.warnings)


def test_images_of_a_patient_are_clusters_in_groups_and_regression() -> None:
    patients = TABLE.assign(patient=(TABLE["case"].str[1:].astype(int) - 1) // 4)
    found = effects_on_accuracy(patients, by="subspecialty", cluster="patient")
    peer = obuchowski_rockette(patients.assign(modality=patients["subspecialty"]), cluster="patient")

    test = next(c for c in found.effects[0].comparisons if c.metric == "auc").test
    assert test is not None
    assert peer.test is not None
    assert test.p == pytest.approx(peer.test.p)
    assert found.regression is not None
    assert "cases by patient" in found.regression.method


def test_calls_can_come_from_a_threshold() -> None:
    from_ratings = effects_on_accuracy(TABLE.drop(columns="call"), by=["years", "anatomy"], threshold=50)

    assert from_ratings.effects == effects_on_accuracy(TABLE, by=["years", "anatomy"]).effects


def test_one_reader_has_groups_with_the_cases_random() -> None:
    one = TABLE[TABLE["reader"] == "R1"]
    with_both = effects_on_accuracy(one, by="anatomy")
    with_cases = effects_on_accuracy(one, by="anatomy", random="cases")

    assert with_both.effects[0].groups == ()
    assert any("2 are needed" in warning for warning in with_both.warnings)
    group = with_cases.effects[0].groups[0]
    assert (group.readers, group.ci_readers) == (1, None)
    assert group.ci is not None


@settings(max_examples=3)
@given(seed=st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    by = ["years", "subspecialty", "generator", "seconds"]
    first = effects_on_accuracy(TABLE, by=by).to_frame()
    again = effects_on_accuracy(TABLE.sample(frac=1, random_state=seed), by=by).to_frame()

    pd.testing.assert_frame_equal(first, again, rtol=1e-6)


def test_a_difference_between_kinds_of_cases_that_is_none_is_rarely_found() -> None:
    """100 studies of 6 readers × 40 cases, a third of them of generator B."""
    rejected = 0
    for seed in range(100):
        reads = validate(study_with_traits(readers=6, cases=40, seed=seed)).frame
        found = compare_groups(reads, find(reads, "generator"), "accuracy", Settings())
        assert found.comparison is not None
        rejected += (found.comparison.differences[0].p or 1.0) < 0.05

    assert rejected < 10


def test_the_result_is_a_table_a_text_and_json() -> None:
    found: EffectsResult = effects_on_accuracy(TABLE, by=["years", "subspecialty", "anatomy", "seconds"])
    frame = found.to_frame()

    assert set(frame["part"]) == {"group", "difference", "Spearman's rho", "slope", "log odds ratio"}
    assert set(frame["by"]) == {"years", "subspecialty", "anatomy", "seconds"}
    assert (frame["low"].isna() | (frame["low"] <= frame["estimate"])).all()
    for word in ("By years", "All groups equal in AUC", "odds ratio", "generalises to readers like these 8"):
        assert word in str(found)
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    TABLE[["reader", "case", "truth", "call", "rating", "position"]].to_csv(tmp_path / "ratings.csv", index=False)
    TABLE.groupby("reader")[["years", "subspecialty"]].first().to_csv(tmp_path / "readers.csv")
    OF_SYNTHETIC.groupby("case")[["generator", "anatomy"]].first().to_csv(tmp_path / "cases.csv")
    return tmp_path / "ratings.csv"


def test_the_command_takes_columns_of_the_tables_beside_the_ratings(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["effects", str(study), "--by", "years", "--by", "generator", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert [effect["by"] for effect in found["effects"]] == ["years", "generator"]
    assert {"rho", "ci", "p"} <= set(found["effects"][0]["correlations"][0])
    assert main(["effects", str(study), "--by", "subspecialty"]) == 0
    assert "generalise" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--by", "shoe_size"], "column 'shoe_size': neither the ratings nor the tables"),
        (["--by", "years", "--log", "years"], "column 'years': 0 has no logarithm"),
        (["--by", "years", "--groups", "age"], "column 'age': it is not among those that are looked at"),
        (["--by", "call"], "column 'call': it tells reads apart"),
        (["--by", "years", "--random", "nobody"], "random 'nobody' is not known"),
    ],
)
def test_the_command_says_what_cannot_be_done(
    arguments: list[str], message: str, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["effects", str(study), *arguments]) == 2
    assert message in capsys.readouterr().err
