"""Ratings tables made up for the tests."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.curves import Curves


def made_up_study(
    *, readers: int = 4, cases: int = 30, modalities: tuple[str, ...] = ("unaided",), seed: int = 1
) -> pd.DataFrame:
    """A crossed study with five-point ratings, calls from 3 upwards, and as many authentic as synthetic cases."""
    rng = np.random.default_rng(seed)
    truth = np.arange(cases) % 2
    difficulty = truth + rng.normal(0, 0.6, cases)
    rows = []
    for modality_number, modality in enumerate(modalities):
        for reader in range(readers):
            seen = difficulty + truth * (0.3 * modality_number + rng.normal(0, 0.2)) + rng.normal(0, 0.7, cases)
            rating = np.digitize(seen, [-0.5, 0.2, 0.8, 1.5]) + 1
            rows += [(f"R{reader + 1}", modality, f"C{c}", truth[c], rating[c]) for c in range(cases)]
    table = pd.DataFrame(rows, columns=["reader", "modality", "case", "truth", "rating"])
    return table.assign(call=(table["rating"] >= 3).astype(int))


def with_detector(table: pd.DataFrame, name: str = "Detector", seed: int = 2) -> pd.DataFrame:
    """The study with a detector that has scored every case."""
    rng = np.random.default_rng(seed)
    cases = table.drop_duplicates("case")
    scores = cases["truth"] + rng.normal(0, 0.8, len(cases))
    detector = cases.assign(
        reader=name, kind="detector", modality="detector", rating=scores, call=(scores > 0.5).astype(int)
    )
    return pd.concat([table.assign(kind="human"), detector], ignore_index=True)


def curves_of(scores: list[list[float]], truth: list[int]) -> Curves:
    """Curves of one modality from a matrix of scores, one row for each reader; NaN is unread."""
    labels = tuple(("unaided", f"R{row + 1}") for row in range(len(scores)))
    return Curves(labels, np.array(scores, dtype=float), np.array(truth) == 1)
