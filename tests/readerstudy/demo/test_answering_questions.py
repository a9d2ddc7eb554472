"""A simulated reader answers any question as the server asks for it, and the same seed gives the same answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readerstudy.demo.answering import SUSPICION, answers, is_asked
from readerstudy.demo.minds import Absence, Picture, SimulatedMind
from readerstudy.demo.profiles import ReaderProfile, drawn_profiles
from readerstudy.demo.simulation import Ability, judge, leaning_of, on_scale

ABLE = Ability(0.8)
STATE = {"code": "abc", "done": 3, "cases": 10, "reopened": False, "undo": None, "earlier": []}
CALL = {"name": "call", "kind": "call", "points": 0, "forced": True, "required": True, "condition": None}
BARE: dict[str, Any] = {"required": True, "condition": None, "options": [], "tools": []}
QUALITY: dict[str, Any] = {
    **BARE,
    "name": "quality",
    "kind": "quality",
    "options": ["poor", "fair", "good", "very good"],
}
OPEN = {**BARE, "name": "remark", "kind": "open"}
MARKS = {**BARE, "name": "marks", "kind": "marks", "tools": ["point", "box", "freehand"], "options": ["grain"]}
PICK: dict[str, Any] = {
    **BARE,
    "name": "diagnosis",
    "kind": "diagnosis",
    "options": ["Fracture", "Effusion", "No finding"],
}


def answered(*questions: dict[str, Any], seed: int = 1, said: dict[str, Any] | None = None, diagnosis: str = "") -> Any:
    return answers(
        questions, said=said or {}, diagnosis=diagnosis, ability=ABLE, generator=np.random.default_rng(seed)
    )  # fmt: skip


@given(seed=st.integers(0, 2**32), required=st.booleans())
def test_every_answer_is_one_that_the_question_takes(seed: int, required: bool) -> None:
    questions = [{**question, "required": required} for question in (CALL, QUALITY, OPEN, MARKS, PICK)]
    given_, marks = answered(*questions, seed=seed, said={"call": "synthetic"})
    assert set(given_) <= {"quality", "remark", "diagnosis"}
    assert set(given_) >= {"quality", "diagnosis"} | ({"remark"} if required else set())
    assert 1 <= given_["quality"] <= 4
    assert given_["diagnosis"] in PICK["options"]
    assert len(marks) >= required
    for mark in marks:
        count = len(mark["points"])
        assert count == {"point": 1, "box": 2, "freehand": 5}[mark["kind"]]
        assert all(0 <= value <= 1 for pair in mark["points"] for value in pair)
        assert (mark["question"], mark["reason"]) == ("marks", "grain")


def test_a_question_is_skipped_where_its_condition_is_not_met() -> None:
    asked = {**OPEN, "condition": {"question": "call", "is": ["synthetic"]}}
    assert is_asked(asked, {"call": "synthetic"})
    assert not is_asked(asked, {"call": "authentic"})
    assert answered(asked, said={"call": "authentic"}) == ({}, [])
    assert list(answered(asked, said={"call": "synthetic"})[0]) == ["remark"]


def test_a_diagnosis_is_as_often_right_as_was_set() -> None:
    """Of 2000 answers, at a rate of 0.7, three standard errors are 0.03."""
    right = [answered(PICK, seed=seed, diagnosis="effusion")[0]["diagnosis"] == "Effusion" for seed in range(2000)]
    assert np.mean(right) == pytest.approx(0.7, abs=0.031)


@given(confidence=st.integers(1, 100), more=st.integers(0, 99), points=st.integers(2, 10))
def test_a_scale_of_points_keeps_the_order_and_uses_its_steps(confidence: int, more: int, points: int) -> None:
    steps = [round(100 * step / points) for step in range(1, points + 1)]
    assert on_scale(confidence, points) in steps
    assert on_scale(confidence, points) <= on_scale(min(100, confidence + more), points)
    assert (on_scale(1, points), on_scale(100, points)) == (steps[0], 100)
    assert on_scale(confidence, 0) == confidence


@pytest.mark.parametrize(
    ("aid", "leaning"),
    [
        (None, 0), ({"score": None, "call": None}, 0),
        ({"call": "synthetic"}, 1), ({"call": "authentic"}, -1),
        ({"score": 1.0}, 1), ({"score": 0.5}, 0), ({"score": 0.0, "call": "synthetic"}, 0),
    ],
)  # fmt: skip
def test_an_aid_moves_a_reader_by_what_it_says(aid: dict[str, Any] | None, leaning: float) -> None:
    assert leaning_of(aid, ABLE) == leaning
    assert leaning_of(aid, Ability(0.8, trust=2)) == 2 * leaning


@given(score=st.floats(-50, 50), call=st.sampled_from([None, "synthetic", "authentic"]))
def test_an_aid_never_moves_a_reader_further_than_the_trust(score: float, call: str | None) -> None:
    assert abs(leaning_of({"score": score, "call": call}, ABLE)) <= ABLE.trust


@given(use=st.floats(0.05, 1), seed=st.integers(0, 2**32), synthetic=st.booleans())
def test_a_shy_reader_calls_alike_and_is_less_sure(use: float, seed: int, synthetic: bool) -> None:
    bold, shy = (
        judge(ability, synthetic=synthetic, case_effect=0.3, generator=np.random.default_rng(seed))
        for ability in (Ability(0.8), Ability(0.8, confidence=use))
    )
    assert shy.call == bold.call
    assert 1 <= shy.confidence <= max(1, bold.confidence)
    assert shy.confidence <= round(100 * use) or shy.confidence == 1


def phase(*questions: dict[str, Any], **settings: Any) -> dict[str, Any]:
    limits = {"time_limit": "none", "time_limit_seconds": None}
    return {"name": "main", "questions": list(questions), "end_questions": [], **limits, **settings}


def mind(ability: Ability = ABLE, **settings: Any) -> SimulatedMind:
    return SimulatedMind(ability, reader=1, seed=7, know=lambda _, place: Picture(bool(place % 2), place), **settings)


def said(of: SimulatedMind, position: int, **changes: Any) -> dict[str, Any]:
    state = {**STATE, "phase": phase(CALL), **changes}
    return of.judge(state, {"position": position, "aided": False}, None)


def test_the_same_seed_gives_the_same_judgement_but_for_the_time_of_day() -> None:
    first, second = (said(mind(), 4) for _ in range(2))
    assert {**first, "shown_at": 0, "submitted_at": 0} == {**second, "shown_at": 0, "submitted_at": 0}
    assert said(mind(), 5)["confidence"] != first["confidence"]


def test_without_a_call_there_is_no_rating() -> None:
    judged = said(mind(), 1, phase=phase(QUALITY))
    assert (judged["call"], judged["confidence"]) == (None, None)
    assert "quality" in judged["answers"]


def test_a_reader_who_may_say_so_cannot_tell_where_in_doubt() -> None:
    free = phase({**CALL, "forced": False})
    judged = [said(mind(Ability(0.5)), place, phase=free) for place in range(200)]
    doubtful = [one for one in judged if one["call"] is None]
    assert 0 < len(doubtful) < 200
    assert all(one["confidence"] is None for one in doubtful)


def test_at_a_hard_limit_what_is_there_is_sent() -> None:
    limited = phase(CALL, time_limit="hard", time_limit_seconds=5)
    judged = [said(mind(Ability(0.8, pace=9)), place, phase=limited) for place in range(50)]
    assert all(one["seconds"] <= 5 for one in judged)
    assert {one["timed_out"] for one in judged} == {True, False}
    assert all(one["timed_out"] == (one["seconds"] == 5) for one in judged)


def test_a_judgement_that_was_taken_back_comes_again_a_little_less_sure() -> None:
    first, again = said(mind(), 2), said(mind(), 2, reopened=True)
    assert again["call"] == first["call"]
    assert again["confidence"] == max(1, first["confidence"] - 2)


def test_judgements_are_taken_back_where_that_is_open_and_as_often_as_was_set() -> None:
    undo = {**STATE, "undo": {"position": 3, "seconds_left": 50}}
    assert mind(takes_back=1).goes_back_to(undo) == 3
    assert mind(takes_back=1).goes_back_to({**STATE, "earlier": [1, 2]}) in (1, 2)
    assert mind(takes_back=1).goes_back_to(STATE) is None
    assert mind(takes_back=0).goes_back_to(undo) is None


def test_a_reader_leaves_when_the_share_of_the_step_is_read() -> None:
    leaving = mind(absence=Absence(step=1, share=0.3))
    assert not leaving.leaves({"done": 10, "cases": 10}, 0)
    assert [leaving.leaves({"done": done, "cases": 10}, 1) for done in (0, 2, 3, 9)] == [False, False, True, True]
    assert leaving.leaves({"done": 0, "cases": 10}, 2)


def test_absences_fall_between_phases_or_into_them() -> None:
    one = ReaderProfile(ABLE, leaves=0.5)
    assert one.absence(steps=3) == Absence(1, 0.5)
    assert ReaderProfile(ABLE, leaves=0.5, between_phases=True).absence(steps=3) == Absence(1, 0.0)
    assert ReaderProfile(ABLE).absence(steps=3) is None


def test_as_many_readers_leave_as_was_asked_for() -> None:
    """Of 1000 readers, at a share of 0.3, three standard errors are 0.04."""
    leaving = [profile for profile in drawn_profiles(1000, seed=3, auc=0.8, absent=0.3) if profile.leaves is not None]
    assert len(leaving) == pytest.approx(300, abs=43)
    assert 0.35 < np.mean([profile.between_phases for profile in leaving]) < 0.65
    assert not any(profile.leaves for profile in drawn_profiles(100, seed=3, auc=0.8))


def test_diagnoses_are_right_as_often_as_was_set_for_each_class() -> None:
    """With 1000 pictures of each class, three standard errors are 0.05."""
    reader = SimulatedMind(
        Ability(0.5, diagnosis=0.5, diagnosis_of_synthetic=0.9),
        reader=1,
        seed=7,
        know=lambda _, place: Picture(bool(place % 2), place, diagnosis="Fracture"),
    )
    diagnoses = [said(reader, place, phase=phase(PICK))["answers"]["diagnosis"] for place in range(2000)]
    right = np.array([one == "Fracture" for one in diagnoses])
    assert right[1::2].mean() == pytest.approx(0.9, abs=0.05)
    assert right[::2].mean() == pytest.approx(0.5, abs=0.05)


def test_an_ability_of_its_own_in_a_phase_counts_there_alone() -> None:
    """A reader at chance elsewhere, and nearly perfect in the phase `main`."""
    able = mind(Ability(0.5), elsewhere={"main": Ability(0.999)})
    here, there = (
        [said(able, place, phase={**phase(CALL), "name": name})["call"] for place in range(200)]
        for name in ("main", "other")
    )
    truths = [("authentic", "synthetic")[place % 2] for place in range(200)]
    assert np.mean([one == truth for one, truth in zip(here, truths, strict=True)]) > 0.95
    assert np.mean([one == truth for one, truth in zip(there, truths, strict=True)]) < 0.65


def test_who_suspects_a_computer_says_so_at_the_end_and_not_with_a_case() -> None:
    suspicious = mind(Ability(0.8, suspects=True))
    asked = {**phase(OPEN), "end_questions": [{**OPEN, "asked": "end"}]}
    assert suspicious.answer_end({"phase": asked}) == {OPEN["name"]: SUSPICION}
    assert SUSPICION not in said(suspicious, 1, phase=asked)["answers"].values()
    assert mind().answer_end({"phase": asked}).get(OPEN["name"]) != SUSPICION
