"""A draft is changed as a whole, what it said before is kept, and a change can be undone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.cohorts.models import Cohort
from readerstudy.studies.models import ArmStep, Phase, Question, Study
from readerstudy.studies.plans import Protocol
from readerstudy.studies.protocol import protocol_of
from readerstudy.studies.services import (
    StudyError,
    create_study,
    document_digest,
    lock_study,
    mark_as_pilot,
    replace_protocol,
    undo_change,
)
from tests.readerstudy.studies.protocols import CALL, a_phase, a_protocol, protocols
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db


def cohorts_for(protocol: Protocol) -> dict[str, Cohort]:
    """Give every slot an empty cohort."""
    return {
        slot.slot: Cohort.objects.get_or_create(slug=f"c{number}", defaults={"title": "c"})[0]
        for number, slot in enumerate(protocol.cohorts)
    }


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(protocol=protocols(), other=protocols())
def test_rows_say_what_the_protocol_says_also_after_a_change_and_its_undoing(
    db: None, protocol: Protocol, other: Protocol
) -> None:
    slug = f"s{Study.objects.count()}"
    study = create_study(slug=slug, protocol=protocol, cohorts=cohorts_for(protocol), title=protocol.title)
    assert protocol_of(study) == protocol
    changed = replace_protocol(study=study, protocol=other, cohorts=cohorts_for(other), actor=None)
    study.refresh_from_db()
    assert protocol_of(study) == other
    if changed:
        undo_change(study=study, actor=None)
        study.refresh_from_db()
        assert protocol_of(study) == protocol


@pytest.fixture
def cohort() -> Cohort:
    return an_unpictured_cohort("main", cases=4)


@pytest.fixture
def study(cohort: Cohort) -> Study:
    return create_study(slug="s", protocol=a_protocol(), cohorts=[cohort])


def change(study: Study, protocol: Protocol, words: str = "a change", **cohorts: Cohort) -> bool:
    given = cohorts or {"A": Cohort.objects.get(slug="main")}
    return replace_protocol(study=study, protocol=protocol, cohorts=given, actor=None, change=words)


def test_a_change_is_audited_and_one_that_changes_nothing_is_not(study: Study, coordinator: User) -> None:
    protocol = protocol_of(study)
    before = Event.objects.count()
    assert not change(study, protocol)
    assert Event.objects.count() == before
    assert change(study, replace(protocol, summary="Another question?"))
    event = Event.objects.latest("pk")
    assert (event.verb, event.target, set(event.detail)) == ("studies.protocol_changed", "study:s", {"document"})


def test_a_phase_that_stays_keeps_its_row_and_what_higher_rooms_know_of_it(study: Study, cohort: Cohort) -> None:
    aided = a_phase(purpose="aided", aid="concurrent", modality="aided")
    change(study, replace(protocol_of(study), phases=(aided,)))
    row = Phase.objects.get()
    Phase.objects.update(aid_digest="chosen")
    change(study, replace(protocol_of(study), phases=(replace(aided, told="More."),)))
    assert (Phase.objects.get().pk, Phase.objects.get().aid_digest) == (row.pk, "chosen")
    other = an_unpictured_cohort("other", cases=2)
    change(study, protocol_of(study), A=other)
    assert Phase.objects.get().aid_digest == ""  # it spoke for the cases of another cohort


def test_phases_change_places_and_go_with_all_that_is_theirs(study: Study) -> None:
    first, second = a_phase(name="one"), a_phase(name="two")
    change(study, a_protocol(first, second))
    change(study, a_protocol(second, first))
    assert list(Phase.objects.order_by("position").values_list("name", flat=True)) == ["two", "one"]
    change(study, a_protocol(second))
    assert list(Phase.objects.values_list("name", flat=True)) == ["two"]
    assert Question.objects.count() == ArmStep.objects.count() == 1


def test_changes_are_undone_one_after_the_other_down_to_the_first(study: Study) -> None:
    protocol = protocol_of(study)
    change(study, replace(protocol, summary="second"), "the second text")
    change(study, replace(protocol, summary="third"), "the third text")
    assert undo_change(study=study, actor=None) == "the third text"
    assert protocol_of(Study.objects.get()).summary == "second"
    assert undo_change(study=study, actor=None) == "the second text"
    assert protocol_of(Study.objects.get()) == protocol
    assert Event.objects.latest("pk").verb == "studies.protocol_change_undone"
    with pytest.raises(StudyError, match="Nothing was changed"):
        undo_change(study=study, actor=None)


def test_undoing_gives_back_the_cohorts_too(study: Study, cohort: Cohort) -> None:
    change(study, protocol_of(study), A=an_unpictured_cohort("other", cases=2))
    assert Phase.objects.get().cohort.slug == "other"
    undo_change(study=study, actor=None)
    assert Phase.objects.get().cohort == cohort


def test_what_contradicts_itself_is_refused_and_leaves_all_as_it_was(study: Study) -> None:
    before = protocol_of(study)
    with pytest.raises(StudyError, match=r"phases\[0\]\.feedback: is for practice and training only"):
        change(study, a_protocol(a_phase(feedback="after-each")))
    with pytest.raises(StudyError, match="asks for cohorts that were not chosen: B"):
        change(study, a_protocol(a_phase(cohort="B")))
    twice = a_protocol(a_phase(name="one"), a_phase(name="two", cohort="B"))
    main = Cohort.objects.get()
    with pytest.raises(StudyError, match="The same cohort stands there twice"):
        change(study, twice, A=main, B=main)
    assert protocol_of(study) == before
    assert not study.revisions.exists()


def test_a_change_of_what_is_no_longer_there_is_refused(study: Study, cohort: Cohort) -> None:
    opened = document_digest(protocol_of(study))
    change(study, replace(protocol_of(study), summary="somebody else's"))
    mine = replace(protocol_of(study), summary="mine")
    with pytest.raises(StudyError, match="The protocol was changed meanwhile: nothing was saved"):
        replace_protocol(study=study, protocol=mine, cohorts={"A": cohort}, actor=None, opened=opened)
    assert protocol_of(Study.objects.get()).summary == "somebody else's"


def test_what_is_locked_changes_no_more(study: Study) -> None:
    change(study, replace(protocol_of(study), summary="second"))
    lock_study(study=study, actor=None, unaudited_because="a test")
    with pytest.raises(StudyError, match="The study s is running: only a draft can be changed"):
        change(study, a_protocol(a_phase(questions=(CALL, replace(CALL, name="q", kind="open")))))
    with pytest.raises(StudyError, match="only a draft can be changed"):
        undo_change(study=study, actor=None)
    with pytest.raises(StudyError, match="only a draft can be changed"):
        mark_as_pilot(study=study, pilot=True, actor=None)


def test_the_phases_of_an_optional_cohort_that_is_not_given_are_left_out(cohort: Cohort) -> None:
    made = create_study(slug="t", preset="single-phase", cohorts={"A": cohort})
    protocol = protocol_of(made)
    assert [slot.slot for slot in protocol.cohorts] == ["A"]
    assert [arm.phases for arm in protocol.arms] == [("phase-1",)]
