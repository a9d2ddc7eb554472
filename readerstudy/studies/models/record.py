"""What stands on record of a locked study: every version of its documents, and who looked at results before its end."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from readerstudy.studies.models.study import Study


class Kind(models.TextChoices):
    """Which document of a study."""

    PROTOCOL = "protocol", _("Protocol")
    PLAN = "plan", _("Analysis plan")


class Version(models.Model):
    """A document of a study as it was from a time on: number 1 at the lock, every further one an amendment."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="versions")
    kind = models.CharField(max_length=10, choices=Kind)
    number = models.PositiveSmallIntegerField()
    # YAML of the protocol, JSON of the plan; the digest is the SHA-256 of these characters.
    document = models.TextField()
    digest = models.CharField(max_length=64)
    # What was changed and why; empty for what was locked.
    change = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["study", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["study", "kind", "number"], name="version_once_per_study_and_kind"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="version_kind_known"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(reason=""), name="version_amends_for_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} of {self.study_id}"

    @property
    def is_amendment(self) -> bool:
        """Whether it came after the lock."""
        return self.number > 1


class InterimLook(models.Model):
    """Somebody looked at results before the study was unblinded; its report says so ever after."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="looks")
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["study", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="interim_look_for_a_reason")]

    def __str__(self) -> str:
        return f"interim look {self.pk} at {self.study_id}"
