"""The design is found in the reads, and each has its own formulas."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import RatingsError, obuchowski_rockette, validate
from analysis.measures.measurement import measure
from tests.analysis.tables import made_up_study

TWO = ("unaided", "aided")


def number_of(column: pd.Series) -> pd.Series:
    return column.str[1:].astype(int)


def split_plot(table: pd.DataFrame) -> pd.DataFrame:
    """Readers 1 and 2 read the first half of the cases, readers 3 and 4 the other half."""
    first_readers, first_cases = number_of(table["reader"]) <= 2, number_of(table["case"]) < 16
    return table[first_readers == first_cases]


def readers_nested(table: pd.DataFrame, first: int = 2) -> pd.DataFrame:
    """The first readers read in the first modality only, the others in the second only."""
    return table[(number_of(table["reader"]) <= first) == (table["modality"] == TWO[0])]


def cases_nested_in_modalities(table: pd.DataFrame) -> pd.DataFrame:
    return table[(number_of(table["case"]) < 16) == (table["modality"] == TWO[0])]


def cases_nested_in_readers(table: pd.DataFrame) -> pd.DataFrame:
    return table[number_of(table["case"]) % 4 + 1 == number_of(table["reader"])]


def study(cases: int = 32) -> pd.DataFrame:
    return made_up_study(readers=4, cases=cases, modalities=TWO)


@pytest.mark.parametrize(
    ("name", "table", "missing"),
    [
        ("crossed", study(), 0),
        ("incomplete", study().drop(index=[3, 40, 77]), 3),
        ("split-plot", split_plot(study()), 0),
        ("split-plot", split_plot(study()).iloc[1:], 1),
        ("readers-nested", readers_nested(study()), 0),
        ("readers-nested", readers_nested(study()).iloc[2:], 2),
        ("cases-nested", cases_nested_in_modalities(study()), 0),
        ("cases-nested", cases_nested_in_modalities(study()).iloc[1:], 1),
        ("crossed", study()[study()["modality"] == "aided"], 0),
        ("split-plot", split_plot(study()[study()["modality"] == "aided"]), 0),
    ],
)
def test_the_design_and_what_it_lacks_are_found(name: str, table: pd.DataFrame, missing: int) -> None:
    result = obuchowski_rockette(table)
    assert (result.design, result.missing, result.reads) == (name, missing, len(table))
    assert bool(result.missing_pattern) == bool(missing)


def test_cases_of_each_readers_own_are_nested_too() -> None:
    table = cases_nested_in_readers(made_up_study(readers=4, cases=80, modalities=TWO))
    table = table.assign(truth=table["case"].str[1:].astype(int) // 4 % 2)
    result = obuchowski_rockette(table)
    assert result.design == "cases-nested"
    assert (result.components.cov2, result.components.cov3) == (0, 0)


def test_readers_of_a_split_plot_share_cases_within_their_block_only() -> None:
    table = split_plot(study())
    measured = measure(validate(table).human_reads(), "auc")
    block = [int(reader[1:]) <= 2 for _, reader in measured.curves.labels]
    for one, other in product(range(8), repeat=2):
        if block[one] != block[other]:
            assert measured.covariances[one, other] == 0
    result = obuchowski_rockette(table)
    between = [measured.covariances[i, j] for i, j in product(range(4), repeat=2) if i != j]
    between += [measured.covariances[4 + i, 4 + j] for i, j in product(range(4), repeat=2) if i != j]
    assert result.components.cov2 == pytest.approx(np.mean(between))  # the zeros stay in the mean


def test_reads_that_are_missing_are_counted_reader_by_reader() -> None:
    table = study()
    lacking = table[~((table["reader"] == "R2") & (table["modality"] == "aided") & (number_of(table["case"]) < 5))]
    [found] = [item for item in obuchowski_rockette(lacking).missing_pattern if item.reads < item.cases]
    assert (found.reader, found.modality, found.reads, found.cases) == ("R2", "aided", 27, 32)


def test_some_readers_in_one_modality_and_some_in_two_are_refused() -> None:
    table = study()
    mixed = table[~((table["reader"] == "R3") & (table["modality"] == "aided"))]
    with pytest.raises(RatingsError, match="reader R3 has no reads in modality aided, while others have"):
        obuchowski_rockette(mixed)


class TestReadersNestedInModalities:
    def test_with_only_readers_random_it_is_the_two_sample_t_test_of_their_areas(self) -> None:
        result = obuchowski_rockette(readers_nested(study()), random="readers")
        areas = {m: [x.estimate for x in result.per_reader if x.modality == m] for m in TWO}
        expected = stats.ttest_ind(areas["unaided"], areas["aided"])
        assert result.test is not None
        assert (result.test.df1, result.test.df2) == (1, 2)
        assert result.test.value == pytest.approx(expected.statistic**2)
        assert result.test.p == pytest.approx(expected.pvalue)
        assert result.differences[0].p == pytest.approx(expected.pvalue)

    @pytest.mark.parametrize("first", [2, 3])
    def test_the_error_term_is_hillis_2014(self, first: int) -> None:
        table = readers_nested(made_up_study(readers=5, cases=32, modalities=TWO), first)
        result = obuchowski_rockette(table)
        measured = measure(validate(table).human_reads(), "auc")
        theta, S, sizes = measured.estimates, measured.covariances, (first, 5 - first)
        groups = [list(range(first)), list(range(first, 5))]
        square = sum(np.sum((theta[g] - theta[g].mean()) ** 2) for g in groups) / (5 - 2)
        cov2 = np.mean([S[i, j] for g in groups for i, j in product(g, g) if i != j])
        cov3 = np.mean([S[i, j] for i, j in product(*groups)])
        n0 = (5 - sum(size**2 for size in sizes) / 5) / (2 - 1)
        term = square + n0 * max(cov2 - cov3, 0)
        [difference] = result.differences
        assert result.components.cov1 is None
        assert result.mean_squares.reader == pytest.approx(square)
        assert result.components.reader == pytest.approx(square - np.diag(S).mean() + cov2)
        assert difference.se == pytest.approx(np.sqrt((1 / sizes[0] + 1 / sizes[1]) * term))
        assert difference.df == pytest.approx(term**2 / (square**2 / 3))
        assert difference.estimate == pytest.approx(theta[groups[0]].mean() - theta[groups[1]].mean())

    def test_with_readers_fixed_the_variance_is_that_of_a_difference_of_means(self) -> None:
        """With as many readers in each modality, and Cov2 above Cov3: the variance of the mean, term by term."""
        table = readers_nested(study())
        measured = measure(validate(table).human_reads(), "auc")
        weights = np.array([0.5, 0.5, -0.5, -0.5])
        [difference] = obuchowski_rockette(table, random="cases").differences
        result = obuchowski_rockette(table, random="cases")
        assert result.components.cov2 is not None
        assert result.components.cov3 is not None
        assert result.components.cov2 > result.components.cov3
        expected = (
            2
            / 2
            * (result.components.error - result.components.cov2 + 2 * (result.components.cov2 - result.components.cov3))
        )
        assert difference.se == pytest.approx(np.sqrt(expected))
        assert weights @ measured.covariances @ weights == pytest.approx(expected, rel=1e-9)
        assert difference.df is None

    def test_no_reader_has_a_difference_of_their_own(self) -> None:
        assert obuchowski_rockette(readers_nested(study())).per_reader_differences == ()

    def test_three_modalities_of_two_readers_each(self) -> None:
        table = made_up_study(readers=6, cases=32, modalities=("a", "b", "c"))
        table = table[(number_of(table["reader"]) - 1) // 2 == table["modality"].map({"a": 0, "b": 1, "c": 2})]
        result = obuchowski_rockette(table, random="readers")
        groups = [[x.estimate for x in result.per_reader if x.modality == m] for m in "abc"]
        assert result.test is not None
        assert result.test.value == pytest.approx(stats.f_oneway(*groups).statistic)
        assert len(result.differences) == 3


class TestCasesNestedInModalities:
    def test_nothing_is_shared_between_the_modalities(self) -> None:
        result = obuchowski_rockette(cases_nested_in_modalities(study(64)))
        assert (result.components.cov1, result.components.cov3) == (0, 0)

    def test_one_reader_alone_has_the_test_of_two_independent_areas(self) -> None:
        table = cases_nested_in_modalities(study())
        table = table[table["reader"] == "R1"]
        result = obuchowski_rockette(table, random="cases")
        first, second = (item.se for item in result.per_reader)
        assert result.differences[0].se == pytest.approx(np.hypot(first, second))


def test_a_readers_own_differences_are_delongs_paired_tests() -> None:
    from analysis import reader_rocs

    table = made_up_study(readers=3, cases=32, modalities=("a", "b", "c"))
    mine = {(d.reader, d.a, d.b): (d.estimate, d.z, d.p) for d in obuchowski_rockette(table).per_reader_differences}
    theirs = {(p.reader, p.a, p.b): (p.difference, p.z, p.p) for p in reader_rocs(table).pairs}
    assert len(mine) == 9
    assert mine.keys() == theirs.keys()
    assert all(mine[key] == pytest.approx(theirs[key]) for key in mine)
