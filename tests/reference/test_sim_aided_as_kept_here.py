"""sim_aided, kept beside these tests: the reference values that are held on every machine.

Figures by MRMCaov 0.3.0 (R), `mrmc(empirical_auc(truth, rating), treatment, reader, case, data = sim_aided,
method = jackknife | DeLong)`, and iMRMC (R), `uStat11.jointD(...)` of the calls at ratings of 4 and above.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from analysis import obuchowski_rockette
from tests.reference.printed import printed

Textbook = Callable[[str], pd.DataFrame]


@pytest.mark.parametrize(
    ("covariance", "f", "df", "p"),
    [
        ("jackknife", "12.20562079", "27.7898417", ".00161437"),
        ("delong", "12.27656409", "27.4695882", ".00159038"),
    ],
)
def test_readers_and_cases_random(textbook: Textbook, covariance: str, f: str, df: str, p: str) -> None:
    result = obuchowski_rockette(textbook("sim_aided"), covariance=covariance)

    assert (result.design, result.readers, result.reads, result.missing) == ("crossed", 6, 1440, 0)
    assert result.test is not None
    assert (result.test.value, result.test.df2, result.test.p) == (printed(f), printed(df), printed(p))


def test_the_variance_of_sensitivity_is_that_of_u_statistics(textbook: Textbook) -> None:
    [difference] = obuchowski_rockette(textbook("sim_aided"), metric="sensitivity", threshold=4).differences

    assert difference.se
    assert difference.se**2 == printed(".00152585034")
