"""Run as a program: loads the application once, and brings up a gunicorn whenever it is asked for one.

Each gunicorn is forked from here, so that it answers at once, where loading the application anew takes seconds of a
trial that is made of restarts. Everything of it can be killed, and the nursery goes on.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from runpy import run_module
from typing import NoReturn

import readerstudy.wsgi

# What is loaded before a fork need not be loaded after it.
for name in ("readerstudy.urls", "gunicorn.app.wsgiapp", "gunicorn.workers.gthread"):
    import_module(name)


def bring_up(address: str) -> int:
    """Fork a gunicorn in a session of its own, and give its process."""
    child = os.fork()
    if child == 0:
        _be_gunicorn(address)
    return child


def _be_gunicorn(address: str) -> NoReturn:
    """Serve as `make run` does, until killed."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    sys.argv = ["gunicorn", "--config", "python:readerstudy.serving", "--bind", address, readerstudy.wsgi.__name__]
    run_module("gunicorn", run_name="__main__")
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for those that were killed
    for line in sys.stdin:
        print(bring_up(line.strip()), flush=True)  # noqa: T201
