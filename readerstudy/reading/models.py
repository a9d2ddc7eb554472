"""The act of reading: a session with its stored hanging list, and judgements that are only ever added."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import models
from django.db.models import F, Q

from readerstudy.cohorts.models import Case
from readerstudy.studies.models import HangingList, Phase, Question, Reader


def new_session_code() -> str:
    """Draw the code by which a session is addressed: 120 random bits."""
    return secrets.token_hex(15)


class ReadingSession(models.Model):
    """One reader in one phase, with the order in which the cases are hung; practice may be taken more than once."""

    code = models.CharField(max_length=30, unique=True, default=new_session_code)
    reader = models.ForeignKey(Reader, on_delete=models.PROTECT, related_name="sessions")
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="sessions")
    attempt = models.PositiveSmallIntegerField(default=1)
    hanging_list = models.ForeignKey(HangingList, on_delete=models.PROTECT, related_name="+")
    # By the study's clock.
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    # The reading whose judgement is being revised; until then the earlier revision stands.
    reopened = models.ForeignKey("Reading", null=True, on_delete=models.PROTECT, related_name="+")
    # `tallies.Tally`, counted with every first judgement.
    tally: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    # A mark that `training` writes from above: whether the practice was good enough to go on. Empty until it is judged.
    qualified = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reader", "phase", "attempt"], name="session_once_per_reader_phase_and_attempt"
            )
        ]

    def __str__(self) -> str:
        return self.code


class Reading(models.Model):
    """One case at one place of a hanging list."""

    session = models.ForeignKey(ReadingSession, on_delete=models.PROTECT, related_name="readings")
    position = models.PositiveIntegerField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    modality = models.CharField(max_length=40, default="unaided")
    aided = models.BooleanField(default=False)
    reread = models.PositiveSmallIntegerField(default=0)
    # The reference picture beside it, where the protocol pairs them.
    companion = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    # A mark from above: aid or feedback told something of this case, so its judgement cannot be revised any more.
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["session", "position"]
        constraints = [
            models.UniqueConstraint(fields=["session", "position"], name="reading_position_once_per_session"),
            models.UniqueConstraint(
                fields=["session", "case", "modality", "reread"], name="reading_case_once_per_session_and_condition"
            ),
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
    # All three or none: without a call there is no rating.
    call = models.CharField(max_length=10, choices=Call, null=True)  # noqa: DJ001 - missing is not an empty word
    confidence = models.PositiveSmallIntegerField(null=True)
    rating = models.FloatField(null=True)
    # By the name of the question; marks have rows of their own.
    answers: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    # From the first rendered image to the submission, without pauses and hidden tabs, which are counted beside.
    seconds = models.FloatField()
    paused_seconds = models.FloatField(default=0)
    hidden_seconds = models.FloatField(default=0)
    timed_out = models.BooleanField(default=False)
    # What the reader did with the view: docs/data-dictionary.md.
    view_log: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
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
            models.CheckConstraint(
                condition=Q(seconds__gte=0, paused_seconds__gte=0, hidden_seconds__gte=0),
                name="judgement_seconds_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(call=None, confidence=None, rating=None)
                | Q(call__isnull=False, confidence__isnull=False, rating__isnull=False),
                name="judgement_call_confidence_and_rating_or_none",
            ),
            models.CheckConstraint(
                condition=Q(call=None)
                | Q(call=Call.SYNTHETIC, rating=50 + F("confidence") / 2.0)
                | Q(call=Call.AUTHENTIC, rating=50 - F("confidence") / 2.0),
                name="judgement_rating_follows_call_and_confidence",
            ),
        ]

    def __str__(self) -> str:
        return f"judgement {self.reading_id}.{self.revision}"


class MarkKind(models.TextChoices):
    """The shape of a mark."""

    POINT = "point", "Point"
    BOX = "box", "Box"
    FREEHAND = "freehand", "Freehand"


class Mark(models.Model):
    """Where on the image a reader saw something, and what. Never edited: it belongs to its revision."""

    judgement = models.ForeignKey(Judgement, on_delete=models.PROTECT, related_name="marks")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=MarkKind)
    # Pairs [x, y] as fractions of the presented image's width and height, from its top left: one for a point, two
    # opposite corners for a box, two or more along a freehand line.
    points: models.JSONField[list[list[float]], list[list[float]]] = models.JSONField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["judgement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["judgement", "number"], name="mark_number_once_per_judgement"),
            models.CheckConstraint(condition=Q(kind__in=MarkKind.values), name="mark_kind_known"),
        ]

    def __str__(self) -> str:
        return f"mark {self.judgement_id}.{self.number}"


class Draft(models.Model):
    """What a reader has entered and not submitted yet, for a case or at the end; replaced at every change."""

    reading = models.OneToOneField(Reading, null=True, on_delete=models.CASCADE, related_name="draft")
    # In place of a reading: the questions at the end of this session.
    session = models.OneToOneField(ReadingSession, null=True, on_delete=models.CASCADE, related_name="end_draft")
    body: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    seconds = models.FloatField(default=0)
    # Counts up, so that a window which has not seen the newest draft cannot write over it unawares.
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reading=None, session__isnull=False) | Q(reading__isnull=False, session=None),
                name="draft_of_a_reading_or_of_an_end",
            )
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class PhaseAnswers(models.Model):
    """What a reader answered at the end of a phase. Never edited."""

    session = models.OneToOneField(ReadingSession, on_delete=models.PROTECT, related_name="end_answers")
    answers: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    received_at = models.DateTimeField(auto_now_add=True)
    idempotency_key = models.UUIDField(unique=True)
    request_digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"end answers {self.session_id}"


class DisplayCheck(models.Model):
    """The display that a reader read on, and that its test pattern was seen."""

    reader = models.ForeignKey(Reader, on_delete=models.PROTECT, related_name="display_checks")
    at = models.DateTimeField(auto_now_add=True)
    # In CSS pixels; times the pixel ratio it is what the display has.
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    pixel_ratio = models.FloatField()
    # Bits per pixel over all channels, as the browser says.
    colour_depth = models.PositiveSmallIntegerField()
    # Whether the 5 % patch in black and the 95 % patch in white were both seen.
    confirmed = models.BooleanField()

    class Meta:
        ordering = ["reader", "at"]

    def __str__(self) -> str:
        return f"display of {self.reader_id}"
