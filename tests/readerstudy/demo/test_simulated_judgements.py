"""A simulated reader judges with the ability that was set: pure draws, without any server."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, pearsonr

from analysis.mrmc.obuchowski_rockette import obuchowski_rockette
from readerstudy.demo.profiles import drawn_profiles
from readerstudy.demo.simulation import Ability, judge
from readerstudy.reading.models import rating_of


def ratings(ability: Ability, *, synthetic: bool, cases: int, seed: int) -> list[float]:
    generator = np.random.default_rng(seed)
    judgements = [
        judge(ability, synthetic=synthetic, case_effect=generator.standard_normal(), generator=generator)
        for _ in range(cases)
    ]
    return [rating_of(judgement.call, judgement.confidence) for judgement in judgements]


@pytest.mark.parametrize("auc", [0.5, 0.7, 0.85, 0.95])
def test_over_many_cases_a_reader_has_the_auc_that_was_set(auc: float) -> None:
    """With 4000 cases of each class, three standard errors of an AUC of 0.5 are 0.02."""
    ability = Ability(auc)
    fake, real = (ratings(ability, synthetic=synthetic, cases=4000, seed=int(synthetic)) for synthetic in (True, False))
    assert mannwhitneyu(fake, real).statistic / 4000**2 == pytest.approx(auc, abs=0.02)


@given(
    auc=st.floats(0.5, 0.99),
    synthetic=st.booleans(),
    case_effect=st.floats(-5, 5),
    seed=st.integers(0, 2**32),
)
def test_every_judgement_is_one_that_the_server_takes(
    auc: float, synthetic: bool, case_effect: float, seed: int
) -> None:
    judgement = judge(Ability(auc), synthetic=synthetic, case_effect=case_effect, generator=np.random.default_rng(seed))
    assert judgement.call in ("authentic", "synthetic")
    assert 1 <= judgement.confidence <= 100
    assert judgement.seconds > 0


def test_hard_cases_are_hard_for_all_readers() -> None:
    """Two readers' ratings of the same authentic cases go together, as far as the share they have in common says."""
    effects = np.random.default_rng(1).standard_normal(3000)
    both = []
    for seed in (2, 3):
        generator = np.random.default_rng(seed)
        judged = [judge(Ability(0.8), synthetic=False, case_effect=effect, generator=generator) for effect in effects]
        both.append([rating_of(judgement.call, judgement.confidence) for judgement in judged])
    assert 0.2 < pearsonr(*both).statistic < 0.4  # the decision variables correlate by 0.3


def test_drawn_readers_scatter_around_the_auc_that_was_asked_for() -> None:
    aucs = [profile.ability.auc for profile in drawn_profiles(400, seed=1, auc=0.8)]
    assert np.mean(aucs) == pytest.approx(0.8, abs=0.006)  # three standard errors
    assert np.std(aucs) == pytest.approx(0.04, abs=0.005)
    assert [p.ability for p in drawn_profiles(3, seed=1, auc=0.8)] == [
        p.ability for p in drawn_profiles(9, seed=1, auc=0.8)[:3]
    ]


def test_the_interval_of_the_mean_auc_covers_the_one_that_was_set() -> None:
    """100 seeded trials of 6 readers × 40 cases at an AUC of 0.85. Nominal coverage is 95 %; the band is 3 SE wide."""
    covered = 0
    for trial in range(100):
        interval = obuchowski_rockette(_trial(trial)).modalities[0].ci
        covered += interval is not None and interval[0] <= 0.85 <= interval[1]
    assert 88 <= covered <= 100


def _trial(seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    profiles = drawn_profiles(6, seed=seed, auc=0.85)
    effects = generator.standard_normal(40)
    rows = []
    for number, profile in enumerate(profiles):
        for case, effect in enumerate(effects):
            judged = judge(profile.ability, synthetic=bool(case % 2), case_effect=effect, generator=generator)
            rating = rating_of(judged.call, judged.confidence)
            rows.append({"reader": f"R{number}", "case": f"C{case}", "truth": case % 2, "rating": rating})
    return pd.DataFrame(rows)


@pytest.mark.parametrize("accuracy", [0.5, 0.59, 0.75, 0.92])
def test_a_reader_of_a_set_accuracy_is_right_so_often(accuracy: float) -> None:
    """With 8000 cases, three standard errors of a share are at most 0.017."""
    generator = np.random.default_rng(3)
    ability = Ability.of_accuracy(accuracy)
    right = [
        judge(
            ability, synthetic=bool(case % 2), case_effect=generator.standard_normal(), generator=generator
        ).call == ("authentic", "synthetic")[case % 2]
        for case in range(8000)
    ]  # fmt: skip
    assert np.mean(right) == pytest.approx(accuracy, abs=0.017)
