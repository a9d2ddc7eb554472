"""Forms of the analysis plan, and of amendments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readerstudy.studies import plan_words as words
from readerstudy.studies.analysis_plan import AnalysisPlan, Endpoint, plan_from
from readerstudy.studies.life_forms import reason_field
from readerstudy.studies.plan_rules import plan_faults
from readerstudy.studies.plans import Fault, Protocol, ProtocolError
from readerstudy.studies.protocol_forms import TextsForm, several_lines
from readerstudy.studies.services import Texts

MOST_ENDPOINTS = 40
_AGAINST = {"value": "against_value", "reading": "against_reading", "detectors": "against_detector"}
_ONE_MORE = 1


class EndpointForm(forms.Form):
    """One endpoint; without a role it is left out."""

    role = forms.ChoiceField(
        choices=[("", gettext_lazy("none: leave it out")), *words.choices_of(words.ROLE_WORDS)],
        required=False,
        label=gettext_lazy("Role"),
    )
    metric = forms.ChoiceField(choices=words.choices_of(words.METRIC_WORDS), label=gettext_lazy("Figure"))
    reading = forms.ChoiceField(label=gettext_lazy("Of the reading"))
    comparison = forms.ChoiceField(choices=words.choices_of(words.COMPARISON_WORDS), label=gettext_lazy("Against"))
    against_reading = forms.ChoiceField(required=False, label=gettext_lazy("Which reading"))
    against_value = forms.CharField(
        required=False, max_length=20, label=gettext_lazy("Which value"), help_text=gettext_lazy("From 0 to 1, as 0.5.")
    )
    against_detector = forms.CharField(
        required=False, max_length=200, label=gettext_lazy("Which detector"),
        help_text=gettext_lazy("Its name and version. Empty: each that has scores."),
    )  # fmt: skip
    hypothesis = forms.ChoiceField(choices=words.choices_of(words.HYPOTHESIS_WORDS), label=gettext_lazy("Tested"))
    margin = forms.CharField(
        required=False, max_length=20, label=gettext_lazy("Margin"),
        help_text=gettext_lazy("The largest loss that does not matter, as 0.05."),
    )  # fmt: skip

    def __init__(self, *args: Any, readings: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix, self.use_required_attribute = "", False
        for name in ("reading", "against_reading"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type alone
            field.choices = readings if name == "reading" else [("", "–"), *readings]

    def document(self) -> dict[str, Any]:
        """Give the endpoint as plain values."""
        data = self.cleaned_data
        kept = {one.name: data[one.name] for one in fields(Endpoint) if one.name not in ("against", "margin")}
        against = data[_AGAINST[data["comparison"]]] if data["comparison"] in _AGAINST else ""
        return {**kept, "against": against.strip(), "margin": data["margin"].strip()}


def _initial_of(endpoint: Endpoint) -> dict[str, str]:
    kept = {one.name: getattr(endpoint, one.name) for one in fields(Endpoint) if one.name != "against"}
    field = _AGAINST.get(endpoint.comparison)
    return {**kept, field: endpoint.against} if field else kept


def _endpoint_forms(data: Any, plan: AnalysisPlan, protocol: Protocol) -> Any:
    """Make a form for every endpoint, and one more where there is anything to say."""
    readings = words.reading_choices(protocol)
    formset = forms.formset_factory(
        EndpointForm, extra=_ONE_MORE if readings else 0, max_num=MOST_ENDPOINTS, absolute_max=MOST_ENDPOINTS
    )
    initial = [_initial_of(endpoint) for endpoint in plan.endpoints]
    return formset(data, prefix="endpoint", initial=initial, form_kwargs={"readings": readings})


class PlanForm(forms.Form):
    """All of a plan but its endpoints, which stand in `endpoints`."""

    alpha = forms.CharField(
        max_length=10,
        label=gettext_lazy("Level (alpha)"),
        help_text=gettext_lazy("Intervals have confidence 1 − alpha."),
    )
    multiplicity = forms.ChoiceField(
        choices=words.choices_of(words.MULTIPLICITY_WORDS), widget=forms.RadioSelect,
        label=gettext_lazy("Several primary endpoints"),
    )  # fmt: skip
    random = forms.ChoiceField(
        choices=words.choices_of(words.RANDOM_WORDS), widget=forms.RadioSelect,
        label=gettext_lazy("What is a sample from many more"),
    )  # fmt: skip
    covariance = forms.ChoiceField(
        choices=words.choices_of(words.COVARIANCE_WORDS), label=gettext_lazy("Covariance over cases")
    )
    covariates = forms.MultipleChoiceField(
        choices=words.choices_of(words.COVARIATE_WORDS), widget=forms.CheckboxSelectMultiple, required=False,
        label=gettext_lazy("Broken down by"),
    )  # fmt: skip
    readers = forms.IntegerField(
        required=False, min_value=1, max_value=10_000, label=gettext_lazy("Readers planned"),
        help_text=gettext_lazy("After the lock, more of them ask for an amendment. Empty: not fixed."),
    )  # fmt: skip
    ends_on = forms.DateField(
        required=False, label=gettext_lazy("Reading is planned to end on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    sample_size = several_lines(
        5, max_length=5_000, label=gettext_lazy("Sample size"),
        help_text=gettext_lazy("Why so many readers and cases. The page Planning writes this paragraph."),
    )  # fmt: skip
    notes = several_lines(
        5, max_length=10_000, label=gettext_lazy("What else was agreed"),
        help_text=gettext_lazy("For example what happens with readers who stop, and with missing reads."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, plan: AnalysisPlan, protocol: Protocol, amends: bool = False) -> None:
        initial = {one.name: getattr(plan, one.name) for one in fields(AnalysisPlan) if one.name != "endpoints"}
        super().__init__(data, initial=initial, label_suffix="", use_required_attribute=False)
        self.protocol = protocol
        self.plan: AnalysisPlan | None = None
        self.endpoints = _endpoint_forms(data, plan, protocol)
        if amends:
            self.fields["reason"] = reason_field(
                gettext_lazy("for example: two readers fell ill"), label=gettext_lazy("Reason of the amendment")
            )

    def decided(self) -> list[BoundField]:
        """Give the fields with a sentence for each choice."""
        return [self[name] for name in ("random", "multiplicity", "covariates")]

    def clean(self) -> dict[str, Any]:
        """Hold the endpoints, and all of it against the protocol; the plan is then in `plan`."""
        data = super().clean() or {}
        if not self.endpoints.is_valid():
            self.add_error(None, _("Look at the endpoints below."))
        if self.errors:
            return data
        chosen = [form for form in self.endpoints if form.cleaned_data.get("role")]
        try:
            plan = plan_from({**self._document(data), "endpoints": [form.document() for form in chosen]})
        except ProtocolError as error:
            self._place(error.faults, chosen)
            return data
        self._place(plan_faults(plan, self.protocol), chosen)
        self.plan = plan
        return data

    def _document(self, data: dict[str, Any]) -> dict[str, Any]:
        said = {name: value for name, value in data.items() if name != "reason"}
        return {**said, "ends_on": data["ends_on"].isoformat() if data["ends_on"] else ""}

    def _place(self, faults: Iterable[Fault], forms_of: list[EndpointForm]) -> None:
        """Put each fault at the field it speaks of."""
        for fault in faults:
            said = fault.words[:1].upper() + fault.words[1:]
            found = re.fullmatch(r"endpoints\[(\d+)\]\.(\w+)", fault.place)
            if found:
                form = forms_of[int(found[1])]
                form.add_error(_field_of(form, found[2]), said)
                if not self.non_field_errors():
                    self.add_error(None, _("Look at the endpoints below."))
            else:
                self.add_error(fault.place if fault.place in self.fields else None, said)


def _field_of(form: EndpointForm, place: str) -> str:
    if place != "against":
        return place
    return _AGAINST.get(form.cleaned_data["comparison"], "comparison")


class AmendTextsForm(TextsForm):
    """What readers are told, after the lock."""

    pilot = None  # type: ignore[assignment] # what a study is does not change any more

    def __init__(self, data: Any = None, *, texts: Texts, titles: dict[str, str]) -> None:
        """Show the texts; `titles` are those of the phases, by name."""
        initial = {name: getattr(texts, name) for name in ("title", "shown_title", "summary", "consent")}
        initial |= {f"told-{name}": told for name, told in texts.told.items()}
        super().__init__(data, initial=initial, label_suffix="", use_required_attribute=False)
        self.titles = titles
        for name, title in titles.items():
            label = _("What readers are told before “%(phase)s”") % {"phase": title}
            self.fields[f"told-{name}"] = several_lines(7, max_length=20_000, label=label)
        self.fields["reason"] = reason_field(
            gettext_lazy("for example: a misprint, seen by the first reader"),
            label=gettext_lazy("Reason of the amendment"),
        )

    def texts(self) -> Texts:
        """Give what was entered."""
        data = self.cleaned_data
        told = {name: data[f"told-{name}"] for name in self.titles}
        return Texts(data["title"], data["shown_title"], data["summary"], data["consent"], told)
