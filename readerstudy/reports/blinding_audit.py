"""The blinding audit of a cohort: does anything but the picture tell the classes apart, and what does the picture?

It works at three levels. What a browser receives must be equal for all cases; codes, order and times must not depend on
the class; and picture cues are reported, not judged, as they may be the very signal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit.services import record
from readerstudy.cohorts.models import Case, Cohort, NearDuplicate, Source
from readerstudy.cohorts.profiles import PresentationProfile
from readerstudy.reports import blinding_tests
from readerstudy.reports.blinding_advice import advice
from readerstudy.reports.blinding_container import Presented, differences, features_of
from readerstudy.reports.blinding_picture import Confounds, Measuring, confounds
from readerstudy.reports.blinding_session import (
    ROUNDS,
    neighbours,
    order_of_search,
    present_all,
    response_times,
    session_code,
)
from readerstudy.reports.blinding_stage import Received
from readerstudy.reports.models import BlindingAudit
from readerstudy.truth.models import Truth

Progress = Callable[[int, int, str], None]
NO_TRUTH = "The truth of this cohort is not sealed: without it nobody can say what tells the classes apart."


class BlindingAuditError(Exception):
    """The audit cannot be made or acknowledged; the message says why and what to do."""


def audit_blinding(*, cohort: Cohort, actor: User | None, progress: Progress | None = None) -> BlindingAudit:
    """Look at a cohort, store what was found, and write the verdict onto the cohort.

    Nothing is held while it looks: when the cohort has changed meanwhile, nothing is stored.

    Parameters
    ----------
    progress : callable, optional
        Called with steps done, steps in all, and words for people.

    Raises
    ------
    BlindingAuditError
        The cohort has no cases, or has changed meanwhile.
    """
    cohort = Cohort.objects.get(pk=cohort.pk)
    state, code = cohort.state_digest(), session_code(cohort)
    result = look(cohort, present_all(cohort, code), code, progress=progress)
    return _store(cohort, state, result, actor)


@transaction.atomic
def _store(cohort: Cohort, state: str, result: dict[str, Any], actor: User | None) -> BlindingAudit:
    held = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if held.state_digest() != state:
        raise BlindingAuditError(
            _("The cohort %(slug)s changed while it was being audited: run the audit again.") % {"slug": cohort.slug}
        )
    container = result["container"]
    audit = BlindingAudit.objects.create(
        cohort=held, created_by=actor, profile=result["profile"], state=state, verdict=container["verdict"],
        result=result,
    )  # fmt: skip
    held.audit_verdict, held.audit_state, held.audit_acknowledged = audit.verdict, state, False
    held.save(update_fields=["audit_verdict", "audit_state", "audit_acknowledged"])
    named = [one["feature"] for one in container["differences"]] + blinding_tests.failed(container["tests"])
    record(
        actor=actor, verb="reports.blinding_audited", target=f"cohort:{held.slug}", audit=audit.pk,
        verdict=audit.verdict, state=state, found=named[:20],
    )  # fmt: skip
    return audit


@transaction.atomic
def acknowledge(*, audit: BlindingAudit, actor: User | None) -> None:
    """Note that somebody has read the confound report; a second time changes nothing.

    Raises
    ------
    BlindingAuditError
        The cohort has changed since, or there is a newer audit.
    """
    cohort = Cohort.objects.select_for_update().get(pk=audit.cohort_id)
    newest = newest_audit(cohort)
    if newest is None or newest.pk != audit.pk or not cohort.is_audited:
        raise BlindingAuditError(
            _("This audit is not of %(slug)s as it is now: run it again and read that one.") % {"slug": cohort.slug}
        )
    if cohort.audit_acknowledged:
        return
    audit.acknowledged_by, audit.acknowledged_at = actor, timezone.now()
    audit.save(update_fields=["acknowledged_by", "acknowledged_at"])
    cohort.audit_acknowledged = True
    cohort.save(update_fields=["audit_acknowledged"])
    record(actor=actor, verb="reports.confounds_acknowledged", target=f"cohort:{cohort.slug}", audit=audit.pk)


def newest_audit(cohort: Cohort) -> BlindingAudit | None:
    """Give the latest audit of a cohort, or None."""
    return BlindingAudit.objects.filter(cohort=cohort).select_related("created_by", "acknowledged_by").first()


def look(
    cohort: Cohort, all_presented: Sequence[Presented], code: str, *, progress: Progress | None = None
) -> dict[str, Any]:
    """Look at presented cases on all three levels.

    Returns
    -------
    dict
        The summary that `audit_blinding --json` prints (docs/data-dictionary.md); nothing is stored.
    """
    if not all_presented:
        raise BlindingAuditError(
            _("The cohort %(slug)s has no cases: import some (import_cases).") % {"slug": cohort.slug}
        )
    counter = _Counter(len(all_presented) + ROUNDS + 1, progress)
    sources = {source.case_id: source for source in Source.objects.filter(case__in=[p.case for p in all_presented])}
    known = Known.of(cohort, [one.case for one in all_presented])
    with Measuring() as measuring:
        container = judge_container(
            all_presented, code, known, counter=counter,
            received=lambda one, answers: measuring.add(sources.get(one.case.pk), answers),
        )  # fmt: skip
    picture = confounds(measuring.cues, known.positive, known.patients) if known else Confounds([], {}, [NO_TRUTH])
    profile = PresentationProfile.from_recipe(cohort.recipe)
    joint = picture.joint.get("presentation", {"auc": None, "ci": None})
    return {
        "cohort": cohort.slug,
        "profile": profile.name,
        "n": len(all_presented),
        "at": timezone.now().isoformat(timespec="seconds"),
        "container": container,
        "picture": {
            "auc": joint["auc"],
            "ci": joint["ci"],
            "features": picture.features,
            "joint": picture.joint,
            "problems": picture.problems,
        },
        "advice": advice(picture.features, profile),
        "near_duplicates": _near_duplicates(cohort),
    }


def judge_container(
    all_presented: Sequence[Presented],
    code: str,
    known: Known | None,
    *,
    counter: _Counter | None = None,
    received: Callable[[Presented, Mapping[str, Received]], None] = lambda one, answers: None,
) -> dict[str, Any]:
    """Judge the first two levels: equality of what is received, and whether codes, order or times tell the classes.

    Parameters
    ----------
    known : Known or None
        The truth, in the order of the cases; without it the second level is left out.
    received : callable, optional
        Called with every case and what was received of it, by question.
    """
    step = counter.step if counter else lambda words: None
    by_case = {}
    for number, one in enumerate(all_presented):
        open_now = [other.instance for other in neighbours(all_presented, number)]
        by_case[one.case.code], answers = features_of(one, code, open_now)
        received(one, answers)
        step("Asking for every case as a browser does")
    found = differences(by_case)
    tests = []
    if known:
        seconds = response_times(all_presented, code, seed=code, tick=lambda: step("Timing the answers"))
        order = order_of_search(all_presented, code)
        tests = blinding_tests.judge(all_presented, known.positive, search_order=order, seconds=seconds)
    return {
        "verdict": "fail" if found or blinding_tests.failed(tests) else "pass",
        "differences": [one.as_json() for one in found],
        "tests": tests,
        "problem": "" if known else NO_TRUTH,
    }


@dataclass
class _Counter:
    """How far the audit is."""

    total: int
    progress: Progress | None
    done: int = 0

    def step(self, words: str) -> None:
        self.done += 1
        if self.progress:
            self.progress(self.done, self.total, words)


@dataclass(frozen=True)
class Known:
    """What is known of the cases, in their order: who is synthetic, and whose they are."""

    positive: list[bool]
    patients: list[str]

    @classmethod
    def of(cls, cohort: Cohort, cases: Sequence[Case]) -> Known | None:
        """Give the truth of a sealed cohort, or None."""
        if not cohort.is_sealed:
            return None
        truths = {truth.case_id: truth for truth in Truth.objects.filter(case__cohort=cohort)}
        names = dict(Source.objects.filter(cohort=cohort).values_list("case", "patient"))
        patients = [_patient(truths[case.pk].patient, names.get(case.pk, ""), case) for case in cases]
        return cls([truths[case.pk].is_synthetic for case in cases], patients)


def _patient(said: str, kept: str, case: Case) -> str:
    """Name a case's patient: by the truth table, by the file, or, where neither does, as the patient of this case."""
    return f"table:{said}" if said else f"file:{kept}" if kept else f"case:{case.code}"


def _near_duplicates(cohort: Cohort) -> list[dict[str, Any]]:
    included = cohort.cases.values("pk")
    pairs = NearDuplicate.objects.filter(cohort=cohort, first__in=included, second__in=included)
    return [
        {"first": one.first.code, "second": one.second.code, "distance": one.distance, "decision": one.decision}
        for one in pairs.select_related("first", "second")
    ]
