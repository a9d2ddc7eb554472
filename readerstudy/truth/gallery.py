"""Which cases of a cohort the gallery shows: what a coordinator may filter by, and the order in which cases follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from readerstudy.cohorts.models import Blackout, Case, Cohort, Source
from readerstudy.truth.models import Truth, Value

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Filters that tell the truth: offered and heard only while it is shown.
TRUTH_FILTERS = {"value": _("Class"), "anatomy": _("Anatomy"), "generator": _("Generator")}
# A row for what a table left empty.
NOTHING = "–"
_TEXT = {
    "flagged": _("May hold text"),
    "unchecked": _("Not checked"),
    "checked": _("Checked"),
    "blacked": _("Blacked out"),
}
_ANY = _("Any")
_STATE = {"": _("Included"), "excluded": _("Excluded"), "all": _("All")}
_CLASSES = dict(Value.choices)


class FilterForm(forms.Form):
    """What is shown; every choice says how many cases it holds."""

    state = forms.ChoiceField(required=False, label=_("Cases"))
    text = forms.ChoiceField(required=False, label=_("Burned-in text"))

    def __init__(self, cohort: Cohort, asked: QueryDict, *, with_truth: bool) -> None:
        super().__init__(asked)
        self._choices("state", _STATE, Counter(_state_of(cohort)), any_word="")
        self._choices("text", _TEXT, _text_counts(cohort))
        for name, label in TRUTH_FILTERS.items() if with_truth else []:
            counts = _truth_counts(cohort, name)
            if set(counts) - {NOTHING}:
                self.fields[name] = forms.ChoiceField(required=False, label=label)
                self._choices(name, {key: _CLASSES.get(key, key) for key in counts}, counts)

    def _choices(
        self, name: str, words: Mapping[str, StrOrPromise], counts: Counter[str], any_word: StrOrPromise = _ANY
    ) -> None:
        choices = [(key, f"{word} ({counts[key]})") for key, word in words.items()]
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 – for the type checker
        field.choices = [("", any_word), *choices] if any_word else choices

    def chosen(self) -> dict[str, str]:
        """Give what is asked for and possible; rubbish in an address is as good as nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def filtered(cohort: Cohort, chosen: dict[str, str]) -> QuerySet[Case]:
    """Give the cases that the choices of `FilterForm` leave, by code, which says nothing."""
    cases = Case.with_excluded.filter(cohort=cohort)
    if chosen.get("state") != "all":
        cases = cases.filter(excluded_at__isnull=chosen.get("state") != "excluded")
    if "text" in chosen:
        cases = cases.filter(pk__in=_with_text(cohort, chosen["text"]).values("case"))
    for name in TRUTH_FILTERS.keys() & chosen.keys():
        wanted = "" if chosen[name] == NOTHING else chosen[name]
        cases = cases.filter(pk__in=Truth.objects.filter(**{name: wanted}).values("case"))
    return cases.order_by("code")


def flagged(cohort: Cohort) -> QuerySet[Case]:
    """Give the included cases that may hold burned-in text and that nobody has checked."""
    return filtered(cohort, {"text": "flagged"})


def neighbours(case: Case) -> dict[str, str]:
    """Give the codes of the cases before and after this one, and of the next that may hold text; empty for none."""
    cases = Case.objects.filter(cohort=case.cohort_id)
    waiting = flagged(case.cohort).exclude(pk=case.pk)
    following = {
        "previous": cases.filter(code__lt=case.code).order_by("-code").first(),
        "next": cases.filter(code__gt=case.code).order_by("code").first(),
        "flagged": waiting.filter(code__gt=case.code).first() or waiting.first(),
    }
    return {name: one.code if one else "" for name, one in following.items()}


def _with_text(cohort: Cohort, which: str) -> QuerySet[Source]:
    sources = Source.objects.filter(cohort=cohort)
    filters: dict[str, Any] = {
        "flagged": sources.filter(text_checked_at=None).exclude(text_candidates=[]),
        "unchecked": sources.filter(text_checked_at=None),
        "checked": sources.exclude(text_checked_at=None),
        "blacked": sources.filter(case__in=Blackout.objects.filter(case__cohort=cohort).values("case")),
    }
    found: QuerySet[Source] = filters[which]
    return found


def _text_counts(cohort: Cohort) -> Counter[str]:
    included = {"case__excluded_at": None}
    return Counter({name: _with_text(cohort, name).filter(**included).count() for name in _TEXT})


def _state_of(cohort: Cohort) -> dict[str, int]:
    cases = Case.with_excluded.filter(cohort=cohort)
    excluded = cases.exclude(excluded_at=None).count()
    everything = cases.count()
    return {"": everything - excluded, "excluded": excluded, "all": everything}


def _truth_counts(cohort: Cohort, name: str) -> Counter[str]:
    truths = Truth.objects.filter(case__cohort=cohort, case__excluded_at=None)
    return Counter(sorted(value or NOTHING for value in truths.values_list(name, flat=True)))
