"""One-shot U-statistics are what their definition says, in any design and with any gaps.

Gallas (Acad Radiol 2006;13:353) and Gallas, Bandos, Samuelson and Wagner (Commun Stat Theory Methods 2009;38:2586):
means over pairs of success scores, by whether they share the reader, the positive and the negative case.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import RatingsError, obuchowski_rockette
from analysis.commands import main
from analysis.mrmc.u_statistics import MomentsOf, UStatisticsResult, u_statistics
from tests.analysis.tables import made_up_study

TWO = ("unaided", "aided")
Scores = list[tuple[tuple[str, str, str], float]]


def number_of(column: pd.Series) -> pd.Series:
    return column.str[1:].astype(int)


def crossed(table: pd.DataFrame) -> pd.DataFrame:
    return table


def with_gaps(table: pd.DataFrame) -> pd.DataFrame:
    return table.sample(frac=0.75, random_state=3).sort_index()


def readers_nested(table: pd.DataFrame) -> pd.DataFrame:
    return table[(number_of(table["reader"]) <= 2) == (table["modality"] == TWO[0])]


def cases_nested(table: pd.DataFrame) -> pd.DataFrame:
    return table[(number_of(table["case"]) < 10) == (table["modality"] == TWO[0])]


def split_plot(table: pd.DataFrame) -> pd.DataFrame:
    return table[(number_of(table["reader"]) <= 2) == (number_of(table["case"]) < 10)]


DESIGNS = [crossed, with_gaps, readers_nested, cases_nested, split_plot]


def study(design: Callable[[pd.DataFrame], pd.DataFrame] = crossed, seed: int = 5) -> pd.DataFrame:
    return design(made_up_study(readers=4, cases=18, modalities=TWO, seed=seed))


def success_scores(reads: pd.DataFrame) -> Scores:
    """1, ½ or 0, with reader, positive and negative case."""
    found = []
    for reader, own in reads.groupby("reader"):
        positive, negative = (own[own["truth"] == truth] for truth in (1, 0))
        pairs = product(
            positive[["case", "rating"]].itertuples(index=False), negative[["case", "rating"]].itertuples(index=False)
        )
        found += [((str(reader), str(k), str(m)), float((x > y) + (x == y) / 2)) for (k, x), (m, y) in pairs]
    return found


def moments_by_definition(a: Scores, b: Scores) -> tuple[list[float], list[float]]:
    """Mean product of the pairs of each kind, and the share of the kind."""
    mean_a, mean_b = (np.mean([score for _, score in each]) for each in (a, b))
    sums, numbers = np.zeros(8), np.zeros(8)
    for (one, x), (other, y) in product(a, b):
        kind = sum(weight for i, weight in enumerate((4, 2, 1)) if one[i] != other[i])
        sums[kind] += (x - mean_a) * (y - mean_b)
        numbers[kind] += 1
    means = np.divide(sums, numbers, out=np.zeros(8), where=numbers > 0)
    return means.tolist(), (numbers / numbers.sum()).tolist()


def moments_of(result: UStatisticsResult, a: str, b: str) -> MomentsOf:
    [found] = [x for x in result.moments if (x.a, x.b) == (a, b)]
    return found


@pytest.mark.parametrize("design", DESIGNS)
def test_the_moments_are_means_over_all_pairs_of_their_kind(design: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    table = study(design)
    scores = {modality: success_scores(table[table["modality"] == modality]) for modality in TWO}
    result = u_statistics(table)

    for a, b in [(TWO[0], TWO[0]), TWO, (TWO[1], TWO[1])]:
        means, shares = moments_by_definition(scores[a], scores[b])
        found = moments_of(result, a, b)
        assert found.moments == pytest.approx(means, rel=1e-10, abs=1e-13)
        assert found.coefficients == pytest.approx(shares, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("design", DESIGNS)
def test_the_variance_is_less_m8_of_centred_scores(design: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    result = u_statistics(study(design))
    a, b = TWO
    m8 = {pair: moments_of(result, *pair).moments[-1] for pair in [(a, a), (b, b), (a, b)]}

    [difference] = result.differences
    assert difference.variance == pytest.approx(-(m8[a, a] + m8[b, b] - 2 * m8[a, b]), rel=1e-9)
    assert sum(difference.components.values()) == pytest.approx(difference.variance, rel=1e-9)
    for mean, pair in zip(result.modalities, [(a, a), (b, b)], strict=True):
        assert mean.variance == pytest.approx(-m8[pair], rel=1e-9)
        assert sum(mean.components.values()) == pytest.approx(mean.variance, rel=1e-9)


@pytest.mark.parametrize("design", [crossed, readers_nested])
def test_without_gaps_it_is_the_obuchowski_rockette_variance_with_unbiased_covariances(
    design: Callable[[pd.DataFrame], pd.DataFrame],
) -> None:
    table = design(made_up_study(readers=4, cases=60, modalities=TWO, seed=8))
    expected = obuchowski_rockette(table, covariance="unbiased")
    cov2, cov3 = expected.components.cov2, expected.components.cov3
    [one] = expected.differences
    assert cov2 is not None
    assert cov3 is not None
    assert one.se is not None
    as_estimated = one.se**2 + 2 * min(cov2 - cov3, 0.0)  # the test counts negative ones as zero

    [difference] = u_statistics(table).differences
    assert difference.estimate == pytest.approx(one.estimate, rel=1e-12)
    assert difference.variance == pytest.approx(as_estimated, rel=1e-10)


def test_without_gaps_centring_changes_nothing() -> None:
    plain, centred = (u_statistics(study(), centred=each) for each in (False, True))

    assert plain.differences[0].variance == pytest.approx(centred.differences[0].variance, rel=1e-10)
    assert plain.differences[0].df == pytest.approx(centred.differences[0].df, rel=1e-10)
    assert plain.modalities[0].v_variance == pytest.approx(centred.modalities[0].v_variance, rel=1e-10)


@pytest.mark.parametrize("seed", range(4))
def test_with_gaps_the_direction_of_the_scale_matters_to_plain_scores_only(seed: int) -> None:
    """With the ratings turned round, every success score s is 1 - s."""
    table = study(with_gaps, seed)
    turned = table.assign(rating=-table["rating"])

    def variances(centred: bool) -> list[float]:
        return [u_statistics(each, centred=centred).differences[0].variance for each in (table, turned)]

    one, other = variances(centred=True)
    assert one == pytest.approx(other, rel=1e-9)
    one, other = variances(centred=False)
    assert abs(one - other) > 1e-6


def test_means_weigh_every_comparison_alike() -> None:
    table = study(with_gaps)
    result = u_statistics(table)

    for mean in result.modalities:
        scores = [score for _, score in success_scores(table[table["modality"] == mean.modality])]
        assert mean.estimate == pytest.approx(np.mean(scores), rel=1e-12)
    assert "number of comparisons" in result.warnings[0]


def test_v_statistics_of_a_crossed_study_are_means_over_draws_with_replacement() -> None:
    """M-hat with replacement: every pair of kinds counts the coincidences too."""
    table = made_up_study(readers=3, cases=12, modalities=TWO, seed=4)
    scores = {
        modality: np.array([score for _, score in success_scores(table[table["modality"] == modality])]).reshape(
            3, 6, 6
        )
        for modality in TWO
    }
    difference = scores[TWO[0]] - scores[TWO[1]]

    def biased(*shared: int) -> float:
        rest = tuple(axis for axis in range(3) if axis not in shared)
        return float(np.mean(difference.mean(axis=rest) ** 2))

    share = [1 / 3, 1 / 6, 1 / 6]
    expected = -(float(difference.mean()) ** 2)
    for kept in product((True, False), repeat=3):
        chance = np.prod([share[axis] if same else 1 - share[axis] for axis, same in enumerate(kept)])
        expected += float(chance) * biased(*[axis for axis, same in enumerate(kept) if same])

    assert u_statistics(table).differences[0].v_variance == pytest.approx(expected, rel=1e-10)


def test_its_degrees_of_freedom_are_satterthwaites() -> None:
    """Obuchowski, Gallas and Hillis (Acad Radiol 2012;19:1508), written out for a crossed study."""
    table = made_up_study(readers=4, cases=40, modalities=TWO, seed=4)
    scores = {
        modality: np.array([score for _, score in success_scores(table[table["modality"] == modality])]).reshape(
            4, 20, 20
        )
        for modality in TWO
    }
    difference = scores[TWO[0]] - scores[TWO[1]]
    [found] = u_statistics(table).differences
    squares = [np.var(difference.mean(axis=axes)) for axes in [(1, 2), (0, 2), (0, 1)]]
    expected = found.variance**2 / sum((s / df) ** 2 / df for s, df in zip(squares, [3, 19, 19], strict=True))

    assert found.df == pytest.approx(max(expected, 3), rel=1e-9)


def test_one_modality_alone_has_no_difference() -> None:
    result = u_statistics(study(), modality="aided")

    assert result.differences == ()
    assert [mean.modality for mean in result.modalities] == ["aided"]
    assert "aided" in str(result)
    assert list(result.to_frame()["modality"]) == ["aided"]


def test_three_modalities_have_three_differences() -> None:
    result = u_statistics(made_up_study(modalities=("a", "b", "c")))

    assert [(x.a, x.b) for x in result.differences] == [("a", "b"), ("a", "c"), ("b", "c")]
    alone = u_statistics(made_up_study(modalities=("a", "b", "c")).query("modality != 'b'"))
    assert result.differences[1] == alone.differences[0]


def test_readers_who_are_always_right_have_no_interval() -> None:
    table = made_up_study(modalities=TWO)
    result = u_statistics(table.assign(rating=table["truth"]))

    assert (result.differences[0].se, result.differences[0].p) == (0.0, None)
    assert any("no interval is possible" in warning for warning in result.warnings)


def test_a_single_reader_is_refused() -> None:
    with pytest.raises(RatingsError, match="R1 is the only reader"):
        u_statistics(made_up_study(readers=1))


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), gaps=st.sampled_from([1.0, 0.8]))
def test_order_of_rows_and_monotone_transforms_do_not_matter_and_differences_are_antisymmetric(
    seed: int, gaps: float
) -> None:
    table = made_up_study(readers=3, cases=20, modalities=TWO, seed=seed).sample(frac=gaps, random_state=seed)
    table = table.sort_index()
    [found] = u_statistics(table).differences
    shuffled = table.sample(frac=1, random_state=seed + 1).assign(rating=lambda t: np.exp(t["rating"]) - 1e6)
    shuffled = shuffled.sort_values("modality", ascending=found.a < found.b, kind="stable")
    [same] = u_statistics(shuffled).differences
    [turned] = u_statistics(table.sort_values("modality", ascending=found.a > found.b, kind="stable")).differences

    assert (same.a, same.b) == (found.a, found.b)
    assert (turned.a, turned.b) == (found.b, found.a)
    assert same.estimate == pytest.approx(found.estimate, abs=1e-13)
    assert turned.estimate == pytest.approx(-found.estimate, abs=1e-13)
    assert [same.variance, turned.variance] == pytest.approx([found.variance] * 2, abs=1e-13)
    assert [same.v_variance, turned.v_variance] == pytest.approx([found.v_variance] * 2, abs=1e-13)


def test_the_command_prints_valid_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ratings.csv"
    study(with_gaps).to_csv(path, index=False)

    assert main(["ustats", str(path), "--not-centred", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["centred"] is False
    assert set(found["differences"][0]["components"]) == {"R", "D", "N", "ND", "DR", "NR", "RND"}
    assert "not centred" in found["method"]
    assert len(found["moments"][0]["moments"]) == 8
    assert main(["ustats", str(path)]) == 0
    assert "SE of V-statistics" in capsys.readouterr().out
