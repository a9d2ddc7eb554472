"""Mean squares and components derived from the Obuchowski–Rockette estimates are those of the pseudovalues."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import RatingsError, obuchowski_rockette
from analysis.commands import main
from analysis.mrmc.pseudovalues import dorfman_berbaum_metz
from tests.analysis.tables import made_up_study

LETTERS = "trc"


def pseudovalues(table: pd.DataFrame, metric: str) -> np.ndarray:
    """K θ - (K - 1) θ without the case, shape (t, r, K), by leaving out each case that the metric counts."""
    counted = {"sensitivity": table[table["truth"] == 1], "specificity": table[table["truth"] == 0]}
    cases = list(dict.fromkeys(counted.get(metric, table)["case"]))

    def figures(rows: pd.DataFrame) -> np.ndarray:
        result = obuchowski_rockette(rows, metric=metric, covariance="jackknife", random="readers")
        return np.array([x.estimate for x in result.per_reader]).reshape(len(result.modalities), -1)

    full, k = figures(table), len(cases)
    return np.stack([k * full - (k - 1) * figures(table[table["case"] != case]) for case in cases], axis=2)


def anova(values: np.ndarray) -> dict[str, float]:
    """Mean squares of a three-way table, each interaction by inclusion and exclusion of its margins."""
    found = {}
    for size in (1, 2, 3):
        for kept in combinations(range(3), size):
            effect = np.zeros(())
            for n in range(size + 1):
                for margin in combinations(kept, n):
                    rest = tuple(axis for axis in range(3) if axis not in margin)
                    effect = effect + (-1) ** (size - n) * values.mean(axis=rest, keepdims=True)
            df = np.prod([values.shape[axis] - 1 for axis in kept])
            if df:
                squares = (np.broadcast_to(effect, values.shape) ** 2).sum()
                found["".join(LETTERS[axis] for axis in kept)] = float(squares / df)
    return found


@pytest.mark.parametrize("metric", ["auc", "accuracy", "sensitivity"])
@pytest.mark.parametrize("modalities", [("a", "b"), ("a", "b", "c")])
def test_the_mean_squares_are_those_of_the_pseudovalues(metric: str, modalities: tuple[str, ...]) -> None:
    table = made_up_study(readers=3, cases=16, modalities=modalities, seed=2)
    values = pseudovalues(table, metric)
    result = dorfman_berbaum_metz(table, metric=metric)

    assert (result.modalities, result.readers, result.cases) == values.shape
    for name, square in anova(values).items():
        assert vars(result.mean_squares)[name] == pytest.approx(square, rel=1e-9), name


def test_the_components_solve_the_expected_mean_squares() -> None:
    result = dorfman_berbaum_metz(made_up_study(readers=3, cases=16, modalities=("a", "b"), seed=2))
    squares, parts = result.mean_squares, result.components
    t, r, k = result.modalities, result.readers, result.cases
    assert None not in (squares.tc, squares.tr, squares.trc, squares.r, parts.tc, parts.tr, parts.trc, parts.r)

    assert squares.trc == pytest.approx(parts.trc)
    assert squares.tc == pytest.approx(parts.trc + r * parts.tc)  # type: ignore[operator]
    assert squares.rc == pytest.approx(parts.trc + t * parts.rc)  # type: ignore[operator]
    assert squares.tr == pytest.approx(parts.trc + k * parts.tr)  # type: ignore[operator]
    assert squares.c == pytest.approx(parts.trc + t * parts.rc + r * parts.tc + t * r * parts.c)  # type: ignore[operator]
    assert squares.r == pytest.approx(parts.trc + t * parts.rc + k * parts.tr + t * k * parts.r)  # type: ignore[operator]


def test_with_one_modality_there_are_readers_and_cases() -> None:
    table = made_up_study(readers=3, cases=16, seed=2)
    result = dorfman_berbaum_metz(table)

    found = {name: square for name, square in vars(result.mean_squares).items() if square is not None}
    assert found == pytest.approx(anova(pseudovalues(table, "auc")), rel=1e-9)
    assert result.mean_squares.rc == pytest.approx(result.components.rc)
    assert result.mean_squares.c == pytest.approx(result.components.rc + 3 * result.components.c)


def test_gaps_and_single_readers_are_refused() -> None:
    table = made_up_study(readers=3, cases=16)
    with pytest.raises(RatingsError, match=r"the design is incomplete .* use the Obuchowski–Rockette analysis"):
        dorfman_berbaum_metz(table.iloc[1:])
    with pytest.raises(RatingsError, match="R1 is the only reader"):
        dorfman_berbaum_metz(table[table["reader"] == "R1"])


def test_the_command_prints_a_table_or_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ratings.csv"
    table = made_up_study(readers=3, cases=16, modalities=("a", "b"))
    table.to_csv(path, index=False)

    assert main(["dbm", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["components"] == dorfman_berbaum_metz(table).to_dict()["components"]
    assert main(["dbm", str(path), "--metric", "sensitivity"]) == 0
    assert "pseudovalues of the sensitivity" in capsys.readouterr().out
    assert len(dorfman_berbaum_metz(table).to_frame()) == 7
