"""Type I error of the regression of right calls, by its clusters: the table of docs/statistics.md.

`.venv/bin/pytest -m bench -s tests/bench/test_errors_of_regression.py`
"""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from analysis import regress_accuracy, validate
from analysis.mrmc.hillis import Random
from tests.analysis.studies_with_traits import study_with_traits

pytestmark = pytest.mark.bench
STUDIES = 500
TRAITS = ["years", "generator", "position"]


def test_traits_without_effect(capsys: pytest.CaptureFixture[str]) -> None:
    rejected = {random: np.zeros(3) for random in get_args(Random)}
    for seed in range(STUDIES):
        table = validate(study_with_traits(readers=8, cases=60, seed=seed, between_readers=0.6, between_cases=0.8))
        for random, count in rejected.items():
            count += [x.p < 0.05 for x in regress_accuracy(table, by=TRAITS, random=random).coefficients]
    with capsys.disabled():
        print("\n| clusters | trait of readers | trait of cases | position |\n|---|---|---|---|")  # noqa: T201
        for random, count in rejected.items():
            print(f"| {random} | " + " | ".join(f"{100 * share:.1f} %" for share in count / STUDIES) + " |")  # noqa: T201

    assert (rejected["both"] / STUDIES < 0.07).all()
    assert rejected["readers"][1] / STUDIES > 0.08
    assert rejected["cases"][0] / STUDIES > 0.2
