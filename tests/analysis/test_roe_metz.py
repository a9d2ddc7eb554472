"""Imagined readers and cases have the areas, variances and correlations that the Roe–Metz model gives them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from analysis import RatingsError, validate
from analysis.measures.measurement import measure_curves
from analysis.mrmc import hillis
from analysis.mrmc.hillis import Components
from analysis.planning.roe_metz import RoeMetz, cut_points, draw, simulate
from analysis.planning.roe_metz_components import both_above, components, like

# Structure HH of Roe and Metz (1997): much variance among readers, much correlation over cases.
HH = {"reader": 0.011, "modality_reader": 0.011, "case": 0.3, "modality_case": 0.3, "reader_case": 0.2, "rest": 0.2}


def model(*aucs: float, **others: float) -> RoeMetz:
    return RoeMetz(aucs or (0.75, 0.85), **HH, **others)


def test_the_area_is_the_one_that_was_asked_for() -> None:
    """Mean over many readers and cases, for both slopes and for a detector."""
    for b in (1.0, 0.6):
        imagined = model(0.75, 0.9, b=b, detector_auc=0.8)
        curves = draw(imagined, np.random.default_rng(1), readers=300, positive=1000, negative=1000)
        areas = measure_curves(curves, "auc", "jackknife").estimates
        assert areas[:300].mean() == pytest.approx(0.75, abs=0.025)
        assert areas[300:600].mean() == pytest.approx(0.9, abs=0.025)
        assert areas[600] == pytest.approx(0.8, abs=0.03)


def test_variances_are_the_models() -> None:
    curves = draw(model(0.5, 0.5, b=0.5), np.random.default_rng(2), readers=40, positive=4000, negative=4000)
    of_class = curves.positive
    scores = curves.scores.reshape(2, 40, 8000)

    total = sum(HH.values())
    assert scores[:, :, ~of_class].var() == pytest.approx(total, rel=0.1)
    assert scores[:, :, of_class].var() == pytest.approx(total / 0.25, rel=0.1)
    shared = np.mean(scores[0, :, ~of_class] * scores[1, :, ~of_class])
    assert shared == pytest.approx(HH["reader"] + HH["case"] + HH["reader_case"], rel=0.1)


def test_the_same_seed_gives_the_same_bits() -> None:
    sizes = {"readers": 3, "positive": 6, "negative": 8}
    one, same, other = (simulate(model(), seed=seed, **sizes) for seed in (3, 3, 4))

    assert one.equals(same)
    assert not one.equals(other)
    assert one.equals(simulate(model(), seed=np.random.default_rng(3), **sizes))


def test_a_simulated_table_is_a_ratings_table() -> None:
    table = simulate(model(detector_auc=0.9), readers=3, positive=20, negative=30, seed=1, missing=0.3, points=5)
    checked = validate(table).frame
    human = checked[checked["kind"] == "human"]

    assert set(human["modality"]) == {"1", "2"}
    assert len(checked[checked["kind"] == "detector"]) == 50
    assert checked.drop_duplicates("case")["truth"].sum() == 20
    assert set(checked["rating"]) == {1, 2, 3, 4, 5}
    assert 0.6 < len(human) / (2 * 3 * 50) < 0.8


def test_points_of_a_scale_are_used_alike() -> None:
    table = simulate(model(0.8, 0.8), readers=40, positive=400, negative=400, points=4)

    assert table["rating"].value_counts(normalize=True).to_numpy() == pytest.approx(0.25, abs=0.05)
    assert np.all(np.diff(cut_points(model(), 7)) > 0)


@pytest.mark.parametrize(("h", "k"), [(0.7, 0.7), (0.2, 1.4), (-0.5, 1.0), (0.0, 0.0)])
@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.9])
def test_the_orthant_probability_is_that_of_scipy(h: float, k: float, correlation: float) -> None:
    expected = multivariate_normal.cdf([h, k], cov=[[1, correlation], [correlation, 1]], abseps=1e-12, releps=1e-12)

    assert float(both_above(h, k, correlation)) == pytest.approx(float(expected), abs=1e-7)


def test_with_full_correlation_one_event_is_the_other() -> None:
    assert float(both_above(0.7, 0.7, 1.0)) == pytest.approx(norm.cdf(0.7), abs=1e-6)


def test_components_are_the_means_of_what_is_estimated_in_many_studies() -> None:
    """With unbiased covariances, which estimate them without bias (Hillis 2018)."""
    imagined = model(0.75, 0.85, b=0.7)
    rng, found = np.random.default_rng(5), []
    for _ in range(800):
        curves = draw(imagined, rng, readers=5, positive=20, negative=30)
        measured = measure_curves(curves, "auc", "unbiased")
        found.append(list(vars(hillis.components(measured.estimates.reshape(2, 5), measured.covariances)).values()))

    expected = np.array(list(vars(components(imagined, 20, 30)).values()))
    error = np.std(found, axis=0) / len(found) ** 0.5
    assert np.abs((np.mean(found, axis=0) - expected) / error).max() < 3.5


def test_one_modality_has_readers_and_cases() -> None:
    found = components(model(0.8), 20, 30)

    assert (found.cov1, found.cov3, found.modality_reader) == (None, None, None)
    assert found.cov2 is not None
    assert 0 < found.cov2 < found.error


@settings(max_examples=30)
@given(
    auc=st.floats(0.6, 0.95),
    effect=st.floats(-0.1, 0.04),
    b=st.floats(0.5, 1.0),
    reader=st.floats(0.001, 0.1),
    shares=st.lists(st.floats(0.05, 1.0), min_size=4, max_size=4),
)
def test_a_model_is_found_again_from_its_components(
    auc: float, effect: float, b: float, reader: float, shares: list[float]
) -> None:
    case, modality_case, reader_case, rest = (share / sum(shares) for share in shares)
    original = RoeMetz((auc, auc + effect), reader, reader / 2, case, modality_case, reader_case, rest, b=b)
    wanted = components(original, 40, 60)
    given_b = like(wanted, original.aucs, 40, 60, b=b)

    assert vars(components(given_b, 40, 60)) == pytest.approx(vars(wanted), rel=1e-6)
    assert given_b.case / given_b.total == pytest.approx(case / original.total, rel=1e-5)
    free = components(like(wanted, original.aucs, 40, 60), 40, 60)
    assume(free.error == pytest.approx(wanted.error, rel=1e-6))
    assert vars(free) == pytest.approx(vars(wanted), rel=1e-6)


def test_vandykes_components_are_met() -> None:
    """Those with which Hillis, Smith and Chen (2022) begin; some slope b gives their error variance too."""
    error = 0.000788
    wanted = Components(error, 0.433 * error, 0.430 * error, 0.299 * error, 0.00154, 0.000208)
    found = like(wanted, (0.897, 0.941), 45, 69)

    assert 0.05 < found.b < 1
    assert vars(components(found, 45, 69)) == pytest.approx(vars(wanted), rel=1e-9)


def test_negative_components_count_as_zero() -> None:
    wanted = Components(8e-4, 4e-4, 2e-4, 3e-4, -1e-3, -1e-4)
    found = like(wanted, (0.8, 0.85), 50, 50)

    assert (found.reader, found.modality_reader) == (0, 0)
    assert found.modality_case == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (Components(8e-4, None, 2e-4, None, 1e-3, None), "two modalities"),
        (Components(8e-4, 7.9e-4, 7.9e-4, 1e-4, 1e-3, 1e-4), "no Roe-Metz model has these components"),
        (Components(8e-4, 4e-4, 4e-4, 3e-4, 0.5, 1e-4), "var_r is too large"),
    ],
)
def test_components_that_no_model_has_are_refused(wanted: Components, message: str) -> None:
    with pytest.raises(RatingsError, match=message):
        like(wanted, (0.8, 0.85), 50, 50)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"aucs": (0.7, 1.0)}, "every AUC must lie between 0 and 1"),
        ({"aucs": ()}, "every AUC"),
        ({"detector_auc": 1.5}, "every AUC"),
        ({"reader": -1.0}, "the variance reader must be 0 or above"),
        ({"b": 0.0}, "b must be above 0"),
        ({"case": 0.0, "modality_case": 0.0, "reader_case": 0.0, "rest": 0.0}, "one of the variances of cases"),
    ],
)
def test_an_impossible_model_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(RatingsError, match=message):
        RoeMetz(**({"aucs": (0.7, 0.8)} | HH | change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"readers": 0}, "a reader and two cases of each class"),
        ({"missing": 1.0}, "missing is 1"),
        ({"points": 1}, "two points at least"),
    ],
)
def test_an_impossible_study_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(RatingsError, match=message):
        simulate(model(), **({"readers": 2, "positive": 5, "negative": 5} | change))  # type: ignore[arg-type]
