"""The real server on a real database, each a process of its own that can be killed and started again."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests
from django.conf import settings

from tests.conftest import missing
from tests.readerstudy.cohorts.conftest import free_port

_CALL = """
import django, json
django.setup()
from tests.evidence.{function} import {function}
print(json.dumps({function}({numbers})))
"""


class Server:
    """Gunicorn as `make run` starts it, but for the worker of background jobs.

    Parameters
    ----------
    folder : Path
        Its DATA_DIR.
    database : str
        Its DATABASE_URL; empty for SQLite in its folder.
    """

    def __init__(self, folder: Path, database: str = "") -> None:
        self._port, self._master = free_port(), 0
        self.address = f"http://127.0.0.1:{self._port}"
        own = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        own |= {"DATA_DIR": str(folder), "LOG_LEVEL": "CRITICAL", "WORKER": "none"}
        own |= {"PYTHONPATH": str(settings.BASE_DIR), "DJANGO_SETTINGS_MODULE": "readerstudy.settings"}
        self.environment = own | ({"DATABASE_URL": database} if database else {})
        self._nursery: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        if self._nursery is None:
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.evidence.nursery"],
                cwd=settings.BASE_DIR, env=self.environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write(f"127.0.0.1:{self._port}\n")
        self._nursery.stdin.flush()
        self._master = int(self._nursery.stdout.readline())
        deadline = time.monotonic() + 120
        while not self.answers():
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.02)

    def answers(self) -> bool:
        """Whether it is there and reaches its database; frames of the cases that are read here there are none."""
        try:
            told = requests.get(f"{self.address}/healthz", timeout=5).json()
        except requests.RequestException:
            return False
        return bool(told["checks"]["database"] == "ok")

    def kill(self) -> None:
        """Kill master and workers at once, and wait until they are gone: none can finish anything."""
        if not self._master:
            return
        killed = self.processes()
        os.killpg(self._master, signal.SIGKILL)
        self._master = 0
        while any(map(_lives, killed)):
            time.sleep(0.002)

    def processes(self) -> list[int]:
        """Give master and workers."""
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{self._master}/task/{self._master}/children").read_text().split()
            return [self._master, *map(int, children)]
        return []

    def end(self) -> None:
        """Leave nothing of it behind."""
        self.kill()
        if self._nursery is not None:
            self._nursery.kill()
            self._nursery.communicate()

    def call(self, function: str, *numbers: int) -> Any:
        """Call a function of this folder (of the module of its name) on the server's database, and give its answer."""
        program = _CALL.format(function=function, numbers=", ".join(map(str, numbers)))
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=settings.BASE_DIR, env=self.environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return json.loads(done.stdout)


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextlib.contextmanager
def serving(folder: Path, database: str = "") -> Iterator[Server]:
    """Give a server that is not started yet, and see that nothing of it is left."""
    server = Server(folder, database)
    try:
        yield server
    finally:
        server.end()


class PostgreSQL:
    """A PostgreSQL cluster of its own, with all its promises of durability kept as they are by default."""

    def __init__(self, folder: Path) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        if not programs:
            missing("PostgreSQL")
        self._bin, self._folder, self._data = programs[-1], folder, folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._as: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            os.chown(folder, *_nobody())
            user, group = _nobody()
            self._as |= {"user": user, "group": group, "extra_groups": []}
        options = ["--username=readerstudy", "--auth=trust", "--encoding=UTF8", "--no-sync"]
        subprocess.run([str(self._bin / "initdb"), f"--pgdata={self._data}", *options], check=True, **self._as)
        self.url = f"postgres://readerstudy@{str(folder).replace('/', '%2F')}/postgres"

    def start(self) -> None:
        """Start it, and wait until it has recovered; of one that was killed, its children go first."""
        deadline = time.monotonic() + 60
        while not self._is_ready():
            assert time.monotonic() < deadline, "PostgreSQL does not come up"
            if self._process is None or self._process.poll() is not None:
                (self._data / "postmaster.pid").unlink(missing_ok=True)
                options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={self._folder}"]
                self._process = subprocess.Popen(
                    [str(self._bin / "postgres"), "-D", str(self._data), *options], **self._as
                )
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        asked = [str(self._bin / "pg_isready"), "--quiet", f"--host={self._folder}", "--dbname=postgres"]
        running = self._process is not None and self._process.poll() is None
        return running and subprocess.run([*asked, "--username=readerstudy"], check=False).returncode == 0

    def kill(self) -> None:
        """Kill it with all the processes that serve its clients."""
        if self._process is not None and self._process.poll() is None:
            children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
            for process in [self._process.pid, *map(int, children)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            self._process.wait()
        self._process = None


def _nobody() -> tuple[int, int]:
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid
