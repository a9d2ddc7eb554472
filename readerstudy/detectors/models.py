"""Algorithms that judge the same cases, known by name and version."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from readerstudy.cohorts.models import Case


class Detector(models.Model):
    """An algorithm that tells synthetic from authentic."""

    name = models.CharField(max_length=100)
    version = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["name", "version"]
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="detector_name_and_version_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


class DetectorScore(models.Model):
    """What a detector gives for a case: a score, a call, or both. High scores mean synthetic."""

    detector = models.ForeignKey(Detector, on_delete=models.PROTECT, related_name="scores")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    score = models.FloatField(null=True)
    call = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["detector", "case"], name="detector_scores_a_case_once"),
            models.CheckConstraint(
                condition=Q(score__isnull=False) | Q(call__isnull=False), name="detector_score_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.detector_id} on {self.case_id}"
