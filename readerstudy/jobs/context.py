"""What a job's function gets to work with: its arguments, and the ways to tell progress and to hear of a stop."""

from __future__ import annotations

import threading
import time
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.jobs.models import Job, Status

# Set when this process was told to end: jobs then stop as if asked to, and are handed back to the queue.
shutting_down = threading.Event()

_SECONDS_BETWEEN_QUERIES = 1.0


class SupersededError(Exception):
    """Another worker has taken the job up; whatever this one still does must not be stored."""


class JobContext:
    """One attempt at a job, as its handler sees it.

    Attributes
    ----------
    pk : int
        Number of the job.
    arguments : dict
        What `enqueue` was given.
    actor : User or None
        Who asked for the job.
    heard_stop : bool
        Whether the handler was told to stop.
    """

    def __init__(self, job: Job) -> None:
        self.pk: int = job.pk
        self.attempt = job.attempt
        self.arguments: dict[str, Any] = job.arguments
        self.actor: User | None = job.created_by
        self.heard_stop = False
        self._started = False
        self._next_write = self._next_look = 0.0

    def progress(self, done: int, total: int, words: str = "") -> None:
        """Tell how far the job is; written at most once a second, and at the end.

        Raises
        ------
        SupersededError
            Another worker has taken the job up: leave off.
        """
        now = time.monotonic()
        if now < self._next_write and done < total:
            return
        self._next_write = now + _SECONDS_BETWEEN_QUERIES
        said: dict[str, Any] = {"done": done, "total": total, "words": words[:300]}
        if not self._started:  # what an earlier attempt did says nothing of how fast this one is
            self._started = True
            said["done_before"] = done if done > 1 else 0
        if not self.mine().update(**said):
            raise SupersededError

    def stop_requested(self) -> bool:
        """Whether the handler should put its work down and return what it has; cheap to ask often."""
        now = time.monotonic()
        if shutting_down.is_set():
            self.heard_stop = True
        elif not self.heard_stop and now >= self._next_look:
            self._next_look = now + _SECONDS_BETWEEN_QUERIES
            self.heard_stop = self.mine().filter(stop_requested=True).exists()
        return self.heard_stop

    def mine(self) -> Any:
        """Give the job's row as long as this attempt is the newest: the fence before every write."""
        return Job.objects.filter(pk=self.pk, attempt=self.attempt, status=Status.RUNNING)
