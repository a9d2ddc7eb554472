"""Whether the server is well: what a watchman asks every minute, and what it may tell to anyone."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from readerstudy.cohorts import frames
from readerstudy.cohorts.models import Image
from readerstudy.jobs.models import Job, Status

# A job that nobody has begun for so long has no worker.
_LATE = timedelta(minutes=5)

Word = Literal["ok", "failed", "late", "low"]


def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 while readers can be served, 503 otherwise, with one word on each part.

    `database` and `files` must be ok. `worker` is late when background jobs wait for one, and `disk` low when the room
    that imports leave free is gone: people can go on reading, but somebody should look.
    """
    checks = {"database": _database(), "files": _files(), "disk": _disk()}
    checks["worker"] = _worker() if checks["database"] == "ok" else "failed"
    serves = checks["database"] == checks["files"] == "ok"
    status = "ok" if set(checks.values()) == {"ok"} else "degraded" if serves else "failed"
    return JsonResponse({"status": status, "checks": checks}, status=200 if serves else 503)


def _database() -> Word:
    try:
        Job.objects.order_by("pk").values_list("pk").first()
    except (DatabaseError, InterfaceError):
        return "failed"
    return "ok"


def _files() -> Word:
    """Whether the newest frame is there, and files can be written."""
    folder = Path(settings.DATA_DIR)
    try:
        newest = Image.objects.order_by("-pk").first()
    except (DatabaseError, InterfaceError):
        return "failed"
    there = newest is None or frames.path_of(newest).is_file()
    return "ok" if there and folder.is_dir() and os.access(folder, os.W_OK) else "failed"


def _disk() -> Word:
    try:
        free = shutil.disk_usage(settings.DATA_DIR).free
    except OSError:
        return "failed"
    return "ok" if free >= settings.UPLOAD_SPARE_BYTES else "low"


def _worker() -> Word:
    waiting = Job.objects.filter(status=Status.QUEUED, created_at__lt=timezone.now() - _LATE)
    lost = Job.objects.filter(status=Status.RUNNING, lease_until__lt=timezone.now() - _LATE)
    return "late" if waiting.exists() or lost.exists() else "ok"
