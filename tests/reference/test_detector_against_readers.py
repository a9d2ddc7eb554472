"""A detector and 9 readers on 200 cases (dataset09 of RJafroc).

Figures by RJafroc (R), stand-alone CAD against radiologists, one-treatment analysis with readers and cases random
("1T-RRRC"), FOM = "Wilcoxon", jackknife covariances.
"""

from __future__ import annotations

from collections.abc import Callable

from analysis import Ratings, compare_detectors
from tests.reference.printed import printed


def test_readers_and_cases_random(ratings: Callable[[str], Ratings]) -> None:
    [found] = compare_detectors(ratings("ai_versus_readers_09"), detector="1", covariance="jackknife").detectors

    assert found.readers == 9
    assert found.estimate == printed(".816927083333333")
    assert found.readers_mean == printed(".848663194444444")
    assert found.difference == printed(".0317361111111111")
    assert found.statistic == printed(".992868883384089")
    assert found.df == printed("877.886378333107")
    assert found.p == printed(".321047434257322")
    assert found.ci == (printed("-.030998768774553"), printed(".0944709909967753"))
