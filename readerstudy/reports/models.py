"""Reports: results that were computed once from a stored, hashed ratings table."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from readerstudy.cohorts.models import Cohort
from readerstudy.studies.models import InterimLook, Reader, Study


class Report(models.Model):
    """The results of a study at one time, with the tables that they come from. A new computation is a new report.

    Attributes
    ----------
    readers_csv, cases_csv : str
        As they were when it was made; empty in reports of earlier versions of this program.
    results : dict
        Every number (`analysis.report.report.Report.results`).
    plan_json : str
        The analysis plan that counted then (`studies.default_plans.plan_of`); empty where none was fixed.
    document : dict
        What the page shows (`analysis.report.plain.as_document`); empty in reports of earlier versions.
    """

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="reports")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ratings_csv = models.TextField()
    ratings_sha256 = models.CharField(max_length=64)
    readers_csv = models.TextField(default="", blank=True)
    cases_csv = models.TextField(default="", blank=True)
    plan_json = models.TextField(default="", blank=True)
    results = models.JSONField()
    document = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"report {self.pk} of {self.study_id}"

    @property
    def tables(self) -> dict[str, str]:
        """The tables that the results come from, and the plan, by the names of their files."""
        return {
            "ratings.csv": self.ratings_csv,
            "readers.csv": self.readers_csv,
            "cases.csv": self.cases_csv,
            "plan.json": self.plan_json,
        }


class InterimReport(models.Model):
    """What was seen at an interim look. It is no report of the study: it counts nowhere, and its files stay shut."""

    look = models.OneToOneField(InterimLook, on_delete=models.PROTECT, related_name="+")
    judgements = models.PositiveIntegerField()
    ratings_csv = models.TextField()
    ratings_sha256 = models.CharField(max_length=64)
    results = models.JSONField()
    document = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"what was seen at {self.look_id}"


class BlindingAudit(models.Model):
    """What a blinding audit found in a cohort as it was then. Looking again is a new audit."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    profile = models.CharField(max_length=80)
    # `Cohort.state_digest` of what was looked at.
    state = models.CharField(max_length=64)
    verdict = models.CharField(max_length=4, choices=[("pass", _("Passed")), ("fail", _("Failed"))])
    # The summary that `audit_blinding --json` prints.
    result = models.JSONField()
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"blinding audit {self.pk} of {self.cohort_id}"


class AnswerCode(models.Model):
    """What one coder says of a reader's open answers. A change of mind is a new row; the newest counts.

    Attributes
    ----------
    is_consensus : bool
        It settles what two coders saw differently, as they agreed in talking it over.
    """

    reader = models.ForeignKey(Reader, on_delete=models.PROTECT, related_name="+")
    coder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Whether the reader spoke of artificial, synthetic or manipulated images without having been told of them.
    unprompted = models.BooleanField()
    is_consensus = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"code of {self.reader_id} by {self.coder_id}"
