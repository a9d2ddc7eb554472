"""How often the blinding audit raises an alarm over clean cohorts, on the two levels that have a verdict."""

from __future__ import annotations

import pytest

from readerstudy.reports.blinding_audit import Known, judge_container
from readerstudy.reports.blinding_session import present_all, session_code
from tests.blinding import planting

pytestmark = pytest.mark.bench
COHORTS, CASES, AT_MOST = 200, 24, 4


def test_alarms_over_clean_cohorts(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    alarms = []
    for seed in range(COHORTS):
        cohort = planting.a_cohort(cases=CASES, seed=seed)
        presented = present_all(cohort, session_code(cohort))
        known = Known.of(cohort, [one.case for one in presented])
        container = judge_container(presented, session_code(cohort), known)
        if container["verdict"] == "fail":
            telling = [one["feature"] for one in container["tests"] if one["significant"]]
            alarms.append((seed, container["differences"], telling))
    with capsys.disabled():
        print(f"\nblinding audit: {len(alarms)} alarms over {COHORTS} clean cohorts of {CASES}: {alarms}")  # noqa: T201
    assert len(alarms) <= AT_MOST
