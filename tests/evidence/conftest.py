"""Databases of their own for trials that kill them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evidence.served import PostgreSQL


@pytest.fixture
def postgresql() -> Iterator[PostgreSQL]:
    """A running cluster."""
    # In a short path: PostgreSQL's socket lies in it.
    with tempfile.TemporaryDirectory(prefix="readerstudy-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        cluster = PostgreSQL(Path(folder))
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.kill()
