"""Trials of evidence under fire: readers read while the server, or its database, is killed again and again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

from tests.evidence.served import PostgreSQL, Server, serving
from tests.evidence.trials import Crowd, Tally, tally

READERS = 20
# Seconds that a server lives at the longest, from the moment that it answers.
LIFE = 1.0


def kill_servers(folder: Path, *, kills: int, cases: int, seed: int, database: str = "") -> Tally:
    """Kill the web server, all of it, so many times while 20 readers read so many cases each.

    Afterwards every reader has read everything, and the audit log is whole; otherwise this fails.
    """
    with serving(folder, database) as server:

        def restart() -> None:
            server.kill()
            server.start()

        return _under_fire(server, restart, kills=kills, cases=cases, seed=seed)


def kill_databases(folder: Path, database: PostgreSQL, *, kills: int, cases: int, seed: int) -> Tally:
    """Kill PostgreSQL so many times while the web server keeps running, and is asked by 20 readers."""
    with serving(folder, database.url) as server:

        def restart() -> None:
            database.kill()
            database.start()

        return _under_fire(server, restart, kills=kills, cases=cases, seed=seed)


def _under_fire(server: Server, restart: Callable[[], None], *, kills: int, cases: int, seed: int) -> Tally:
    moments = random.Random(seed)
    logins = server.call("prepare", READERS, cases)
    server.start()
    crowd = Crowd(server.address, logins, seed, pause=0.2)
    crowd.start()
    for kill in range(kills):
        time.sleep(moments.uniform(0.02, LIFE))
        assert crowd.is_reading, f"all was read after {kill} kills already: give the readers more cases"
        restart()
    crowd.wait()
    return counted(crowd, server)


def counted(crowd: Crowd, server: Server) -> Tally:
    """See that every reader has finished and the audit log is whole, and count the judgements."""
    stock = server.call("take_stock")
    assert [str(error) for error in crowd.errors] == []
    assert [played.state for played in crowd.played] == ["finished"] * len(crowd.logins)
    assert (stock["unfinished"], stock["sessions"]) == (0, len(crowd.logins))
    assert stock["broken"] is None
    return tally(crowd.receipts, stock)
