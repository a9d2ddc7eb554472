"""Readers' agreement with themselves on cases that they read again."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from analysis import RatingsError, intra_reader, reader_agreement
from analysis.agreement.chance import cohen, tabulate
from analysis.agreement.intraclass import intraclass
from analysis.intervals import wilson
from tests.analysis.tables import made_up_study, with_detector


def read_again(table: pd.DataFrame, cases: int = 20, *, times: int = 1, seed: int = 1) -> pd.DataFrame:
    """The study with its first cases read again, up to one point higher or lower."""
    generator = np.random.default_rng(seed)
    first = table.assign(reread=0)
    shown = first[first["case"].isin([f"C{case}" for case in range(cases)])]
    again = []
    for number in range(1, times + 1):
        rating = shown["rating"] + generator.integers(-1, 2, len(shown))
        again.append(shown.assign(reread=number, rating=rating, call=(rating >= 3).astype(int)))
    return pd.concat([first, *again], ignore_index=True)


def first_and_later(table: pd.DataFrame, reader: str, column: str) -> np.ndarray:
    own = table[table["reader"] == reader]
    return own.pivot_table(index="reread", columns="case", values=column).dropna(axis=1).to_numpy(dtype=float)


def test_one_repetition_gives_the_coefficients_of_two_readers() -> None:
    table = read_again(made_up_study())

    for name, found in zip(["R1", "R2", "R3", "R4"], intra_reader(table).readers, strict=True):
        assert found.reader == name
        calls = first_and_later(table, name, "call")
        ratings = first_and_later(table, name, "rating")
        assert (found.cases, found.pairs) == (20, 20)
        assert found.kappa.estimate == pytest.approx(cohen(tabulate(calls, "identity"), 0.05).estimate)
        assert found.icc.estimate == pytest.approx(intraclass(ratings, 0.05)["A1"].estimate)
        share = float((calls[0] == calls[1]).mean())
        assert found.same_calls.estimate == pytest.approx(share)
        assert found.same_calls.ci == pytest.approx(wilson(share, 20, 0.05))


def test_standard_errors_are_close_to_those_of_two_readers() -> None:
    table = read_again(made_up_study(readers=1, cases=400), cases=400)
    (found,) = intra_reader(table).readers
    peer = intraclass(first_and_later(table, "R1", "rating"), 0.05)["A1"]

    assert found.kappa.se == pytest.approx(
        cohen(tabulate(first_and_later(table, "R1", "call"), "identity"), 0.05).se, rel=0.02
    )
    assert found.icc.ci == pytest.approx(peer.ci, abs=0.03)


def test_limits_of_agreement_are_those_of_bland_and_altman() -> None:
    table = read_again(made_up_study(readers=1))
    first, later = first_and_later(table, "R1", "rating")
    differences = later - first
    limits = intra_reader(table).pooled.limits

    assert limits is not None
    assert limits.difference.estimate == pytest.approx(differences.mean())
    assert limits.difference.se == pytest.approx(differences.std(ddof=1) / np.sqrt(20))
    assert limits.sd == pytest.approx(differences.std(ddof=1))
    assert limits.low.estimate == pytest.approx(differences.mean() - 1.959963984540054 * differences.std(ddof=1))
    others = [np.delete(differences, case) for case in range(20)]
    left_out = [other.mean() + 1.959963984540054 * other.std(ddof=1) for other in others]
    assert limits.high.se == pytest.approx(np.sqrt(19 * np.var(left_out)))


def test_cases_are_clusters() -> None:
    """The same reads under several names add nothing."""
    one = read_again(made_up_study(readers=1))
    copies = pd.concat([one.assign(reader=name) for name in ("R1", "R2", "R3")])
    alone, pooled = intra_reader(one).pooled, intra_reader(copies).pooled

    assert (pooled.cases, pooled.pairs) == (20, 60)
    for name in ("same_calls", "kappa"):
        assert getattr(pooled, name).estimate == pytest.approx(getattr(alone, name).estimate)
        assert getattr(pooled, name).se == pytest.approx(getattr(alone, name).se)
        assert getattr(pooled, name).ci == pytest.approx(getattr(alone, name).ci)


def test_every_repetition_is_held_against_the_first_read() -> None:
    table = read_again(made_up_study(readers=1), times=2)
    found = intra_reader(table)

    assert (found.pooled.cases, found.pooled.pairs) == (20, 40)
    assert any("more than once" in warning for warning in found.warnings)
    first = table[table["reread"] == 0].set_index("case")["call"]
    again = table[table["reread"] > 0]
    assert found.pooled.same_calls.estimate == (again["call"].to_numpy() == first[again["case"]].to_numpy()).mean()


def test_a_reader_who_never_changes_has_an_interval_for_the_share_alone() -> None:
    first = made_up_study(readers=1).assign(reread=0)
    found = intra_reader(pd.concat([first, first.assign(reread=1)])).pooled

    assert (found.same_calls.estimate, found.kappa.estimate) == (1, 1)
    assert found.icc.estimate == pytest.approx(1)
    assert found.same_calls.ci == pytest.approx(wilson(1.0, 30, 0.05))
    assert found.kappa.ci is None
    assert found.icc.ci is None
    assert found.limits is not None
    assert (found.limits.low.estimate, found.limits.high.estimate) == (0, 0)


def test_calls_alone_have_no_limits_and_ratings_alone_no_kappa() -> None:
    table = read_again(made_up_study())
    of_calls = intra_reader(table.drop(columns="rating")).pooled
    of_ratings = intra_reader(table.drop(columns="call")).pooled

    assert (of_calls.limits, of_calls.icc.estimate) == (None, None)
    assert of_calls.kappa.estimate is not None
    assert of_ratings.kappa.estimate is None
    assert of_ratings.icc.estimate is not None


def test_the_unit_of_the_ratings_is_that_of_the_limits_only() -> None:
    table = read_again(made_up_study())
    plain, small = intra_reader(table).pooled, intra_reader(table.assign(rating=table["rating"] * 1e-12)).pooled

    assert small.icc.ci == pytest.approx(plain.icc.ci)
    assert plain.limits is not None
    assert small.limits is not None
    assert np.array(small.limits.low.ci) * 1e12 == pytest.approx(plain.limits.low.ci)


def test_one_repeated_case_has_no_interval() -> None:
    found = intra_reader(read_again(made_up_study(readers=1), cases=1))

    assert found.pooled.pairs == 1
    assert found.pooled.same_calls.ci is None
    assert found.pooled.limits is None
    json.dumps(found.to_dict(), allow_nan=False)


def test_repetitions_by_detectors_and_without_a_first_read_do_not_count() -> None:
    table = read_again(with_detector(made_up_study(readers=2)), cases=5)
    table = table[~((table["reader"] == "R1") & (table["reread"] == 0) & (table["case"] == "C0"))]
    found = intra_reader(table)

    assert [item.reader for item in found.readers] == ["R1", "R2"]
    assert [item.pairs for item in found.readers] == [4, 5]


def test_a_study_without_repetitions_says_what_is_needed() -> None:
    with pytest.raises(RatingsError, match="column 'reread': no read repeats another"):
        intra_reader(made_up_study())


def test_the_agreement_among_readers_tells_that_within_readers_too() -> None:
    table = read_again(made_up_study())
    found = reader_agreement(table)

    assert found.intra_reader is not None
    assert found.intra_reader.to_dict() == intra_reader(table).to_dict()
    assert "First reads against their repetitions" in str(found)
    assert list(found.intra_reader.to_frame()["reader"]) == ["R1", "R2", "R3", "R4", "all"]
    assert reader_agreement(made_up_study()).intra_reader is None


def test_one_reader_alone_can_only_agree_with_themselves() -> None:
    found = reader_agreement(read_again(made_up_study(readers=1)))

    assert found.fleiss_kappa.estimate is None
    assert found.cohen_kappa == ()
    assert found.warnings == ("R1 is the only reader with calls: agreement is within that reader only.",)
    assert found.intra_reader is not None
    assert found.intra_reader.pooled.kappa == found.intra_reader.readers[0].kappa


def test_ratings_that_vary_by_one_case_alone_have_no_interval() -> None:
    first = made_up_study(readers=1, cases=10).assign(reread=0, rating=lambda table: 0.1 + (table["case"] == "C4"))
    found = intra_reader(pd.concat([first, first.assign(reread=1)])).pooled

    assert found.icc.estimate == pytest.approx(1)
    assert found.icc.ci is None


def test_the_order_of_rows_and_the_names_of_readers_do_not_matter() -> None:
    table = read_again(made_up_study(), times=2)
    mixed = table.sample(frac=1, random_state=3).assign(reader=lambda frame: frame["reader"] + " again")
    pooled, of_mixed = intra_reader(table).pooled, intra_reader(mixed).pooled

    for name in ("same_calls", "kappa", "icc"):
        assert getattr(of_mixed, name).ci == pytest.approx(getattr(pooled, name).ci)
