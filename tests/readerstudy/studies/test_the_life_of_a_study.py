"""A study moves forwards only: draft, running, closed, unblinded; each step has its conditions and is audited.

What lies between the lock and the opening is in test_opening_a_locked_study.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.cohorts.importing import CohortLockedError
from readerstudy.cohorts.models import Case, Cohort
from readerstudy.cohorts.services import create_cohort
from readerstudy.studies.models import Phase, Study
from readerstudy.studies.services import (
    StudyError,
    close_study,
    create_study,
    invite_reader,
    lock_study,
    protocol_digest,
    unblind_study,
)
from readerstudy.truth.importing import import_cases
from tests.readerstudy.makers import draw_folder
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db

STATES = ["draft", "running", "closed", "unblinded"]
REASON = "a test of something else"
ACTS: dict[str, Callable[[Study], None]] = {
    "lock": lambda study: lock_study(study=study, actor=None, unaudited_because=REASON),
    "close": lambda study: close_study(study=study, actor=None),
    "unblind": lambda study: unblind_study(study=study, reason="all have read", actor=None),
}


@pytest.fixture
def study() -> Study:
    """A draft that lacks nothing."""
    return create_study(slug="s", preset="single-phase", cohorts=[an_unpictured_cohort("main", cases=4)])


def bring_to(study: Study, state: str) -> None:
    for act in list(ACTS.values())[: STATES.index(state)]:
        act(study)
    study.refresh_from_db()
    assert study.status == state


def run(command: str, *arguments: str, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command(command, *arguments, json=True, stdout=out, **options)
    summary: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return summary


def test_the_commands_bring_a_study_from_draft_to_unblinded(study: Study) -> None:
    assert run("lock_study", "s", reason=REASON) == {"study": "s", "status": "running"}
    assert run("close_study", "s") == {"study": "s", "status": "closed"}
    assert run("unblind_study", "s", reason="all have read") == {"study": "s", "status": "unblinded"}


def test_each_step_is_audited_and_unblinding_with_its_reason(study: Study) -> None:
    bring_to(study, "unblinded")
    events = list(Event.objects.filter(target="study:s").order_by("pk"))
    assert [event.verb for event in events] == [
        f"studies.{verb}" for verb in ("created", "locked", "opened", "closed", "unblinded")
    ]
    assert events[1].detail["protocol"] == study.protocol_digest
    assert events[1].detail["unaudited_because"] == REASON
    assert events[4].detail == {"reason": "all have read"}


def test_the_lock_hashes_protocol_plan_cohorts_and_truth_and_the_audit_log_holds_it(study: Study) -> None:
    bring_to(study, "running")
    cohort, slot = Cohort.objects.get(), study.slots.get()
    protocol, plan = study.versions.order_by("kind").reverse()
    assert hashlib.sha256(protocol.document.encode()).hexdigest() == protocol.digest
    assert hashlib.sha256(plan.document.encode()).hexdigest() == plan.digest == study.plan_digest
    assert (slot.state_digest, slot.truth_digest) == (cohort.state_digest(), cohort.sealed_digest)
    assert Event.objects.get(verb="studies.locked").detail == {
        "protocol": study.protocol_digest, "plan": study.plan_digest, "unaudited_because": REASON,
        "cohorts": {"main": {"state": slot.state_digest, "truth": slot.truth_digest}},
    }  # fmt: skip


def test_a_study_may_be_closed_for_a_reason_which_is_kept(study: Study) -> None:
    bring_to(study, "running")
    assert run("close_study", "s", reason=" enough ") == {"study": "s", "status": "closed"}
    study.refresh_from_db()
    assert study.closed_because == Event.objects.get(verb="studies.closed").detail["reason"] == "enough"


@pytest.mark.parametrize("act", [close_study, unblind_study])
def test_a_reason_that_is_too_long_to_be_kept_is_refused(study: Study, act: Callable[..., None]) -> None:
    bring_to(study, "closed" if act is unblind_study else "running")
    with pytest.raises(StudyError, match="The reason has 301 characters; at most 300 are kept"):
        act(study=study, actor=None, reason="x" * 301)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", ACTS)
def test_no_step_is_skipped_repeated_or_taken_back(study: Study, state: str, act: str) -> None:
    bring_to(study, state)
    if STATES.index(state) == list(ACTS).index(act):
        ACTS[act](study)
        return
    with pytest.raises(StudyError, match=f"The study s is {state}: "):
        ACTS[act](study)
    study.refresh_from_db()
    assert study.status == state


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_unblinding_asks_for_a_reason(study: Study, reason: str) -> None:
    bring_to(study, "closed")
    with pytest.raises(StudyError, match="Unblinding asks for a reason"):
        unblind_study(study=study, reason=reason, actor=None)
    with pytest.raises(CommandError, match="Unblinding asks for a reason"):
        run("unblind_study", "s", reason=reason)
    study.refresh_from_db()
    assert (study.status, study.unblinded_at) == ("closed", None)


def test_a_study_without_cases_cannot_be_locked() -> None:
    create_study(slug="s", preset="single-phase", cohorts=[create_cohort(name="empty", actor=None)])
    with pytest.raises(CommandError, match="The cohort empty has no cases"):
        run("lock_study", "s")


def test_a_study_on_an_unsealed_cohort_cannot_be_locked() -> None:
    cohort = create_cohort(name="bare", actor=None)
    Case.objects.create(cohort=cohort)
    create_study(slug="s", preset="single-phase", cohorts=[cohort])
    with pytest.raises(CommandError, match="The truth of the cohort bare is not sealed: give every case its truth"):
        run("lock_study", "s")


def test_all_that_locking_misses_is_said_at_once() -> None:
    cohorts = [create_cohort(name=name, actor=None) for name in ("first", "second")]
    create_study(slug="s", preset="single-phase", cohorts=cohorts)
    with pytest.raises(CommandError, match=r"The cohort second has no cases.*\n.*The cohort first has no cases"):
        run("lock_study", "s")
    assert not Cohort.objects.filter(is_locked=True).exists()


def test_a_case_that_came_after_the_seal_keeps_the_study_from_being_locked(study: Study) -> None:
    Case.objects.create(cohort=Cohort.objects.get())
    with pytest.raises(StudyError, match="is not sealed"):
        lock_study(study=study, actor=None)


def test_locking_a_study_locks_its_cohorts_against_import(study: Study, tmp_path: Path) -> None:
    bring_to(study, "running")
    truth = draw_folder(tmp_path, cases=2)
    with pytest.raises(CohortLockedError, match="is locked by a study: import into a new cohort"):
        import_cases(source=str(tmp_path), name="main", truth=truth, actor=None)
    assert Cohort.objects.get().cases.count() == 4


def test_two_studies_may_read_the_same_cohort(study: Study) -> None:
    bring_to(study, "running")
    second = create_study(slug="t", preset="single-phase", cohorts=[Cohort.objects.get()])
    lock_study(study=second, actor=None, unaudited_because=REASON)
    second.refresh_from_db()
    assert second.is_running


def test_the_digest_of_the_protocol_holds_all_that_was_agreed(study: Study) -> None:
    bring_to(study, "running")
    assert protocol_digest(study) == study.protocol_digest
    for field in ("title", "consent", "seed", "unaudited_because"):
        changed = Study.objects.get()
        setattr(changed, field, 5 if field == "seed" else "another")
        assert protocol_digest(changed) != study.protocol_digest
    for field in ("instructions", "purpose", "modality"):
        kept = Phase.objects.values_list(field, flat=True).get()
        Phase.objects.update(**{field: "practice" if field == "purpose" else "another"})
        assert protocol_digest(study) != study.protocol_digest
        Phase.objects.update(**{field: kept})
    Cohort.objects.update(sealed_digest="another")
    assert protocol_digest(study) != study.protocol_digest


def test_a_closed_study_takes_no_more_readers(study: Study) -> None:
    bring_to(study, "closed")
    with pytest.raises(StudyError, match="The study s is closed: it takes no more readers"):
        invite_reader(study=study, actor=None)
    with pytest.raises(CommandError, match="it takes no more readers"):
        run("invite_reader", "s")


@pytest.mark.parametrize("command", ["lock_study", "close_study", "invite_reader"])
def test_a_study_that_is_not_there_is_refused_with_those_that_are(command: str, study: Study) -> None:
    with pytest.raises(CommandError, match=r"There is no study 'x'\. Known: s\.") as refusal:
        run(command, "x")
    assert refusal.value.returncode == 1


def test_the_protocol_page_says_what_a_draft_still_lacks(client: Client, coordinator: User) -> None:
    create_study(slug="s", preset="single-phase", cohorts=[create_cohort(name="empty", actor=None)])
    client.force_login(coordinator)
    text = client.get("/studies/s/protocol/").content.decode()
    assert "The cohort empty has no cases" in text
    assert "The study cannot be locked yet" in text
    assert "Lock the study" not in text


@pytest.mark.parametrize("act", ["lock", "open", "schedule", "archive", "unarchive", "pilot", "readers/invite"])
def test_a_mere_link_does_nothing(client: Client, coordinator: User, study: Study, act: str) -> None:
    client.force_login(coordinator)
    assert client.get(f"/studies/s/{act}/").status_code == 405
