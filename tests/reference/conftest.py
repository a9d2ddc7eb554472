"""The reference data lie beside the project on some machines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis import Ratings, read


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
