"""The bootstrap draws readers and cases, repeats itself bit by bit, and has the variance of V-statistics."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import RatingsError, obuchowski_rockette
from analysis.commands import main
from analysis.mrmc import resampling
from analysis.mrmc.bootstrap import bootstrap
from analysis.mrmc.u_statistics import u_statistics
from tests.analysis.tables import curves_of, made_up_study

TWO = ("unaided", "aided")


@pytest.fixture
def table() -> pd.DataFrame:
    return made_up_study(readers=4, cases=30, modalities=TWO, seed=6)


def test_the_estimates_are_those_of_the_main_analysis(table: pd.DataFrame) -> None:
    for metric in ("auc", "accuracy", "sensitivity", "specificity"):
        expected = obuchowski_rockette(table, metric=metric)
        found = bootstrap(table, metric=metric, draws=50)
        assert [x.estimate for x in found.modalities] == pytest.approx([x.estimate for x in expected.modalities])
        assert found.differences[0].estimate == pytest.approx(expected.differences[0].estimate)


def test_the_same_seed_gives_the_same_bits_and_another_does_not(table: pd.DataFrame) -> None:
    one, same, other = (bootstrap(table, draws=100, seed=seed) for seed in (5, 5, 6))
    from_generator = bootstrap(table, draws=100, seed=np.random.default_rng(5))

    assert one == same == from_generator
    assert one.differences[0].se != other.differences[0].se


def test_with_readers_and_cases_drawn_the_variance_is_that_of_v_statistics(table: pd.DataFrame) -> None:
    draws = 40_000
    found, expected = bootstrap(table, draws=draws, seed=1), u_statistics(table)

    margin = 4 * (2 / draws) ** 0.5  # four standard errors of a variance, relative
    assert found.differences[0].se ** 2 == pytest.approx(expected.differences[0].v_variance, rel=margin)
    for mean, v in zip(found.modalities, expected.modalities, strict=True):
        assert mean.se**2 == pytest.approx(v.v_variance, rel=margin)
    assert "V-statistics" in found.warnings[0]


def test_with_only_readers_drawn_the_variance_is_that_of_a_mean_of_few(table: pd.DataFrame) -> None:
    draws = 40_000
    found = bootstrap(table, random="readers", draws=draws, seed=2)
    areas = [x.estimate for x in obuchowski_rockette(table).per_reader if x.modality == "aided"]

    assert found.modalities[1].se ** 2 == pytest.approx(np.var(areas) / len(areas), rel=4 * (2 / draws) ** 0.5)
    assert "too small by the factor 3/4" in found.warnings[0]


def test_with_only_cases_drawn_a_proportion_has_its_binomial_variance() -> None:
    table = made_up_study(readers=1, cases=60)
    draws = 40_000
    [found] = bootstrap(table, metric="sensitivity", random="cases", draws=draws, seed=3).modalities

    expected = found.estimate * (1 - found.estimate) / 30
    assert found.se**2 == pytest.approx(expected, rel=4 * (2 / draws) ** 0.5)


def test_a_weighted_area_is_the_area_of_copied_cases() -> None:
    rng = np.random.default_rng(8)
    truth = rng.integers(0, 2, 25)
    scores = rng.integers(1, 6, (3, 25)).astype(float)
    scores[rng.random(scores.shape) < 0.2] = np.nan
    curves = curves_of(scores.tolist(), truth.tolist())
    drawn = resampling.case_counts(rng, curves, 6, by_class=True)
    found = resampling.figures(curves, "auc", drawn)

    for draw in range(6):
        copies = np.repeat(np.arange(25), drawn[:, draw].astype(int))
        for row in range(3):
            above, below = (scores[row, copies][truth[copies] == value] for value in (1, 0))
            above, below = above[~np.isnan(above)], below[~np.isnan(below)]
            wins = (above[:, None] > below) + (above[:, None] == below) / 2
            assert found[row, draw] == pytest.approx(wins.mean())


def test_as_many_are_drawn_as_there_are_within_each_class() -> None:
    curves = curves_of([[1.0] * 9], [1] * 4 + [0] * 5)
    drawn = resampling.case_counts(np.random.default_rng(1), curves, 50, by_class=True)

    assert set(drawn[:4].sum(axis=0)) == {4}
    assert set(drawn[4:].sum(axis=0)) == {5}
    assert set(resampling.case_counts(np.random.default_rng(1), curves, 50, by_class=False).sum(axis=0)) == {9}


def test_clusters_are_drawn_whole(table: pd.DataFrame) -> None:
    table = table.assign(patient=table["case"].str[1:].astype(int) // 5)
    alone = bootstrap(table, draws=4000, random="cases", metric="accuracy")
    together = bootstrap(table, draws=4000, random="cases", metric="accuracy", cluster="patient")

    assert together.method == "Bootstrap of cases (in clusters), 4000 draws"
    expected = obuchowski_rockette(table, metric="accuracy", cluster="patient", random="cases")
    assert expected.modalities[0].se is not None
    # The bootstrap of 6 clusters has 5/6 of the jackknife's variance.
    assert together.modalities[0].se == pytest.approx(expected.modalities[0].se * (5 / 6) ** 0.5, rel=0.1)
    assert together.modalities[0].se != alone.modalities[0].se


def test_readers_nested_in_modalities_are_drawn_within_them(table: pd.DataFrame) -> None:
    nested = table[(table["reader"] <= "R2") == (table["modality"] == "unaided")]
    found = bootstrap(nested, random="readers", draws=20_000, seed=4)

    variances = [x.se**2 for x in found.modalities]
    assert found.differences[0].se ** 2 == pytest.approx(sum(variances), rel=0.06)


def test_intervals_are_percentiles_and_normal(table: pd.DataFrame) -> None:
    found = bootstrap(table, draws=5000, alpha=0.1, seed=9).differences[0]

    assert found.ci_normal == pytest.approx(
        (found.estimate - 1.6448536269514722 * found.se, found.estimate + 1.6448536269514722 * found.se)
    )
    assert found.ci == pytest.approx(found.ci_normal, abs=0.02)
    assert abs(found.bias) < 4 * found.se / 5000**0.5


def test_a_reader_without_cases_of_a_class_in_a_draw_is_left_out_of_it() -> None:
    table = made_up_study(readers=3, cases=40, seed=3)
    few = table[(table["reader"] != "R3") | table["case"].isin(["C0", "C1", "C2", "C3"])]
    found = bootstrap(few, draws=500)

    assert 0 < found.modalities[0].se < 0.3
    assert np.isfinite(found.modalities[0].ci).all()


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"metric": "dprime"}, "not of 'dprime'"),
        ({"draws": 1}, "1 draws are too few"),
        ({"random": "nobody"}, "random 'nobody' is not known"),
        ({"alpha": 3}, "alpha is 3"),
    ],
)
def test_what_cannot_be_done_is_refused(table: pd.DataFrame, choices: dict[str, object], message: str) -> None:
    with pytest.raises(RatingsError, match=message):
        bootstrap(table, **choices)  # type: ignore[arg-type]


def test_the_command_prints_a_table_or_json(
    table: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ratings.csv"
    table.to_csv(path, index=False)

    assert main(["bootstrap", str(path), "--draws", "100", "--seed", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["differences"][0]["se"] == bootstrap(table, draws=100, seed=3).differences[0].se
    assert main(["bootstrap", str(path), "--draws", "100", "--random", "cases"]) == 0
    assert "percentiles" in capsys.readouterr().out
