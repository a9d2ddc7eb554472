"""Forms of the protocol's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm

from readerstudy.accounts.models import User
from readerstudy.cohorts.models import Cohort
from readerstudy.studies.models import Study


class AboutReaderForm(forms.Form):
    """What a reader tells of themselves; all of it optional."""

    years = forms.IntegerField(
        label="Years of experience in radiology", required=False, min_value=0, max_value=70
    )  # fmt: skip
    subspecialty = forms.CharField(required=False, max_length=100)
    country = forms.CharField(required=False, max_length=100)


class NewReaderForm(AboutReaderForm, BaseUserCreationForm):  # type: ignore[type-arg]
    """An account for somebody who followed an invitation."""

    field_order = ["username", "password1", "password2", "years", "subspecialty", "country"]

    class Meta:
        model = User
        fields = ["username"]


class StudyForm(forms.Form):
    """A new study of one phase, with practice if wished."""

    title = forms.CharField(max_length=200)
    slug = forms.SlugField(
        label="Short name", help_text="It stands in addresses and file names: letters, digits and hyphens."
    )
    cohort = forms.ModelChoiceField(Cohort.objects.all(), label="Cases to read")
    practice = forms.ModelChoiceField(
        Cohort.objects.all(), required=False, label="Practice cases", help_text="Others than those of the test."
    )

    def clean_slug(self) -> str:
        """Refuse a name that is taken."""
        slug: str = self.cleaned_data["slug"]
        if Study.objects.filter(slug=slug).exists():
            raise forms.ValidationError("There is a study of this name: choose another.")
        return slug

    def clean(self) -> dict[str, Any]:
        """Refuse practice on the cases of the test."""
        data = super().clean() or {}
        if data.get("practice") and data.get("practice") == data.get("cohort"):
            self.add_error("practice", "Choose other cases than those of the test.")
        return data

    def chosen_cohorts(self) -> list[Cohort]:
        """Give the cohorts in the preset's order."""
        return [c for c in (self.cleaned_data["cohort"], self.cleaned_data["practice"]) if c]
