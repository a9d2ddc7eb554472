"""Made-up studies whose readers, cases and reads have traits that move accuracy as far as one says."""

from __future__ import annotations

import numpy as np
import pandas as pd


def study_with_traits(
    *,
    readers: int = 8,
    cases: int = 40,
    seed: int = 1,
    of_years: float = 0.0,
    of_generator: float = 0.0,
    of_position: float = 0.0,
    between_readers: float = 0.5,
    between_cases: float = 0.8,
) -> pd.DataFrame:
    """A crossed study: log odds of a right call are 1, plus random reader and case effects, plus what traits do.

    `of_years` is for one standard deviation of years, `of_generator` for generator B, `of_position` for the whole way
    from the first case to the last. Every reader has an order of their own.
    """
    rng = np.random.default_rng(seed)
    reader, case = np.repeat(np.arange(readers), cases), np.tile(np.arange(cases), readers)
    years = rng.permutation(np.linspace(0, 30, readers))
    generator = rng.permutation(np.arange(cases) % 3 == 0)
    position = np.concatenate([rng.permutation(cases) for _ in range(readers)]) + 1
    log_odds = 1 + rng.normal(0, between_readers, readers)[reader] + rng.normal(0, between_cases, cases)[case]
    log_odds += of_years * ((years - years.mean()) / years.std())[reader]
    log_odds += of_generator * generator[case] + of_position * (position - 1) / (cases - 1)
    right = rng.random(readers * cases) < 1 / (1 + np.exp(-log_odds))
    truth = (case // 2) % 2
    call = np.where(right, truth, 1 - truth)
    return pd.DataFrame(
        {
            "reader": [f"R{number + 1}" for number in reader],
            "case": [f"C{number + 1}" for number in case],
            "truth": truth,
            "call": call,
            "rating": call * 50 + rng.integers(0, 50, len(call)),
            "seconds": np.exp(rng.normal(2.5, 0.5, len(call)) - 0.4 * (position - 1) / (cases - 1)),
            "position": position,
            "years": years[reader],
            "subspecialty": np.array(["chest", "bone"])[reader % 2],
            "generator": np.where(generator, "B", "A")[case],
            "anatomy": np.array(["hand", "knee"])[case % 2],
        }
    )
