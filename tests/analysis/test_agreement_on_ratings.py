"""Agreement of ratings: weights by level, continuous scales, sizes of numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from analysis import reader_agreement
from analysis.agreement.among_readers import Level
from tests.analysis.tables import made_up_study


def wide(table: pd.DataFrame) -> pd.DataFrame:
    return table.pivot_table(index="case", columns="reader", values="rating", sort=False)


def continuous(readers: int = 5, cases: int = 200) -> pd.DataFrame:
    generator = np.random.default_rng(4)
    of_case = generator.normal(50, 20, cases)
    rows = [
        (f"R{reader}", case, case % 2, of_case[case] + generator.normal(0, 15))
        for reader in range(readers)
        for case in range(cases)
    ]
    return pd.DataFrame(rows, columns=["reader", "case", "truth", "rating"])


@pytest.mark.parametrize(("level", "weights"), [("nominal", None), ("ordinal", "linear"), ("interval", "quadratic")])
def test_cohens_kappa_is_weighted_by_level_as_in_statsmodels(level: Level, weights: str | None) -> None:
    table = made_up_study(cases=60)
    ratings = wide(table)
    scale = range(1, 6)

    for pair in reader_agreement(table, level=level, on="rating").cohen_kappa:
        counts = pd.crosstab(ratings[pair.a], ratings[pair.b]).reindex(index=scale, columns=scale, fill_value=0)
        peer = cohens_kappa(counts.to_numpy(), wt=weights)
        assert (pair.estimate, pair.se) == pytest.approx((peer.kappa, peer.std_kappa))


def test_the_result_names_its_weights() -> None:
    found = reader_agreement(made_up_study(), level="ordinal", on="rating")

    assert found.weights == {
        "fleiss_kappa": "ordinal",
        "conger_kappa": "ordinal",
        "gwet_ac": "ordinal",
        "cohen_kappa": "linear",
    }


def test_the_ordinal_level_asks_for_the_order_only() -> None:
    table = made_up_study()
    stretched = table.assign(rating=np.exp(table["rating"]))
    one, other = (reader_agreement(item, level="ordinal", on="rating") for item in (table, stretched))

    assert replace(other, icc=one.icc).to_dict() == replace(one).to_dict()
    assert one.icc["A1"].estimate != other.icc["A1"].estimate


@pytest.mark.parametrize("level", ["nominal", "ordinal"])
def test_a_continuous_scale_is_sensible_and_says_what_is_not(level: Level) -> None:
    table = continuous()
    found = reader_agreement(table, level=level, on="rating")
    by_value = reader_agreement(table, level="interval", on="rating")

    assert any("There are 1000 distinct ratings" in warning for warning in found.warnings)
    assert not any("distinct" in warning for warning in by_value.warnings)
    assert found.icc == by_value.icc
    assert 0.5 < (by_value.icc["C1"].estimate or 0) < 0.8
    if level == "nominal":
        assert found.observed_agreement == 0
        assert found.fleiss_kappa.estimate == pytest.approx(0, abs=0.01)
    else:
        assert found.krippendorff_alpha.estimate == pytest.approx(by_value.krippendorff_alpha.estimate, abs=0.1)


@pytest.mark.parametrize("unit", [2.0**-1000, 1e-9, 1e300])
def test_any_finite_rating_is_valid_and_its_unit_does_not_matter(unit: float) -> None:
    table = made_up_study()
    found = reader_agreement(table.assign(rating=table["rating"] * unit), level="interval", on="rating").to_frame()
    expected = reader_agreement(table, level="interval", on="rating").to_frame()

    assert found["estimate"].to_list() == pytest.approx(expected["estimate"].to_list())
    assert found["low"].to_list() == pytest.approx(expected["low"].to_list())


def test_ratings_far_from_zero_lose_no_digit_that_they_have() -> None:
    table = made_up_study()
    found = reader_agreement(table.assign(rating=table["rating"] + 2.0**40), level="interval", on="rating")
    expected = reader_agreement(table, level="interval", on="rating")

    for form, item in expected.icc.items():
        assert found.icc[form].estimate == pytest.approx(item.estimate, rel=1e-10)
    assert found.krippendorff_alpha.estimate == pytest.approx(expected.krippendorff_alpha.estimate, rel=1e-10)
