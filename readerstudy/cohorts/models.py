"""Images in: a cohort of cases, each with one blinded presentation image."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from readerstudy.cohorts.profiles import DEFAULT_PROFILE, PresentationProfile

# Without 0/O, 1/I/L: a code is read aloud and typed.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_case_code() -> str:
    """Draw an opaque case code, which says nothing of order, class or source."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(8))


def new_import_seed() -> str:
    """Draw the seed of the order in which a cohort's files are imported."""
    return secrets.token_hex(16)


def default_recipe() -> dict[str, Any]:
    """Give the presentation profile of a cohort for which nobody chose one, in full."""
    return DEFAULT_PROFILE.as_recipe()


class Cohort(models.Model):
    """A named set of cases that are presented by one profile."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    import_seed = models.CharField(max_length=32, default=new_import_seed, editable=False)
    # The presentation profile in full (`profiles.PresentationProfile.as_recipe`).
    recipe = models.JSONField(default=default_recipe)
    # Marks that higher rooms write, so that this room and `studies` need to know no truth.
    sealed_digest = models.CharField(max_length=64, blank=True)
    sealed_cases = models.PositiveIntegerField(default=0)
    is_locked = models.BooleanField(default=False)
    # The newest blinding audit's verdict ("pass", "fail", or empty), on the state that `state_digest` gave then.
    audit_verdict = models.CharField(max_length=4, blank=True)
    audit_state = models.CharField(max_length=64, blank=True)
    audit_acknowledged = models.BooleanField(default=False)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_sealed(self) -> bool:
        """Whether the truth of every case is sealed."""
        return bool(self.sealed_digest) and self.sealed_cases == self.cases.count()

    @property
    def profile(self) -> PresentationProfile:
        """The presentation profile of all its images."""
        return PresentationProfile.from_recipe(self.recipe)

    def padded_length(self) -> int:
        """Bytes to which compressed frames are padded: those of the longest; 0 where frames travel uncompressed."""
        if self.profile.transfer == "raw":
            return 0
        included = Image.objects.filter(case__cohort=self, case__excluded_at=None)
        return int(included.aggregate(longest=models.Max("length"))["longest"] or 0)

    def state_digest(self) -> str:
        """SHA-256 over what readers are shown and what it is: an audit holds as long as this stays the same."""
        return state_digests([self])[self.pk]

    @property
    def is_audited(self) -> bool:
        """Whether a blinding audit has looked at the cohort as it is now."""
        return bool(self.audit_verdict) and self.audit_state == self.state_digest()


def state_digests(cohorts: Collection[Cohort]) -> dict[int, str]:
    """Give the digest of the state of each cohort by its primary key, with one query for all."""
    images = Image.objects.filter(case__cohort__in=cohorts, case__excluded_at=None).order_by("case__code")
    shown: dict[int, list[list[Any]]] = {cohort.pk: [] for cohort in cohorts}
    for cohort_pk, *facts in images.values_list("case__cohort", "case__code", "sha256", "length"):
        shown[cohort_pk].append(facts)
    return {
        one.pk: hashlib.sha256(json.dumps([one.recipe, one.sealed_digest, shown[one.pk]]).encode()).hexdigest()
        for one in cohorts
    }


class IncludedCases(models.Manager["Case"]):
    """The cases that were not excluded: all that anyone but the coordinator of the cohort asks for."""

    def get_queryset(self) -> models.QuerySet[Case]:
        """Leave out what was excluded."""
        return super().get_queryset().filter(excluded_at=None)


class Case(models.Model):
    """The unit that is read and has one truth."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="cases")
    code = models.CharField(max_length=8, unique=True, default=new_case_code)
    # A shuffled number that orders balance on; never served.
    stratum = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    excluded_at = models.DateTimeField(null=True, blank=True)
    excluded_because = models.CharField(max_length=200, blank=True)

    # The first manager is what relations use: an excluded case is in no count, order, list or statistic.
    objects = IncludedCases()
    with_excluded = models.Manager["Case"]()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Image(models.Model):
    """The presentation image: what readers get, rebuilt from pixels alone."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="image")
    file = models.CharField(max_length=80, unique=True)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    columns = models.PositiveIntegerField()
    # Bytes of the stored frame; with a compressed transfer syntax all are padded to the cohort's longest when served.
    length = models.PositiveIntegerField()
    # Bits of a grey value: 8, or more in two bytes.
    bits = models.PositiveSmallIntegerField(default=8)
    # Millimetres between pixel centres, only where the profile resamples all to one spacing.
    spacing = models.FloatField(null=True, blank=True)
    # The recipe by which it was made: with the source's master and its black-outs it can be made again bit for bit.
    profile = models.CharField(max_length=80)
    recipe = models.JSONField(default=default_recipe)

    def __str__(self) -> str:
        return f"presentation image of {self.case_id}"


class Source(models.Model):
    """What is kept of the file that a case came from; for coordinators, and out of the ORM's reach from a case."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="+")
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    # Other files with the same pixels: tables may call the case by any of these names.
    other_names = models.JSONField(default=list)
    format = models.CharField(max_length=20)
    rows = models.PositiveIntegerField()
    columns = models.PositiveIntegerField()
    bits = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    pixel_digest = models.CharField(max_length=64)
    # The decoded grey values without loss (masters.py): what the presentation image is made from, again if need be.
    master = models.CharField(max_length=80, blank=True)
    frame = models.PositiveIntegerField(default=1)
    # Keyed pseudonym of the patient (`deidentify.patient_pseudonym`); empty where the file names none.
    patient = models.CharField(max_length=64, blank=True)
    perceptual_hash = models.CharField(max_length=64, blank=True)
    # What is kept of a DICOM header, and what was not: {"keyword": value}; [{"path", "name", "vr", "private"}].
    attributes = models.JSONField(default=dict)
    removed = models.JSONField(default=list)
    # Evidence of where the file came from (provenance.py): it may tell the class.
    provenance = models.JSONField(default=dict)
    # Measures of the file itself that the blinding audit compares with the truth (evidence.py).
    traits = models.JSONField(default=dict)
    # Rectangles [x, y, width, height] in source pixels that may hold burned-in text, and what a person made of them.
    text_candidates = models.JSONField(default=list)
    text_checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "pixel_digest"], name="source_pixels_once_per_cohort"),
            models.UniqueConstraint(fields=["cohort", "name"], name="source_name_once_per_cohort"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def names(self) -> list[str]:
        """All the files that the case came from; its own first."""
        return [self.name, *self.other_names]


class Blackout(models.Model):
    """A rectangle of a source, in its pixels, that the presentation image shows black."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    x = models.PositiveIntegerField()
    y = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(width__gte=1, height__gte=1), name="blackout_has_an_area")
        ]

    def __str__(self) -> str:
        return f"{self.width} × {self.height} at {self.x}, {self.y}"


class NearDuplicate(models.Model):
    """Two cases of a cohort that look alike, and what a person decided about them."""

    class Decision(models.TextChoices):
        """What was decided."""

        OPEN = "open", _("Not decided")
        KEEP = "keep", _("Keep both")
        EXCLUDE = "exclude", _("Keep one")

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="near_duplicates")
    first = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    # Bits in which their perceptual hashes differ.
    distance = models.PositiveSmallIntegerField()
    decision = models.CharField(max_length=10, choices=Decision, default=Decision.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["distance", "pk"]
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="near_duplicate_pair_once")]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"


class ImportRun(models.Model):
    """One import of one source into a cohort, which can be stopped and gone on with."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="import_runs")
    source = models.CharField(max_length=500)
    total = models.PositiveIntegerField(default=0)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"import of {self.source}"


class ImportVerdict(models.Model):
    """What became of one file of an import."""

    class Verdict(models.TextChoices):
        """The three ends that a file can come to."""

        IMPORTED = "imported", "Imported"
        DUPLICATE = "duplicate", "Known already"
        REJECTED = "rejected", "Rejected"

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="verdicts")
    file = models.TextField()
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.TextField(blank=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "file"], name="one_verdict_per_file_and_run")]

    def __str__(self) -> str:
        return f"{self.file}: {self.verdict}"
