"""Arms and hanging lists are drawn once, at the lock or with a later place, and can be drawn again from the seed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from readerstudy.audit.models import Event
from readerstudy.studies import allocation
from readerstudy.studies.models import HangingList, Study
from readerstudy.studies.plans import ArmPlan, Protocol
from readerstudy.studies.presets import preset
from readerstudy.studies.protocol import document_of
from readerstudy.studies.services import (
    StudyError,
    close_study,
    create_study,
    invite_reader,
    lock_study,
    move_clock,
    protocol_digest,
)
from tests.readerstudy.studies.protocols import a_phase, a_protocol
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db


def locked(protocol: Protocol, *, places: int = 4, cases: int = 8, pilot: bool = False) -> Study:
    cohorts = {slot.slot: an_unpictured_cohort(f"cohort-{slot.slot.lower()}", cases=cases) for slot in protocol.cohorts}
    study = create_study(slug="s", protocol=protocol, cohorts=cohorts, pilot=pilot)
    for _ in range(places):
        invite_reader(study=study, actor=None)
    lock_study(study=study, actor=None, unaudited_because="a test")
    study.refresh_from_db()
    return study


def lists(study: Study, phase: str) -> list[list[str]]:
    drawn = HangingList.objects.filter(reader__study=study, phase__name=phase).order_by("reader__number")
    return [[place["case"] for place in one.places] for one in drawn]


def test_every_place_has_a_list_for_every_phase_of_its_arm() -> None:
    study = locked(preset("rsna2026"))
    for phase in study.phases.all():
        codes = set(phase.cohort.cases.values_list("code", flat=True))
        assert [set(one) for one in lists(study, phase.name)] == [codes] * 4
        assert len({tuple(one) for one in lists(study, phase.name)}) == 4


def test_the_same_cases_come_in_a_new_order_in_the_next_phase() -> None:
    study = locked(preset("rsna2026"))
    first, second = lists(study, "phase-1"), lists(study, "phase-2")
    assert all(set(one) == set(other) and one != other for one, other in zip(first, second, strict=True))


def test_before_the_lock_nothing_is_drawn() -> None:
    study = create_study(slug="s", protocol=a_protocol(), cohorts=[an_unpictured_cohort("main", cases=2)])
    reader = invite_reader(study=study, actor=None)
    assert (reader.arm, list(reader.steps()), HangingList.objects.count()) == (None, [], 0)


def test_a_place_that_comes_later_is_drawn_as_if_it_had_been_there() -> None:
    study = locked(a_protocol(), places=1)
    late = invite_reader(study=study, actor=None)
    late.refresh_from_db()
    assert late.arm == study.arms.get()
    phase = study.phases.get()
    again = allocation.draw(
        allocation.OrderPlan(),
        cases=dict(phase.cohort.cases.values_list("code", "stratum")),
        study_seed=study.seed,
        phase="reading",
        reader=late.number,
    )
    assert late.hanging_lists.get().places == [asdict(place) for place in again]


def test_the_arms_of_a_crossover_are_filled_evenly_and_walked_in_their_order() -> None:
    crossover = a_protocol(
        a_phase(name="one"),
        a_phase(name="two"),
        arms=(ArmPlan("A", ("one", "two")), ArmPlan("B", ("two", "one"))),
    )
    study = locked(crossover, places=6)
    arms = Counter(reader.arm.name for reader in study.readers.all() if reader.arm)
    assert arms == {"A": 3, "B": 3}
    walks = {
        (reader.arm.name, tuple(phase.name for phase in reader.steps())) for reader in study.readers.all() if reader.arm
    }
    assert walks == {("A", ("one", "two")), ("B", ("two", "one"))}


def test_in_a_latin_square_every_arm_reads_another_part_in_each_phase_and_all_in_the_end() -> None:
    square = {"allocation": "latin-square", "parts": 2}
    protocol = a_protocol(
        a_phase(name="one", **square),
        a_phase(name="two", **square),
        arms=(ArmPlan("A", ("one", "two")), ArmPlan("B", ("two", "one"))),
    )
    study = locked(protocol, places=2)
    first, second = lists(study, "one"), lists(study, "two")
    codes = set(study.phases.all()[0].cohort.cases.values_list("code", flat=True))
    for here, there in zip(first, second, strict=True):
        assert set(here) | set(there) == codes
        assert not set(here) & set(there)
    assert set(first[0]) | set(first[1]) == codes  # in each phase every case is read in some arm


def test_split_plot_readers_go_to_the_parts_in_turn_and_share_the_anchors() -> None:
    study = locked(a_protocol(a_phase(allocation="split-plot", parts=2, anchors=2)), places=4)
    one, two, three, four = (set(codes) for codes in lists(study, "reading"))
    assert (one, two) == (three, four)
    assert len(one & two) == 2
    assert len(one | two) == 8


def test_split_plot_parts_go_round_within_every_arm() -> None:
    phases = (a_phase(allocation="split-plot", parts=2), a_phase(name="other", cohort="B"))
    arms = (ArmPlan("A", ("reading", "other")), ArmPlan("B", ("other", "reading")))
    study = locked(a_protocol(*phases, arms=arms), places=4)
    one, two, three, four = (set(codes) for codes in lists(study, "reading"))
    assert (one, three) == (two, four)  # the first of either arm, then the second of either
    assert not one & three


def test_sequential_aid_and_reference_pictures_stand_in_the_lists() -> None:
    aided = a_phase(purpose="practice", aid="sequential", modality="aided", companions="B")
    study = create_study(
        slug="s",
        protocol=a_protocol(aided),
        cohorts=[an_unpictured_cohort("main", cases=2), an_unpictured_cohort("beside", cases=2)],
    )
    state = study.phases.get().cohort.state_digest()
    study.phases.update(aid_digest="c" * 32 + state[:32])  # as if a detector had been chosen
    invite_reader(study=study, actor=None)
    lock_study(study=study, actor=None, unaudited_because="a test")
    places = HangingList.objects.get().places
    assert [(place["modality"], place["aided"]) for place in places] == [("unaided", False), ("aided", True)] * 2
    beside = set(study.phases.get().companions.cases.values_list("code", flat=True))  # type: ignore[union-attr]
    assert {place["companion"] for place in places} == beside


def test_one_order_for_all_is_one() -> None:
    study = locked(a_protocol(a_phase(order="same")))
    assert len({tuple(one) for one in lists(study, "reading")}) == 1


def test_the_digest_holds_every_setting_question_arm_and_aid() -> None:
    study = locked(a_protocol())
    assert protocol_digest(study) == study.protocol_digest
    changes: list[tuple[Any, dict[str, Any], dict[str, Any]]] = [
        (study.phases, {"washout_days": 3}, {"washout_days": 0}),
        (study.phases, {"aid_digest": "x"}, {"aid_digest": ""}),
        (study.phases.get().questions, {"points": 5}, {"points": 0}),
        (study.arms, {"title": "Other"}, {"title": ""}),
        (study.slots, {"title": "Other"}, {"title": "cases of A"}),
    ]
    for rows, change, back in changes:
        rows.update(**change)
        assert protocol_digest(study) != study.protocol_digest, change
        rows.update(**back)
        assert protocol_digest(study) == study.protocol_digest, back


def test_the_clock_of_a_running_pilot_moves_forwards_and_the_log_says_so() -> None:
    study = locked(a_protocol(), pilot=True)
    move_clock(study=study, by=timedelta(days=28), actor=None)
    study.refresh_from_db()
    assert timedelta(days=28) <= study.now() - timezone.now() + timedelta(seconds=5) < timedelta(days=28, minutes=1)
    event = Event.objects.latest("pk")
    assert (event.verb, event.detail) == ("studies.clock_moved", {"seconds": 28 * 24 * 3600})
    for by in (timedelta(), timedelta(days=-1)):
        with pytest.raises(StudyError, match="A clock moves forwards only"):
            move_clock(study=study, by=by, actor=None)
    close_study(study=study, actor=None)
    with pytest.raises(StudyError, match="so that it runs, before it is moved on"):
        move_clock(study=study, by=timedelta(days=1), actor=None)


def test_the_clock_of_a_study_that_is_no_pilot_does_not_move() -> None:
    study = locked(a_protocol())
    with pytest.raises(StudyError, match="The study s is no pilot: its clock is the real one"):
        move_clock(study=study, by=timedelta(days=1), actor=None)
    study.refresh_from_db()
    assert study.clock_offset == timedelta()


def test_the_command_prints_the_protocol_for_people_and_for_machines() -> None:
    study = locked(preset("training"))
    out = StringIO()
    call_command("protocol", "s", stdout=out)
    assert "name: training\n" in out.getvalue()
    out = StringIO()
    call_command("protocol", "s", json=True, stdout=out)
    said = json.loads(out.getvalue())
    assert (said["cohorts"], said["digest"]) == ({"A": "cohort-a"}, study.protocol_digest)
    training = document_of(preset("training"))
    assert said["protocol"]["phases"] == training["phases"]
