"""The act of reading: a session with its stored hanging list, and judgements that are only ever added."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import F, Q

from readerstudy.cohorts.models import Case
from readerstudy.studies.models import Phase, Reader


def new_session_code() -> str:
    """Draw the code by which a session is addressed: 120 random bits."""
    return secrets.token_hex(15)


class ReadingSession(models.Model):
    """One reader in one phase, with the order in which the cases are hung."""

    code = models.CharField(max_length=30, unique=True, default=new_session_code)
    reader = models.ForeignKey(Reader, on_delete=models.PROTECT, related_name="sessions")
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="sessions")
    seed = models.CharField(max_length=64)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "phase"], name="session_once_per_reader_and_phase")]

    def __str__(self) -> str:
        return self.code


class Reading(models.Model):
    """One case at one place of a hanging list."""

    session = models.ForeignKey(ReadingSession, on_delete=models.PROTECT, related_name="readings")
    position = models.PositiveIntegerField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["session", "position"]
        constraints = [
            models.UniqueConstraint(fields=["session", "position"], name="reading_position_once_per_session"),
            models.UniqueConstraint(fields=["session", "case"], name="reading_case_once_per_session"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} #{self.position}"


class Call(models.TextChoices):
    """The binary decision of a reader."""

    AUTHENTIC = "authentic", "Authentic"
    SYNTHETIC = "synthetic", "Synthetic"


def rating_of(call: str, confidence: int) -> float:
    """Give the one ROC score of a judgement, 0–100, high for synthetic.

    50 + confidence/2 for a call of synthetic, 50 − confidence/2 for authentic; confidence runs from 1 to 100.
    """
    return 50 + confidence / 2 if call == Call.SYNTHETIC else 50 - confidence / 2


class Judgement(models.Model):
    """What a reader said of a case. Never edited: a correction is a further revision (docs/decisions/0003)."""

    reading = models.ForeignKey(Reading, on_delete=models.PROTECT, related_name="judgements")
    revision = models.PositiveSmallIntegerField(default=1)
    call = models.CharField(max_length=10, choices=Call)
    confidence = models.PositiveSmallIntegerField()
    rating = models.FloatField()
    seconds = models.FloatField()
    shown_at = models.DateTimeField()
    submitted_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    idempotency_key = models.UUIDField(unique=True)
    request_digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["reading", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["reading", "revision"], name="judgement_revision_once_per_reading"),
            models.CheckConstraint(condition=Q(confidence__range=(1, 100)), name="judgement_confidence_1_to_100"),
            models.CheckConstraint(condition=Q(seconds__gte=0), name="judgement_seconds_not_negative"),
            models.CheckConstraint(
                condition=Q(call=Call.SYNTHETIC, rating=50 + F("confidence") / 2.0)
                | Q(call=Call.AUTHENTIC, rating=50 - F("confidence") / 2.0),
                name="judgement_rating_follows_call_and_confidence",
            ),
        ]

    def __str__(self) -> str:
        return f"judgement {self.reading_id}.{self.revision}"
