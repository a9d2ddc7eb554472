"""A study, its cohorts, and what its draft said before each change."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from readerstudy.accounts.models import User
from readerstudy.cohorts.models import Cohort


def new_seed() -> int:
    """Draw a study's seed, from which every order is derived."""
    return secrets.randbelow(2**31)


class Status(models.TextChoices):
    """Where a study is in its life; it only moves forwards. That it is archived is a mark beside it."""

    DRAFT = "draft", _("Draft")
    LOCKED = "locked", _("Locked")
    RUNNING = "running", _("Running")
    CLOSED = "closed", _("Closed")
    UNBLINDED = "unblinded", _("Unblinded")


class TeamRole(models.TextChoices):
    """What somebody of a study's team may see of it; only coordinators change anything."""

    COORDINATOR = "coordinator", _("Coordinator")
    STATISTICIAN = "statistician", _("Statistician")
    MONITOR = "monitor", _("Monitor")


class StudyQuerySet(models.QuerySet["Study"]):
    """Studies by who may open them."""

    def for_user(self, user: User, *roles: str) -> Self:
        """Give the studies in which a person has one of these roles; without any, in whatever role.

        Operators are coordinators of every study, and every coordinator is one of a study that has none of its own, as
        those made on the command line.
        """
        as_coordinator = not roles or TeamRole.COORDINATOR in roles
        if user.is_superuser and as_coordinator:
            return self.all()
        wanted = Q(members__user=user, members__role__in=roles or TeamRole.values)
        found = self.filter(pk__in=self.model.objects.filter(wanted).values("pk"))
        if user.is_coordinator and as_coordinator:
            owned = Q(members__user__isnull=False, members__role=TeamRole.COORDINATOR)
            return found | self.exclude(pk__in=self.model.objects.filter(owned).values("pk"))
        return found


class Study(models.Model):
    """A reader study."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    # What readers see in place of the title, which may name a purpose that they must not know.
    shown_title = models.CharField(max_length=200, blank=True)
    # What the protocol is for, in one sentence for coordinators.
    summary = models.CharField(max_length=500, blank=True)
    consent = models.TextField()
    preset = models.CharField(max_length=40)
    seed = models.PositiveIntegerField(default=new_seed)
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    protocol_digest = models.CharField(max_length=64, blank=True)
    # The analysis plan of a draft (`analysis_plan.AnalysisPlan`); empty for the one that its preset proposes. What a
    # locked study goes by is its newest `Version`.
    plan = models.TextField(blank=True)
    plan_digest = models.CharField(max_length=64, blank=True)
    # A trial run: its clock may be moved, and its judgements are no evidence.
    is_pilot = models.BooleanField(default=False)
    # Whose trial run it is, where it was made from another study's page.
    pilot_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="pilots")
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    clock_offset = models.DurationField(default=timedelta)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # Why it was locked without a passed and acknowledged blinding audit of every cohort; empty with one.
    unaudited_because = models.TextField(blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    # When a locked study opens by itself; empty where it waits for its coordinator.
    opens_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(max_length=300, blank=True)
    unblinded_at = models.DateTimeField(null=True, blank=True)
    unblinded_because = models.CharField(max_length=300, blank=True)
    # Read-only from then on, and out of the lists.
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = StudyQuerySet.as_manager()

    # In which role the page was opened that the study is shown on (`scope.study_or_404`).
    opened_as: str = TeamRole.COORDINATOR

    class Meta:
        ordering = ["-created_at", "slug"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="study_status_known"),
            models.CheckConstraint(
                condition=Q(is_pilot=True) | Q(clock_offset=timedelta()), name="study_clock_moves_only_in_a_pilot"
            ),
            models.CheckConstraint(condition=Q(pilot_of=None) | Q(is_pilot=True), name="study_pilot_of_another"),
            models.CheckConstraint(
                condition=Q(archived_at=None) | ~Q(status=Status.RUNNING), name="study_archived_is_not_read"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def role_in_words(self) -> str:
        """The role in which it is opened."""
        return str(TeamRole(self.opened_as).label)

    def consent_digest(self) -> str:
        """SHA-256 of the text that readers agree to, as it is now."""
        return hashlib.sha256(self.consent.encode()).hexdigest()

    @property
    def reader_title(self) -> str:
        """What readers see as its title."""
        return self.shown_title or self.title

    def now(self) -> datetime:
        """Give the time by the study's clock, by which its gates open; it differs from ours in a pilot only."""
        return timezone.now() + self.clock_offset

    @property
    def is_draft(self) -> bool:
        """Whether its protocol may still be changed; afterwards there are amendments."""
        return self.status == Status.DRAFT

    @property
    def is_running(self) -> bool:
        """Whether readers may read."""
        return self.status == Status.RUNNING

    @property
    def is_archived(self) -> bool:
        """Whether it is put away: nothing of it changes any more."""
        return self.archived_at is not None

    @property
    def takes_readers(self) -> bool:
        """Whether readers may still be invited and join."""
        return self.status in (Status.DRAFT, Status.LOCKED, Status.RUNNING) and not self.is_archived

    @property
    def is_unblinded(self) -> bool:
        """Whether the coordinator may see judgements next to truth."""
        return self.status == Status.UNBLINDED


class StudyCohort(models.Model):
    """A cohort of a study, under the name by which its protocol asks for it."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="slots")
    position = models.PositiveSmallIntegerField()
    slot = models.SlugField(max_length=20)
    title = models.CharField(max_length=200, blank=True)
    is_optional = models.BooleanField(default=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="+")
    # What the cohort was at the lock: all of it (`Cohort.state_digest`), and its sealed truth.
    state_digest = models.CharField(max_length=64, blank=True)
    truth_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["study", "position"]
        constraints = [
            models.UniqueConstraint(fields=["study", "position"], name="study_cohort_position_once_per_study"),
            models.UniqueConstraint(fields=["study", "slot"], name="study_cohort_slot_once_per_study"),
            models.UniqueConstraint(fields=["study", "cohort"], name="study_cohort_once_per_study"),
        ]

    def __str__(self) -> str:
        return f"{self.study_id} {self.slot}"


class ProtocolRevision(models.Model):
    """What a draft said before a change, so that the change can be undone. Locked studies change no more."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    document = models.TextField()
    # The cohort (its short name) of every slot of the document.
    cohorts: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)
    # What was about to be changed, in the words of the page.
    change = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["study", "number"]
        constraints = [models.UniqueConstraint(fields=["study", "number"], name="protocol_revision_once_per_study")]

    def __str__(self) -> str:
        return f"{self.study_id} before change {self.number}"
