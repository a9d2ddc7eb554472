"""Forms of the protocol's pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readerstudy.cohorts.models import Cohort
from readerstudy.studies.editing import Plan, free_name
from readerstudy.studies.models import Study
from readerstudy.studies.plans import CohortSlot, Protocol, ProtocolError
from readerstudy.studies.protocol import LONGEST_DOCUMENT, read_protocol


class NewStudyForm(forms.Form):
    """A new study of a protocol: its names, and a cohort for each of the protocol's places."""

    title = forms.CharField(max_length=200, label=gettext_lazy("Title"), help_text=gettext_lazy("For coordinators."))
    slug = forms.SlugField(
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy(
            "It stands in addresses, which readers see too, and in file names: letters, digits and hyphens."
        ),
    )
    pilot = forms.BooleanField(
        required=False,
        label=gettext_lazy("A pilot: a trial run, whose clock may be moved and whose judgements are no evidence"),
    )

    def __init__(self, data: Any, *, protocol: Protocol) -> None:
        super().__init__(data, use_required_attribute=False, label_suffix="")
        self.protocol = protocol
        for slot in protocol.cohorts:
            self.fields[_field_of(slot)] = cohort_field(slot)

    def cohort_fields(self) -> list[BoundField]:
        """Give the fields of the cohorts."""
        return [self[_field_of(slot)] for slot in self.protocol.cohorts]

    def clean_slug(self) -> str:
        """Refuse a name that is taken."""
        slug: str = self.cleaned_data["slug"]
        if Study.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("There is a study of this name: choose another."))
        return slug

    def clean(self) -> dict[str, Any]:
        """Refuse a cohort in two places, and a gap before a place that is filled."""
        data = super().clean() or {}
        refuse_doubles(self, self.protocol.cohorts)
        return data

    def chosen_cohorts(self) -> dict[str, Cohort]:
        """Give the cohort of each place that is filled."""
        return chosen_of(self, self.protocol.cohorts)


class CopyForm(NewStudyForm):
    """A copy of a study: names of its own, and the same cohorts unless others are chosen."""

    def __init__(self, data: Any, *, study: Study, plan: Plan) -> None:
        super().__init__(data, protocol=plan.protocol)
        taken = list(Study.objects.filter(slug__startswith=study.slug[:46]).values_list("slug", flat=True))
        title = _("Copy of %(title)s") % {"title": study.title}
        self.initial = {"title": title[:200], "slug": free_name(study.slug[:46], taken), "pilot": study.is_pilot}
        self.initial |= {_field_of(slot): plan.cohorts[slot.slot] for slot in plan.protocol.cohorts}


class ProtocolTextForm(forms.Form):
    """A protocol as text, typed or from a file."""

    document = forms.CharField(
        required=False,
        max_length=LONGEST_DOCUMENT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "code"}),
        label=gettext_lazy("Protocol (YAML)"),
    )
    file = forms.FileField(
        required=False,
        label=gettext_lazy("Or a file"),
        help_text=gettext_lazy("As downloaded from the page of a study; it takes the place of the text."),
    )

    def clean(self) -> dict[str, Any]:
        """Read the protocol; every fault of it is said."""
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            self.document_text = (
                _file_text(data["file"]) if data.get("file") else data["document"].replace("\r\n", "\n")
            )
            self.protocol = read_protocol(self.document_text)
        except UnicodeDecodeError:
            self.add_error("file", _("This file is no text in UTF-8: choose the YAML file of a protocol."))
        except ProtocolError as error:
            self.add_error("document", [str(fault) for fault in error.faults])
        return data


def _file_text(file: Any) -> str:
    text: str = file.read(4 * LONGEST_DOCUMENT + 1).decode("utf-8-sig")
    return text.replace("\r\n", "\n")


class CohortsForm(forms.Form):
    """A cohort for every place of a protocol."""

    def __init__(self, data: Any, *, slots: Sequence[CohortSlot], cohorts: Mapping[str, Cohort]) -> None:
        super().__init__(data, use_required_attribute=False, label_suffix="")
        self.slots = slots
        for slot in slots:
            self.fields[_field_of(slot)] = cohort_field(slot, cohorts.get(slot.slot))

    def clean(self) -> dict[str, Any]:
        """Refuse a cohort in two places."""
        data = super().clean() or {}
        refuse_doubles(self, self.slots)
        return data

    def chosen_cohorts(self) -> dict[str, Cohort]:
        """Give the cohort of each place that is filled."""
        return chosen_of(self, self.slots)


def _field_of(slot: CohortSlot) -> str:
    return f"cohort-{slot.slot}"


def cohort_field(slot: CohortSlot, chosen: Cohort | None = None) -> forms.ModelChoiceField[Cohort]:
    """Make the field of one place."""
    title = slot.title or slot.slot
    return forms.ModelChoiceField(
        Cohort.objects.all(),
        required=not slot.optional,
        initial=chosen,
        label=_("Cohort: %(title)s") % {"title": title},
        empty_label=_("none: leave these phases out") if slot.optional else _("choose a cohort"),
        widget=forms.Select,
    )


def chosen_of(form: forms.Form, slots: Sequence[CohortSlot]) -> dict[str, Cohort]:
    """Give the cohort of each place of a form that is filled."""
    return {slot.slot: cohort for slot in slots if (cohort := form.cleaned_data.get(_field_of(slot)))}


def refuse_doubles(form: forms.Form, slots: Sequence[CohortSlot]) -> None:
    """Refuse one cohort in two places."""
    taken: dict[Cohort, CohortSlot] = {}
    for slot in slots:
        cohort = form.cleaned_data.get(_field_of(slot))
        if cohort in taken:
            other = taken[cohort].title or taken[cohort].slot
            form.add_error(_field_of(slot), _("Choose other cases than those for: %(other)s.") % {"other": other})
        elif cohort:
            taken[cohort] = slot
