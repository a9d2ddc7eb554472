"""A study is copied with all that it says, and tried out as a pilot whose data never mix with its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.reading.models import Judgement
from readerstudy.reports.ratings_table import ratings_table
from readerstudy.studies.default_plans import current_plan
from readerstudy.studies.models import Reader, Study
from readerstudy.studies.protocol import protocol_of
from readerstudy.studies.rows import slots_of
from readerstudy.studies.services import StudyError, copy_study, make_pilot, save_plan
from tests.readerstudy.makers import close_and_unblind, enrol, lock_without_audit, read
from tests.readerstudy.unpictured import an_unpictured_cohort, an_unpictured_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    """A draft whose plan was written down."""
    study = an_unpictured_study(locked=False, practice=True, cases=4)
    plan = current_plan(study)
    assert plan
    save_plan(study=study, plan=replace(plan, readers=3, notes="ours"), actor=None)
    study.refresh_from_db()
    return study


def the_cohorts(study: Study) -> dict[str, object]:
    return {slot.slot: cohort for slot, cohort in slots_of(study)}


def a_copy(study: Study, **changes: object) -> Study:
    how = {"slug": "t", "title": "T", "cohorts": the_cohorts(study), "actor": None} | changes
    copy_study(study=study, **how)  # type: ignore[arg-type]
    return Study.objects.get(slug=how["slug"])


def test_a_copy_says_the_same_under_names_and_a_seed_of_its_own(study: Study) -> None:
    copy = a_copy(study)
    assert replace(protocol_of(copy), title=study.title) == protocol_of(study)
    assert (copy.plan, copy.copied_from, copy.status) == (study.plan, study, "draft")
    assert copy.seed != study.seed
    assert Event.objects.latest("pk").detail == {"of": "study:s"}


def test_a_copy_of_a_locked_study_is_a_draft_without_readers(study: Study, reader_user: User) -> None:
    enrol(lock_without_audit(study), reader_user)
    copy = a_copy(study)
    assert (copy.status, copy.readers.count(), copy.locked_at) == ("draft", 0, None)
    assert current_plan(copy) == current_plan(study)


def test_a_copy_may_read_other_cohorts(study: Study) -> None:
    other = an_unpictured_cohort("other", cases=4)
    copy = a_copy(study, cohorts={**the_cohorts(study), "A": other})
    assert copy.phases.get(name="phase-1").cohort == other
    assert protocol_of(copy).phases == protocol_of(study).phases


def test_a_copy_may_leave_out_what_is_optional(study: Study) -> None:
    copy = a_copy(study, cohorts={"A": the_cohorts(study)["A"]})
    assert [phase.name for phase in copy.phases.all()] == ["phase-1"]


def test_the_proposed_plan_is_proposed_anew_for_a_copy() -> None:
    study = an_unpictured_study(locked=False, cases=4)
    assert a_copy(study).plan == ""


def test_a_pilot_is_made_in_one_act_and_knows_whose_it_is(study: Study) -> None:
    pilot = make_pilot(study=study, actor=None)
    pilot.refresh_from_db()
    assert (pilot.slug, pilot.title, pilot.is_pilot, pilot.pilot_of) == ("s-pilot", "Pilot: s", True, study)
    assert list(study.pilots.all()) == [pilot]
    assert pilot.plan == study.plan


def test_a_draft_can_be_tried_more_than_once(study: Study) -> None:
    assert [make_pilot(study=study, actor=None).slug for _ in range(3)] == ["s-pilot", "s-pilot-2", "s-pilot-3"]


def test_what_is_read_in_a_pilot_is_no_part_of_the_study(study: Study, reader_user: User, colleague_user: User) -> None:
    pilot = lock_without_audit(make_pilot(study=study, actor=None))
    read(enrol(pilot, reader_user, consent=True))
    lock_without_audit(study)
    read(enrol(study, colleague_user, consent=True))
    table = ratings_table(close_and_unblind(study))
    assert Judgement.objects.count() == 2 * (2 + 4)
    assert set(Reader.objects.filter(study=study).values_list("user__username", flat=True)) == {"colleague"}
    assert len(table) == 4


def test_only_a_draft_has_pilots_and_a_pilot_has_none(study: Study) -> None:
    pilot = make_pilot(study=study, actor=None)
    with pytest.raises(StudyError, match="The study s-pilot is a pilot itself"):
        make_pilot(study=pilot, actor=None)
    lock_without_audit(study)
    with pytest.raises(StudyError, match="The study s is running: only a draft can be tried"):
        make_pilot(study=study, actor=None)
