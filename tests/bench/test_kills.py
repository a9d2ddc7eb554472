"""Two hundred kills: judgements acknowledged, found, doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evidence.conftest import postgresql
from tests.evidence.killing import kill_databases, kill_servers
from tests.evidence.served import PostgreSQL
from tests.evidence.trials import Tally

__all__ = ["postgresql"]
pytestmark = pytest.mark.bench
Capture = pytest.CaptureFixture[str]


def show(capsys: Capture, what: str, counted: Tally) -> None:
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{what}: {counted.acknowledged} judgements acknowledged, {counted.found} found as they were sent, "
            f"{counted.doubled} doubled, {counted.stored} stored"
        )
    assert (counted.found, counted.doubled, counted.stored) == (counted.acknowledged, 0, counted.acknowledged)


def test_two_hundred_kills_of_the_server_on_sqlite(tmp_path: Path, capsys: Capture) -> None:
    show(capsys, "200 kills of the server on SQLite", kill_servers(tmp_path, kills=200, cases=160, seed=11))


def test_fifty_kills_of_the_server_on_postgresql(tmp_path: Path, postgresql: PostgreSQL, capsys: Capture) -> None:
    counted = kill_servers(tmp_path, kills=50, cases=40, seed=12, database=postgresql.url)
    show(capsys, "50 kills of the server on PostgreSQL", counted)


def test_twenty_five_kills_of_postgresql(tmp_path: Path, postgresql: PostgreSQL, capsys: Capture) -> None:
    counted = kill_databases(tmp_path, postgresql, kills=25, cases=20, seed=13)
    show(capsys, "25 kills of PostgreSQL under a running server", counted)
