"""Cells are written for people in the page, and in full for programs."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.report.document import About, Column, Headline, Kind, Table
from analysis.report.writing import cell, csv_rows, headline, interval, written


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (None, "figure", "–"),
        ("", "text", "–"),
        ("R1", "text", "R1"),
        (12345, "count", "12,345"),
        (-0.04567, "figure", "−0.046"),
        (12.34, "decimal", "12.3"),
        (11584.2, "decimal", "11,584"),
        (0.0123, "small", "0.0123"),
        (-0.000102, "small", "−1.02 × 10⁻⁴"),
        (0, "small", "0.0000"),
        (0.7291, "percent", "72.9 %"),
        (-0.128, "points", "−12.8"),
        (25.75, "seconds", "25.8 s"),
        (0.0004, "p", "< 0.001"),
        (0.2, "p", "0.200"),
        ([0.1, 0.25], "interval", "0.100 to 0.250"),
        ([-0.1, 0.25], "percent_interval", "−10.0 to 25.0 %"),
        ([-0.1, 0.25], "points_interval", "−10.0 to 25.0"),
        ([None, 0.25], "interval", "–"),
    ],
)
def test_each_kind_has_its_way(value: Any, kind: Kind, words: str) -> None:
    assert written(value, kind) == words


def test_an_interval_is_written_in_the_way_of_its_value() -> None:
    row = {"share": 0.5, "ci": [0.4, 0.6], "auc": {"estimate": 0.8, "ci": [0.7, 0.9]}}

    assert interval(row, Column("share", "Share", "percent", "ci")) == "40.0 to 60.0 %"
    assert cell(row, Column("auc.estimate", "AUC", "figure", "auc.ci")) == "0.800"
    assert interval(row, Column("auc.estimate", "AUC", "figure", "auc.ci")) == "0.700 to 0.900"
    assert interval(row, Column("share", "Share", "percent")) == ""
    assert cell(row, Column("missing.estimate", "?", "figure")) == "–"


def test_a_headline_has_value_and_interval() -> None:
    assert headline(Headline("Accuracy", 0.75, (0.68, 0.81), "percent")) == ("75.0 %", "68.0 to 81.0 %")
    assert headline(Headline("Kappa", None)) == ("–", "")


def test_csv_rows_hold_numbers_in_full_and_intervals_as_two_columns() -> None:
    columns = [Column("who", "Who"), Column("share", "Share", "percent", "ci"), Column("range", "Range", "interval")]
    rows = [{"who": "R1", "share": 1 / 3, "ci": [0.1, 0.6], "range": None}]

    assert list(csv_rows(Table("t", "T", columns, rows, About("", "")))) == [
        {"who": "R1", "share": 1 / 3, "share_low": 0.1, "share_high": 0.6, "range_low": None, "range_high": None}
    ]
