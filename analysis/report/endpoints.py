"""What came out for each endpoint of a plan: the estimate, the difference, and the decision on its hypothesis.

Means and differences come from :func:`analysis.obuchowski_rockette` and :func:`analysis.compare_detectors`, margins
from :mod:`analysis.mrmc.margins`. One-sided p values of margins are doubled, so that all tests are held against the
same two-sided level; under Holm's method (Scand J Statist 1979;6:65) the family is every test of a primary endpoint,
and one that cannot be done counts in it with p = 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from scipy.special import ndtr

from analysis import intervals
from analysis.errors import RatingsError
from analysis.intervals import Interval
from analysis.mrmc.detectors import compare_detectors
from analysis.mrmc.margins import MarginTest, margin_tests
from analysis.mrmc.obuchowski_rockette import obuchowski_rockette
from analysis.replication.people import unprompted
from analysis.replication.phase import diagnostic_reads
from analysis.report.plan import OF_DIAGNOSES, OF_OPEN_ANSWERS, WITH_MARGIN, Endpoint, Plan
from analysis.report.study import Condition, Study, who_judged_everywhere
from analysis.table.ratings import Ratings

_Key = tuple[str, str]
_Conditions = Mapping[_Key, Condition]


@dataclass(frozen=True)
class Outcome:
    """One answer; `difference` is the readers' figure less what it is compared with.

    Attributes
    ----------
    p : float or None
        Two-sided; of a margin, twice the one-sided p.
    p_holm : float or None
        The same, adjusted for the number of primary tests; None where the plan asks for none.
    shown : bool or None
        Whether the hypothesis is shown at the plan's level; None where none was planned or it cannot be told.
    """

    against: str
    readers: int
    estimate: float
    ci: Interval | None
    difference: float | None = None
    difference_ci: Interval | None = None
    df: float | None = None
    p: float | None = None
    p_holm: float | None = None
    shown: bool | None = None
    method: str = ""


@dataclass(frozen=True)
class Answer:
    """What came out for one endpoint, or why nothing did; against each detector, one answer for each."""

    endpoint: Endpoint
    outcomes: tuple[Outcome, ...]
    problem: str = ""


def answer_all(plan: Plan, study: Study, conditions: Sequence[Condition]) -> list[Answer]:
    """Answer every endpoint of a plan, with the p values adjusted as planned."""
    by_key = {(one.phase, one.modality): one for one in conditions}
    answers = [_answer(one, plan, study, by_key) for endpoint in plan.endpoints for one in _questions(endpoint, by_key)]
    if plan.multiplicity == "holm":
        answers = _adjusted(answers)
    return [
        replace(one, outcomes=tuple(_decided(one.endpoint, o, plan.alpha) for o in one.outcomes)) for one in answers
    ]


def _questions(endpoint: Endpoint, conditions: _Conditions) -> list[Endpoint]:
    """The endpoint, or one for each detector: that one of them gave calls alone says nothing against the others."""
    condition = conditions.get((endpoint.phase, endpoint.modality))
    if endpoint.comparison != "detectors" or endpoint.against or condition is None or not condition.detectors:
        return [endpoint]
    return [replace(endpoint, against=name) for name in condition.detectors]


def _answer(endpoint: Endpoint, plan: Plan, study: Study, conditions: _Conditions) -> Answer:
    try:
        if endpoint.metric == OF_OPEN_ANSWERS:
            return Answer(endpoint, (_unprompted(endpoint, plan, study, conditions),))
        if endpoint.comparison == "reading":
            return Answer(endpoint, (_against_reading(endpoint, plan, conditions),))
        if endpoint.comparison == "detectors":
            return Answer(endpoint, (_against_detector(endpoint, plan, conditions),))
        return Answer(endpoint, (_alone(endpoint, plan, conditions),))
    except RatingsError as error:
        return Answer(endpoint, (), str(error))


def _alone(endpoint: Endpoint, plan: Plan, conditions: _Conditions) -> Outcome:
    """The readers' mean, and where a value is given, its difference from it."""
    reads = _reads(endpoint, (endpoint.phase, endpoint.modality), conditions)
    value = endpoint.against if isinstance(endpoint.against, float) else None
    found = obuchowski_rockette(reads, against=value, **_choices(endpoint, plan))
    mean, held = found.modalities[0], found.against
    outcome = Outcome("", found.readers, mean.estimate, mean.ci, method=found.method)
    if held is None:
        return outcome
    against = f"{held.value:g}"
    tested = _tested(endpoint, plan, held.difference, held.se, held.df, held.ci, held.p)
    return replace(outcome, against=against, difference=held.difference, difference_ci=held.ci, df=held.df, p=tested)


def _against_reading(endpoint: Endpoint, plan: Plan, conditions: _Conditions) -> Outcome:
    """The readers who judged enough in both readings, taken as two modalities."""
    assert isinstance(endpoint.against, tuple)  # noqa: S101 - of a comparison with a reading
    keys = [(endpoint.phase, endpoint.modality), endpoint.against]
    names = [" · ".join(key) for key in keys]
    both = pd.concat([_reads(endpoint, key, conditions).frame.assign(modality=i) for i, key in enumerate(keys)])
    both = both[(both["kind"] == "human") & (both["reread"] == 0)]
    both = both.assign(modality=pd.Categorical.from_codes(both["modality"].to_numpy(), categories=pd.Index(names)))
    kept, _left_out = who_judged_everywhere(both.assign(phase=pd.Categorical(["all"] * len(both))))
    if kept.empty:
        raise RatingsError("no reader has judged two cases of each class in both readings")
    found = obuchowski_rockette(Ratings(kept), **_choices(endpoint, plan))
    mean, difference = found.modalities[0], found.differences[0]
    tested = _tested(endpoint, plan, difference.estimate, difference.se, difference.df, difference.ci, difference.p)
    return Outcome(
        names[1], found.readers, mean.estimate, mean.ci, difference.estimate, difference.ci, difference.df, tested,
        method=found.method,
    )  # fmt: skip


def _against_detector(endpoint: Endpoint, plan: Plan, conditions: _Conditions) -> Outcome:
    key = (endpoint.phase, endpoint.modality)
    frame = _reads(endpoint, key, conditions).frame
    if not conditions[key].detectors:
        raise RatingsError("no detector has scored these cases")
    if endpoint.against not in conditions[key].detectors:
        raise RatingsError(f"no detector is named {endpoint.against!r} in this phase")
    kept = frame[(frame["kind"] == "human") | (frame["reader"] == endpoint.against)]
    found = compare_detectors(Ratings(kept), **_choices(endpoint, plan))
    [one] = found.detectors
    tested = _tested(endpoint, plan, one.difference, one.se, one.df, one.ci, one.p)
    return Outcome(
        one.detector, one.readers, one.readers_mean, None, one.difference, one.ci, one.df, tested, method=found.method
    )


def _unprompted(endpoint: Endpoint, plan: Plan, study: Study, conditions: _Conditions) -> Outcome:
    """The share of readers; against a value, by the score test that Wilson's interval inverts."""
    condition = _condition((endpoint.phase, endpoint.modality), conditions)
    if endpoint.comparison not in ("none", "value"):
        raise RatingsError("readers say once whether they thought of AI: there is no second share to compare with")
    names = [str(name) for name in condition.all_reads["reader"].unique()]
    table = study.readers
    found = None if table is None else unprompted(table, [n for n in names if n in table.index], plan.alpha)
    if found is None:
        raise RatingsError("column 'unprompted' of the table of readers: nobody's open answers are coded yet")
    outcome = Outcome("", found.of, found.share, found.ci, method="Share of readers with Wilson's score interval")
    if not isinstance(endpoint.against, float):
        return outcome
    value, (low, high) = endpoint.against, found.ci
    p = _score_p(endpoint, found.share, found.of)
    ci = (low - value, high - value)
    return replace(outcome, against=f"{value:g}", difference=found.share - value, difference_ci=ci, p=p)


def _score_p(endpoint: Endpoint, share: float, n: int) -> float | None:
    """P of the score test of a share against a value, or against the value less (and plus) the margin, doubled."""
    assert isinstance(endpoint.against, float)  # noqa: S101 - of a comparison with a value

    def z(null: float) -> float:
        return float((share - null) / (null * (1 - null) / n) ** 0.5)

    if not endpoint.is_tested:
        return None
    if endpoint.margin is None:
        return intervals.two_sided_p(z(endpoint.against), None)
    low, high = endpoint.against - endpoint.margin, endpoint.against + endpoint.margin
    above = float(ndtr(-z(low))) if low > 0 else 0.0
    below = float(ndtr(z(high))) if high < 1 else 0.0
    return min(1.0, 2 * (above if endpoint.hypothesis == "non-inferiority" else max(above, below)))


def _condition(key: _Key, conditions: _Conditions) -> Condition:
    if key not in conditions:
        known = "; ".join(" · ".join(one) for one in conditions) or "none"
        raise RatingsError(f"nobody has read {' · '.join(key)} (read and reported: {known})")
    return conditions[key]


def _reads(endpoint: Endpoint, key: _Key, conditions: _Conditions) -> Ratings:
    """The reads of one condition; a right diagnosis stands for a right call."""
    condition = _condition(key, conditions)
    if endpoint.metric != OF_DIAGNOSES:
        return condition.ratings
    reads = diagnostic_reads(condition.study.ratings, *key).reads
    if reads.empty:
        raise RatingsError(f"column 'diagnosis_correct': no diagnosis in {' · '.join(key)} can be held against a truth")
    return Ratings(reads)


def _choices(endpoint: Endpoint, plan: Plan) -> dict[str, Any]:
    """What is measured, and how; DeLong's covariance is of the AUC alone, so that diagnoses have that of calls."""
    is_diagnosis = endpoint.metric == OF_DIAGNOSES
    return {
        "metric": "accuracy" if is_diagnosis else endpoint.metric,
        "covariance": None if is_diagnosis and plan.covariance == "delong" else plan.covariance,
        "random": plan.random,
        "alpha": plan.alpha,
    }


def _tested(
    endpoint: Endpoint,
    plan: Plan,
    difference: float,
    se: float | None,
    df: float | None,
    ci: Interval | None,
    p: float | None,
) -> float | None:
    """The p of the hypothesis, two-sided."""
    if endpoint.hypothesis not in WITH_MARGIN:
        return p if endpoint.is_tested else None
    assert endpoint.margin is not None  # noqa: S101 - read with its hypothesis
    test: MarginTest = margin_tests("", "", difference, se, df, ci, endpoint.margin, plan.alpha)[0]
    one_sided = test.p if endpoint.hypothesis == "non-inferiority" else test.p_equivalence
    return None if one_sided is None else min(1.0, 2 * one_sided)


def _adjusted(answers: Sequence[Answer]) -> list[Answer]:
    """Adjust the p values of the primary tests by Holm; what could not be tested takes its place in the family."""
    family = [one for one in answers if one.endpoint.role == "primary" and one.endpoint.is_tested]
    ps = [1.0 if p is None else p for one in family for p in ([o.p for o in one.outcomes] or [None])]
    adjusted = iter(intervals.holm(ps))
    found = []
    for one in answers:
        if one in family and not one.outcomes:
            next(adjusted)
        elif one in family:
            one = replace(one, outcomes=tuple(replace(o, p_holm=next(adjusted)) for o in one.outcomes))
        found.append(one)
    return found


def _decided(endpoint: Endpoint, outcome: Outcome, alpha: float) -> Outcome:
    p = outcome.p if outcome.p_holm is None else outcome.p_holm
    if not endpoint.is_tested or outcome.p is None or p is None or outcome.difference is None:
        return outcome
    is_ahead = endpoint.hypothesis != "superiority" or outcome.difference > 0
    return replace(outcome, shown=p < alpha and is_ahead)
