"""The power of a planned study follows from what its analysis will do."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis import RatingsError, compare_detectors, obuchowski_rockette
from analysis.mrmc.hillis import Components, Random
from analysis.planning.conjecture import Conjecture, expected_range
from analysis.planning.pilots import from_components, from_model, from_pilot
from analysis.planning.power import power, power_surface
from analysis.planning.roe_metz import RoeMetz
from analysis.planning.sources import Pilot
from analysis.planning.terms import Layout
from tests.analysis.tables import made_up_study, with_detector

TWO = ("unaided", "aided")
VANDYKE = {
    "cases": 114,
    "error": 8.02288266e-4,
    "cov1": 3.46613709e-4,
    "cov2": 3.44074829e-4,
    "cov3": 2.39028371e-4,
    "var_tr": 2.00402523e-4,
    "var_r": 1.53499935e-3,
}
RANDOMS: list[Random] = ["both", "readers", "cases"]


@pytest.mark.parametrize("random", RANDOMS)
def test_a_study_as_large_as_its_pilot_has_the_pilots_standard_error_and_df(random: Random) -> None:
    seeds = 0
    for seed in range(12):
        table = made_up_study(readers=5, cases=40, modalities=TWO, seed=seed)
        found = obuchowski_rockette(table, covariance="jackknife", random=random)
        parts = found.components
        if min(parts.modality_reader or -1, (parts.cov2 or 0) - (parts.cov3 or 0)) <= 0:
            continue
        seeds += 1
        plan = power(table, readers=5, cases=40, effect=0.1, random=random)
        assert plan.se == pytest.approx(found.differences[0].se, rel=1e-9)
        assert plan.df is found.differences[0].df or plan.df == pytest.approx(found.differences[0].df, rel=1e-9)
        assert (plan.positive, plan.negative, plan.pilot_cases) == (20, 20, 40)
    assert seeds >= 2


def test_a_detectors_comparison_is_planned_from_the_differences() -> None:
    table = with_detector(made_up_study(readers=5, cases=40, seed=3))
    [found] = compare_detectors(table, covariance="jackknife").detectors
    source = from_pilot(table, comparison="detector")
    plan = power(source, readers=5, cases=40, effect=0.1)

    assert source.components.reader is not None
    assert source.components.reader > 0
    assert (plan.se, plan.df) == pytest.approx((found.se, found.df), rel=1e-9)
    assert "between the readers' mean and the detector" in plan.paragraph
    assert plan.comparison == "detector"


def test_a_mean_against_a_value_is_planned_from_one_modality() -> None:
    table = made_up_study(readers=5, cases=40, seed=3)
    [mean] = obuchowski_rockette(table, covariance="jackknife").modalities
    plan = power(from_pilot(table, comparison="value"), readers=5, cases=40, effect=0.1)

    assert (plan.se, plan.df) == pytest.approx((mean.se, mean.df), rel=1e-9)
    assert "the given value" in plan.paragraph


@pytest.mark.parametrize("random", RANDOMS)
def test_the_power_is_the_chance_that_the_test_rejects(random: Random) -> None:
    """By definition, with SciPy's distributions."""
    plan = power(from_components(VANDYKE), readers=6, cases=251, effect=0.05, random=random)
    shift = (0.05 / plan.se) ** 2

    assert plan.ncp == pytest.approx(shift)
    if plan.df is None:
        expected = stats.ncx2.sf(stats.chi2.isf(0.05, 1), 1, shift)
    else:
        expected = stats.ncf.sf(stats.f.isf(0.05, 1, plan.df), 1, plan.df, shift)
    assert plan.power == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("random", RANDOMS)
def test_non_inferiority_is_one_sided_at_half_of_alpha(random: Random) -> None:
    plan = power(from_components(VANDYKE), readers=6, cases=251, effect=-0.01, margin=0.05, random=random)
    shift = 0.04 / plan.se

    if plan.df is None:
        expected = stats.norm.sf(stats.norm.isf(0.025) - shift)
    else:
        expected = stats.nct.sf(stats.t.isf(0.025, plan.df), plan.df, shift)
    assert plan.power == pytest.approx(expected, rel=1e-9)
    assert "one-sided significance level of 2.5 %" in plan.paragraph


def covariances(parts: Components, layout: Layout, readers: int, scale: float) -> np.ndarray:
    """Covariances of all readers in both modalities, term by term, with those of the errors times `scale`."""
    if layout.design == "readers-nested":
        rows = [(0, j) for j in range(readers)] + [(1, readers + j) for j in range(readers)]
    else:
        rows = [(i, j) for i in range(2) for j in range(readers)]
    block = readers // layout.blocks
    found = np.zeros((len(rows), len(rows)))
    for (one, (i, j)), (other, (i2, j2)) in product(enumerate(rows), enumerate(rows)):
        apart = (layout.design == "cases-nested" and i != i2) or (layout.blocks > 1 and j // block != j2 // block)
        error = {
            (True, True): parts.error,
            (False, True): parts.cov1,
            (True, False): parts.cov2,
            (False, False): parts.cov3,
        }[i == i2, j == j2]
        assert error is not None
        found[one, other] = 0.0 if apart else error * scale
        found[one, other] += (parts.reader or 0.0) * (j == j2)
        found[one, other] += (parts.modality_reader or 0.0) * (i == i2 and j == j2)
    return found


@pytest.mark.parametrize(
    ("layout", "cases_of_a_reader"),
    [
        (Layout(), 1.0),
        (Layout("split-plot", 2), 0.5),
        (Layout("split-plot", 3), 1 / 3),
        (Layout("cases-nested"), 0.5),
        (Layout("readers-nested"), 1.0),
    ],
)
def test_the_standard_error_is_that_of_the_difference_of_means(layout: Layout, cases_of_a_reader: float) -> None:
    source, readers, cases = from_components(VANDYKE), 6, 240
    S = covariances(source.components, layout, readers, 114 / (cases * cases_of_a_reader))
    weights = np.repeat([1 / readers, -1 / readers], readers)
    plan = power(source, readers=readers, cases=cases, effect=0.05, layout=layout)

    assert plan.se**2 == pytest.approx(weights @ S @ weights, rel=1e-9)
    assert (plan.design, plan.blocks) == (layout.design, layout.blocks)


def test_a_split_plot_reads_less_and_needs_more_cases() -> None:
    plans = [
        power(from_components(VANDYKE), readers=6, cases=240, effect=0.05, layout=layout)
        for layout in (Layout(), Layout("split-plot", 2), Layout("split-plot", 3))
    ]

    assert [plan.power for plan in plans] == sorted((plan.power for plan in plans), reverse=True)
    needed = [plan.cases_needed for plan in plans]
    assert needed == sorted(needed)  # type: ignore[type-var]
    assert [Layout("split-plot", 2).reads(6, 240, "modalities"), Layout().reads(6, 240, "modalities")] == [1440, 2880]
    assert Layout("cases-nested").reads(6, 240, "modalities") == Layout().reads(6, 240, "detector") == 1440


@settings(max_examples=40)
@given(
    readers=st.integers(2, 12),
    effect=st.floats(0.02, 0.15),
    target=st.floats(0.3, 0.95),
    random=st.sampled_from(RANDOMS),
    margin=st.sampled_from([None, 0.05]),
)
def test_the_numbers_needed_are_the_least_that_reach_the_target(
    readers: int, effect: float, target: float, random: Random, margin: float | None
) -> None:
    source = from_components(VANDYKE)

    def at(j: int, k: int) -> float:
        return power(source, readers=j, cases=k, effect=effect, random=random, margin=margin).power

    plan = power(source, readers=readers, cases=150, effect=effect, random=random, margin=margin, target=target)
    if plan.cases_needed is not None and plan.cases_needed > 4:
        assert at(readers, plan.cases_needed) >= target > at(readers, plan.cases_needed - 1)
    if plan.readers_needed is not None:
        assert at(plan.readers_needed, 150) >= target
        if plan.readers_needed > 2:
            assert at(plan.readers_needed - 1, 150) < target


def test_more_than_ten_thousand_cases_are_found_too_and_beyond_a_million_none() -> None:
    source = from_components(VANDYKE | {"var_tr": 0.0})
    plan = power(source, readers=2, cases=100, effect=0.003)

    assert plan.cases_needed is not None
    assert plan.cases_needed > 10_000
    assert power(source, readers=2, cases=plan.cases_needed, effect=0.003).power >= 0.8
    assert power(source, readers=2, cases=plan.cases_needed - 1, effect=0.003).power < 0.8
    assert power(source, readers=2, cases=100, effect=0.0001).cases_needed is None


def test_where_readers_differ_too_much_no_number_of_cases_will_do() -> None:
    plan = power(from_components(VANDYKE), readers=3, cases=100, effect=0.03)

    assert plan.cases_needed is None
    assert any("No number of cases up to a million" in warning for warning in plan.warnings)
    assert "No number of cases gives a power of 80 % with 3 readers." in plan.paragraph
    assert plan.to_dict()["cases_needed"] is None


def test_negative_components_count_as_zero_and_are_named() -> None:
    odd = from_components(VANDYKE | {"var_tr": -1e-3, "cov3": 4e-4})
    plan = power(odd, readers=6, cases=114, effect=0.05)

    assert plan.se**2 == pytest.approx(2 / 6 * (VANDYKE["error"] - VANDYKE["cov1"]))
    assert len([warning for warning in plan.warnings if "counts as zero" in warning]) == 2


def test_correlations_stand_for_covariances() -> None:
    error = VANDYKE["error"]
    others = {name: VANDYKE[name] for name in ("cases", "error", "var_tr", "var_r")}
    correlations = {f"r{n}": VANDYKE[f"cov{n}"] / error for n in (1, 2, 3)}

    one, other = (
        power(from_components(x), readers=6, cases=251, effect=0.05) for x in (VANDYKE, others | correlations)
    )
    assert one.power == pytest.approx(other.power, rel=1e-12)


def test_the_sign_of_an_effect_does_not_matter() -> None:
    one, other = (power(from_components(VANDYKE), readers=6, cases=251, effect=effect) for effect in (0.05, -0.05))
    assert (one.power, one.ncp, one.cases_needed) == (other.power, other.ncp, other.cases_needed)


def test_the_surface_is_power_by_power() -> None:
    found = power_surface(from_components(VANDYKE), readers=[4, 6], cases=[100, 251], effect=0.05)

    assert [(x.readers, x.cases) for x in found.surface] == [(4, 100), (4, 251), (6, 100), (6, 251)]
    for point in found.surface:
        one = power(from_components(VANDYKE), readers=point.readers, cases=point.cases, effect=0.05)
        assert point.power == pytest.approx(one.power, rel=1e-12)
        assert one.cases_needed in [x.cases for x in found.cases_needed if x.readers == point.readers]
        assert one.readers_needed in [x.readers for x in found.readers_needed if x.cases == point.cases]
    assert found.fewest_reads is not None
    assert found.fewest_reads.reads == min(2 * x.readers * x.cases for x in found.cases_needed if x.cases)
    assert len(found.to_frame()) == 4
    assert "Fewest reads for 80 %" in str(found)


def test_a_paragraph_says_what_a_protocol_needs() -> None:
    plan = power(made_up_study(readers=4, cases=40, modalities=TWO, seed=2), readers=12, cases=200, effect=0.12)

    for part in (
        "With 12 readers and 200 cases (100 synthetic and 100 authentic)",
        f"a power of {100 * plan.power:.1f} %",
        "a true difference of 0.12 in AUC between the two modalities",
        "two-sided significance level of 5 %",
        "Readers and cases are both taken as samples",
        f"{plan.df:.1f} denominator degrees of freedom",
        "Hillis, Obuchowski and Berbaum (Acad Radiol 2011;18:129)",
        "a pilot study of 4 readers and 40 cases (20 synthetic, 20 authentic), with jackknife covariances",
        "A power of 80 % needs",
    ):
        assert part in plan.paragraph, part
    assert plan.paragraph in str(plan)


class TestWithoutPilot:
    CASE = Conjecture(expected=0.75, range_between=0.1, range_within=0.05, r1=0.47)

    def test_the_error_variance_is_solved_for_and_turned_into_cases(self) -> None:
        """Obuchowski's steps, written out: the non-centrality that gives the power, then the variance it leaves."""
        readers, effect = 12, 0.08
        needed = power(self.CASE, readers=readers, cases=100, effect=effect).cases_needed
        critical = stats.f.isf(0.05, 1, readers - 1)
        grid = np.linspace(5, 20, 150_001)
        lam = grid[np.searchsorted(stats.ncf.sf(critical, 1, readers - 1, grid), 0.8)]
        between = (0.1 / expected_range(readers)) ** 2 * (1 - 0.8)
        within = (0.05 / expected_range(2)) ** 2
        left = (readers * effect**2 / (2 * lam) - between - within) / (1 - 0.47)
        a = 1.414 * stats.norm.ppf(0.75)
        of_unit = 0.0099 * np.exp(-(a**2) / 2) * ((5 * a**2 + 8) + (a**2 + 8))

        assert needed == 2 * int(np.ceil(of_unit / left))

    def test_the_range_of_normal_values_is_scipys(self) -> None:
        for size in (2, 5, 10):
            expected = 2 * size * stats.norm.expect(lambda x, n=size: x * stats.norm.cdf(x) ** (n - 1))
            assert expected_range(size) == pytest.approx(expected, rel=1e-8)

    def test_a_proportion_has_its_binomial_variance(self) -> None:
        one = Conjecture(0.8, 0.1, 0.05, 0.5, metric="sensitivity", ratio=3.0)
        other = Conjecture(0.8, 0.1, 0.05, 0.5, metric="specificity", ratio=1 / 3)
        plans = [power(each, readers=15, cases=400, effect=0.08) for each in (one, other)]

        assert plans[0].power == pytest.approx(plans[1].power)
        assert (plans[0].positive, plans[1].positive) == (100, 300)
        assert plans[0].cases_needed is not None
        assert plans[0].cases_needed % 4 == 0
        assert plans[0].figure == "sensitivity"

    def test_what_it_rests_on_is_said(self) -> None:
        plan = power(self.CASE, readers=10, cases=50, effect=0.1)

        assert plan.components is None
        assert "conjectured, without pilot: a mean AUC of 0.75" in plan.paragraph
        assert "Obuchowski (AJR 2000;175:603)" in plan.method

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"expected": 1.2}, "expected is 1.2"),
            ({"r1": 0.0}, "r1 is 0"),
            ({"ratio": 0.0}, "ratio is 0"),
            ({"metric": "pauc"}, "not of 'pauc'"),
        ],
    )
    def test_impossible_numbers_are_refused(self, change: dict[str, object], message: str) -> None:
        values = {"expected": 0.75, "range_between": 0.1, "range_within": 0.05, "r1": 0.47} | change
        with pytest.raises(RatingsError, match=message):
            Conjecture(**values)  # type: ignore[arg-type]

    def test_other_designs_fixed_sizes_and_single_readers_are_refused(self) -> None:
        with pytest.raises(RatingsError, match="crossed design only"):
            power(self.CASE, readers=10, cases=50, effect=0.1, layout=Layout("readers-nested"))
        with pytest.raises(RatingsError, match="two readers or more"):
            power(self.CASE, readers=1, cases=50, effect=0.1, random="cases")
        with pytest.raises(RatingsError, match="a simulation is of two modalities"):
            power(self.CASE, readers=10, cases=50, effect=0.1, studies=10)


def test_a_roe_metz_model_has_components_of_its_own() -> None:
    model = RoeMetz((0.75, 0.85), 0.011, 0.011, case=0.3, modality_case=0.3, reader_case=0.2, rest=0.2)
    plan = power(from_model(model, 40, 60), readers=6, cases=100, effect=0.1)

    assert (plan.positive, plan.negative) == (40, 60)
    assert "those of a Roe–Metz model (AUC 0.75, 0.85; variances: reader 0.011" in plan.paragraph


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"effect": 0.0}, "the effect must be a number other than 0"),
        ({"margin": -0.1}, "the margin is -0.1 and must be above 0"),
        ({"target": 1.0}, "target is 1 and must lie between"),
        ({"alpha": 0.0}, "alpha is 0 and must lie between"),
        ({"random": "nobody"}, "random 'nobody'"),
        ({"readers": 1}, "1 reader is not enough"),
        ({"readers": 0, "random": "cases"}, "one reader and four cases at least"),
        ({"cases": 3}, "one reader and four cases at least"),
        ({"studies": 5}, "needs to know the AUC in the first modality"),
        ({"studies": 5, "random": "readers"}, "draws cases anew"),
        ({"readers": 5, "layout": Layout("split-plot", 2)}, "5 readers cannot be divided evenly into 2 blocks"),
    ],
)
def test_what_cannot_be_planned_is_refused(choices: dict[str, object], message: str) -> None:
    plan = {"readers": 6, "cases": 251, "effect": 0.05} | choices
    with pytest.raises(RatingsError, match=message):
        power(from_components(VANDYKE), **plan)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"error": 1e-3}, "cases is missing; write cases=VALUE"),
        ({"cases": 100, "error": 1e-3, "cov4": 1.0}, "'cov4' is not known"),
        ({"cases": 100, "error": float("nan")}, "error must be a finite number"),
        ({"cases": 100, "error": 1e-3, "cov1": 1e-4, "r1": 0.1}, "give cov1 or its correlation r1, not both"),
        ({"cases": 100, "error": 0.0}, "the error variance must be above 0"),
        ({"cases": 100, "error": 1e-3, "positive_share": 1.0}, "positive_share is 1"),
        ({"cases": 100, "error": 1e-3, "cov1": 1e-4}, "the component cov2 is not known"),
        ({"cases": 100, "error": 1e-3, "r1": 0.99, "r2": 0.5, "r3": 0.3, "var_tr": 0}, "no error variance of a reader"),
    ],
)
def test_components_that_do_not_do_are_refused(numbers: dict[str, float], message: str) -> None:
    with pytest.raises(RatingsError, match=message):
        power(from_components(numbers), readers=5, cases=100, effect=0.05)


def test_pilots_that_do_not_do_are_refused() -> None:
    one, two = made_up_study(readers=4), made_up_study(readers=4, modalities=TWO)
    nested = two[(two["reader"] <= "R2") == (two["modality"] == TWO[0])]

    with pytest.raises(RatingsError, match="the pilot has one modality"):
        from_pilot(one)
    with pytest.raises(RatingsError, match="needs a pilot of one modality"):
        from_pilot(two, comparison="value")
    with pytest.raises(RatingsError, match="the design of the pilot is readers-nested"):
        from_pilot(nested)
    both = with_detector(with_detector(one), name="Other")
    both.loc[both["reader"] == "Detector", "kind"] = "detector"
    with pytest.raises(RatingsError, match=r"several detectors \(Detector, Other\)"):
        from_pilot(both, comparison="detector")


def test_a_detector_or_value_is_planned_for_a_crossed_design_only() -> None:
    source = from_pilot(made_up_study(readers=4, seed=3), comparison="value")
    with pytest.raises(RatingsError, match="a comparison with a value is planned for a crossed design only"):
        power(source, readers=4, cases=40, effect=0.1, layout=Layout("cases-nested"))


@pytest.mark.parametrize(
    ("design", "blocks", "message"),
    [
        ("latin", 1, "design 'latin' is not known"),
        ("split-plot", 1, "two blocks or more"),
        ("crossed", 2, "two blocks"),
    ],
)
def test_impossible_layouts_are_refused(design: str, blocks: int, message: str) -> None:
    with pytest.raises(RatingsError, match=message):
        Layout(design, blocks)  # type: ignore[arg-type]


def test_gaps_of_a_pilot_and_its_covariances_are_said() -> None:
    table = made_up_study(readers=4, cases=40, modalities=TWO, seed=2).drop(index=[3, 50])
    found: Pilot = from_pilot(table, covariance="delong")

    assert "with reads missing), with DeLong covariances" in found.words
