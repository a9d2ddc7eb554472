"""The audit log: append-only, each event chained to the one before it by its hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.db import models

GENESIS = "0" * 64  # what the first event names as the one before it


class Event(models.Model):
    """One thing that somebody did, chained to the event before it."""

    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=100)
    target = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["target", "id"], name="event_by_target")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.target}"

    def compute_digest(self) -> str:
        """SHA-256 over everything that the event says and the digest of the event before it."""
        said: list[Any] = [self.previous, self.at.isoformat(), self.actor_id, self.verb, self.target, self.detail]
        return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
