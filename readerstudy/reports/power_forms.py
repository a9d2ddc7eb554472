"""The form of a power calculation; what it leaves open follows from the analysis plan."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis.planning.conjecture import Conjecture
from analysis.planning.sources import Source
from readerstudy.reports.power import Aim, Pilot, source_of
from readerstudy.studies.analysis_plan import AnalysisPlan
from readerstudy.studies.models import Study
from readerstudy.studies.plan_words import METRIC_WORDS

READERS, CASES = "3 4 5 6 8 10 12 15 20", "50 75 100 150 200 300 400 600"
MOST_SIZES, MOST_READERS, MOST_CASES = 15, 500, 100_000
NONE = "none"
COMPARISONS = [
    ("modalities", gettext_lazy("Two modalities")),
    ("detector", gettext_lazy("The readers' mean and a detector")),
    ("value", gettext_lazy("The readers' mean and a given value")),
]
RANDOM = [
    ("both", gettext_lazy("Readers and cases")),
    ("readers", gettext_lazy("Readers alone")),
    ("cases", gettext_lazy("Cases alone")),
]
# What a plan can speak of: without a pilot, and with one.
OF_CONJECTURE = ("auc", "sensitivity", "specificity")
METRICS = (*OF_CONJECTURE, "accuracy")


def _share(label: Any, **options: Any) -> forms.FloatField:
    return forms.FloatField(
        label=label, min_value=0, max_value=1, widget=forms.NumberInput(attrs={"step": "any"}), **options
    )


class SizesField(forms.CharField):
    """Several numbers, as “4 6 8”."""

    def __init__(self, *, most: int, least: int, **options: Any) -> None:
        super().__init__(max_length=200, **options)
        self.most, self.least = most, least

    def clean(self, value: Any) -> Any:
        """Read the numbers, each once, in order."""
        parts = re.split(r"[\s,;]+", super().clean(value).strip())
        if not all(part.isascii() and part.isdigit() and self.least <= int(part[:9]) <= self.most for part in parts):
            words = _("Give whole numbers from %(least)s to %(most)s, as “4 6 8”.")
            raise forms.ValidationError(words % {"least": self.least, "most": self.most})
        sizes = sorted(set(map(int, parts)))
        if len(sizes) > MOST_SIZES:
            raise forms.ValidationError(_("Give up to %(n)s numbers.") % {"n": MOST_SIZES})
        return sizes


class PowerForm(forms.Form):
    """What is planned, on what it rests, and for which sizes."""

    source = forms.ChoiceField(label=gettext_lazy("What the plan rests on"))
    comparison = forms.ChoiceField(choices=COMPARISONS, label=gettext_lazy("What is compared"))
    metric = forms.ChoiceField(choices=[(name, METRIC_WORDS[name]) for name in METRICS], label=gettext_lazy("Figure"))
    detector = forms.CharField(
        required=False, max_length=200, label=gettext_lazy("Which detector"),
        help_text=gettext_lazy("As it is called in the pilot; empty where there is one."),
    )  # fmt: skip
    effect = forms.FloatField(
        min_value=-1, max_value=1, widget=forms.NumberInput(attrs={"step": "any"}),
        label=gettext_lazy("True difference that is to be found"),
        help_text=gettext_lazy("With a margin: the difference that is really there, often 0."),
    )  # fmt: skip
    margin = _share(
        gettext_lazy("Margin of non-inferiority"), required=False, help_text=gettext_lazy("Empty: a test of equality.")
    )
    random = forms.ChoiceField(choices=RANDOM, label=gettext_lazy("What is a sample from many more"))
    alpha = _share(gettext_lazy("Level (alpha)"))
    target = _share(gettext_lazy("Power that is sought"))
    expected = _share(gettext_lazy("Expected mean of the readers"))
    range_between = _share(
        gettext_lazy("Best and worst reader apart"),
        help_text=gettext_lazy("In the figure itself: 0.15 where the best has 0.85 and the worst 0.70."),
    )
    range_within = _share(
        gettext_lazy("Two readings of one reader apart"), help_text=gettext_lazy("In the figure itself, as 0.05.")
    )
    r1 = _share(gettext_lazy("Correlation r1"), help_text=gettext_lazy("Of one reader's figures in both modalities."))
    r2 = _share(gettext_lazy("Correlation r2"), help_text=gettext_lazy("Of two readers' figures in one modality."))
    r3 = _share(gettext_lazy("Correlation r3"), help_text=gettext_lazy("Of two readers' figures in two modalities."))
    ratio = forms.FloatField(
        min_value=0.05, max_value=20, widget=forms.NumberInput(attrs={"step": "any"}),
        label=gettext_lazy("Authentic cases for each synthetic one"),
    )  # fmt: skip
    many_readers = SizesField(least=2, most=MOST_READERS, label=gettext_lazy("Numbers of readers"))
    many_cases = SizesField(least=4, most=MOST_CASES, label=gettext_lazy("Numbers of cases"))
    readers = forms.IntegerField(min_value=2, max_value=MOST_READERS, label=gettext_lazy("Readers"))
    cases = forms.IntegerField(min_value=4, max_value=MOST_CASES, label=gettext_lazy("Cases"))

    GROUPS = (
        (
            gettext_lazy("What is to be found"),
            ("comparison", "metric", "effect", "margin", "random", "alpha", "target"),
        ),
        (gettext_lazy("What it rests on"), ("source", "detector")),
        (
            gettext_lazy("Expected, without a pilot"),
            ("expected", "range_between", "range_within", "r1", "r2", "r3", "ratio"),
        ),
        (gettext_lazy("Sizes to compare"), ("many_readers", "many_cases")),
        (gettext_lazy("The study that is planned"), ("readers", "cases")),
    )

    def __init__(
        self, data: Any, *, study: Study, plan: AnalysisPlan | None, pilots: Sequence[Pilot], cases: int
    ) -> None:
        self.pilots = {pilot.key: pilot for pilot in pilots}
        own = next((pilot for pilot in pilots if pilot.study.pilot_of_id == study.pk), None)
        start = _beginning(plan or AnalysisPlan(), own, cases)
        # What an address leaves out is as it is by itself, so that a link may name what matters alone.
        filled = {**start, **{name: value for name, value in data.items() if name in start}} if data else None
        super().__init__(filled, initial=start, label_suffix="", use_required_attribute=False)
        field = self.fields["source"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type alone
        field.choices = [(pilot.key, pilot.name) for pilot in pilots] + [(NONE, _("No pilot: what is expected"))]

    def groups(self) -> list[tuple[Any, list[Any]]]:
        """Give the titles and fields of the groups."""
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def clean(self) -> dict[str, Any]:
        """Refuse what no plan without a pilot can speak of."""
        data = super().clean() or {}
        if data.get("source") == NONE and data.get("comparison") not in (None, "modalities"):
            self.add_error("comparison", _("Without a pilot, only two modalities can be planned for."))
        if data.get("source") == NONE and data.get("metric") not in (None, *OF_CONJECTURE):
            self.add_error("metric", _("Without a pilot, plan with the AUC, sensitivity or specificity."))
        return data

    def aim(self) -> Aim:
        """Give what is to be found."""
        data = self.cleaned_data
        return Aim(**{name: data[name] for name in ("effect", "margin", "random", "target", "alpha")})

    def chosen_source(self) -> Source:
        """Give what the plan rests on.

        Raises
        ------
        RatingsError
            The pilot does not give it, or the numbers cannot be.
        """
        data = self.cleaned_data
        if data["source"] == NONE:
            names = ("expected", "range_between", "range_within", "r1", "r2", "r3", "ratio", "metric")
            return Conjecture(**{name: data[name] for name in names})
        pilot = self.pilots[data["source"]]
        return source_of(pilot, comparison=data["comparison"], detector=data["detector"], metric=data["metric"])


def _beginning(plan: AnalysisPlan, pilot: Pilot | None, cases: int) -> dict[str, Any]:
    """Say what the form begins with: the primary endpoint, the study's own pilot, and what is usual."""
    primary = next(iter(plan.of_role("primary")), None)
    compared = {"detectors": "detector", "reading": "modalities"}.get(primary.comparison if primary else "", "value")
    known = METRICS if pilot else OF_CONJECTURE
    margin = primary.margin if primary and primary.hypothesis == "non-inferiority" else ""
    return {
        "source": pilot.key if pilot else NONE,
        "comparison": compared if pilot else "modalities",
        "metric": primary.metric if primary and primary.metric in known else "auc",
        "detector": "",
        "effect": "0" if margin else "0.05",
        "margin": margin,
        "random": plan.random,
        "alpha": plan.alpha,
        "target": "0.8",
        "expected": "0.75", "range_between": "0.15", "range_within": "0.05", "r1": "0.47", "r2": "0.3", "r3": "0.3",
        "ratio": "1",
        "many_readers": READERS, "many_cases": CASES,
        "readers": str(plan.readers or 8), "cases": str(max(cases, 4)),
    }  # fmt: skip
