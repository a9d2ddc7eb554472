"""Who runs a study and who watches over it, beside its readers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from readerstudy.accounts.models import Invitation
from readerstudy.studies.models.study import Study, TeamRole


class Member(models.Model):
    """A person of a study's team; until the invitation is accepted, the place of one."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="members")
    role = models.CharField(max_length=20, choices=TeamRole)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    invitation = models.OneToOneField(Invitation, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["study", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["study", "user"], name="member_once_per_study"),
            models.CheckConstraint(condition=Q(role__in=TeamRole.values), name="member_role_known"),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(invitation__isnull=False), name="member_is_somebody_or_invited"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.study_id}"

    @property
    def join_path(self) -> str:
        """The address of the page behind the invitation, or an empty string without one."""
        return reverse("studies:join-team", args=[self.invitation.token]) if self.invitation else ""
