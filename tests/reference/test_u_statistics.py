"""U-statistics of the iMRMC package (R), `doIMRMC(…)$Ustat` and `$MLEstat`; its p has the whole part of the df."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from analysis import Ratings, bootstrap, dorfman_berbaum_metz, u_statistics
from tests.reference.printed import printed


def test_vandykes_difference(ratings: Callable[[str], Ratings]) -> None:
    [difference] = u_statistics(ratings("vandyke")).differences

    assert difference.estimate == printed("-.043800322")
    assert difference.variance == pytest.approx(4.27312516744969e-4, rel=1e-10)
    assert difference.df == pytest.approx(12.8134110059817, rel=1e-10)
    assert difference.p == printed(".0556466643")
    assert difference.v_variance > difference.variance


def test_the_simulated_study_with_an_aid(textbook: Callable[[str], pd.DataFrame]) -> None:
    table = textbook("sim_aided")
    [difference] = u_statistics(table).differences

    assert difference.se == printed(".032785")
    assert difference.v_variance > difference.variance
    drawn = bootstrap(table, draws=20_000, seed=1).differences[0]
    assert drawn.se**2 == pytest.approx(difference.v_variance, rel=0.04)


def test_vandykes_pseudovalues(ratings: Callable[[str], Ratings]) -> None:
    """Mean squares of modality, reader and interaction: 114 times those of the areas (RJafroc, method = "DBM")."""
    found = dorfman_berbaum_metz(ratings("vandyke"))

    squares = found.mean_squares
    for square, of_areas in (
        (squares.t, ".00479617053166"),
        (squares.r, ".00383619998911"),
        (squares.tr, ".000551030621744"),
    ):
        assert square is not None
        assert square / 114 == printed(of_areas)
