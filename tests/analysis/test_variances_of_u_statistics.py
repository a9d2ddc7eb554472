"""With unbiased covariances, designs complete in themselves give the variance of the one-shot U-statistics.

Gallas (Acad Radiol 2006;13:353) and Gallas, Bandos, Samuelson and Wagner (Commun Stat Theory Methods 2009;38:2586):
the squared mean of a modality is estimated from pairs of success scores that share no reader and no case.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd
import pytest

from analysis import obuchowski_rockette
from tests.analysis.tables import made_up_study

MODALITIES = ("unaided", "aided")

Scores = dict[str, dict[tuple[str, str], float]]


def number_of(column: pd.Series) -> pd.Series:
    return column.str[1:].astype(int)


def crossed(table: pd.DataFrame) -> pd.DataFrame:
    return table


def readers_nested(table: pd.DataFrame) -> pd.DataFrame:
    return table[(number_of(table["reader"]) <= 2) == (table["modality"] == "unaided")]


def cases_nested(table: pd.DataFrame) -> pd.DataFrame:
    return table[(number_of(table["case"]) < 12) == (table["modality"] == "unaided")]


def success_scores(reads: pd.DataFrame) -> Scores:
    """Of each reader: 1, ½ or 0 for each pair of a synthetic and an authentic case."""
    scores: Scores = {}
    for reader, own in reads.groupby("reader"):
        positive, negative = (
            own[own["truth"] == truth][["case", "rating"]].itertuples(index=False) for truth in (1, 0)
        )
        scores[str(reader)] = {
            (str(k), str(m)): float((x > y) + (x == y) / 2)
            for (k, x), (m, y) in product(list(positive), list(negative))
        }
    return scores


def covariance(a: Scores, b: Scores) -> float:
    """Product of the means minus the mean product of scores without common reader and case."""
    mean_a, mean_b = (np.mean([score for own in each.values() for score in own.values()]) for each in (a, b))
    apart = [
        one * other
        for (reader, mine), (colleague, theirs) in product(a.items(), b.items())
        if reader != colleague
        for (k, m), one in mine.items()
        for (k2, m2), other in theirs.items()
        if k != k2 and m != m2
    ]
    return float(mean_a * mean_b - np.mean(apart))


@pytest.mark.parametrize("design", [crossed, readers_nested, cases_nested])
@pytest.mark.parametrize("seed", [4, 7, 11])
def test_the_squared_standard_error_is_their_variance(
    design: Callable[[pd.DataFrame], pd.DataFrame], seed: int
) -> None:
    table = design(made_up_study(readers=4, cases=24, modalities=MODALITIES, seed=seed))
    result = obuchowski_rockette(table, covariance="unbiased")
    a, b = (success_scores(table[table["modality"] == modality]) for modality in MODALITIES)
    expected = covariance(a, a) + covariance(b, b) - 2 * covariance(a, b)

    [difference] = result.differences
    found = result.components
    assert result.design == design.__name__.replace("_", "-")
    assert found.cov2 is not None
    assert found.cov3 is not None
    assert difference.se is not None
    as_estimated = difference.se**2 + 2 * min(found.cov2 - found.cov3, 0.0)  # the test counts negative ones as zero
    assert as_estimated == pytest.approx(expected, rel=1e-10, abs=1e-14)
