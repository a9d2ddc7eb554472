"""Background work: one row per job, with its progress, its lease and its one result."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Status(models.TextChoices):
    """Where a job is in its life."""

    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    STOPPED = "stopped", "Stopped"


class Job(models.Model):
    """A piece of work that a worker does while people go on with something else."""

    # Which handler does it (registry.py), and with what.
    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    # What it is about, as `kind:code`, and where a person finds it.
    target = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    page = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    words = models.CharField(max_length=300, blank=True)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    stop_requested = models.BooleanField(default=False)
    # Each start is an attempt; only the newest one may write. A worker renews the lease as long as it lives.
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=models.Q(status__in=Status.values), name="job_status_known")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in (Status.DONE, Status.FAILED, Status.STOPPED)
