"""Many imagined studies give the same bits with any number of workers, and reject and cover as they promise."""

from __future__ import annotations

from dataclasses import replace

import joblib
import pytest
from scipy.stats import binom

from analysis import RatingsError
from analysis.planning.pilots import from_model
from analysis.planning.power import power
from analysis.planning.roe_metz import RoeMetz
from analysis.planning.studies import Study, run

VARIANCES = {
    "reader": 0.03,
    "modality_reader": 0.03,
    "case": 0.3,
    "modality_case": 0.3,
    "reader_case": 0.2,
    "rest": 0.2,
}
NULL = RoeMetz((0.8, 0.8), **VARIANCES)
AGAINST_DETECTOR = RoeMetz((0.8,), **VARIANCES, detector_auc=0.8)


@pytest.mark.parametrize(
    "study",
    [
        Study(NULL, 5, 25, 25),
        Study(NULL, 5, 40, 40, missing=0.3),
        Study(NULL, 5, 25, 25, points=5),
        Study(NULL, 5, 40, 40, missing=0.3, method="u-statistics"),
        Study(AGAINST_DETECTOR, 5, 40, 40, method="detector"),
        Study(AGAINST_DETECTOR, 5, 40, 40, missing=0.3, method="detector"),
    ],
)
def test_a_true_null_hypothesis_is_rejected_as_often_as_it_should_be(study: Study) -> None:
    studies = 300
    found = run(study, studies=studies, seed=2026)

    least, most = binom.interval(0.999, studies, 0.05)
    assert least <= found.rejected * studies <= most
    assert least <= (1 - found.covered) * (studies - found.undefined) <= most
    assert found.truth == 0
    assert found.mean == pytest.approx(0, abs=4 * found.sd / studies**0.5)
    assert found.mean_se == pytest.approx(found.sd, rel=0.2)


def test_the_same_seed_gives_the_same_bits_with_any_number_of_workers() -> None:
    study = Study(NULL, 3, 10, 10, missing=0.2)
    alone, other = run(study, studies=120, seed=7), run(study, studies=120, seed=8)
    with joblib.parallel_config("threading", n_jobs=3):
        in_threads = run(study, studies=120, seed=7)

    assert alone == run(study, studies=120, seed=7, jobs=2) == in_threads
    assert alone != other


def test_more_studies_begin_with_the_same_ones() -> None:
    """Every study has a stream of its own, so a study does not depend on how many there are."""
    study = Study(NULL, 3, 10, 10)
    few, many = run(study, studies=1, seed=3), run(study, studies=2, seed=3)
    second = 2 * many.mean - few.mean
    assert second != pytest.approx(few.mean)
    assert many.sd == pytest.approx(abs(second - few.mean) / 2**0.5)


def test_the_formula_predicts_how_often_studies_reject() -> None:
    model = replace(NULL, aucs=(0.75, 0.85), reader=0.01, modality_reader=0.002)
    studies = 300
    plan = power(from_model(model, 40, 40), readers=5, cases=80, effect=0.1, studies=studies, seed=4)

    assert plan.simulated is not None
    spread = (plan.power * (1 - plan.power) / studies) ** 0.5
    assert 0.3 < plan.power < 0.95
    assert plan.simulated.rejected == pytest.approx(plan.power, abs=3.5 * spread + 0.03)
    assert plan.simulated.mean == pytest.approx(-0.1, abs=0.02)
    assert plan.simulated.mean_se == pytest.approx(plan.se, rel=0.1)


def test_fixed_readers_are_the_same_in_every_study() -> None:
    model = replace(NULL, aucs=(0.75, 0.8))
    plan = power(from_model(model, 40, 40), readers=4, cases=80, effect=0.05, random="cases", studies=300, seed=4)

    assert plan.simulated is not None
    assert plan.simulated.sd == pytest.approx(plan.se, rel=0.15)
    assert plan.simulated.median_df is None


def test_non_inferiority_is_shown_as_often_as_planned() -> None:
    model = replace(NULL, reader=0.01, modality_reader=0.001)
    plan = power(from_model(model, 60, 60), readers=5, cases=120, effect=0.0, margin=0.1, studies=300, seed=5)

    assert plan.simulated is not None
    spread = (plan.power * (1 - plan.power) / 300) ** 0.5
    assert plan.simulated.rejected == pytest.approx(plan.power, abs=3.5 * spread + 0.03)


def test_readers_left_without_cases_give_no_test() -> None:
    found = run(Study(NULL, 3, 3, 3, missing=0.6), studies=40, seed=1)

    assert 0 < found.undefined <= 40
    assert "simulated studies" in str(found)
    assert found.to_dict()["studies"] == 40


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "guess"}, "method 'guess' is not known"),
        ({"covariance": "magic"}, "covariance 'magic' is not known"),
        ({"method": "detector"}, "detector_auc is for the comparison with a detector"),
        ({"model": RoeMetz((0.8,), **VARIANCES)}, "give the AUC of two modalities"),
        ({"readers": 0}, "a reader and two cases"),
        ({"random": "nobody"}, "random 'nobody'"),
    ],
)
def test_an_impossible_study_is_refused(change: dict[str, object], message: str) -> None:
    choices = {"model": NULL, "readers": 3, "positive": 10, "negative": 10} | change
    with pytest.raises(RatingsError, match=message):
        Study(**choices)  # type: ignore[arg-type]


def test_no_study_at_all_is_refused() -> None:
    with pytest.raises(RatingsError, match="a study at least"):
        run(Study(NULL, 3, 10, 10), studies=0, seed=1)
