"""Over a washout a pilot's clock is moved on, and the audit says so; in any other study simulated readers wait."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import call_command

from readerstudy.audit.models import Event
from readerstudy.demo.minds import REVISED_BY
from readerstudy.demo.profiles import ReaderProfile
from readerstudy.demo.services import simulate_readers
from readerstudy.demo.simulation import Ability
from readerstudy.reading.models import DisplayCheck, Judgement, PhaseAnswers, ReadingSession
from readerstudy.studies.models import Study
from readerstudy.studies.protocol import protocol_of
from readerstudy.studies.services import create_study
from tests.readerstudy.makers import lock_without_audit
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db(transaction=True)
WASHOUT = timedelta(days=28)


def a_published_protocol(*, pilot: bool, practice: bool = False) -> Study:
    """Make rsna2026 with two cohorts and a washout before its second and third phases."""
    slots = ["a", "b", *["p"] * practice]
    study = create_study(
        slug="s", preset="rsna2026", cohorts=[an_unpictured_cohort(slot, cases=4) for slot in slots], pilot=pilot
    )
    study.phases.exclude(purpose="practice").update(washout_days=WASHOUT.days)
    return lock_without_audit(study)


def command(*arguments: str) -> tuple[dict[str, Any], str]:
    out, shown = StringIO(), StringIO()
    call_command("simulate_readers", "s", *arguments, json=True, stdout=out)
    call_command("simulate_readers", "s", *arguments, stdout=shown)
    return json.loads(out.getvalue().splitlines()[-1]), shown.getvalue()


def test_in_a_pilot_readers_play_three_phases_over_two_washouts() -> None:
    study = a_published_protocol(pilot=True)
    outcome = simulate_readers(study=study, profiles=[ReaderProfile(Ability(0.8))] * 2, seed=1)
    assert (outcome.states, outcome.waits_until) == ({"R01": "finished", "R02": "finished"}, None)
    assert outcome.judgements == 2 * 3 * 4
    moves = list(Event.objects.filter(verb="studies.clock_moved", target="study:s").values_list("detail", flat=True))
    study.refresh_from_db()
    assert len(moves) == 2
    assert sum(move["seconds"] for move in moves) == study.clock_offset.total_seconds()
    for reader in study.readers.all():
        sessions = list(ReadingSession.objects.filter(reader=reader).order_by("pk"))
        assert [session.phase.name for session in sessions] == [phase.name for phase in reader.steps()]
        for earlier, later in pairwise(sessions):
            assert earlier.finished_at is not None
            assert WASHOUT <= later.started_at - earlier.finished_at < WASHOUT + timedelta(hours=1)


def test_the_blinded_phase_has_answers_and_no_rating_and_its_open_question_comes_at_the_end() -> None:
    study = a_published_protocol(pilot=True)
    simulate_readers(study=study, profiles=[ReaderProfile(Ability(0.8))], seed=1)
    first = study.phases.get(purpose="purpose-blinded")
    blinded = Judgement.objects.filter(reading__session__phase=first)
    assert {(one.call, one.confidence, one.rating) for one in blinded} == {(None, None, None)}
    asked = next(phase for phase in protocol_of(study).phases if phase.name == first.name).questions
    required = {question.name for question in asked if question.asked == "case" and question.required}
    assert required
    assert all(required <= set(one.answers) for one in blinded)
    ends = [phase for phase in protocol_of(study).phases if any(one.asked == "end" for one in phase.questions)]
    assert PhaseAnswers.objects.count() == len(ends)
    assert DisplayCheck.objects.count() == 1


def test_where_the_clock_is_the_real_one_readers_wait_and_the_command_says_until_when() -> None:
    a_published_protocol(pilot=False)
    summary, shown = command("--readers", "1")
    study = Study.objects.get()
    assert (summary["judgements"], summary["finished"]) == (4, 0)
    assert summary["waits_until"] > (study.now() + WASHOUT - timedelta(hours=1)).isoformat()
    assert "sent 0 judgements. 1 of them wait for the next phase until" in shown
    assert "s is no pilot, so its clock is the real one. Run the same command then, and they go on." in shown
    assert not Event.objects.filter(verb="studies.clock_moved").exists()


def test_readers_who_leave_are_told_from_those_who_finish() -> None:
    study = a_published_protocol(pilot=True)
    profiles = [
        ReaderProfile(Ability(0.8)),
        ReaderProfile(Ability(0.8), leaves=0.5),
        ReaderProfile(Ability(0.8), leaves=0.4, between_phases=True),
    ]
    outcome = simulate_readers(study=study, profiles=profiles, seed=1)
    assert outcome.states == {"R01": "finished", "R02": "left", "R03": "left"}
    judged = [Judgement.objects.filter(reading__session__reader__code=f"R0{n}", revision=1).count() for n in (1, 2, 3)]
    assert judged == [12, 6, 4]
    again = simulate_readers(study=study, profiles=profiles, seed=1)
    assert (again.judgements, again.states) == (0, outcome.states)


def test_a_judgement_that_was_taken_back_is_kept_beside_its_revision() -> None:
    study = lock_without_audit(
        create_study(slug="s", preset="single-phase", cohorts=[an_unpictured_cohort("a", cases=60)], pilot=True)
    )
    outcome = simulate_readers(study=study, profiles=[ReaderProfile(Ability(0.8))], seed=4)
    revised = Judgement.objects.filter(revision=2)
    assert outcome.revisions == revised.count() > 0
    for second in revised:
        first = Judgement.objects.get(reading=second.reading, revision=1)
        assert second.call == first.call
        assert second.confidence == max(1, (first.confidence or 0) - REVISED_BY)
