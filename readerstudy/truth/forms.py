"""Forms on the coordinator's pages of a cohort."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from readerstudy.cohorts.source_image import MAX_SIDE
from readerstudy.truth.design import STRATA, Design, SamplingError, as_prevalence
from readerstudy.truth.drawing import LARGEST_SEED
from readerstudy.truth.import_forms import CohortForm

_STRATA = {
    "anatomy": _("Anatomy"), "view": _("View"), "finding": _("Finding"), "generator": _("Generator"),
    "sex": _("Sex"), "diagnosis": _("Diagnosis"),
}  # fmt: skip


class BlackoutForm(forms.Form):
    """A rectangle in source pixels: drawn with a pointer, or typed."""

    x = forms.IntegerField(min_value=0, max_value=MAX_SIDE, label=_("Left"))
    y = forms.IntegerField(min_value=0, max_value=MAX_SIDE, label=_("Top"))
    width = forms.IntegerField(min_value=1, max_value=MAX_SIDE, label=_("Width"))
    height = forms.IntegerField(min_value=1, max_value=MAX_SIDE, label=_("Height"))


class ProfileForm(CohortForm):
    """Another profile for a cohort that there is."""

    title = None  # type: ignore[assignment]
    name = None  # type: ignore[assignment]

    def as_text(self) -> str:
        """Give the chosen profile as `profile_named` reads it, to stand in an address."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in ("profile", "made")}
        changes = [f"{name}={value}" for name, value in given.items() if value not in ("", None)]
        return ",".join([self.cleaned_data["profile"], *changes])


class SampleForm(forms.Form):
    """What is to be drawn from a pool."""

    title = forms.CharField(max_length=200, label=_("Name of the new cohort"), required=False)
    size = forms.IntegerField(min_value=2, max_value=10_000, label=_("Cases"), initial=40)
    prevalence = forms.CharField(
        max_length=12, label=_("Part that is synthetic"), initial="0.5", help_text=_("0.5, or a fraction such as 1/3.")
    )
    by = forms.MultipleChoiceField(
        choices=[(name, _STRATA.get(name, name)) for name in STRATA],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label=_("Even parts for every"),
    )
    one_per_patient = forms.BooleanField(required=False, label=_("At most one case (or pair) of a patient"))
    pairs = forms.BooleanField(required=False, label=_("Whole pairs of an authentic and a synthetic case"))
    seed = forms.IntegerField(
        label=_("Seed"),
        required=False,
        min_value=1,
        max_value=LARGEST_SEED,
        help_text=_("Left empty, one is drawn and noted."),
    )

    def clean(self) -> dict[str, Any]:
        """Make the design."""
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            data["design"] = Design(
                data["size"], as_prevalence(data["prevalence"]), tuple(data["by"]), data["one_per_patient"],
                data["pairs"],
            )  # fmt: skip
        except SamplingError as error:
            raise forms.ValidationError(str(error)) from None
        return data
