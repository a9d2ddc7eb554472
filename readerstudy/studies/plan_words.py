"""An analysis plan in words: for its page, and for the choices of its form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readerstudy.studies.analysis_plan import AnalysisPlan, Endpoint
from readerstudy.studies.plan_rules import ReadingCondition, conditions_of
from readerstudy.studies.plans import Protocol

METRIC_WORDS: dict[str, Any] = {
    "auc": gettext_lazy("AUC (empirical)"),
    "accuracy": gettext_lazy("Accuracy of the calls"),
    "sensitivity": gettext_lazy("Sensitivity (synthetic called synthetic)"),
    "specificity": gettext_lazy("Specificity (authentic called authentic)"),
    "binormal": gettext_lazy("AUC (binormal)"),
    "pauc": gettext_lazy("Partial AUC"),
    "dprime": gettext_lazy("d′ (how far apart the classes are)"),
    "criterion": gettext_lazy("Criterion (where the line is drawn)"),
    "diagnosis": gettext_lazy("Accuracy of the diagnosis"),
    "unprompted": gettext_lazy("Share of readers who spoke of AI unprompted"),
}
ROLE_WORDS = {"primary": gettext_lazy("Primary"), "secondary": gettext_lazy("Secondary")}
COMPARISON_WORDS: dict[str, Any] = {
    "none": gettext_lazy("Nothing: the figure with its interval"),
    "value": gettext_lazy("A value"),
    "reading": gettext_lazy("Another reading"),
    "detectors": gettext_lazy("Detectors"),
}
HYPOTHESIS_WORDS: dict[str, Any] = {
    "estimate": gettext_lazy("Nothing is tested"),
    "difference": gettext_lazy("Difference, two-sided"),
    "superiority": gettext_lazy("Superiority, two-sided"),
    "non-inferiority": gettext_lazy("Non-inferiority, by a margin"),
    "equivalence": gettext_lazy("Equivalence, within a margin"),
}
MULTIPLICITY_WORDS: dict[str, Any] = {
    "none": gettext_lazy("None: every primary endpoint is tested at the level as it is"),
    "holm": gettext_lazy("Holm: the p values of the primary endpoints are adjusted for their number"),
}
RANDOM_WORDS: dict[str, Any] = {
    "both": gettext_lazy("Readers and cases: the result speaks of other readers and other cases"),
    "readers": gettext_lazy("Readers: the result speaks of other readers, with these very cases"),
    "cases": gettext_lazy("Cases: the result speaks of other cases, with these very readers"),
}
COVARIANCE_WORDS: dict[str, Any] = {
    "default": gettext_lazy("By the figure: DeLong for the AUC, jackknife for the others"),
    "delong": gettext_lazy("DeLong"),
    "jackknife": gettext_lazy("Jackknife"),
    "unbiased": gettext_lazy("Unbiased (U-statistics)"),
}
COVARIATE_WORDS: dict[str, Any] = {
    "years": gettext_lazy("Years of experience in radiology"),
    "subspecialty": gettext_lazy("Subspecialty"),
    "country": gettext_lazy("Country"),
    "anatomy": gettext_lazy("Anatomy"),
    "view": gettext_lazy("View"),
    "finding": gettext_lazy("Finding"),
    "generator": gettext_lazy("Generator"),
    "sex": gettext_lazy("Sex of the patient"),
}


def choices_of(words: dict[str, Any]) -> list[tuple[str, Any]]:
    """Give words as the choices of a field."""
    return list(words.items())


def reading_choices(protocol: Protocol) -> list[tuple[str, str]]:
    """Give the readings that an endpoint can be about."""
    return [(condition.key, reading_in_words(condition)) for condition in conditions_of(protocol)]


def reading_in_words(condition: ReadingCondition) -> str:
    """Name a reading: its phase, and its modality."""
    return f"{condition.phase.title} · {condition.modality}"


@dataclass(frozen=True)
class EndpointInWords:
    """An endpoint for people."""

    metric: str
    reading: str
    comparison: str
    hypothesis: str


def endpoints_in_words(plan: AnalysisPlan, protocol: Protocol, role: str) -> list[EndpointInWords]:
    """Say the endpoints of one role."""
    names = dict(reading_choices(protocol))
    return [_in_words(endpoint, names) for endpoint in plan.of_role(role)]


def _in_words(endpoint: Endpoint, names: dict[str, str]) -> EndpointInWords:
    return EndpointInWords(
        str(METRIC_WORDS[endpoint.metric]),
        names.get(endpoint.reading, endpoint.reading),
        _comparison(endpoint, names),
        _hypothesis(endpoint),
    )


def _comparison(endpoint: Endpoint, names: dict[str, str]) -> str:
    if endpoint.comparison == "value":
        return _("against the value %(value)s") % {"value": endpoint.against}
    if endpoint.comparison == "reading":
        return _("against “%(reading)s”") % {"reading": names.get(endpoint.against, endpoint.against)}
    if endpoint.comparison == "detectors" and endpoint.against:
        return _("against the detector %(name)s") % {"name": endpoint.against}
    return _("against each detector") if endpoint.comparison == "detectors" else ""


def _hypothesis(endpoint: Endpoint) -> str:
    said = str(HYPOTHESIS_WORDS[endpoint.hypothesis])
    return _("%(said)s (%(margin)s)") % {"said": said, "margin": endpoint.margin} if endpoint.margin else said
