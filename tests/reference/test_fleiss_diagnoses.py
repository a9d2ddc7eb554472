"""Fleiss (1971): 30 patients put into five diagnoses by six raters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.agreement.fleiss import fleiss_kappa_of_counts
from tests.reference.printed import printed


def test_kappa_with_the_subject_level_standard_error(reference: Path) -> None:
    """irrCAC (R), `fleiss.kappa.raw(diagnoses)`; irr, `kappam.fleiss(diagnoses)` for the estimate."""
    diagnoses = pd.read_csv(reference / "agree_fleiss_diagnoses.csv").to_numpy()
    counts = np.column_stack([(diagnoses == category).sum(axis=1) for category in range(1, 6)])

    found = fleiss_kappa_of_counts(counts)

    assert found.estimate == printed(".430244520060141")
    assert found.se == printed(".0541989355")
