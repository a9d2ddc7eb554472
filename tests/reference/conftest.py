"""The reference data lie beside the project on some machines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analysis import Ratings, read

OWN = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def reference(shared_data: Path) -> Path:
    """Folder of the reference data sets."""
    folder = shared_data.parent / "reference"
    if not folder.exists():
        pytest.skip("the reference data (../shared/reference) are not on this machine")
    return folder


@pytest.fixture(scope="session")
def ratings(reference: Path) -> Callable[[str], Ratings]:
    """Read a reference data set by its name."""
    return lambda name: read(reference / f"{name}.csv")


@pytest.fixture(scope="session")
def textbook() -> Callable[[str], pd.DataFrame]:
    """Read a table that may be kept here: see data/README.md."""
    return lambda name: pd.read_csv(OWN / f"{name}.csv", na_values=["NA"])
