"""What readers are asked in a phase."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from readerstudy.studies.models.phase import Phase


class QuestionKind(models.TextChoices):
    """What a reader is asked for."""

    CALL = "call", _("Call and confidence")
    QUALITY = "quality", _("Rating on a scale with named steps")
    DIAGNOSIS = "diagnosis", _("Diagnosis")
    OPEN = "open", _("Open question")
    MARKS = "marks", _("Marks on the image")


class Asked(models.TextChoices):
    """When a question is asked."""

    CASE = "case", _("With every case")
    END = "end", _("At the end of the phase")


class Question(models.Model):
    """One thing that readers are asked in a phase."""

    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField()
    name = models.SlugField()
    kind = models.CharField(max_length=20, choices=QuestionKind)
    text = models.CharField(max_length=300)
    help = models.CharField(max_length=500, blank=True)
    asked = models.CharField(max_length=10, choices=Asked, default=Asked.CASE)
    required = models.BooleanField(default=True)
    # Of a call: steps of the confidence scale; 0 for a slider from 1 to 100.
    points = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(10)])
    # Of a call: whether the reader must choose. Where not, "cannot tell" is a judgement without a rating.
    forced = models.BooleanField(default=True)
    # Anchors of a rating, diagnoses to pick from, or reasons of a mark: a list of words.
    options: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    # Of marks: some of "point", "box", "freehand".
    tools: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    # {"question": name of an earlier one, "is": the answers on which this one is asked}, or nothing.
    condition: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["phase", "position"]
        constraints = [
            models.UniqueConstraint(fields=["phase", "position"], name="question_position_once_per_phase"),
            models.UniqueConstraint(fields=["phase", "name"], name="question_name_once_per_phase"),
            models.UniqueConstraint(
                fields=["phase"], condition=Q(kind=QuestionKind.CALL), name="question_call_once_per_phase"
            ),
            models.CheckConstraint(condition=Q(kind__in=QuestionKind.values), name="question_kind_known"),
            models.CheckConstraint(
                condition=Q(asked=Asked.CASE) | Q(asked=Asked.END) & ~Q(kind__in=["call", "marks"]),
                name="question_of_an_image_is_asked_with_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.phase_id} {self.name}"
