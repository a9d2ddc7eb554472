"""What is valid and yet odd is a warning in the results, with the readers that it is about."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import compare_detectors, obuchowski_rockette, reader_agreement, reader_rocs, validate
from analysis.table.oddities import alike_names, contradicting_calls, mixed_scales, oddities
from tests.analysis.tables import made_up_study, with_detector


def with_scales(*scales: tuple[float, float]) -> pd.DataFrame:
    """A made-up study with one reader for each scale, whose five points lie evenly on it."""
    table = made_up_study(readers=len(scales)).drop(columns="call")
    for number, (low, high) in enumerate(scales, 1):
        mine = table["reader"] == f"R{number}"
        table["rating"] = table["rating"].astype(float).where(~mine, low + (table["rating"] - 1) * (high - low) / 4)
    return table


@pytest.mark.parametrize("scales", [((1, 5), (0, 100)), ((0, 1), (1, 5)), ((0, 1), (0, 100)), ((0, 10), (0, 100))])
def test_readers_on_different_scales_are_named(scales: tuple[tuple[float, float], ...]) -> None:
    (warning,) = mixed_scales(validate(with_scales(*scales)).frame)

    (low, high), (least, most) = scales
    assert f"reader R1 (modality unaided) rates from {low} to {high}, reader R2" in warning
    assert f"rates from {least} to {most}." in warning


@pytest.mark.parametrize(
    "scales",
    [
        ((1, 5), (1, 5)),
        ((1, 5), (2, 4)),
        ((0, 100), (40, 60)),
        ((0, 100), (0, 45)),
        ((-3, 3), (-1, 1)),
        ((0, 0), (0, 9)),
    ],
)
def test_courage_on_one_scale_is_no_other_scale(scales: tuple[tuple[float, float], ...]) -> None:
    assert mixed_scales(validate(with_scales(*scales)).frame) == []


def test_few_ratings_show_no_scale() -> None:
    table = with_scales((1, 5), (0, 100))

    assert mixed_scales(validate(table[table["case"].isin([f"C{i}" for i in range(9)])]).frame) == []


def test_the_score_of_a_detector_may_have_a_scale_of_its_own() -> None:
    table = with_detector(with_scales((0, 100), (0, 100)))

    assert oddities(validate(table).frame) == []
    assert not any("scales" in warning for warning in compare_detectors(table).warnings)


@given(unit=st.sampled_from([1e-300, 1e-3, 1.0, 1e300]), seed=st.integers(0, 99))
def test_the_unit_of_all_ratings_is_no_matter(unit: float, seed: int) -> None:
    table = with_scales((1, 5), (0, 100)).sample(frac=1, random_state=seed)

    found = mixed_scales(validate(table.assign(rating=table["rating"] * unit)).frame)

    assert len(found) == 1


def test_a_call_at_a_lower_rating_than_another_is_counted_with_an_example() -> None:
    table = made_up_study(readers=2)
    table.loc[0, ["rating", "call"]] = [1, 1]
    table.loc[1, ["rating", "call"]] = [5, 0]
    first = table[table["reader"] == "R1"].reset_index(drop=True)
    called, rating = first["call"] == 1, first["rating"]
    odd = int((called & (rating < 5)).sum() + (~called & (rating > 1)).sum())

    (warning,) = contradicting_calls(validate(table).frame)

    assert warning.startswith(f"Calls contradict ratings in {odd} of 60 reads, by 1 of 2 readers (in a modality): ")
    assert "reader R1 (modality unaided) calls C0 synthetic at a lower rating than C1, called authentic." in warning


def test_the_example_is_the_plainest_contradiction() -> None:
    table = pd.DataFrame(
        {
            "reader": "R1",
            "case": ["a", "b", "c", "d"],
            "truth": [0, 1, 0, 1],
            "rating": [4, 2, 1, 5],
            "call": [1, 0, 1, 0],
        }
    )

    (warning,) = contradicting_calls(validate(table).frame)

    assert "calls c synthetic at a lower rating than d, called authentic" in warning


def test_calls_at_any_threshold_of_each_reader_contradict_nothing() -> None:
    table = made_up_study()
    threshold = table["reader"].map({"R1": 2, "R2": 3, "R3": 4, "R4": 6})

    assert contradicting_calls(validate(table.assign(call=(table["rating"] >= threshold).astype(int))).frame) == []
    assert contradicting_calls(validate(table.assign(call=None)).frame) == []


@pytest.mark.parametrize(
    ("one", "other"), [("7", "007"), ("R1", "r1"), ("R 1", "R1"), ("Müller", "MÜLLER"), ("0", "00")]
)
def test_names_that_differ_in_capitals_blanks_or_zeros_are_named(one: str, other: str) -> None:
    table = made_up_study(readers=2).replace({"reader": {"R1": one, "R2": other}})

    said = alike_names(validate(table).frame)

    assert said == [f"Column 'reader': {one} and {other} count as two; if they are one, write them alike."]


def test_the_warnings_stand_in_the_results() -> None:
    table = with_scales((1, 5), (0, 100), (0, 100), (0, 100))
    table["call"] = np.arange(len(table)) % 2
    expected = ["Ratings seem to be on different scales", "Calls contradict ratings"]

    for warnings in (
        obuchowski_rockette(table).warnings,
        obuchowski_rockette(table, metric="sensitivity").warnings,
        obuchowski_rockette(table, metric="dprime").warnings,
        reader_rocs(table).warnings,
        compare_detectors(with_detector(table)).warnings,
    ):
        assert [any(warning.startswith(start) for warning in warnings) for start in expected] == [True, True]
    on_ratings = reader_agreement(table, on="rating", level="interval").warnings
    assert any(warning.startswith(expected[0]) for warning in on_ratings)
