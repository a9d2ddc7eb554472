"""Right calls regressed on covariates: estimates and covariances of peers, what is refused, what is warned of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import RatingsError, regress_accuracy, validate
from analysis.effects.clusters import Fit, bias_reduced, two_way
from analysis.effects.regression import Working
from analysis.effects.separation import separating
from tests.analysis.studies_with_traits import study_with_traits

TABLE = study_with_traits(readers=12, of_years=0.5, of_generator=-0.7)

# "Six cities", 16 children at four ages: city, then smoking and wheezing at 9, 10, 11 and 12 years. Lipsitz,
# Fitzmaurice, Orav, Laird. Biometrics 1994;50:270; analysed in SAS/STAT User's Guide, GENMOD, "Generalized Estimating
# Equations" (model wheeze = city age smoke / dist=bin; repeated subject=case / type=exch).
SIX_CITIES = """portage 01 01 01 00
kingston 11 21 20 20
kingston 01 00 10 10
portage 00 01 01 10
kingston 00 10 10 10
portage 00 10 10 10
kingston 10 10 00 00
portage 10 10 10 20
portage 21 20 10 10
kingston 00 00 00 10
kingston 11 00 01 01
portage 10 00 00 00
kingston 10 01 11 11
portage 10 20 10 21
kingston 10 10 10 21
portage 11 11 20 10"""


def six_cities() -> pd.DataFrame:
    """The children as readers; a year without wheezing as a right call."""
    rows = []
    for child, line in enumerate(SIX_CITIES.splitlines()):
        city, *years = line.split()
        for age, year in enumerate(years, start=9):
            truth, smoke, wheezes = age % 2, int(year[0]), year[1] == "1"
            call = 1 - truth if wheezes else truth
            rows.append((f"child {child}", f"{child} at {age}", truth, call, city, age, smoke))
    return pd.DataFrame(rows, columns=["reader", "case", "truth", "call", "city", "age", "smoke"])


def right(table: pd.DataFrame) -> Any:
    return (table["call"] == table["truth"]).to_numpy(dtype=float)


def test_the_estimates_are_those_of_sas_on_the_six_cities() -> None:
    found = regress_accuracy(
        six_cities(), by=["city", "age", "smoke"], random="readers", working="exchangeable"
    ).coefficients

    assert [x.name for x in found] == ["city: portage against kingston", "age", "smoke"]
    assert [round(x.estimate, 4) for x in found] == [0.1223, 0.2036, 0.0935]


def test_the_standard_errors_are_those_of_statsmodels_with_reduced_bias() -> None:
    table = six_cities()
    X = sm.add_constant(table[["age", "smoke"]].assign(city=(table["city"] == "portage").astype(float)))
    structures: dict[Working, Any] = {
        "exchangeable": sm.cov_struct.Exchangeable(),
        "independence": sm.cov_struct.Independence(),
    }
    for working, structure in structures.items():
        family = sm.families.Binomial()
        peer = sm.GEE(right(table), X, table["reader"], family=family, cov_struct=structure)
        fitted = peer.fit(cov_type="bias_reduced", ctol=1e-11, maxiter=500)
        found = regress_accuracy(table, by=["city", "age", "smoke"], random="readers", working=working)

        for x in found.coefficients:
            assert x.estimate == pytest.approx(fitted.params[x.column], rel=1e-6)
            assert x.se == pytest.approx(fitted.bse[x.column], rel=1e-6)


def fit_of(table: pd.DataFrame, columns: list[str]) -> Fit:
    X = sm.add_constant(table[columns].to_numpy(dtype=float))
    found = sm.GLM(right(table), X, family=sm.families.Binomial()).fit(tol=1e-12)
    return Fit(X, found.params, found.fittedvalues, right(table) - found.fittedvalues)


def codes(column: pd.Series) -> Any:
    return pd.factorize(column)[0]


def test_leaving_out_clusters_of_one_read_each_is_what_the_leverages_give() -> None:
    fit = fit_of(TABLE, ["years", "position"])
    weights = fit.fitted * (1 - fit.fitted)
    inverse = np.linalg.inv(fit.design.T * weights @ fit.design)
    leverages = weights * np.einsum("ij,jk,ik->i", fit.design, inverse, fit.design)
    scores = fit.design * (fit.residuals / (1 - leverages))[:, None]

    by_hand = inverse @ scores.T @ scores @ inverse

    np.testing.assert_allclose(bias_reduced(fit, np.arange(len(TABLE))), by_hand, rtol=1e-9)


def test_readers_and_cases_together_are_those_of_statsmodels_but_for_the_reduced_bias() -> None:
    """With many clusters of each kind the reduction fades: the inclusion and exclusion is what is compared."""
    table = study_with_traits(readers=120, cases=120, of_years=0.5)
    groups = np.column_stack([codes(table["reader"]), codes(table["case"])])
    X = sm.add_constant(table[["years", "position"]].to_numpy())
    keywords = {"groups": groups, "use_correction": False}
    peer = sm.GLM(right(table), X, family=sm.families.Binomial()).fit(cov_type="cluster", cov_kwds=keywords)

    both, of_readers, of_cases = two_way(fit_of(table, ["years", "position"]), *groups.T)

    np.testing.assert_allclose(np.sqrt(np.diag(both)), peer.bse, rtol=0.03)
    exact = of_readers + of_cases - bias_reduced(fit_of(table, ["years", "position"]), np.arange(len(table)))
    np.testing.assert_allclose(both, exact, rtol=1e-7, atol=1e-12)


def test_the_least_favourable_variance_and_satterthwaites_df_are_used() -> None:
    fit = fit_of(TABLE, ["years"])
    both, of_readers, of_cases = (each[1, 1] for each in two_way(fit, codes(TABLE["reader"]), codes(TABLE["case"])))
    variance = max(both, of_readers, of_cases)
    df = variance**2 / (of_readers**2 / 10 + of_cases**2 / 39)  # 12 readers less constant and years; 40 cases less one

    [found] = regress_accuracy(TABLE, by="years").coefficients

    assert found.se == pytest.approx(variance**0.5)
    assert found.df == pytest.approx(min(max(df, 10), 39))


def test_one_kind_of_clusters_has_its_number_less_what_varies_between_them() -> None:
    def df(by: list[str], random: Any) -> float:
        return regress_accuracy(TABLE, by=by, random=random).coefficients[0].df

    assert df(["position"], "readers") == 11
    assert df(["years", "subspecialty", "generator"], "readers") == 9
    assert df(["generator", "anatomy"], "cases") == 37


def test_several_groups_are_tested_together() -> None:
    regions = TABLE["case"].str[1:].astype(int).map(lambda number: "abc"[number % 3])
    found = regress_accuracy(TABLE.assign(region=regions), by="region", random="readers")
    fit = fit_of(TABLE.assign(b=regions == "b", c=regions == "c"), ["b", "c"])
    V, beta = bias_reduced(fit, codes(TABLE["reader"]))[1:, 1:], fit.coefficients[1:]

    [test] = found.tests
    assert (test.column, test.df1, test.df2) == ("region", 2, 10)
    # The Wald statistic does not depend on which of the groups the others are held against.
    assert test.value == pytest.approx(beta @ np.linalg.inv(V) @ beta * 10 / (11 * 2))


@settings(max_examples=5)
@given(seed=st.integers(0, 1000))
def test_the_order_of_rows_and_the_names_of_readers_do_not_matter(seed: int) -> None:
    shuffled = TABLE.sample(frac=1, random_state=seed)
    names = dict(zip(TABLE["reader"].unique(), np.random.default_rng(seed).permutation(12), strict=True))
    first = regress_accuracy(TABLE, by=["years", "generator", "position"])
    again = regress_accuracy(
        shuffled.assign(reader=shuffled["reader"].map(names)), by=["years", "generator", "position"]
    )

    for one, other in zip(first.coefficients, again.coefficients, strict=True):
        assert one.name == other.name
        assert (one.estimate, one.se) == pytest.approx((other.estimate, other.se))


@settings(max_examples=5)
@given(scale=st.floats(0.01, 100), shift=st.floats(-1000, 1000))
def test_the_unit_of_a_number_changes_the_effect_of_one_unit_only(scale: float, shift: float) -> None:
    [one] = regress_accuracy(TABLE, by="years").coefficients
    [other] = regress_accuracy(TABLE.assign(years=TABLE["years"] * scale + shift), by="years").coefficients

    assert other.estimate * scale == pytest.approx(one.estimate, rel=1e-6)
    assert other.p == pytest.approx(one.p, rel=1e-6)


def test_a_logarithm_gives_the_effect_of_a_doubling() -> None:
    [found] = regress_accuracy(TABLE, by="seconds", log=["seconds"]).coefficients
    [other] = regress_accuracy(TABLE.assign(doublings=np.log2(TABLE["seconds"])), by="doublings").coefficients

    assert found.name == "log2 seconds"
    assert found.estimate == pytest.approx(other.estimate)


def test_a_ratio_is_the_exponential_of_its_logarithm() -> None:
    [found] = regress_accuracy(TABLE, by="years").coefficients

    assert found.odds_ratio == pytest.approx(np.exp(found.estimate))
    assert found.odds_ratio_ci == pytest.approx(np.exp(found.ci))
    assert found.ci[0] < 0 < found.ci[1] or found.p < 0.05


def test_calls_can_come_from_a_threshold() -> None:
    given_calls = regress_accuracy(TABLE, by="years")
    from_ratings = regress_accuracy(TABLE.drop(columns="call"), by="years", threshold=50)

    assert from_ratings.coefficients == given_calls.coefficients


def test_images_of_a_patient_are_one_cluster() -> None:
    patients = TABLE.assign(patient=TABLE["case"].str[1:].astype(int) // 4)
    found = regress_accuracy(patients, by="generator", random="cases", cluster="patient")

    assert found.clusters == 11
    assert "cases by patient" in found.method
    with pytest.raises(RatingsError, match="column 'patient': case C1 has none"):
        regress_accuracy(patients.assign(patient=None), by="generator", cluster="patient")


@pytest.mark.parametrize(
    ("random", "sentence"),
    [
        ("both", "readers like these 12 and to cases like these (40 cases)"),
        ("readers", "readers like these 12, but only for these 40 cases"),
        ("cases", "cases like these (40 cases), but only as read by these 12 readers"),
    ],
)
def test_the_result_says_what_it_generalises_to_and_how_it_was_made(random: Any, sentence: str) -> None:
    found = regress_accuracy(TABLE, by="years", random=random)

    assert sentence in found.generalises_to
    assert "GEE" in found.method
    assert "Mancl and DeRouen" in found.method
    assert sentence in str(found)


def test_few_clusters_are_warned_of() -> None:
    few = regress_accuracy(study_with_traits(readers=5), by="position")

    assert any("only 5 readers" in warning for warning in few.warnings)
    assert not any("cases" in warning for warning in few.warnings)


def test_reads_without_a_value_are_left_out_and_counted() -> None:
    table = TABLE.assign(generator=TABLE["generator"].where(TABLE["truth"] == 1))
    found = regress_accuracy(table, by="generator")

    assert found.reads == (TABLE["truth"] == 1).sum()
    assert found.left_out == (TABLE["truth"] == 0).sum()
    assert any("'generator': empty in 240 of 480 reads" in warning for warning in found.warnings)
    assert any("Only synthetic cases" in warning for warning in found.warnings)


def test_a_group_of_one_reader_is_left_out() -> None:
    table = TABLE.assign(subspecialty=TABLE["subspecialty"].where(TABLE["reader"] != "R3", "cardiac"))
    found = regress_accuracy(table, by="subspecialty")

    assert [x.name for x in found.coefficients] == ["subspecialty: chest against bone"]
    assert found.left_out == 40
    assert any("group cardiac has one reader only" in warning for warning in found.warnings)


def perfect(table: pd.DataFrame) -> pd.DataFrame:
    """Every call of generator B's cases is right."""
    return table.assign(call=table["call"].where(table["generator"] == "A", table["truth"]))


@pytest.mark.parametrize(
    ("change", "choices", "message"),
    [
        (perfect, {"by": "generator"}, r"column 'generator': right and wrong calls are separated"),
        (lambda t: t.assign(call=t["truth"]), {"by": "years"}, "every call in use is right"),
        (lambda t: t.assign(years=5), {"by": "years"}, "column 'years': every read has 5"),
        (lambda t: t.assign(years=""), {"by": "years"}, "column 'years': it is empty in every read"),
        (lambda t: t, {"by": "age"}, "column 'age': neither the ratings nor the tables"),
        (lambda t: t, {"by": "rating"}, "column 'rating': it tells reads apart or is their outcome"),
        (lambda t: t.assign(months=t["years"] * 12), {"by": ["years", "months"]}, "column 'months': the other columns"),
        (lambda t: t.drop(columns="call"), {"by": "years"}, "no read has a call"),
        (lambda t: t, {"by": "years", "log": ["years"]}, "column 'years': 0 has no logarithm"),
        (lambda t: t, {"by": "generator", "log": ["generator"]}, "it has no numbers, so no logarithm"),
        (lambda t: t, {"by": "position", "groups": ["position"]}, "40 different values are too many groups"),
        (lambda t: t, {"by": "years", "random": "nobody"}, "random 'nobody' is not known"),
        (lambda t: t, {"by": "years", "working": "none"}, "working correlation 'none' is not known"),
        (lambda t: t, {"by": "years", "working": "exchangeable"}, "clusters of one kind"),
    ],
)
def test_what_cannot_be_fitted_is_named_with_its_cure(
    change: Callable[[pd.DataFrame], pd.DataFrame], choices: dict[str, Any], message: str
) -> None:
    with pytest.raises(RatingsError, match=message):
        regress_accuracy(change(TABLE), **choices)


def test_separation_is_found_whatever_brings_it_about() -> None:
    rng = np.random.default_rng(3)
    x, z = rng.normal(size=(2, 50))
    design = np.column_stack([np.ones(50), x, z])

    assert set(separating(design, (x + z > 0).astype(float))) >= {1, 2}
    assert separating(design, (x + rng.normal(size=50) > 0).astype(float)) == []
    # But for ties: all reads of a group are right, others either.
    group = np.arange(50) < 10
    outcome = np.where(group, 1.0, rng.integers(0, 2, 50))
    assert 1 in separating(np.column_stack([np.ones(50), group]), outcome)


def test_true_effects_are_found_and_their_intervals_cover_them() -> None:
    """25 studies of 12 readers × 60 cases; without random effects the marginal odds ratio is the one put in."""
    covered = []
    for seed in range(25):
        table = study_with_traits(
            readers=12, cases=60, seed=seed, of_years=0.4, of_generator=-0.8, between_readers=0, between_cases=0
        )
        years, generator = regress_accuracy(
            table.assign(years=(table["years"] - 15) / table["years"].std(ddof=0)), by=["years", "generator"]
        ).coefficients
        covered.append([years.ci[0] < 0.4 < years.ci[1], generator.ci[0] < -0.8 < generator.ci[1]])

    assert (np.mean(covered, axis=0) >= 0.88).all()


def test_only_readers_and_cases_together_hold_the_level_for_traits_of_both() -> None:
    """40 studies of 8 readers × 40 cases without effect: clusters of one kind forget the other's spread."""
    rejected = {"both": np.zeros(2), "readers": np.zeros(2), "cases": np.zeros(2)}
    for seed in range(40):
        table = validate(study_with_traits(readers=8, cases=40, seed=seed))
        for random, count in rejected.items():
            found = regress_accuracy(table, by=["years", "generator"], random=random)  # type: ignore[arg-type]
            count += [x.p < 0.05 for x in found.coefficients]

    assert (rejected["both"] <= 5).all()
    assert rejected["readers"][1] > rejected["both"][1]
    assert rejected["cases"][0] > 8
