"""Marks become steps: how many readers marked each place, whoever marked it twice counted once."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.charts.heat import GRID, HeatMap, Points, Shape, heat_map

SHARE = st.floats(0, 1)
PLACE = st.lists(SHARE, min_size=2, max_size=2)


def cells(found: HeatMap, readers: int) -> int:
    """Count the cells of a step."""
    [step] = [one for one in found.steps if one.readers == readers]
    return sum(int(width) for width in re.findall(r"h(\d+)v1", step.path))


def test_a_reader_who_marks_a_place_twice_counts_once() -> None:
    point: tuple[Shape, Points] = ("point", [[0.5, 0.5]])
    assert heat_map({"R1": [point, point]}).most == 1
    assert heat_map({"R1": [point], "R2": [point]}).most == 2


def test_a_box_covers_its_cells_from_any_corner() -> None:
    for corners in ([[0.25, 0.5], [0.75, 0.75]], [[0.75, 0.75], [0.25, 0.5]]):
        assert cells(heat_map({"R1": [("box", corners)]}), 1) == (GRID // 2) * (GRID // 4)


def test_a_box_smaller_than_a_cell_is_not_lost() -> None:
    assert cells(heat_map({"R1": [("box", [[0.501, 0.501], [0.502, 0.502]])]}), 1) == 1


def test_a_point_is_as_large_as_it_is_said_to_be() -> None:
    found = cells(heat_map({"R1": [("point", [[0.5, 0.5]])]}), 1)
    assert found == pytest.approx(3.1416 * (0.04 * GRID) ** 2, rel=0.25)


def test_a_freehand_line_covers_what_it_passes() -> None:
    found = cells(heat_map({"R1": [("freehand", [[0.1, 0.5], [0.5, 0.5], [0.9, 0.5]])]}), 1)
    assert found == pytest.approx(0.8 * GRID * 2 * 0.015 * GRID, rel=0.2)


def test_circles_stay_round_on_a_wide_picture() -> None:
    """Twice as wide as high: a circle covers twice as many rows as columns of a square grid."""
    step = heat_map({"R1": [("point", [[0.5, 0.5]])]}, aspect=2.0).steps[0]
    rows = len(re.findall("M", step.path))
    widest = max(int(width) for width in re.findall(r"h(\d+)v1", step.path))
    assert rows == pytest.approx(2 * widest, abs=2)


def test_the_number_stands_where_most_agree() -> None:
    marks: dict[str, list[tuple[Shape, Points]]] = {f"R{n}": [("point", [[0.2, 0.8]])] for n in range(3)}
    marks["R9"] = [("point", [[0.9, 0.1]])]
    found = heat_map(marks)
    assert found.most == 3
    assert found.x / GRID == pytest.approx(0.2, abs=0.02)
    assert found.y / GRID == pytest.approx(0.8, abs=0.02)


def test_many_readers_are_told_in_few_steps() -> None:
    found = heat_map({f"R{n}": [("point", [[0.5, 0.5]])] for n in range(17)})
    assert [step.readers for step in found.steps] == [1, 5, 9, 13, 17]


def test_where_nobody_marked_there_is_no_step() -> None:
    assert heat_map({"R1": []}).steps == ()


@given(st.lists(PLACE, min_size=1, max_size=4), st.floats(0.5, 2))
def test_the_outer_step_lies_within_the_picture_and_is_outlined(points: list[list[float]], aspect: float) -> None:
    found = heat_map({"R1": [("point", [one]) for one in points]}, aspect=aspect)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", found.steps[0].path):
        assert int(x) + int(width) <= GRID
        assert int(y) < GRID
    assert found.steps[0].outline.startswith("M")
