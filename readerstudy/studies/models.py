"""The protocol: a study, its phases and its readers."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.urls import reverse

from readerstudy.accounts.models import Invitation
from readerstudy.cohorts.models import Cohort


def new_seed() -> int:
    """Draw a study's seed, from which every order is derived."""
    return secrets.randbelow(2**31)


class Status(models.TextChoices):
    """Where a study is in its life; it only moves forwards."""

    DRAFT = "draft", "Draft"
    RUNNING = "running", "Running"
    CLOSED = "closed", "Closed"
    UNBLINDED = "unblinded", "Unblinded"


class Study(models.Model):
    """A reader study."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    consent = models.TextField()
    preset = models.CharField(max_length=40)
    seed = models.PositiveIntegerField(default=new_seed)
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    protocol_digest = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # Why it was locked without a passed and acknowledged blinding audit of every cohort; empty with one.
    unaudited_because = models.TextField(blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    unblinded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "slug"]
        constraints = [models.CheckConstraint(condition=models.Q(status__in=Status.values), name="study_status_known")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_running(self) -> bool:
        """Whether readers may read."""
        return self.status == Status.RUNNING

    @property
    def takes_readers(self) -> bool:
        """Whether readers may still be invited and join."""
        return self.status in (Status.DRAFT, Status.RUNNING)

    @property
    def is_unblinded(self) -> bool:
        """Whether the coordinator may see judgements next to truth."""
        return self.status == Status.UNBLINDED


class Purpose(models.TextChoices):
    """What a phase is for."""

    PRACTICE = "practice", "Practice"
    INFORMED = "informed", "Informed reading"


class Feedback(models.TextChoices):
    """When the reader is told the answer."""

    NONE = "none", "None"
    AFTER_EACH = "after-each", "After each case"


class Phase(models.Model):
    """A stage of a study with one purpose, one modality, one cohort."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="phases")
    position = models.PositiveSmallIntegerField()
    name = models.SlugField()
    title = models.CharField(max_length=100)
    purpose = models.CharField(max_length=20, choices=Purpose)
    modality = models.CharField(max_length=40, default="unaided")
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="+")
    feedback = models.CharField(max_length=20, choices=Feedback, default=Feedback.NONE)
    instructions = models.TextField()

    class Meta:
        ordering = ["study", "position"]
        constraints = [
            models.UniqueConstraint(fields=["study", "position"], name="phase_position_once_per_study"),
            models.UniqueConstraint(fields=["study", "name"], name="phase_name_once_per_study"),
            models.CheckConstraint(condition=models.Q(purpose__in=Purpose.values), name="phase_purpose_known"),
            models.CheckConstraint(condition=models.Q(feedback__in=Feedback.values), name="phase_feedback_known"),
            models.CheckConstraint(
                condition=models.Q(feedback=Feedback.NONE) | models.Q(purpose=Purpose.PRACTICE),
                name="phase_feedback_only_in_practice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.study_id} {self.name}"

    @property
    def is_practice(self) -> bool:
        """Whether its judgements stay out of the results."""
        return self.purpose == Purpose.PRACTICE


class Reader(models.Model):
    """A user's enrolment in a study, known to everyone else by its code."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="readers")
    code = models.CharField(max_length=10)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    invitation = models.OneToOneField(Invitation, null=True, on_delete=models.PROTECT, related_name="+")
    consented_at = models.DateTimeField(null=True, blank=True)
    years = models.PositiveSmallIntegerField(null=True)
    subspecialty = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=100, blank=True)
    is_simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ["study", "code"]
        constraints = [
            models.UniqueConstraint(fields=["study", "code"], name="reader_code_once_per_study"),
            models.UniqueConstraint(fields=["study", "user"], name="reader_user_once_per_study"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def join_path(self) -> str:
        """The address of the page behind the reader's invitation, or an empty string without one."""
        return reverse("studies:join", args=[self.invitation.token]) if self.invitation else ""
