"""Who: users with one role each, and invitations by link."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def new_token() -> str:
    """Draw an invitation's token: 160 random bits, safe in a URL."""
    return secrets.token_urlsafe(20)


def invitation_end() -> datetime:
    """Give the moment when an invitation made now ends: thirty days from now."""
    return timezone.now() + timedelta(days=30)


class Role(models.TextChoices):
    """What a person may do; each role has its own front door."""

    READER = "reader", _("Reader")
    COORDINATOR = "coordinator", _("Coordinator")
    OBSERVER = "observer", _("Statistician or monitor")


class User(AbstractUser):
    """A person who can log in."""

    role = models.CharField(max_length=20, choices=Role, default=Role.READER)
    # {"language": "de", "keys": {command: key}}, each only where it was chosen.
    preferences: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict, blank=True)

    class Meta(AbstractUser.Meta):
        constraints = [models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known")]

    @property
    def is_coordinator(self) -> bool:
        """Whether the person may build cohorts and run studies; an operator may all that a coordinator may."""
        return self.role == Role.COORDINATOR or self.is_superuser

    @property
    def is_at_a_desk(self) -> bool:
        """Whether the person runs studies or watches over them, and reads in none."""
        return self.role != Role.READER or self.is_superuser


class Invitation(models.Model):
    """A link that lets one person make an account; it works once and ends after thirty days."""

    token = models.CharField(max_length=40, unique=True, default=new_token)
    # Where the link was sent, if it was sent from here.
    email = models.EmailField(blank=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField(default=invitation_end)
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether somebody can still accept it."""
        return self.accepted_at is None and timezone.now() < self.ends_at


class LoginTry(models.Model):
    """A password that was tried lately; a right one takes its row out again (`throttling.Throttle`)."""

    who = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"login try {self.pk}"
