"""Images in: a cohort of cases, each with one blinded presentation image."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models

# Without 0/O, 1/I/L: a code is read aloud and typed.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_case_code() -> str:
    """Draw an opaque case code, which says nothing of order, class or source."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(8))


def new_import_seed() -> str:
    """Draw the seed of the order in which a cohort's files are imported."""
    return secrets.token_hex(16)


class Cohort(models.Model):
    """A named set of cases that were imported with one presentation profile."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    import_seed = models.CharField(max_length=32, default=new_import_seed, editable=False)
    # Marks that higher rooms write, so that this room and `studies` need to know no truth.
    sealed_digest = models.CharField(max_length=64, blank=True)
    sealed_cases = models.PositiveIntegerField(default=0)
    is_locked = models.BooleanField(default=False)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_sealed(self) -> bool:
        """Whether the truth of every case is sealed."""
        return bool(self.sealed_digest) and self.sealed_cases == self.cases.count()


class Case(models.Model):
    """The unit that is read and has one truth."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="cases")
    code = models.CharField(max_length=8, unique=True, default=new_case_code)
    # A shuffled number that orders balance on; never served.
    stratum = models.PositiveSmallIntegerField(default=0)

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
    profile = models.CharField(max_length=60)

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
