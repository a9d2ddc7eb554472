"""A study of three phases made up for the tests: purpose-blinded, informed on the same cases, informed on others."""

from __future__ import annotations

import numpy as np
import pandas as pd

# Right calls of 17 readers among 154 cases: mean 74.8 %, SD 12.7 points, from 58 to 92 %, as was published.
RIGHT_OF_154 = (89, 90, 93, 94, 96, 99, 105, 110, 114, 119, 124, 131, 135, 137, 139, 140, 142)
SUBSPECIALTIES = ("chest", "musculoskeletal", "neuro", "general")


def calls_with(right: tuple[int, ...], *, cases: int, phase: str, first_case: int = 0) -> pd.DataFrame:
    """Readers who call the first cases right, as many as given for each; classes alternate."""
    rows = [
        (f"R{reader + 1:02d}", f"C{first_case + case}", phase, case % 2, case % 2 if case < number else 1 - case % 2)
        for reader, number in enumerate(right)
        for case in range(cases)
    ]
    return pd.DataFrame(rows, columns=["reader", "case", "phase", "truth", "call"])


def three_phase_study(*, readers: int = 17, cases: int = 40, others: int = 30, seed: int = 5) -> pd.DataFrame:
    """Ratings of three phases with confidence, times, positions, re-reads and two detectors."""
    rng = np.random.default_rng(seed)
    difficulty = {"phase-2": rng.normal(0, 0.7, cases), "phase-3": rng.normal(-0.2, 0.7, others)}
    parts = [_diagnoses(rng, readers, cases)]
    for phase, first in (("phase-2", 0), ("phase-3", cases)):
        parts += [_calls(rng, f"R{r + 1:02d}", phase, first, difficulty[phase], 1.2) for r in range(readers)]
        parts += [
            _calls(rng, name, phase, first, difficulty[phase], skill).assign(
                kind="detector", modality="detector", confidence=np.nan, seconds=np.nan, position=np.nan
            )
            for name, skill in (("GPT-4o 2025-05", 2.2), ("Residual net 1", 1.0))
        ]
    again = parts[1].head(12).assign(reread=1, seconds=lambda rows: rows["seconds"] * 0.8)
    again.loc[again.index[:3], "call"] = 1 - again["call"].head(3)
    return pd.concat([*parts, again], ignore_index=True)


def reader_table(readers: int = 17) -> pd.DataFrame:
    """Years, subspecialty, and who spoke of AI unprompted: the first seven."""
    return pd.DataFrame(
        {
            "reader": [f"R{r + 1:02d}" for r in range(readers)],
            "years": [(7 * r) % 41 for r in range(readers)],
            "subspecialty": [SUBSPECIALTIES[r % len(SUBSPECIALTIES)] for r in range(readers)],
            "country": ["US", "FR", "DE", "TR"][:1] * readers,
            "unprompted": [int(r < 7) for r in range(readers)],
        }
    )


def case_table(*, cases: int = 40, others: int = 30) -> pd.DataFrame:
    """Anatomy, generator and finding of each case."""
    number = np.arange(cases + others)
    truth = _truths(cases, others)
    anatomies = np.array(["knee", "hand", "spine", "chest"])
    return pd.DataFrame(
        {
            "case": [f"C{n}" for n in number],
            "generator": [
                None if value == 0 else ("GPT-4o" if at < cases else "RoentGen")
                for at, value in zip(number, truth, strict=True)
            ],
            "anatomy": np.where(number < cases, anatomies[number % 4], "chest"),
            "finding": np.where(number % 3 == 0, "fracture", "normal"),
            "patient": [f"P{n // 2}" for n in number],
        }
    )


def _truths(cases: int, others: int) -> np.ndarray:
    return np.concatenate([np.arange(cases) // 2 % 2, np.arange(others) // 2 % 2])


def _diagnoses(rng: np.random.Generator, readers: int, cases: int) -> pd.DataFrame:
    rows = [
        (f"R{r + 1:02d}", f"C{c}", "phase-1", "human", "unaware", c // 2 % 2, int(rng.random() < 0.9), c + 1, 0)
        for r in range(readers)
        for c in range(cases)
    ]
    named = ["reader", "case", "phase", "kind", "modality", "truth", "diagnosis_correct", "position", "reread"]
    return pd.DataFrame(rows, columns=named).assign(seconds=20.0)


def _calls(
    rng: np.random.Generator, who: str, phase: str, first: int, difficulty: np.ndarray, skill: float
) -> pd.DataFrame:
    n = len(difficulty)
    truth = np.arange(n) // 2 % 2
    seen = skill * (truth - 0.5) + np.where(truth == 1, -0.6, 0.6) * difficulty + rng.normal(0, 1, n)
    confidence = np.clip(np.round(100 * (1 - np.exp(-np.abs(seen)))), 1, 100)
    position = rng.permutation(n) + 1
    return pd.DataFrame(
        {
            "reader": who,
            "case": [f"C{first + c}" for c in range(n)],
            "phase": phase,
            "kind": "human",
            "modality": "informed",
            "truth": truth,
            "call": (seen > 0).astype(int),
            "confidence": confidence,
            "rating": np.where(seen > 0, 50 + confidence / 2, 50 - confidence / 2),
            "seconds": np.round(30 * np.exp(-position / n) + rng.gamma(4, 2, n), 1),
            "position": position,
            "reread": 0,
        }
    )
