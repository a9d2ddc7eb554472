"""Whatever the table, mrmc and detectors answer in valid JSON or say what is wrong."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from analysis.commands import main

METRICS = ("auc", "binormal", "pauc", "accuracy", "sensitivity", "specificity", "dprime", "criterion")
LAYOUTS = ("crossed", "gaps", "readers nested", "cases nested", "blocks", "readers and cases nested")


def tiny_table(layout: str, readers: int, modalities: int, cases: int, points: int, seed: int) -> pd.DataFrame:
    """Random reads of a layout; at times too few cases for both classes, or too few points to differ."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, cases)
    modality, reader, case = (axis.ravel() for axis in np.indices((modalities, readers, cases)))
    layouts = {
        "crossed": np.ones(modality.size, dtype=bool),
        "gaps": rng.random(modality.size) > 0.3,
        "readers nested": reader % modalities == modality,
        "cases nested": case % modalities == modality,
        "blocks": reader % 2 == case // 2 % 2,
        "readers and cases nested": (reader % modalities == modality) & (case // 2 % modalities == modality),
    }
    rating = rng.integers(1, points + 1, modality.size)
    table = pd.DataFrame(
        {"reader": reader, "modality": modality, "case": case, "truth": truth[case], "rating": rating}
    ).assign(call=(rating > points / 2).astype(int))
    kept: pd.DataFrame = table[layouts[layout]]
    return kept


def answer(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        return main(list(arguments)), out.getvalue(), err.getvalue()


@settings(max_examples=100, deadline=None)
@given(
    table=st.builds(
        tiny_table,
        st.sampled_from(LAYOUTS),
        st.integers(1, 6),
        st.integers(1, 3),
        st.integers(2, 60),
        st.integers(1, 9),
        st.integers(0, 2**32 - 1),
    ).filter(len),
    metric=st.sampled_from(METRICS),
    random=st.sampled_from(["both", "readers", "cases"]),
    more=st.sampled_from(
        [["mrmc"], ["mrmc", "--margin", "0.05", "--holm"], ["detectors", "--detector", "0", "--modality", "0"]]
    ),
)
def test_the_answer_is_json_or_one_line_on_stderr(
    table: pd.DataFrame, metric: str, random: str, more: list[str]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ratings.csv"
        table.to_csv(path, index=False)
        code, out, err = answer(*more, str(path), "--metric", metric, "--random", random, "--json")
    event(f"{more[0]} ended with {code}")

    if code == 0:
        json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
        assert err == ""
    else:
        assert code == 2
        assert out == ""
        assert err.startswith("analysis: error: ")
        assert len(err.splitlines()) == 1
