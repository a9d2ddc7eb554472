"""Where readers marked an image: how many of them at each place, as steps with outlines that lie over the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

GRID = 64  # cells along either side of the picture
POINT_RADIUS = 0.04  # of the picture's width: what a pointed finger covers
LINE_RADIUS = 0.015
MOST_STEPS = 4

Shape = Literal["point", "box", "freehand"]
Points = Sequence[Sequence[float]]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Step:
    """Places that at least `readers` people marked: what to fill and their outline, as SVG paths in grid cells."""

    readers: int
    path: str
    outline: str


@dataclass(frozen=True)
class HeatMap:
    """Steps from few readers to many, and the place that most of them marked, in cells of the grid."""

    steps: tuple[Step, ...]
    most: int
    x: float
    y: float


def heat_map(marks: Mapping[str, Sequence[tuple[Shape, Points]]], *, aspect: float = 1.0) -> HeatMap:
    """Count the readers who marked each place; whoever marked it twice counts once.

    Parameters
    ----------
    marks : mapping of str to sequence of (shape, points)
        The marks of each reader; points are fractions of the picture's width and height from its top left.
    aspect : float
        Width of the picture over its height, so that circles stay round on it.

    Examples
    --------
    >>> found = heat_map({"R1": [("point", [[0.5, 0.5]])], "R2": [("box", [[0.4, 0.4], [0.6, 0.6]])]})
    >>> [step.readers for step in found.steps], found.most, round(found.x), round(found.y)
    ([1, 2], 2, 32, 32)
    """
    counts = np.zeros((GRID, GRID), dtype=int)
    for mine in marks.values():
        covered = [_covered(shape, np.asarray(points, dtype=float), aspect) for shape, points in mine]
        counts += np.logical_or.reduce(covered) if covered else 0
    most = int(counts.max())
    levels = {1, *(int(np.ceil(most * step / MOST_STEPS)) for step in range(1, MOST_STEPS + 1))} if most else set()
    rows, columns = np.nonzero(counts == most)
    nearest = np.argmin((rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2)
    steps = tuple(Step(level, _path(counts >= level), _outline(counts >= level)) for level in sorted(levels))
    return HeatMap(steps, most, float(columns[nearest]) + 0.5, float(rows[nearest]) + 0.5)


def _covered(shape: Shape, points: NDArray[np.float64], aspect: float) -> Mask:
    """The cells of a mark; a box covers those that it touches, so that none is lost."""
    if shape == "box":
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        first = (np.arange(GRID) / GRID)[:, None]
        last = first + 1 / GRID
        rows, columns = (first < bottom) & (last > top), (first < right) & (last > left)
        return np.asarray(rows & columns.T)
    centres = (np.arange(GRID) + 0.5) / GRID
    x, y = np.meshgrid(centres, centres / aspect)
    found = np.zeros((GRID, GRID), dtype=bool)
    scaled = points / [1, aspect]
    for start, end in zip(scaled, scaled[1:] if len(scaled) > 1 else scaled, strict=False):
        along = end - start
        length = float(along @ along)
        share = np.clip(((x - start[0]) * along[0] + (y - start[1]) * along[1]) / length, 0, 1) if length else 0.0
        away = np.hypot(x - start[0] - share * along[0], y - start[1] - share * along[1])
        found |= away <= (POINT_RADIUS if shape == "point" else LINE_RADIUS)
    return found


def _path(mask: Mask) -> str:
    """The cells as an SVG path to be filled: a rectangle for each run in a row."""
    parts = []
    for row, cells in enumerate(mask):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], cells, [False]]).astype(int)))
        parts += [f"M{start} {row}h{end - start}v1h-{end - start}z" for start, end in edges.reshape(-1, 2)]
    return "".join(parts)


def _outline(mask: Mask) -> str:
    """The border between cells in a mask and cells outside it, as an SVG path of single edges."""
    framed = np.pad(mask, 1)
    across = np.argwhere(framed[:-1, 1:-1] != framed[1:, 1:-1])
    down = np.argwhere(framed[1:-1, :-1] != framed[1:-1, 1:])
    return "".join([*(f"M{x} {y}h1" for y, x in across), *(f"M{x} {y}v1" for y, x in down)])
