"""PostgreSQL is killed with SIGKILL and comes back while the web server keeps running: nothing lost, none doubled."""

from __future__ import annotations

from pathlib import Path

from tests.evidence.killing import READERS, kill_databases
from tests.evidence.served import PostgreSQL


def test_twenty_readers_lose_nothing_when_postgresql_is_killed(tmp_path: Path, postgresql: PostgreSQL) -> None:
    counted = kill_databases(tmp_path, postgresql, kills=4, cases=10, seed=3)
    assert counted.acknowledged >= READERS * 10
    assert (counted.found, counted.doubled, counted.stored) == (counted.acknowledged, 0, counted.acknowledged)
