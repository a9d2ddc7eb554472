"""Van Dyke et al. (1993): 5 readers, 45 + 69 cases, spin-echo (1) and cine (2) MRI of aortic dissection.

Figures by MRMCaov 0.3.0 (R), `mrmc(empirical_auc(truth, rating), treatment, reader, case, data = VanDyke,
method = DeLong | jackknife | unbiased)` with `fixed` readers or cases, checked by RJafroc
(`St(dataset02, FOM = "Wilcoxon", method = "OR")`) and iMRMC where named.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analysis import Ratings, obuchowski_rockette, reader_rocs
from analysis.mrmc.result import MrmcResult
from tests.reference.printed import printed

AREAS = {
    "1": (".919645733", ".858776167", ".903864734", ".973107890", ".829790660"),
    "2": (".947826087", ".905314010", ".921739130", ".999355878", ".929951691"),
}
COVARIANCES = {  # Var(Error), Cov1, Cov2, Cov3
    "delong": ("7.92132453e-4", "3.42008958e-4", "3.39526531e-4", "2.35849653e-4"),
    "jackknife": ("8.02288266e-4", "3.46613709e-4", "3.44074829e-4", "2.39028371e-4"),
    "unbiased": ("7.88392512e-4", "3.41670557e-4", "3.39064980e-4", "2.35614846e-4"),
}
BOTH_RANDOM = {  # F, denominator df, p, SE, low, high
    "delong": ("4.48485432", "15.0661079", ".0512330308", ".0206825048", "-.087867196", ".000266552"),
    "jackknife": ("4.45631869", "15.2596746", ".0516656858", ".0207486184", "-.087959499", ".000358854"),
    "unbiased": ("4.48961389", "15.0341808", ".0511618", ".0206715388", "-.087851941", ".000251297"),
}
READERS_FIXED = {  # X2, p
    "delong": ("5.54578929", ".0185252"),
    "jackknife": ("5.47595324", ".0192798431"),
    "unbiased": ("5.57355628", ".01823369"),
}


@pytest.fixture
def analysed(ratings: Callable[[str], Ratings]) -> Callable[..., MrmcResult]:
    return lambda **choices: obuchowski_rockette(ratings("vandyke"), **choices)


def test_areas_of_readers_and_their_means(analysed: Callable[..., MrmcResult]) -> None:
    result = analysed()

    for modality, areas in AREAS.items():
        found = [item.estimate for item in result.per_reader if item.modality == modality]
        assert found == [printed(area) for area in areas]
    assert [item.estimate for item in result.modalities] == [printed(".897037037"), printed(".940837359")]
    assert result.differences[0].estimate == printed("-.043800322")


def test_design_and_counts(analysed: Callable[..., MrmcResult]) -> None:
    result = analysed()

    assert (result.design, result.readers, result.reads, result.missing) == ("crossed", 5, 1140, 0)
    assert (result.cases.positive, result.cases.negative) == (45, 69)


def test_mean_squares(analysed: Callable[..., MrmcResult]) -> None:
    squares = analysed().mean_squares

    assert squares.modality == printed(".00479617053166")
    assert squares.reader == printed(".00383619998911")
    assert squares.modality_reader == printed(".000551030621744")


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_error_covariances(analysed: Callable[..., MrmcResult], covariance: str) -> None:
    found = analysed(covariance=covariance).components

    assert [found.error, found.cov1, found.cov2, found.cov3] == [printed(x) for x in COVARIANCES[covariance]]


@pytest.mark.parametrize("covariance", BOTH_RANDOM)
def test_readers_and_cases_random(analysed: Callable[..., MrmcResult], covariance: str) -> None:
    result = analysed(covariance=covariance)
    f, df, p, se, low, high = BOTH_RANDOM[covariance]

    assert result.test is not None
    assert (result.test.value, result.test.df2, result.test.p) == (printed(f), printed(df), printed(p))
    [difference] = result.differences
    assert (difference.se, difference.df, difference.p) == (printed(se), printed(df), printed(p))
    assert difference.ci == (printed(low), printed(high))


@pytest.mark.parametrize("covariance", READERS_FIXED)
def test_readers_fixed(analysed: Callable[..., MrmcResult], covariance: str) -> None:
    test = analysed(covariance=covariance, random="cases").test
    value, p = READERS_FIXED[covariance]

    assert test is not None
    assert (test.statistic, test.value, test.p, test.df2) == ("chi2", printed(value), printed(p), None)


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_cases_fixed(analysed: Callable[..., MrmcResult], covariance: str) -> None:
    test = analysed(covariance=covariance, random="readers").test

    assert test is not None
    assert (test.statistic, test.value, test.df1, test.df2) == ("F", printed("8.704"), 1, 4)
    assert test.p == printed(".04195875")


def test_the_unbiased_variance_is_that_of_u_statistics(analysed: Callable[..., MrmcResult]) -> None:
    """The iMRMC package (R), `doIMRMC(...)$Ustat`, variance of the difference of the reader-averaged AUCs."""
    [difference] = analysed(covariance="unbiased").differences

    assert difference.se
    assert difference.se**2 == pytest.approx(4.27312516744969e-4, rel=1e-10)


def test_sensitivity_at_a_rating_of_three(analysed: Callable[..., MrmcResult]) -> None:
    """MRMCaov 0.3.0, `mrmc(binary_sens(truth, rating >= 3), ..., method = jackknife)`."""
    result = analysed(metric="sensitivity", threshold=3)

    assert [item.estimate for item in result.modalities] == [printed(".8222"), printed(".9200")]
    [difference] = result.differences
    assert (difference.estimate, difference.se) == (printed("-.0977778"), printed(".0378045"))
    assert (difference.df, difference.p) == (printed("15.717"), printed(".02008822"))


def test_paired_delong_of_the_first_reader(ratings: Callable[[str], Ratings]) -> None:
    """pROC (R), `roc.test(roc(truth, rating1), roc(truth, rating2), method = "delong", paired = TRUE)`."""
    [pair] = [pair for pair in reader_rocs(ratings("vandyke")).pairs if pair.reader == "1"]

    assert (pair.z, pair.p) == (printed("-1.11108132111851"), printed(".266533347180844"))


def test_the_partial_area_between_specificities_of_80_and_100_percent(analysed: Callable[..., MrmcResult]) -> None:
    """MRMCaov, `trapezoidal_auc(truth, rating, partial = "specificity", min = .8, max = 1)`, jackknife."""
    raw, standardised = (analysed(metric="pauc", spec_range=(0.8, 1.0), standardized=each) for each in (False, True))

    for result in (raw, standardised):
        assert result.test is not None
        assert (result.test.value, result.test.df2) == (printed("5.05409748"), printed("11.6435"))
        assert result.test.p == printed(".04478204")


def test_modality_1_is_not_shown_to_be_no_worse_by_5_percent(analysed: Callable[..., MrmcResult]) -> None:
    test, _ = analysed(margin=0.05).margins

    assert (test.a, test.b, test.noninferior) == ("1", "2", False)
    assert (test.statistic, test.p) == (printed(".2997546962"), printed(".3842300860"))
