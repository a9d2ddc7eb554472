"""The analysis plan is a document: proposed by the preset, held against the protocol, fixed at the lock."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from analysis.measures.covariance import COVARIANCES
from analysis.measures.measurement import METRIC_NAMES
from readerstudy.audit.models import Event
from readerstudy.studies import analysis_plan
from readerstudy.studies.analysis_plan import AnalysisPlan, Endpoint, plan_from, read_plan, write_plan
from readerstudy.studies.default_plans import current_plan, default_plan, plan_of
from readerstudy.studies.models import Study
from readerstudy.studies.plan_rules import conditions_of, plan_faults
from readerstudy.studies.plans import Protocol, ProtocolError
from readerstudy.studies.presets import PRESETS, preset
from readerstudy.studies.services import StudyError, plan_digest, save_plan, what_locking_misses
from readerstudy.truth.table import COVARIATES
from tests.readerstudy.makers import lock_without_audit
from tests.readerstudy.studies.protocols import CALL, a_phase, a_protocol, protocols, words
from tests.readerstudy.unpictured import an_unpictured_study

READING = "phase-1/unaided"
PRIMARY = Endpoint("primary", "auc", READING)


@pytest.fixture
def study(db: None) -> Study:
    """A draft of one informed phase."""
    return an_unpictured_study(locked=False, cases=4)


def test_the_words_of_a_plan_are_those_of_the_statistics() -> None:
    assert set(analysis_plan.OF_CALLS) == set(METRIC_NAMES)
    assert set(analysis_plan.COVARIANCES) == {"default", *COVARIANCES}
    assert set(analysis_plan.OF_CASES) <= set(COVARIATES)


def test_the_words_of_a_plan_have_one_form() -> None:
    plan = AnalysisPlan((PRIMARY,), covariates=("years",), notes="Ä\n“x”")
    assert read_plan(write_plan(plan)) == plan
    assert write_plan(read_plan(write_plan(plan))) == write_plan(plan)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_proposes_a_plan_that_fits_it(name: str) -> None:
    plan = default_plan(preset(name))
    assert plan_faults(plan, preset(name)) == []
    assert bool(plan.of_role("primary")) == (name != "training")


def test_the_crossover_asks_first_whether_aid_helps() -> None:
    primary = default_plan(preset("aided-vs-unaided")).of_role("primary")
    assert primary == [Endpoint("primary", "auc", "aided/aided", "reading", "unaided/unaided", "superiority")]


@given(protocols())
def test_any_protocol_has_a_plan_that_fits_it(protocol: Protocol) -> None:
    plan = default_plan(protocol)
    faults = [fault for fault in plan_faults(plan, protocol) if fault.place != "endpoints"]
    assert faults == []
    measurable = any(
        condition.measures(metric) for condition in conditions_of(protocol) for metric in ("auc", "diagnosis")
    )
    assert bool(plan.of_role("primary")) == measurable


def test_the_plan_of_a_preset_leaves_out_what_the_draft_no_longer_reads() -> None:
    protocol = preset("rsna2026")
    shorter = replace(protocol, phases=tuple(phase for phase in protocol.phases if phase.name != "phase-3"))
    plan = default_plan(shorter)
    assert {endpoint.reading for endpoint in plan.endpoints} == {"phase-1/unaided", "phase-2/unaided"}
    assert plan_faults(plan, shorter) == []


def test_aid_after_ones_own_call_is_two_readings() -> None:
    phase = a_phase(purpose="aided", aid="sequential", modality="aided")
    assert [one.key for one in conditions_of(a_protocol(phase))] == ["reading/unaided", "reading/aided"]
    primary = default_plan(a_protocol(phase)).of_role("primary")
    assert primary == [Endpoint("primary", "auc", "reading/aided", "reading", "reading/unaided", "difference")]


TWO = a_protocol(
    a_phase(),
    a_phase(name="second", modality="other"),
    a_phase(name="blind", purpose="purpose-blinded", undo_seconds=0, questions=(replace(CALL, kind="open"),)),
)
SOUND = Endpoint("primary", "auc", "reading/unaided")


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        ({"reading": "gone/unaided"}, "reading", "the protocol has no reading gone/unaided any more"),
        ({"reading": "blind/unaided"}, "metric", "the phase “Reading” asks for nothing that this could be measured"),
        ({"metric": "diagnosis"}, "metric", "asks for nothing that this could be measured from"),
        ({"comparison": "reading", "against": "reading/unaided"}, "against", "compare with another reading than"),
        ({"comparison": "reading", "against": "gone/x"}, "against", "the protocol has no reading gone/x any more"),
        ({"comparison": "reading"}, "against", "the protocol has no reading –"),
        ({"comparison": "reading", "against": "blind/unaided"}, "against", "asks for nothing that this could be"),
        ({"comparison": "value", "against": "half"}, "against", "give the value to compare with, between 0 and 1"),
        ({"comparison": "value", "against": "1.5"}, "against", "give the value to compare with, between 0 and 1"),
        ({"against": "0.5"}, "against", "leave empty what to compare with"),
        ({"hypothesis": "difference"}, "hypothesis", "a test needs something to compare with"),
        ({"comparison": "value", "against": "0.5", "hypothesis": "equivalence"}, "margin", "give the largest loss"),
        ({"comparison": "value", "against": "0.5", "margin": "0.1"}, "margin", "a margin is of non-inferiority and"),
    ],
)
def test_what_contradicts_in_an_endpoint_is_named_with_its_place(change: dict[str, Any], place: str, said: str) -> None:
    assert plan_faults(AnalysisPlan((SOUND,)), TWO) == []
    (fault,) = plan_faults(AnalysisPlan((replace(SOUND, **change),)), TWO)
    assert fault.place == f"endpoints[0].{place}"
    assert said in fault.words


def test_a_margin_is_of_figures_between_0_and_1_alone() -> None:
    endpoint = Endpoint("primary", "dprime", "reading/unaided", "reading", "second/other", "non-inferiority", "0.1")
    (fault,) = plan_faults(AnalysisPlan((endpoint,)), TWO)
    assert "makes no sense on the scale of this figure" in fault.words


def test_a_plan_says_what_the_study_is_judged_by() -> None:
    (fault,) = plan_faults(AnalysisPlan((replace(SOUND, role="secondary"),)), TWO)
    assert "no endpoint is the primary one" in fault.words


def test_delongs_covariance_is_of_the_auc_alone() -> None:
    plan = AnalysisPlan((SOUND, Endpoint("secondary", "accuracy", "reading/unaided")), covariance="delong")
    (fault,) = plan_faults(plan, TWO)
    assert (fault.place, "DeLong's covariance is of the AUC only" in fault.words) == ("covariance", True)
    assert plan_faults(replace(plan, endpoints=(SOUND,)), TWO) == []


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"endpoints": [], "alpha": "0"}, "alpha: must be a number between 0 and 1, as 0.05"),
        ({"endpoints": [], "alpha": ""}, "alpha: must be a number between 0 and 1"),
        ({"endpoints": [], "alpha": 0.05}, "alpha: must be a number between 0 and 1"),
        ({"endpoints": [], "ends_on": "soon"}, "ends_on: must be a day, as 2026-12-31"),
        ({"endpoints": [], "multiplicity": "bonferroni"}, "multiplicity: must be one of none, holm"),
        ({"endpoints": [], "covariates": ["age"]}, r"covariates\[0\]: must be one of years"),
        ({"endpoints": [{"role": "primary"}]}, r"endpoints\[0\].metric: is missing"),
        ({"endpoint": []}, "endpoint: there is no such setting; did you mean endpoints"),
    ],
)
def test_a_document_that_cannot_be_is_refused_with_its_place(document: dict[str, Any], said: str) -> None:
    with pytest.raises(ProtocolError, match=said):
        plan_from(document)


@given(words)
def test_any_notes_survive_being_stored(notes: str) -> None:
    assert read_plan(write_plan(AnalysisPlan(notes=notes))).notes == notes


def test_a_plan_is_saved_with_a_draft_and_audited_once(study: Study) -> None:
    plan = replace(default_plan(preset("single-phase")), readers=5)
    for _ in range(2):
        save_plan(study=study, plan=plan, actor=None)
    study.refresh_from_db()
    assert current_plan(study) == plan
    assert Event.objects.get(verb="studies.plan_saved").detail == {"plan": plan_digest(plan)}


def test_looking_at_the_proposed_plan_and_saving_it_as_it_is_makes_it_ones_own(study: Study) -> None:
    proposed = current_plan(study)
    assert proposed
    save_plan(study=study, plan=proposed, actor=None, opened=plan_digest(proposed))
    study.refresh_from_db()
    assert read_plan(study.plan) == proposed


def test_a_plan_that_was_changed_meanwhile_is_not_written_over(study: Study) -> None:
    opened = plan_digest(default_plan(preset("single-phase")))
    save_plan(study=study, plan=AnalysisPlan((PRIMARY,)), actor=None)
    with pytest.raises(StudyError, match="The plan was changed meanwhile"):
        save_plan(study=study, plan=AnalysisPlan((PRIMARY,), notes="mine"), actor=None, opened=opened)


def test_a_plan_that_does_not_fit_is_not_saved(study: Study) -> None:
    with pytest.raises(StudyError, match="the protocol has no reading gone/unaided any more"):
        save_plan(study=study, plan=AnalysisPlan((replace(PRIMARY, reading="gone/unaided"),)), actor=None)


def test_a_saved_plan_that_the_protocol_has_left_behind_keeps_the_study_from_being_locked(study: Study) -> None:
    save_plan(study=study, plan=AnalysisPlan((PRIMARY,)), actor=None)
    assert what_locking_misses(study) == []
    study.phases.update(modality="other")
    study.refresh_from_db()
    assert what_locking_misses(study) == [
        "The analysis plan: endpoints[0].reading: the protocol has no reading phase-1/unaided any more: choose one of "
        "phase-1/other."
    ]


def test_the_proposed_plan_is_fixed_where_nobody_wrote_another(study: Study) -> None:
    assert current_plan(lock_without_audit(study)) == default_plan(preset("single-phase"))
    with pytest.raises(StudyError, match="only a draft can be changed"):
        save_plan(study=study, plan=AnalysisPlan((PRIMARY,)), actor=None)


def test_others_get_the_plan_as_plain_values(study: Study) -> None:
    against = Endpoint("secondary", "auc", READING, "value", "0.7", "non-inferiority", "0.05")
    detectors = Endpoint("secondary", "accuracy", READING, "detectors", "d 1", "difference")
    save_plan(study=study, plan=AnalysisPlan((PRIMARY, against, detectors), covariates=("years",)), actor=None)
    study.refresh_from_db()
    draft = plan_of(study)
    assert draft
    assert (draft["fixed_at"], draft["version"], draft["amendments"]) == (None, 0, [])
    lock_without_audit(study)
    fixed = plan_of(study)
    assert fixed
    assert (fixed["version"], fixed["digest"], fixed["alpha"]) == (1, study.plan_digest, 0.05)
    assert fixed["fixed_at"] is not None
    assert fixed["endpoints"][1] == {
        "role": "secondary", "metric": "auc", "phase": "phase-1", "modality": "unaided", "comparison": "value",
        "against": {"value": 0.7}, "hypothesis": "non-inferiority", "margin": 0.05,
    }  # fmt: skip
    assert fixed["endpoints"][2]["against"] == {"detector": "d 1"}


def test_a_study_that_was_locked_before_there_were_plans_has_none(study: Study) -> None:
    Study.objects.update(status="running")
    study.refresh_from_db()
    assert plan_of(study) is None
