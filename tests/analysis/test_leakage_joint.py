"""All cues together: found on patients that were not learnt from, and nothing found where there is nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis import RatingsError
from analysis.leakage.joint import FOLDS, joint_area


def drawn(cases: int, *, shift: float, seed: int = 0, cues: int = 6) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    positive = np.arange(cases) % 2 == 0
    measures = np.random.default_rng(seed).normal(size=(cases, cues))
    measures[:, 0] += shift * positive
    return measures, positive


def test_a_strong_cue_is_found_by_both_models() -> None:
    measures, positive = drawn(80, shift=3)
    found = joint_area(measures, positive, np.arange(80))
    # One cue alone: Φ(3/√2) = 0.983.
    for one in (found.both, found.logistic, found.boosting):
        assert one.auc > 0.9
        assert one.ci[0] > 0.5


def test_no_cue_gives_nothing_that_carries_over() -> None:
    areas = [joint_area(*drawn(60, shift=0, seed=seed), np.arange(60)).both for seed in range(6)]
    assert np.mean([one.auc for one in areas]) == pytest.approx(0.5, abs=0.1)
    assert sum(one.ci[0] > 0.5 for one in areas) <= 1


def test_images_of_a_patient_do_not_give_each_other_away() -> None:
    """Each patient is known by a cue of their own: with them in both halves it would be learnt by heart."""
    generator = np.random.default_rng(1)
    patients = np.repeat(np.arange(30), 4)
    positive = (np.arange(30) % 2 == 0)[patients]
    measures = generator.normal(size=(30, 5))[patients] + generator.normal(0, 0.01, (120, 5))
    by_patient = joint_area(measures, positive, patients).both.auc
    by_image = joint_area(measures, positive, np.arange(120)).both.auc
    assert by_image > 0.9
    assert by_patient < 0.7


def test_constant_cues_do_no_harm_and_alone_say_nothing() -> None:
    measures, positive = drawn(60, shift=3)
    with_constants = np.hstack([measures, np.full((60, 3), 7.0)])
    assert joint_area(with_constants, positive, np.arange(60)).both.auc > 0.9
    found = joint_area(np.full((60, 3), 7.0), positive, np.arange(60)).both
    assert found.auc == pytest.approx(0.5, abs=0.05)  # folds differ by a case in the classes' parts


def test_the_same_seed_gives_the_same_areas() -> None:
    measures, positive = drawn(40, shift=1)
    assert joint_area(measures, positive, np.arange(40)) == joint_area(measures, positive, np.arange(40))


def test_too_few_patients_are_refused() -> None:
    measures, positive = drawn(2 * FOLDS - 2, shift=1)
    with pytest.raises(RatingsError, match=f"at least {FOLDS} patients; one has {FOLDS - 1}"):
        joint_area(measures, positive, np.arange(len(positive)))
    with pytest.raises(RatingsError, match="one has 1"):
        joint_area(*drawn(40, shift=1), clusters=np.arange(40) % 2)
