"""How readers come into a study, what they agree to, and what they are told on the way."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from readerstudy.accounts.models import new_token
from readerstudy.studies.models.study import Study


class Told(models.TextChoices):
    """Whether readers are asked for something about themselves."""

    NO = "no", _("Not asked")
    OPTIONAL = "optional", _("Asked, optional")
    REQUIRED = "required", _("Asked, required")


class Recruitment(models.Model):
    """How readers join a study: the link for everybody, and what they tell of themselves."""

    # What readers may be asked, by the names of `Reader`'s fields.
    ASKED = ("years", "subspecialty", "country")

    study = models.OneToOneField(Study, on_delete=models.PROTECT, related_name="recruitment")
    token = models.CharField(max_length=40, unique=True, default=new_token)
    is_open = models.BooleanField(default=False)
    # How many may take part by the link; nobody counts the rest.
    limit = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    years = models.CharField(max_length=10, choices=Told, default=Told.OPTIONAL)
    subspecialty = models.CharField(max_length=10, choices=Told, default=Told.OPTIONAL)
    country = models.CharField(max_length=10, choices=Told, default=Told.OPTIONAL)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(years__in=Told.values, subspecialty__in=Told.values, country__in=Told.values),
                name="recruitment_told_known",
            )
        ]

    def __str__(self) -> str:
        return f"recruitment of {self.study_id}"

    @property
    def path(self) -> str:
        """The address of the page behind the link for everybody."""
        return reverse("studies:register", args=[self.token])

    def asked(self) -> dict[str, bool]:
        """Give what readers are asked for, and whether they must tell it."""
        wanted = {name: getattr(self, name) for name in self.ASKED}
        return {name: told == Told.REQUIRED for name, told in wanted.items() if told != Told.NO}


class ConsentText(models.Model):
    """A text that readers have agreed to; a changed text is a further version."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="consent_texts")
    version = models.PositiveSmallIntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64)
    # When somebody agreed to it for the first time.
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["study", "version"]
        constraints = [
            models.UniqueConstraint(fields=["study", "version"], name="consent_text_version_once_per_study"),
            models.UniqueConstraint(fields=["study", "digest"], name="consent_text_once_per_study"),
        ]

    def __str__(self) -> str:
        return f"consent {self.version} of {self.study_id}"


class Note(models.Model):
    """What a coordinator told the readers of a study, all or one; it stands on their page and is mailed."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="notes")
    # Nobody in particular: all readers, also those who join later.
    reader = models.ForeignKey("Reader", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=4000)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)
    mailed = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["study", "-pk"]

    def __str__(self) -> str:
        return f"note {self.pk} of {self.study_id}"
