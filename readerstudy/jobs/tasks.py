"""The one message of the queue: a job waits to be done."""

from __future__ import annotations

from django_tasks import task

from readerstudy.jobs import running


@task()
def run_job(pk: int) -> None:
    """Do a job, unless another worker does it or it is over."""
    running.run(pk)
