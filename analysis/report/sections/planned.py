"""What was planned, and what came out for it; everything else in the report is exploratory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from analysis.report.document import About, Column, Headline, Kind, Section, Table
from analysis.report.endpoints import Answer, Outcome, answer_all
from analysis.report.plan import METRICS, Endpoint, Plan
from analysis.report.study import Condition, Study
from analysis.report.words import level

_TITLE = "What was planned, and what came out"
_WITHOUT = (
    "No analysis plan goes with these data, so nothing here was fixed beforehand: every figure is exploratory. It can "
    "suggest what to test in a study to come, and confirms nothing."
)
_BESIDE = (
    "Only what stands here was fixed beforehand. Every other section is exploratory: it describes, its p values are "
    "not adjusted for what the whole report tests, and what it finds is to be tested in a study of its own."
)
_SHOWN = {
    "difference": ("a difference is shown", "no difference is shown"),
    "superiority": ("superiority is shown", "superiority is not shown"),
    "non-inferiority": ("non-inferiority is shown", "non-inferiority is not shown"),
    "equivalence": ("equivalence is shown", "equivalence is not shown"),
}
_UNBOUNDED = ("dprime", "criterion", "auc", "binormal", "pauc")  # written as figures, all others in percent


def section(plan: Plan | None, study: Study, conditions: Sequence[Condition]) -> Section:
    """The endpoints of the plan with estimate, interval and decision; without a plan, that there is none."""
    if plan is None:
        return Section("planned", _TITLE, {}, meaning=_WITHOUT)
    answers = answer_all(plan, study, conditions)
    found = {"plan": plan.document, "endpoints": [asdict(one) for one in answers]}
    primary = [one for one in answers if one.endpoint.role == "primary"]
    secondary = [one for one in answers if one.endpoint.role == "secondary"]
    return Section(
        name="planned",
        title=_TITLE,
        found=found,
        meaning=f"{_fixed(plan)} {_BESIDE}",
        headlines=[one for answer in primary for one in _headlines(answer)],
        tables=[_table(role, mine, plan) for role, mine in (("primary", primary), ("secondary", secondary)) if mine],
        notes=list(_notes(plan)),
        standing="planned",
    )


def _fixed(plan: Plan) -> str:
    at, digest = plan.document.get("fixed_at"), plan.document.get("digest")
    words = f"The plan was fixed on {str(at)[:10]}" if at else "The plan names what was to be found out"
    words += ", before anybody had read" if at else ""
    return f"{words} (SHA-256 of the version that counts: {str(digest)[:12]}…)." if digest else f"{words}."


def _headlines(answer: Answer) -> Iterator[Headline]:
    """Of each primary outcome, the figure that the hypothesis is about."""
    kind = _kind(answer.endpoint)
    for one in answer.outcomes:
        name = _measured(answer.endpoint)
        if one.difference is None:
            yield Headline(name, one.estimate, one.ci, kind)
        else:
            change: Kind = "figure" if kind == "figure" else "points"
            words = f"{name} − {one.against}" + (", percentage points" if change == "points" else "")
            yield Headline(f"{words}: {_came_out(answer.endpoint, one)}", one.difference, one.difference_ci, change)


def _table(role: str, answers: Sequence[Answer], plan: Plan) -> Table:
    ci = level(plan.alpha)
    is_adjusted = role == "primary" and plan.multiplicity == "holm"
    columns = [
        Column("endpoint", "Endpoint"),
        Column("against", "Compared with"),
        Column("readers", "Readers", "count"),
        Column("estimate", f"Readers’ mean ({ci})", "figure", "ci"),
        Column("difference", f"Difference ({ci})", "figure", "difference_ci"),
        Column("hypothesis", "Hypothesis"),
        Column("p", "p", "p"),
        *([Column("p_holm", "p (Holm)", "p")] if is_adjusted else []),
        Column("came_out", "What came out"),
    ]
    rows = [row for answer in answers for row in _rows(answer)]
    if not any(answer.endpoint.comparison != "none" for answer in answers):
        columns = [one for one in columns if one.key not in ("against", "difference", "p", "p_holm")]
    return Table(role, f"{role.capitalize()} endpoints", columns, rows, _about(role, answers, plan))


def _about(role: str, answers: Sequence[Answer], plan: Plan) -> About:
    methods = dict.fromkeys(one.method for answer in answers for one in answer.outcomes)
    tests = sum(len(one.outcomes) or 1 for one in answers if one.endpoint.is_tested)
    if role == "secondary":
        how = "P values of secondary endpoints are not adjusted for their number."
    elif plan.multiplicity == "holm":
        how = f"P values are adjusted by Holm's method (1979) for the primary tests, {tests} in number; one that "
        how += "could not be done counts as p = 1."
    else:
        how = "As planned, p values are not adjusted for their number."
    return About(
        "“Not shown” does not mean that there is none: it means that this study cannot tell. A difference is the "
        "readers’ mean less what it is compared with.",
        f"{'; '.join(methods)}. P values are two-sided, those of margins twice the one-sided p, all held against "
        f"{plan.alpha:g}. {how}",
    )


def _rows(answer: Answer) -> Iterator[dict[str, Any]]:
    endpoint = answer.endpoint
    said = {"endpoint": _measured(endpoint), "against": _against(endpoint), "hypothesis": _hypothesis(endpoint)}
    if not answer.outcomes:
        yield said | {"came_out": f"could not be computed: {answer.problem}"}
    for one in answer.outcomes:
        yield said | asdict(one) | {"against": one.against or "–", "came_out": _came_out(endpoint, one)}


def _measured(endpoint: Endpoint) -> str:
    words = METRICS[endpoint.metric]
    return f"{words[0].upper()}{words[1:]}, {endpoint.phase} · {endpoint.modality}"


def _against(endpoint: Endpoint) -> str:
    if isinstance(endpoint.against, tuple):
        return " · ".join(endpoint.against)
    if endpoint.comparison == "detectors":
        return str(endpoint.against) or "each detector"
    return "–" if endpoint.against is None else f"{endpoint.against:g}"


def _hypothesis(endpoint: Endpoint) -> str:
    if not endpoint.is_tested:
        return "none: an estimate"
    return endpoint.hypothesis + (f", margin {endpoint.margin:g}" if endpoint.margin is not None else "")


def _came_out(endpoint: Endpoint, one: Outcome) -> str:
    if not endpoint.is_tested:
        return "estimated"
    if one.shown is None:
        return "cannot be told: there is no uncertainty to test with"
    return _SHOWN[endpoint.hypothesis][0 if one.shown else 1]


def _kind(endpoint: Endpoint) -> Kind:
    return "figure" if endpoint.metric in _UNBOUNDED else "percent"


def _notes(plan: Plan) -> Iterator[str]:
    """Amendments, and what else the plan says of the analysis."""
    said = plan.document
    for one in said.get("amendments") or ():
        when = f"{str(one.get('at'))[:10]} (version {one.get('version')})"
        yield f"Amended on {when}: {one.get('change')}. Reason: {one.get('reason')}"
    if said.get("covariates"):
        yield f"Planned breakdowns, described and not tested: {', '.join(map(str, said['covariates']))}."
    for key in ("sample_size", "notes"):
        if said.get(key):
            yield str(said[key])
