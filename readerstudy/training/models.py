"""What a reader was told, and when."""

from __future__ import annotations

from django.db import models

from readerstudy.reading.models import Reading


class FeedbackShown(models.Model):
    """The first time that a reader was shown the answer of a reading."""

    reading = models.OneToOneField(Reading, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"feedback on {self.reading_id}"
