"""The disk of the running server fills up: no judgement is acknowledged without its row, and later all goes on."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import requests

from readerstudy import serving as serving_settings
from tests.evidence.killing import counted
from tests.evidence.served import Server, serving
from tests.evidence.trials import Crowd

READERS, CASES = 8, 25
# Below the size that files have already: whatever is written at their ends finds no room.
LIMIT = 4096


def set_room(server: Server, size: int) -> None:
    """Let the kernel refuse the server to write files beyond this size, as it does on a full disk or quota."""
    for process in server.processes():
        _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size, most))


def test_a_full_disk_loses_nothing_and_asks_for_no_restart(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        logins = server.call("prepare", READERS, CASES)
        server.start()
        before = all_processes(server)
        crowd = Crowd(server.address, logins, seed=4, pause=0.1)
        crowd.start()
        for _ in range(2):
            wait_for_receipts(crowd, len(crowd.receipts) + 20)
            set_room(server, LIMIT)
            time.sleep(0.5)
            assert_refused_with_words(server, logins[0])
            so_far = len(crowd.receipts)
            time.sleep(1)
            assert len(crowd.receipts) == so_far
            set_room(server, resource.RLIM_INFINITY)
        crowd.wait()
        tallied = counted(crowd, server)
        assert server.processes() == before
    assert tallied.acknowledged >= READERS * CASES
    assert (tallied.found, tallied.doubled, tallied.stored) == (tallied.acknowledged, 0, tallied.acknowledged)


def all_processes(server: Server) -> list[int]:
    """Give master and workers, once all are there: the first worker answers before the second is forked."""
    deadline = time.monotonic() + 60
    while len(server.processes()) < 1 + serving_settings.workers:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return server.processes()


def wait_for_receipts(crowd: Crowd, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(crowd.receipts) < count:
        assert crowd.is_reading, "all was read already: give the readers more cases"
        assert time.monotonic() < deadline, f"the server goes on taking nothing: {crowd.errors}"
        time.sleep(0.02)


def assert_refused_with_words(server: Server, cookies: dict[str, str]) -> None:
    """Look at what a reader's browser is told while there is no room."""
    token = "a" * 32
    answer = requests.post(
        f"{server.address}/api/v1/studies/s/display/",
        json={"width": 1, "height": 1, "pixel_ratio": 1, "colour_depth": 24, "confirmed": True},
        cookies={**cookies, "csrftoken": token}, headers={"X-CSRFToken": token}, timeout=60,
    )  # fmt: skip
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/json")
    assert answer.headers["Retry-After"]
    assert answer.json()["detail"].startswith("The server's disk is full")
    assert "Nothing you entered is lost" in answer.json()["detail"]
