"""Who reads what: arms, the readers in them, and their hanging lists."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse

from readerstudy.accounts.models import Invitation
from readerstudy.studies.models.phase import Phase
from readerstudy.studies.models.recruitment import ConsentText
from readerstudy.studies.models.study import Study


class Arm(models.Model):
    """Readers who share a sequence of phases."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="arms")
    position = models.PositiveSmallIntegerField()
    name = models.SlugField(max_length=20)
    title = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["study", "position"]
        constraints = [
            models.UniqueConstraint(fields=["study", "position"], name="arm_position_once_per_study"),
            models.UniqueConstraint(fields=["study", "name"], name="arm_name_once_per_study"),
        ]

    def __str__(self) -> str:
        return f"{self.study_id} {self.name}"


class ArmStep(models.Model):
    """One phase at its place in an arm's sequence."""

    arm = models.ForeignKey(Arm, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["arm", "position"]
        constraints = [
            models.UniqueConstraint(fields=["arm", "position"], name="arm_step_position_once_per_arm"),
            models.UniqueConstraint(fields=["arm", "phase"], name="arm_step_phase_once_per_arm"),
        ]

    def __str__(self) -> str:
        return f"{self.arm_id} #{self.position}"


class Reader(models.Model):
    """A user's enrolment in a study, known to everyone else by its code."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="readers")
    code = models.CharField(max_length=10)
    number = models.PositiveSmallIntegerField()
    # Drawn at the lock, or with the place where that comes later.
    arm = models.ForeignKey(Arm, null=True, blank=True, on_delete=models.PROTECT, related_name="readers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    invitation = models.OneToOneField(Invitation, null=True, on_delete=models.PROTECT, related_name="+")
    # The newest text that the reader agreed to; the audit log has the earlier ones.
    consent = models.ForeignKey(ConsentText, null=True, blank=True, on_delete=models.PROTECT, related_name="readers")
    consented_at = models.DateTimeField(null=True, blank=True)
    # From then on nothing is read, and what was read is left out of every result; nothing is deleted.
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    years = models.PositiveSmallIntegerField(null=True)
    subspecialty = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=100, blank=True)
    is_simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ["study", "code"]
        constraints = [
            models.UniqueConstraint(fields=["study", "code"], name="reader_code_once_per_study"),
            models.UniqueConstraint(fields=["study", "number"], name="reader_number_once_per_study"),
            models.UniqueConstraint(fields=["study", "user"], name="reader_user_once_per_study"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def has_agreed(self) -> bool:
        """Whether the reader agreed to the study's text as it is now; after an amendment of it they are asked again."""
        return self.consent is not None and self.consent.digest == self.study.consent_digest()

    @property
    def is_withdrawn(self) -> bool:
        """Whether the reader reads no more and counts in no result."""
        return self.withdrawn_at is not None

    @property
    def join_path(self) -> str:
        """The address of the page behind the reader's invitation, or an empty string without one."""
        return reverse("studies:join", args=[self.invitation.token]) if self.invitation else ""

    def steps(self) -> models.QuerySet[Phase]:
        """The reader's phases in the order of the arm; none before the lock."""
        return (
            Phase.objects.filter(pk__in=ArmStep.objects.filter(arm=self.arm_id).values("phase"))
            .annotate(step=models.Subquery(_step_of(self.arm_id)))
            .order_by("step")
        )


def _step_of(arm: int | None) -> models.QuerySet[ArmStep, Any]:
    return ArmStep.objects.filter(arm=arm, phase=models.OuterRef("pk")).values("position")


class HangingList(models.Model):
    """The order of cases of one reader in one phase: drawn once from the stored seed, and never changed.

    `places` is a list of `{"case", "modality", "aided", "reread", "companion"}` (`allocation.Place`).
    """

    reader = models.ForeignKey(Reader, on_delete=models.PROTECT, related_name="hanging_lists")
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="+")
    seed = models.CharField(max_length=64)
    places: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField()
    # How many places there are, and how many of them show a case again: a page of all readers cannot read every list.
    length = models.PositiveIntegerField(default=0)
    rereads = models.PositiveIntegerField(default=0)
    drawn_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reader", "phase"], name="hanging_list_once_per_reader_and_phase")
        ]

    def __str__(self) -> str:
        return f"hanging list {self.reader_id} {self.phase_id}"
