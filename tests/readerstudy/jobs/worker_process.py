"""A worker process for tests: the application's own, with kinds of jobs that leave traces, and a short lease."""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import django


def write_line(path: str, text: str) -> None:
    """Append a line, whole, whoever else writes."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, f"{text}\n".encode())
    os.close(handle)


def main() -> None:
    """Register the kinds and work."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "readerstudy.settings")
    django.setup()
    from readerstudy.jobs import registry, running, worker
    from readerstudy.jobs.context import JobContext

    def count(job: JobContext) -> dict[str, Any]:
        """Take a step every so often, and note each; go on where an earlier attempt stopped."""
        trace = Path(job.arguments["trace"])
        steps, pause = job.arguments["steps"], job.arguments.get("pause", 0.0)
        done = len(trace.read_text().splitlines()) if job.arguments.get("goes_on") and trace.exists() else 0
        for step in range(done, steps):
            if job.stop_requested():
                return {"steps": step}
            write_line(str(trace), f"{job.pk} {job.attempt} {step} {os.getpid()}")
            job.progress(step + 1, steps)
            time.sleep(pause)
        return {"steps": steps}

    def die(job: JobContext) -> dict[str, Any]:
        """Take the worker along."""
        os.kill(os.getpid(), 9)
        return {}

    registry.register("count", count)
    registry.register("die", die)
    running.LEASE = timedelta(seconds=2)
    running._SECONDS_BETWEEN_RENEWALS = worker._SECONDS_BETWEEN_SWEEPS = 0.4
    worker.work()


if __name__ == "__main__":
    main()
