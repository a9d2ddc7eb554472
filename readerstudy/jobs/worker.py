"""A worker process: takes jobs from the queue, and looks after those whose worker died."""

from __future__ import annotations

import logging
import os
import threading
import time
from types import FrameType

from django.db import Error as DatabaseError
from django.db import connection, connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from readerstudy.jobs import reaper
from readerstudy.jobs.context import shutting_down

_SECONDS_BETWEEN_SWEEPS = 5.0
_SWEEPS_BETWEEN_PRUNINGS = 720
_SECONDS_TO_PUT_DOWN = 8.0

logger = logging.getLogger(__name__)


class JobWorker(Worker):
    """The queue's own worker, which on SIGTERM also tells the running job to put itself down."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """End after the running job; its handler hears of it and hands back what is left."""
        shutting_down.set()
        super().shutdown(signum, frame)


def work(*, parent: int | None = None) -> None:
    """Work until told to end.

    Parameters
    ----------
    parent : int, optional
        Process that the worker belongs to: when that is gone, the worker ends too.
    """
    threading.Thread(target=_look_after_the_dead, daemon=True).start()
    if parent:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    while not shutting_down.is_set():
        worker = _new_worker()
        worker.configure_signals()
        try:
            worker.run()
        except DatabaseError:
            logger.exception("the database does not answer; trying again")
            connections.close_all()
            time.sleep(2)


def _new_worker() -> JobWorker:
    return JobWorker(
        queue_names=["default"], interval=1.0, batch=False, backend_name="default", startup_delay=False,
        max_tasks=None, worker_id=get_random_string(32), excluded_queue_names=[],
    )  # fmt: skip


def _look_after_the_dead() -> None:
    rounds = 0
    while not shutting_down.wait(_SECONDS_BETWEEN_SWEEPS):
        try:
            reaper.sweep()
            if rounds % _SWEEPS_BETWEEN_PRUNINGS == 0:
                reaper.prune()
        except DatabaseError:
            logger.warning("the reaper could not reach the database; trying again")
            connection.close()
        rounds += 1
    connection.close()


def _end_with(parent: int) -> None:
    """Put the job down when the server is gone, even if it was killed; it is handed back, or else taken up again."""
    while os.getppid() == parent:
        time.sleep(1)
    shutting_down.set()
    time.sleep(_SECONDS_TO_PUT_DOWN)
    os._exit(0)
