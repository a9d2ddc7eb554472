"""Algorithms that judge the same cases, known by name and version."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from readerstudy.cohorts.models import Case
from readerstudy.reading.models import Reading
from readerstudy.studies.models import Phase


class Saw(models.TextChoices):
    """Which form of the images a detector was given: files tell more than readers are shown."""

    UNKNOWN = "unknown", _("Not said")
    SOURCE = "source", _("The files as they came")
    PRESENTATION = "presentation", _("The images that readers see")


class Detector(models.Model):
    """An algorithm that tells synthetic from authentic. Another version, or another run, is another row."""

    name = models.CharField(max_length=100)
    version = models.CharField(max_length=40, blank=True)
    saw = models.CharField(max_length=20, choices=Saw, default=Saw.UNKNOWN)
    # From this score on it calls a case synthetic, where it gives no call of its own.
    threshold = models.FloatField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["name", "version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="detector_name_and_version_once"),
            models.CheckConstraint(condition=Q(saw__in=Saw.values), name="detector_saw_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


class DetectorScore(models.Model):
    """What a detector gives for a case: a score, a call, or both. High scores mean synthetic."""

    detector = models.ForeignKey(Detector, on_delete=models.PROTECT, related_name="scores")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    score = models.FloatField(null=True)
    call = models.BooleanField(null=True)
    # x, y, width and height of the region that spoke for it, as fractions of the image; empty where it names none.
    region: models.JSONField[list[float] | None, list[float] | None] = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["detector", "case"], name="detector_scores_a_case_once"),
            models.CheckConstraint(
                condition=Q(score__isnull=False) | Q(call__isnull=False), name="detector_score_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.detector_id} on {self.case_id}"

    @property
    def said(self) -> bool | None:
        """Whether it calls the case synthetic: its own call, else by its detector's threshold; None without either."""
        if self.call is not None or self.score is None or self.detector.threshold is None:
            return self.call
        return self.score >= self.detector.threshold


class PhaseAid(models.Model):
    """Which detector aids the readers of a phase, and what of it they see; never its name."""

    phase = models.OneToOneField(Phase, on_delete=models.CASCADE, related_name="+")
    detector = models.ForeignKey(Detector, on_delete=models.PROTECT, related_name="+")
    shows_score = models.BooleanField(default=True)
    shows_call = models.BooleanField(default=False)
    shows_region = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(shows_score=True) | Q(shows_call=True) | Q(shows_region=True),
                name="phase_aid_shows_something",
            )
        ]

    def __str__(self) -> str:
        return f"aid of {self.phase_id}"


class AidShown(models.Model):
    """The first time that a reader was shown the aid of a reading. Never edited."""

    reading = models.OneToOneField(Reading, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"aid on {self.reading_id}"
