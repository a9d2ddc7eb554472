"""What an analysis plan can be about, and what its settings ask of each other and of the protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from readerstudy.studies.analysis_plan import (
    OF_CALLS,
    OF_DIAGNOSES,
    SHARES,
    WITH_MARGIN,
    AnalysisPlan,
    Endpoint,
    is_share,
)
from readerstudy.studies.plans import Fault, PhasePlan, Protocol


@dataclass(frozen=True)
class ReadingCondition:
    """Readings of one phase under one modality: what an endpoint can be about."""

    phase: PhasePlan
    modality: str

    @property
    def key(self) -> str:
        """As endpoints name it."""
        return f"{self.phase.name}/{self.modality}"

    def measures(self, metric: str) -> bool:
        """Whether what is asked there lets this be measured."""
        if metric in OF_CALLS:
            return self.phase.call() is not None
        if metric in OF_DIAGNOSES:
            return any(one.kind == "diagnosis" and one.options for one in self.phase.questions)
        return any(one.kind == "open" for one in self.phase.questions)


def conditions_of(protocol: Protocol) -> list[ReadingCondition]:
    """Give what enters the results of a protocol: its tested phases; twice where the aid comes after one's own call."""
    return [
        ReadingCondition(phase, modality)
        for phase in protocol.phases
        if phase.is_tested
        for modality in dict.fromkeys(["unaided", phase.modality] if phase.aid == "sequential" else [phase.modality])
    ]


def plan_faults(plan: AnalysisPlan, protocol: Protocol) -> list[Fault]:
    """Say where a plan contradicts itself or its protocol, in words for the coordinator."""
    known = {condition.key: condition for condition in conditions_of(protocol)}
    found = [
        Fault(f"endpoints[{index}].{place}", words)
        for index, endpoint in enumerate(plan.endpoints)
        for place, words in _faults_of(endpoint, known)
    ]
    if known and not plan.of_role("primary"):
        found.append(Fault("endpoints", _("no endpoint is the primary one: say what the study is to be judged by")))
    if plan.covariance == "delong" and any(one.metric != "auc" for one in plan.endpoints if one.metric in OF_CALLS):
        words = _("DeLong's covariance is of the AUC only: choose “by the figure”, or the jackknife for all")
        found.append(Fault("covariance", words))
    return found


def _faults_of(endpoint: Endpoint, known: dict[str, ReadingCondition]) -> Iterator[tuple[str, str]]:
    condition = known.get(endpoint.reading)
    if condition is None:
        words = _("the protocol has no reading %(n)s any more: choose one of %(known)s")
        yield "reading", words % {"n": endpoint.reading, "known": ", ".join(known) or "–"}
    elif not condition.measures(endpoint.metric):
        words = _("the phase “%(phase)s” asks for nothing that this could be measured from")
        yield "metric", words % {"phase": condition.phase.title}
    yield from _faults_of_comparison(endpoint, known)
    yield from _faults_of_hypothesis(endpoint)


def _faults_of_comparison(endpoint: Endpoint, known: dict[str, ReadingCondition]) -> Iterator[tuple[str, str]]:
    if endpoint.comparison == "reading" and endpoint.against == endpoint.reading:
        yield "against", _("compare with another reading than itself")
    elif endpoint.comparison == "reading" and endpoint.against not in known:
        words = _("the protocol has no reading %(n)s any more: choose one of %(known)s")
        yield "against", words % {"n": endpoint.against or "–", "known": ", ".join(known) or "–"}
    elif endpoint.comparison == "reading" and not known[endpoint.against].measures(endpoint.metric):
        words = _("the phase “%(phase)s” asks for nothing that this could be measured from")
        yield "against", words % {"phase": known[endpoint.against].phase.title}
    if endpoint.comparison == "value" and not is_share(endpoint.against):
        yield "against", _("give the value to compare with, between 0 and 1, as 0.5")
    if endpoint.comparison == "detectors" and endpoint.metric not in OF_CALLS:
        yield "comparison", _("detectors give calls and scores only: nothing to compare this with")
    if endpoint.comparison == "none" and endpoint.against:
        yield "against", _("leave empty what to compare with, or say how it is compared")


def _faults_of_hypothesis(endpoint: Endpoint) -> Iterator[tuple[str, str]]:
    if endpoint.hypothesis != "estimate" and endpoint.comparison == "none":
        yield "hypothesis", _("a test needs something to compare with; without it there is an estimate")
    if endpoint.hypothesis in WITH_MARGIN and not endpoint.margin:
        yield "margin", _("give the largest loss that does not matter, as 0.05")
    if endpoint.margin and endpoint.hypothesis not in WITH_MARGIN:
        yield "margin", _("a margin is of non-inferiority and equivalence only: leave it empty")
    if endpoint.margin and endpoint.metric not in SHARES:
        yield "margin", _("a margin between 0 and 1 makes no sense on the scale of this figure")


def without_lost_readings(plan: AnalysisPlan, protocol: Protocol) -> tuple[Endpoint, ...]:
    """Give the endpoints of a plan that a protocol can still answer."""
    known = {condition.key: condition for condition in conditions_of(protocol)}
    return tuple(endpoint for endpoint in plan.endpoints if not list(_faults_of(endpoint, known)))
