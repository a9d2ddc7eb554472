"""The band of the average curve is what drawing readers and cases from the table itself would give."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from analysis import RatingsError, reader_rocs
from analysis.readers.band import average_roc_band
from analysis.readers.roc import empirical_curve
from analysis.readers.roc_result import RocCurve
from tests.analysis.tables import made_up_study


def height(curve: RocCurve, fpf: float) -> float:
    """Give the upper end of a curve at a false positive fraction."""
    pieces = zip(curve.fpf, curve.fpf[1:], curve.tpf, curve.tpf[1:], strict=False)
    heights = [y + (z - y) * ((fpf - a) / (b - a) if b > a else 1) for a, b, y, z in pieces if a <= fpf <= b]
    return float(max(heights))


def test_the_band_is_that_of_tables_drawn_one_by_one() -> None:
    table = made_up_study(readers=3, cases=20)
    matrix = table.pivot(index="reader", columns="case", values="rating")[table["case"].unique()].to_numpy(float)
    positive = table.drop_duplicates("case")["truth"].to_numpy() == 1
    band = average_roc_band(table, draws=40, points=6, seed=3)

    rng = np.random.default_rng(3)
    weights = np.empty((40, 20), dtype=int)
    for of_class in (positive, ~positive):
        weights[:, of_class] = rng.multinomial(10, np.full(10, 0.1), 40)
    picked = rng.multinomial(3, np.full(3, 1 / 3), 40)
    means = []
    for draw in range(40):
        cases, readers = np.repeat(np.arange(20), weights[draw]), np.repeat(np.arange(3), picked[draw])
        curves = [empirical_curve(matrix[reader, cases], positive[cases]) for reader in readers]
        means.append([np.mean([height(curve, fpf) for curve in curves]) for fpf in band.fpf])
    expected = np.quantile(means, [0.025, 0.975], axis=0)

    assert band.low == pytest.approx(expected[0], abs=1e-7)
    assert band.high == pytest.approx(expected[1], abs=1e-7)


def test_its_middle_is_the_average_curve() -> None:
    table = made_up_study(readers=4, cases=40)
    curve = reader_rocs(table).averages[0].curve
    band = average_roc_band(table, draws=20, points=21)

    for fpf, tpf in zip(band.fpf, band.tpf, strict=True):
        assert tpf == pytest.approx(height(curve, fpf), abs=1e-7)
    assert (band.fpf[-1], band.tpf[-1], band.low[-1], band.high[-1]) == (1, 1, 1, 1)


@pytest.mark.parametrize("random", ["both", "readers", "cases"])
def test_the_average_lies_within_and_the_same_seed_gives_the_same_bits(
    random: Literal["both", "readers", "cases"],
) -> None:
    table = made_up_study(readers=5, cases=40)
    band = average_roc_band(table, random=random, draws=300, seed=8)
    again = average_roc_band(table, random=random, draws=300, seed=8)

    assert ((band.low <= band.tpf) & (band.tpf <= band.high)).mean() > 0.95
    assert (band.low == again.low).all()
    assert (band.high == again.high).all()


def test_more_confidence_and_more_that_is_random_make_it_wider() -> None:
    table = made_up_study(readers=5, cases=60)

    def width(**choices: object) -> float:
        band = average_roc_band(table, draws=500, **choices)  # type: ignore[arg-type]
        return float((band.high - band.low).mean())

    assert width() > max(width(random="readers"), width(random="cases"))
    assert width(alpha=0.01) > width() > width(alpha=0.2)


def test_missing_reads_are_left_out_of_each_readers_curve() -> None:
    table = made_up_study(readers=4, cases=30)
    gaps = table[~((table["reader"] == "R2") & table["case"].isin([f"C{n}" for n in range(12)]))]

    band = average_roc_band(gaps, draws=100)

    assert np.isfinite(band.low).all()
    assert band.readers == 4


def test_a_reader_without_one_of_the_classes_has_no_curve() -> None:
    table = made_up_study(readers=3)
    without = table[~((table["reader"] == "R3") & (table["truth"] == 1))]

    assert average_roc_band(without, draws=20).readers == 2
    with pytest.raises(RatingsError, match="no reader has rated cases of both classes"):
        average_roc_band(table[(table["truth"] == 1) == (table["reader"] == "R1")], draws=20)


def test_calls_alone_have_no_band() -> None:
    with pytest.raises(RatingsError, match="no read has a rating"):
        average_roc_band(made_up_study().drop(columns="rating"))


def test_it_prints_and_tabulates() -> None:
    band = average_roc_band(made_up_study(), draws=50)

    assert list(band.to_frame().columns) == ["fpf", "tpf", "low", "high"]
    assert "readers like these 4 and to cases like these 30" in str(band)
    assert isinstance(band.to_dict()["low"], list)
