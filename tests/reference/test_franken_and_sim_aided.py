"""Two more crossed studies: chest radiographs of neonates, and a simulated aided reading.

Franken et al. (1992): 4 readers, 67 + 33 cases. sim_aided: 6 readers, 120 cases, unaided and aided, five-point
ratings. Figures by MRMCaov 0.3.0 (R), `mrmc(empirical_auc(truth, rating), ..., method = jackknife | DeLong)`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analysis import Ratings, obuchowski_rockette
from tests.reference.printed import printed


@pytest.mark.parametrize(
    ("data", "covariance", "f", "df", "p"),
    [
        ("franken", "jackknife", "4.69405772", "3", ".118837857"),
        ("sim_aided", "jackknife", "12.20562079", "27.7898417", ".00161437"),
        ("sim_aided", "delong", "12.27656409", "27.4695882", ".00159038"),
    ],
)
def test_readers_and_cases_random(
    ratings: Callable[[str], Ratings], data: str, covariance: str, f: str, df: str, p: str
) -> None:
    test = obuchowski_rockette(ratings(data), covariance=covariance).test

    assert test is not None
    assert (test.value, test.df2, test.p) == (printed(f), printed(df), printed(p))


def test_readers_fixed_with_a_negative_covariance_difference(ratings: Callable[[str], Ratings]) -> None:
    """RJafroc and the Iowa software count Cov2 - Cov3 < 0 as zero (.32101); MRMCaov 0.3.0 does not (.36396)."""
    result = obuchowski_rockette(ratings("franken"), covariance="jackknife", random="cases")
    found = result.to_dict()["components"]

    assert result.test is not None
    assert result.test.value == printed(".32101")
    assert found["cov2"] < found["cov3"]
    assert any("Cov2 - Cov3 is negative" in warning for warning in result.warnings)
    as_it_is = found["error"] - found["cov1"] + 3 * (found["cov2"] - found["cov3"])
    assert result.to_dict()["mean_squares"]["modality"] / as_it_is == printed(".36396")


def test_the_variance_of_sensitivity_is_that_of_u_statistics(ratings: Callable[[str], Ratings]) -> None:
    """The iMRMC package (R), `uStat11.jointD(...)` of the calls at ratings of 4 and above."""
    [difference] = obuchowski_rockette(ratings("sim_aided"), metric="sensitivity", threshold=4).differences

    assert difference.se
    assert difference.se**2 == printed(".00152585034")
