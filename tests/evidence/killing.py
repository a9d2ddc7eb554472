"""Trials of evidence under fire: readers read while the server, or its database, is killed again and again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

from tests.evidence.served import PostgreSQL, Server, serving
from tests.evidence.trials import Crowd, Tally, tally

READERS = 20
# A server lives until so many judgements were acknowledged at the most, and a moment longer: on any machine, fast or
# slow, the kill comes while judgements are being stored.
LIFE, MOMENT, LONGEST = 15, 0.05, 10.0


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
    crowd = Crowd(server.address, logins, seed, pause=0.1)
    crowd.start()
    for kill in range(kills):
        _let_live(crowd, moments.randint(0, LIFE), moments.uniform(0, MOMENT))
        assert crowd.is_reading, f"all was read after {kill} kills already: give the readers more cases"
        restart()
    crowd.wait()
    return counted(crowd, server)


def _let_live(crowd: Crowd, judgements: int, moment: float) -> None:
    """Wait until so many more judgements were acknowledged (or for too long), and a moment longer."""
    until, deadline = len(crowd.receipts) + judgements, time.monotonic() + LONGEST
    while len(crowd.receipts) < until and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(moment)


def counted(crowd: Crowd, server: Server) -> Tally:
    """See that every reader has finished and the audit log is whole, and count the judgements."""
    stock = server.call("take_stock")
    assert [str(error) for error in crowd.errors] == []
    assert [played.state for played in crowd.played] == ["finished"] * len(crowd.logins)
    assert (stock["unfinished"], stock["sessions"]) == (0, len(crowd.logins))
    assert stock["broken"] is None
    return tally(crowd.receipts, stock)
