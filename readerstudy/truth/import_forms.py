"""Forms of the pages that bring images in."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from readerstudy.cohorts.dicomweb import MODALITIES
from readerstudy.cohorts.models import Cohort
from readerstudy.cohorts.profiles import DEFAULT_PROFILE, PROFILES, PresentationProfile, ProfileError
from readerstudy.cohorts.services import CohortNameError, cohort_slug
from readerstudy.cohorts.study_search import StudyQuery

_AS_IT_IS = ("", _("as in the profile"))
_SWITCH = [_AS_IT_IS, ("yes", _("yes")), ("no", _("no"))]


class CohortForm(forms.Form):
    """A new, empty cohort and how its images will look."""

    title = forms.CharField(label=_("Title"), max_length=200)
    name = forms.CharField(
        label=_("Short name"),
        max_length=50,
        help_text=_("It stands in addresses and commands: letters, digits and hyphens."),
    )
    profile = forms.ChoiceField(
        label=_("Profile"),
        choices=[(name, name) for name in PROFILES],
        initial=DEFAULT_PROFILE.name,
        widget=forms.RadioSelect,
    )
    # Settings that change the profile; each is named as the profile names it.
    fit = forms.ChoiceField(
        label=_("Fit"),
        choices=[
            _AS_IT_IS,
            ("square", _("centre square")),
            ("letterbox", _("whole image with bars")),
            ("own", _("own matrix")),
        ],
        required=False,
    )
    side = forms.IntegerField(label=_("Rows and columns"), required=False)
    bits = forms.IntegerField(label=_("Bits of a grey value"), required=False)
    display = forms.ChoiceField(label=_("Use the file's own window"), choices=_SWITCH, required=False)
    crop_borders = forms.ChoiceField(label=_("Cut uniform borders off"), choices=_SWITCH, required=False)
    normalise = forms.ChoiceField(label=_("Spread grey values"), choices=_SWITCH, required=False)
    darkest = forms.FloatField(label=_("Percentile that becomes black"), required=False)
    brightest = forms.FloatField(label=_("Percentile that becomes white"), required=False)
    spacing = forms.FloatField(label=_("Millimetres between pixels"), required=False)
    resample_side = forms.IntegerField(label=_("Go through this coarser matrix"), required=False)
    jpeg_quality = forms.IntegerField(label=_("Go through JPEG of this quality"), required=False)
    transfer = forms.ChoiceField(
        label=_("Frames travel"),
        choices=[_AS_IT_IS, ("raw", _("uncompressed")), ("htj2k", _("HTJ2K, padded"))],
        required=False,
    )

    def clean_name(self) -> str:
        """Refuse a name that is taken or cannot be."""
        try:
            slug = cohort_slug(self.cleaned_data["name"])
        except CohortNameError as error:
            raise forms.ValidationError(str(error)) from None
        if Cohort.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("There is a cohort of this name: choose another."))
        return slug

    def clean(self) -> dict[str, Any]:
        """Make the profile, with the changed settings."""
        data = super().clean() or {}
        if data.get("profile") in PROFILES and not self.errors:
            try:
                data["made"] = self._made(data)
            except ProfileError as error:
                raise forms.ValidationError(str(error)) from None
        return data

    def _made(self, data: dict[str, Any]) -> PresentationProfile:
        profile = PROFILES[data["profile"]]
        names = {field.name for field in fields(PresentationProfile)} - {"name"}
        given = {name: value for name, value in data.items() if name in names and value not in ("", None)}
        changes = {name: {"yes": True, "no": False}.get(value, value) for name, value in given.items()}
        return profile.changed(**changes) if changes else profile

    @property
    def ready_made(self) -> list[tuple[PresentationProfile, bool]]:
        """Give the profiles to choose from, each with whether it is chosen."""
        chosen = self["profile"].value()
        return [(profile, name == chosen) for name, profile in PROFILES.items()]

    @property
    def settings_fields(self) -> list[forms.BoundField]:
        """Give the fields that change the profile."""
        return [self[name] for name in self.fields if name not in ("title", "name", "profile")]

    @property
    def changes_settings(self) -> bool:
        """Whether a setting was given, so that the page shows them."""
        return any(field.value() or field.errors for field in self.settings_fields)


class StudySearchForm(forms.Form):
    """What to look for in the archive."""

    patient_id = forms.CharField(label=_("Patient ID"), max_length=64, required=False)
    patient_name = forms.CharField(label=_("Patient name"), max_length=64, required=False)
    accession = forms.CharField(label=_("Accession number"), max_length=16, required=False)
    date_from = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    date_to = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    modality = forms.ChoiceField(
        label=_("Modality"), choices=[("", _("any")), *((one, one) for one in sorted(MODALITIES))], required=False
    )  # fmt: skip
    body_part = forms.CharField(
        label=_("Body part"), max_length=16, required=False, widget=forms.TextInput(attrs={"placeholder": "CHEST"})
    )

    def clean_body_part(self) -> str:
        """Write it as DICOM's code strings are written."""
        return str(self.cleaned_data["body_part"]).upper()

    def query(self) -> StudyQuery:
        """Give what the archive is asked for."""
        return StudyQuery(**{name: self.cleaned_data[name] for name in self.fields})
