"""A judgement that was acknowledged is there, once, however often the server is killed with SIGKILL while it stores."""

from __future__ import annotations

from pathlib import Path

from tests.evidence.killing import READERS, kill_servers
from tests.evidence.served import PostgreSQL

KILLS, CASES = 25, 25


def test_on_sqlite_twenty_readers_lose_nothing_through_twenty_five_kills(tmp_path: Path) -> None:
    counted = kill_servers(tmp_path, kills=KILLS, cases=CASES, seed=1)
    assert counted.acknowledged >= READERS * CASES
    assert (counted.found, counted.doubled, counted.stored) == (counted.acknowledged, 0, counted.acknowledged)


def test_on_postgresql_twenty_readers_lose_nothing_through_kills(tmp_path: Path, postgresql: PostgreSQL) -> None:
    counted = kill_servers(tmp_path, kills=8, cases=10, seed=2, database=postgresql.url)
    assert counted.acknowledged >= READERS * 10
    assert (counted.found, counted.doubled, counted.stored) == (counted.acknowledged, 0, counted.acknowledged)
