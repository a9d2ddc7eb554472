"""The analysis plan that a preset proposes, and which plan counts for a study."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import cache
from itertools import combinations
from typing import Any

import yaml

from readerstudy.studies.analysis_plan import AnalysisPlan, Endpoint, plan_from, read_plan
from readerstudy.studies.models import Kind, Study, Version
from readerstudy.studies.plan_rules import ReadingCondition, conditions_of, without_lost_readings
from readerstudy.studies.plans import Protocol
from readerstudy.studies.presets import FOLDER
from readerstudy.studies.protocol import protocol_of


@cache
def preset_plan(name: str) -> AnalysisPlan | None:
    """Give the plan that stands beside a preset; None for a protocol of one's own."""
    file = FOLDER / "plans" / f"{name}.yaml"
    if not name or not file.exists():
        return None
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    return plan_from({**document, "endpoints": document.get("endpoints", [])})


def default_plan(protocol: Protocol) -> AnalysisPlan:
    """Propose a plan: the preset's as far as the protocol still has what it speaks of, else what suits any protocol."""
    plan = preset_plan(protocol.name) or AnalysisPlan()
    fitting = replace(plan, endpoints=without_lost_readings(plan, protocol))
    if fitting.of_role("primary"):
        return fitting
    return replace(fitting, endpoints=tuple(_of_any(conditions_of(protocol))))


def _of_any(conditions: list[ReadingCondition]) -> Iterator[Endpoint]:
    """Compare the modalities if there are several, else estimate how well readers do; the rest is secondary."""
    called = [condition for condition in conditions if condition.measures("auc")]
    pairs = [(one, other) for one, other in combinations(called, 2) if one.modality != other.modality]
    if pairs:
        first, second = pairs[0]
        yield Endpoint("primary", "auc", second.key, "reading", first.key, "difference")
    for index, condition in enumerate(called):
        yield Endpoint("primary" if index == 0 and not pairs else "secondary", "auc", condition.key)
    for condition in called:
        yield from (Endpoint("secondary", metric, condition.key) for metric in ("sensitivity", "specificity"))
    uncalled = [one for one in conditions if one not in called and one.measures("diagnosis")]
    for index, condition in enumerate(uncalled):
        yield Endpoint("secondary" if called or index else "primary", "diagnosis", condition.key)


def draft_plan(study: Study) -> AnalysisPlan:
    """Give the plan of a draft: the one that was saved, or the proposed one."""
    return read_plan(study.plan) if study.plan else default_plan(protocol_of(study))


def plan_version(study: Study) -> Version | None:
    """Give the version of the plan that counts now; None where none was fixed."""
    return study.versions.filter(kind=Kind.PLAN).order_by("-number").first()


def current_plan(study: Study) -> AnalysisPlan | None:
    """Give the plan that counts: a draft's own, or the newest version of a locked study; None where none was fixed."""
    if study.is_draft:
        return draft_plan(study)
    version = plan_version(study)
    return read_plan(version.document) if version else None


def plan_of(study: Study) -> dict[str, Any] | None:
    """Give the plan that counts as plain values, for those who say later what was planned.

    Returns
    -------
    dict or None
        The fields of `AnalysisPlan`, where `alpha` and each `margin` are numbers or None, and each endpoint has `phase`
        and `modality`, and `against` as `{"value": v}`, `{"phase": p, "modality": m}`, `{"detector": name or ""}` or
        None; besides them `fixed_at` (ISO, None in a draft), `digest`, `version`, and `amendments` (each with
        `version`, `at`, `change`, `reason`). None for a study that was locked without a plan.
    """
    plan = current_plan(study)
    if plan is None:
        return None
    versions = list(study.versions.filter(kind=Kind.PLAN).order_by("number"))
    return {
        **asdict(plan),
        "covariates": list(plan.covariates),
        "alpha": float(plan.alpha),
        "endpoints": [_plain(endpoint) for endpoint in plan.endpoints],
        "fixed_at": versions[0].made_at.isoformat() if versions else None,
        "version": versions[-1].number if versions else 0,
        "digest": versions[-1].digest if versions else "",
        "amendments": [
            {"version": one.number, "at": one.made_at.isoformat(), "change": one.change, "reason": one.reason}
            for one in versions[1:]
        ],
    }


def _plain(endpoint: Endpoint) -> dict[str, Any]:
    phase, _, modality = endpoint.reading.partition("/")
    return {
        "role": endpoint.role,
        "metric": endpoint.metric,
        "phase": phase,
        "modality": modality,
        "comparison": endpoint.comparison,
        "against": _against(endpoint),
        "hypothesis": endpoint.hypothesis,
        "margin": float(endpoint.margin) if endpoint.margin else None,
    }


def _against(endpoint: Endpoint) -> dict[str, Any] | None:
    if endpoint.comparison == "value":
        return {"value": float(endpoint.against)}
    if endpoint.comparison == "reading":
        phase, _, modality = endpoint.against.partition("/")
        return {"phase": phase, "modality": modality}
    return {"detector": endpoint.against} if endpoint.comparison == "detectors" else None
