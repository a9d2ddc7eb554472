"""The reference standard of each case. No room that talks to a reader may import this one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from readerstudy.cohorts.models import Case, Cohort


class Value(models.TextChoices):
    """The two classes; synthetic is the positive one."""

    AUTHENTIC = "authentic", _("Authentic")
    SYNTHETIC = "synthetic", _("Synthetic")


class Truth(models.Model):
    """What a case really is, and what is known of it."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=10, choices=Value)
    generator = models.CharField(max_length=100, blank=True)
    anatomy = models.CharField(max_length=100, blank=True)
    view = models.CharField(max_length=100, blank=True)
    finding = models.CharField(max_length=200, blank=True)
    diagnosis = models.CharField(max_length=200, blank=True)
    patient = models.CharField(max_length=100, blank=True)
    sex = models.CharField(max_length=20, blank=True)
    pair = models.CharField(max_length=100, blank=True)
    telltales = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(value__in=Value.values), name="truth_value_known")]

    def __str__(self) -> str:
        return f"truth of case {self.case_id}"

    @property
    def is_synthetic(self) -> bool:
        """Whether the case is of the positive class."""
        return self.value == Value.SYNTHETIC


class Sample(models.Model):
    """How a cohort was drawn from a pool: enough to draw it again."""

    cohort = models.OneToOneField(Cohort, on_delete=models.PROTECT, related_name="+")
    pool = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="+")
    seed = models.PositiveIntegerField()
    # What was asked for (`sampling.Design`), and how many cases each stratum had and gave.
    design = models.JSONField()
    table = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.cohort_id} drawn from {self.pool_id}"
