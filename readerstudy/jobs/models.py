"""Background work: one row per job, with its progress, its lease and its one result."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where a job is in its life."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    STOPPED = "stopped", _("Stopped")


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
    # How often a worker died of it, or with it.
    deaths = models.PositiveSmallIntegerField(default=0)
    # How far an earlier attempt had come: the rate is that of the newest one.
    done_before = models.PositiveIntegerField(default=0)
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

    @property
    def seconds(self) -> float:
        """How long the newest attempt has taken, or took."""
        if self.started_at is None:
            return 0.0
        return max(0.0, ((self.finished_at or timezone.now()) - self.started_at).total_seconds())

    @property
    def rate(self) -> float | None:
        """Steps per second of the newest attempt; None as long as nothing can be said."""
        steps = self.done - self.done_before
        return steps / self.seconds if steps > 0 and self.seconds >= 1 else None

    @property
    def seconds_left(self) -> int | None:
        """How long it will take at this rate; None where that cannot be said."""
        if self.status != Status.RUNNING or not self.rate:
            return None
        return round((self.total - self.done) / self.rate)
