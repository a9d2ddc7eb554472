"""A case can be taken out of its cohort and back in; the seal follows, and a locked cohort stays as it is."""

from __future__ import annotations

import pytest

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.cohorts.models import Case, Cohort
from readerstudy.cohorts.services import CaseError, exclude_case, include_case
from readerstudy.reading.models import ReadingSession
from readerstudy.reports.ratings_table import case_table
from readerstudy.truth.models import Truth
from readerstudy.truth.services import TruthError, seal_anew, seal_truth
from tests.readerstudy.makers import close_and_unblind, enrol, lock_without_audit, read
from tests.readerstudy.unpictured import a_person, an_unpictured_cohort, an_unpictured_study

pytestmark = pytest.mark.django_db


def first_case(cohort: Cohort) -> Case:
    case = cohort.cases.first()
    assert case is not None
    return case


@pytest.fixture
def cohort() -> Cohort:
    return an_unpictured_cohort("mine", cases=6)


def test_an_excluded_case_is_in_no_list_and_no_count_but_stays_stored(cohort: Cohort) -> None:
    case = first_case(cohort)
    exclude_case(case=case, reason="a name on the film", actor=None)
    assert cohort.cases.count() == 5
    assert case not in Case.objects.all()
    assert Case.with_excluded.get(pk=case.pk).excluded_because == "a name on the film"


def test_excluding_breaks_the_seal_and_sealing_anew_holds_the_cases_that_are_left(cohort: Cohort) -> None:
    before = cohort.sealed_digest
    exclude_case(case=first_case(cohort), reason="burned-in text", actor=None)
    cohort.refresh_from_db()
    assert not cohort.is_sealed
    assert seal_anew(cohort=cohort, actor=None) == ""
    assert cohort.is_sealed
    assert (cohort.sealed_cases, cohort.sealed_digest != before) == (5, True)


def test_one_out_and_another_in_is_no_seal_although_the_number_is_the_same(cohort: Cohort) -> None:
    first, second = cohort.cases.all()[:2]
    exclude_case(case=first, reason="blurred", actor=None)
    seal_truth(cohort=cohort, actor=None)
    exclude_case(case=second, reason="blurred", actor=None)
    include_case(case=first, actor=None)
    cohort.refresh_from_db()
    assert not cohort.is_sealed


def test_what_was_taken_back_in_is_sealed_as_before(cohort: Cohort) -> None:
    before, case = cohort.sealed_digest, first_case(cohort)
    exclude_case(case=case, reason="blurred", actor=None)
    include_case(case=case, actor=None)
    seal_truth(cohort=cohort, actor=None)
    assert cohort.sealed_digest == before


def test_without_a_class_the_seal_stays_open_and_words_say_why(cohort: Cohort) -> None:
    for truth in Truth.objects.filter(case__cohort=cohort, value="synthetic").select_related("case__cohort"):
        exclude_case(case=truth.case, reason="all of them", actor=None)
    assert "has only authentic cases" in seal_anew(cohort=cohort, actor=None)
    cohort.refresh_from_db()
    assert not cohort.is_sealed


def test_a_case_without_truth_keeps_the_seal_open_until_it_is_excluded(cohort: Cohort) -> None:
    unknown = Case.objects.create(cohort=cohort)
    with pytest.raises(TruthError, match="1 of 7 cases of mine have no truth"):
        seal_truth(cohort=cohort, actor=None)
    exclude_case(case=unknown, reason="nobody knows what it is", actor=None)
    assert seal_anew(cohort=cohort, actor=None) == ""


def test_both_acts_are_audited_with_who_and_why(cohort: Cohort, coordinator: User) -> None:
    case = first_case(cohort)
    exclude_case(case=case, reason="  rotated\n by a tilt ", actor=coordinator)
    include_case(case=case, actor=coordinator)
    events = Event.objects.filter(target=f"case:{case.code}").order_by("pk")
    assert [(event.verb, event.actor_id) for event in events] == [
        ("cohorts.case_excluded", coordinator.pk),
        ("cohorts.case_included", coordinator.pk),
    ]
    assert {event.detail["reason"] for event in events} == {"rotated by a tilt"}


@pytest.mark.parametrize("reason", ["", "  \n", "\0"])
def test_an_exclusion_needs_a_reason(cohort: Cohort, reason: str) -> None:
    with pytest.raises(CaseError, match="Say why"):
        exclude_case(case=first_case(cohort), reason=reason, actor=None)
    assert cohort.cases.count() == 6


def test_a_case_is_excluded_once_and_taken_back_once(cohort: Cohort) -> None:
    case = first_case(cohort)
    with pytest.raises(CaseError, match="is not excluded"):
        include_case(case=case, actor=None)
    exclude_case(case=case, reason="x" * 500, actor=None)
    assert len(case.excluded_because) == 200
    with pytest.raises(CaseError, match="is excluded already"):
        exclude_case(case=case, reason="again", actor=None)


def test_a_locked_study_keeps_its_cases() -> None:
    study = an_unpictured_study("s")
    case = first_case(study.phases.get().cohort)
    with pytest.raises(CaseError, match="locked study"):
        exclude_case(case=case, reason="late", actor=None)
    with pytest.raises(CaseError, match="locked study"):
        include_case(case=case, actor=None)


def test_readers_get_only_what_is_included_and_tables_hold_only_that() -> None:
    study = an_unpictured_study("s", locked=False)
    cohort = study.phases.get().cohort
    excluded = first_case(cohort)
    exclude_case(case=excluded, reason="blurred", actor=None)
    seal_truth(cohort=cohort, actor=None)
    lock_without_audit(study)
    for name in ("first", "second"):
        read(enrol(study, a_person(name), consent=True))
    for session in ReadingSession.objects.all():
        assert excluded.pk not in session.readings.values_list("case", flat=True)
    close_and_unblind(study)
    assert excluded.code not in set(case_table(study)["case"])
    assert len(case_table(study)) == 5
