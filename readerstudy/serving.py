"""How gunicorn serves the application, with a worker for background jobs beside it.

`gunicorn --config python:readerstudy.serving readerstudy.wsgi`. With WORKER=none no worker is started here: run
`manage.py run_worker` as often as wanted, on any machine that reaches the database and the data folder.

Run as a program (`python -m readerstudy.serving PID`) this keeps one worker running as long as the server PID lives.
It is a process of its own, so that neither a worker that dies nor one that eats the memory touches the server.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

worker_class = "gthread"
workers = 2
threads = 8
loglevel = "warning"

_FOLDER = Path(__file__).resolve().parent.parent
_SECONDS_TO_END = 10
_LONGEST_PAUSE = 30.0

_keeper: subprocess.Popen[bytes] | None = None


def on_starting(server: Any) -> None:
    """Compile the translations that are missing or out of date: without them the pages would fall back to English."""
    from readerstudy import texts

    texts.compile_all()


def when_ready(server: Any) -> None:
    """Start the keeper of the worker, unless the settings say that there is none here."""
    global _keeper
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "readerstudy.settings")
    from django.conf import settings

    if settings.WORKER == "EMBEDDED":
        command = [sys.executable, "-m", "readerstudy.serving", str(os.getpid())]
        # In a session of its own: Ctrl-C ends the server, and the server ends its worker.
        _keeper = subprocess.Popen(command, cwd=_FOLDER, start_new_session=True)


def on_exit(server: Any) -> None:
    """End the worker with the server."""
    if _keeper and _keeper.poll() is None:
        _keeper.terminate()


def keep_worker(server: int) -> None:
    """Keep a worker running until the server is gone; one that dies is started again, ever later if it dies at once."""
    pause = 1.0
    while os.getppid() == server:
        started = time.monotonic()
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "run_worker", "--parent", str(os.getpid())], cwd=_FOLDER
        )
        try:
            while worker.poll() is None and os.getppid() == server:
                time.sleep(1)
        finally:
            _end(worker)
        pause = 1.0 if time.monotonic() - started > _LONGEST_PAUSE else min(pause * 2, _LONGEST_PAUSE)
        time.sleep(pause)


def _end(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    try:
        worker.wait(timeout=_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    keep_worker(int(sys.argv[1]))
