"""The server keeps a worker beside it: started with it, started again when it dies, ended with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from django.conf import settings

from tests.readerstudy.cohorts.conftest import free_port
from tests.readerstudy.jobs.conftest import wait_until

Serve = Callable[..., subprocess.Popen[bytes]]


def descendants(pid: int) -> dict[int, str]:
    """Give the processes that a process started, and those that they started, with their command lines."""
    found: dict[int, str] = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            command = (path / "cmdline").read_text().replace("\0", " ")
        except (OSError, ValueError):
            continue
        if parent == pid and command:
            found |= {int(path.name): command} | descendants(int(path.name))
    return found


def workers(pid: int) -> list[int]:
    return [child for child, command in descendants(pid).items() if "run_worker" in command]


def is_there(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Give the function that serves an empty database on a free port, and waits until it answers."""
    started: list[subprocess.Popen[bytes]] = []

    def start(**environment: str) -> subprocess.Popen[bytes]:
        folder, port = tmp_path / "served", free_port()
        own = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        own |= {"DATA_DIR": str(folder), "LOG_LEVEL": "CRITICAL", **environment}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=settings.BASE_DIR, env=own, check=True)
        command = [sys.executable, "-m", "gunicorn", "--config", "python:readerstudy.serving", "readerstudy.wsgi"]
        command += ["--bind", f"127.0.0.1:{port}"]
        with (tmp_path / "log").open("wb") as log:
            started.append(subprocess.Popen(command, cwd=settings.BASE_DIR, env=own, stderr=log, stdout=log))
        wait_until(lambda: answers(port))
        return started[-1]

    yield start
    for server in started:
        server.terminate()
        server.wait(timeout=60)


def answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).ok
    except requests.RequestException:
        return False


def test_a_worker_lives_beside_the_server_and_comes_back_when_it_dies(serve: Serve) -> None:
    server = serve()
    wait_until(lambda: len(workers(server.pid)) == 1)
    (first,) = workers(server.pid)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: bool(workers(server.pid)) and first not in workers(server.pid))
    (second,) = workers(server.pid)
    server.terminate()
    server.wait(timeout=60)
    wait_until(lambda: not is_there(second))


def test_a_worker_ends_when_the_server_is_killed(serve: Serve) -> None:
    server = serve()
    wait_until(lambda: len(workers(server.pid)) == 1)
    (worker,) = workers(server.pid)
    server.kill()
    server.wait()
    wait_until(lambda: not is_there(worker))


def test_where_workers_run_elsewhere_the_server_starts_none(serve: Serve) -> None:
    server = serve(WORKER="none")
    time.sleep(3)
    assert workers(server.pid) == []
