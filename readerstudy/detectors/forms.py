"""Forms of the page of a study's detectors."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from readerstudy.cohorts.models import Cohort
from readerstudy.detectors.models import Detector
from readerstudy.studies.models import Study

MAX_BYTES = 20 * 2**20


class ScoresForm(forms.Form):
    """A file of scores for one cohort of the study."""

    cohort = forms.ModelChoiceField(Cohort.objects.none(), label=_("Cohort"), empty_label=None)
    name = forms.CharField(max_length=100, label=_("Detector"))
    version = forms.CharField(max_length=40, required=False, label=_("Version"))
    file = forms.FileField(
        label=_("Table of scores"),
        help_text=_(
            "CSV (or a JSON list of objects) with the column file or case, and score (high means synthetic), call "
            "(synthetic or authentic), or both. A column region may hold x y width height, as fractions of the image "
            "that readers see."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.json,text/csv,application/json"}),
    )

    def __init__(self, study: Study, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast("forms.ModelChoiceField[Cohort]", self.fields["cohort"])
        choice.queryset = Cohort.objects.filter(pk__in=study.phases.values("cohort")).order_by("title")

    def clean_file(self) -> Any:
        """Refuse what is no table of scores by its size alone."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("This file is larger than 20 MB: a table of scores is not."))
        return file


class DescriptionForm(forms.ModelForm[Detector]):
    """What a detector was given, and when it calls a case synthetic."""

    class Meta:
        model = Detector
        fields = ("saw", "threshold", "note")
        labels = {"saw": _("What it was given"), "threshold": _("Threshold"), "note": _("Note")}
        help_texts = {
            "saw": _("A detector that saw the files may have used what readers are never shown."),
            "threshold": _(
                "From this score on a case counts as called synthetic, where the table holds no call. Say it before "
                "a study is unblinded; without one, the detector is a curve and has no accuracy."
            ),
            "note": _("For example: where it comes from, how it was run."),
        }
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}


class AidForm(forms.Form):
    """Which detector aids in a phase, and what of it readers see."""

    detector = forms.ModelChoiceField(Detector.objects.none(), label=_("Detector"), empty_label=None)
    shows = forms.MultipleChoiceField(
        choices=[("score", _("Score")), ("call", _("Call")), ("region", _("Region"))],
        widget=forms.CheckboxSelectMultiple,
        label=_("Readers see"),
        error_messages={"required": _("Choose what readers see: the score, the call or the region.")},
    )

    def __init__(self, cohort: Cohort, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast("forms.ModelChoiceField[Detector]", self.fields["detector"])
        choice.queryset = Detector.objects.filter(scores__case__cohort=cohort).distinct()
