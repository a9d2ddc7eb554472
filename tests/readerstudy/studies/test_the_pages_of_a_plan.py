"""The analysis plan is read and written on its pages, and what readers are told is amended on another."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.studies.analysis_plan import AnalysisPlan, Endpoint
from readerstudy.studies.default_plans import current_plan
from readerstudy.studies.models import Phase, Study
from readerstudy.studies.services import close_study, create_study, lock_study, save_plan, unblind_study
from tests.readerstudy.studies.test_the_pages_of_a_protocol import fields_of
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db
PLAN, EDIT, AMEND = "/studies/s/plan/", "/studies/s/plan/edit/", "/studies/s/amend/"


@pytest.fixture
def study(coordinator: User) -> Study:
    """A draft of a crossover."""
    cohorts = [an_unpictured_cohort("main", cases=4)]
    return create_study(slug="s", title="Our study", preset="aided-vs-unaided", cohorts=cohorts, actor=coordinator)


@pytest.fixture
def locked(coordinator: User) -> Study:
    """A running study of one phase."""
    cohorts = [an_unpictured_cohort("main", cases=4)]
    study = create_study(slug="s", title="Our study", preset="single-phase", cohorts=cohorts, actor=coordinator)
    lock_study(study=study, actor=None, unaudited_because="a trial")
    study.refresh_from_db()
    return study


def page(client: Client, path: str, **fields: Any) -> str:
    """Get a page, or post the fields, and follow where it leads."""
    answer = client.post(path, fields, follow=True) if fields else client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def changed(client: Client, path: str, **changes: Any) -> str:
    """Open a form, change some fields, and send it as a browser would."""
    return page(client, path, **{**fields_of(page(client, path)), **changes})


def the_plan(study: Study) -> AnalysisPlan:
    study.refresh_from_db()
    plan = current_plan(study)
    assert plan
    return plan


def test_the_proposed_plan_is_told_in_words(desk: Client, study: Study) -> None:
    text = page(desk, PLAN)
    assert "Proposed for this protocol" in text
    assert "of “Reading with a second opinion · aided” against “Reading on your own · unaided”" in text
    assert "Superiority, two-sided" in text
    assert "Readers and cases: the result speaks of other readers and other cases" in text


def test_saving_the_form_as_it_is_makes_the_proposed_plan_ones_own(desk: Client, study: Study) -> None:
    proposed = the_plan(study)
    assert "The plan is saved." in changed(desk, EDIT)
    assert the_plan(study) == proposed
    assert study.plan


def test_an_endpoint_is_added_another_left_out_and_the_rest_kept(desk: Client, study: Study) -> None:
    before = the_plan(study).endpoints
    added = {
        "endpoint-4-role": "secondary", "endpoint-4-metric": "accuracy", "endpoint-4-reading": "unaided/unaided",
        "endpoint-4-comparison": "value", "endpoint-4-against_value": "0.5", "endpoint-4-hypothesis": "non-inferiority",
        "endpoint-4-margin": "0.1",
    }  # fmt: skip
    changed(desk, EDIT, **added, **{"endpoint-1-role": ""})
    new = Endpoint("secondary", "accuracy", "unaided/unaided", "value", "0.5", "non-inferiority", "0.1")
    assert the_plan(study).endpoints == (before[0], *before[2:], new)


def test_all_that_a_plan_says_comes_back(desk: Client, study: Study) -> None:
    changed(
        desk, EDIT, alpha="0.01", multiplicity="holm", random="readers", covariance="jackknife",
        covariates=["country"], readers="7", ends_on="2030-01-31", sample_size="Seven.\r\nAnd more.", notes="Ours.",
    )  # fmt: skip
    plan = the_plan(study)
    assert (plan.alpha, plan.multiplicity, plan.random, plan.covariance) == ("0.01", "holm", "readers", "jackknife")
    assert (plan.covariates, plan.readers, plan.ends_on) == (("country",), 7, "2030-01-31")
    assert (plan.sample_size, plan.notes) == ("Seven.\nAnd more.", "Ours.")
    text = page(desk, PLAN)
    for words in ("0.01", "Holm: the p values", "31 Jan 2030", "Jackknife", "Country", "And more."):
        assert words in text
    again = fields_of(page(desk, EDIT))
    assert (again["ends_on"], again["readers"]) == (["2030-01-31"], ["7"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"alpha": "5"}, "Must be a number between 0 and 1, as 0.05"),
        ({"endpoint-0-role": "secondary"}, "No endpoint is the primary one"),
        ({"endpoint-0-against_reading": ""}, "The protocol has no reading –"),
        ({"endpoint-0-comparison": "none"}, "A test needs something to compare with"),
        ({"endpoint-0-hypothesis": "equivalence"}, "Give the largest loss that does not matter"),
        ({"endpoint-0-metric": "diagnosis"}, "asks for nothing that this could be measured from"),
        ({"endpoint-0-comparison": "value", "endpoint-0-against_value": "2"}, "Give the value to compare with"),
        ({"covariance": "delong"}, "DeLong&#x27;s covariance is of the AUC only"),
        ({"readers": "0"}, "Ensure this value is greater than or equal to 1"),
        ({"endpoint-0-metric": "luck"}, "Select a valid choice"),
        ({"endpoint-TOTAL_FORMS": ""}, "Look at what is marked below"),
    ],
)
def test_a_plan_that_cannot_be_says_why_and_is_not_saved(
    desk: Client, study: Study, changes: dict[str, str], words: str
) -> None:
    text = changed(desk, EDIT, **changes)
    assert words in text
    assert "Nothing was saved yet" in text
    study.refresh_from_db()
    assert study.plan == ""


def test_a_plan_that_was_changed_in_another_window_is_not_written_over(desk: Client, study: Study) -> None:
    fields = fields_of(page(desk, EDIT))
    save_plan(study=study, plan=AnalysisPlan(the_plan(study).endpoints, notes="theirs"), actor=None)
    assert "The plan was changed meanwhile" in page(desk, EDIT, **{**fields, "notes": "mine"})
    assert the_plan(study).notes == "theirs"


def test_training_has_a_plan_without_endpoints(desk: Client, coordinator: User) -> None:
    study = create_study(
        slug="s", preset="training", cohorts=[an_unpictured_cohort("main", cases=2)], actor=coordinator
    )
    assert "there is nothing to judge it by" in page(desk, EDIT)
    changed(desk, EDIT, notes="To learn.")
    assert (the_plan(study).endpoints, the_plan(study).notes) == ((), "To learn.")


def test_the_plan_of_a_locked_study_is_amended_with_a_reason(desk: Client, locked: Study) -> None:
    assert "This field is required" in changed(desk, EDIT, readers="9")
    text = changed(desk, EDIT, readers="9", reason="Two fell ill.")
    assert "The plan is amended." in text
    assert the_plan(locked).readers == 9
    for words in ("Version 2, fixed on", "number of readers", "Two fell ill."):
        assert words in text


def test_what_readers_are_told_is_amended_with_a_reason(desk: Client, locked: Study) -> None:
    text = changed(desk, AMEND, consent="Please agree.", reason="A misprint.", **{"told-phase-1": "Look twice."})
    assert "Amended: consent; what is told before “Reading”." in text
    assert "amended, see below" in text
    assert "A misprint." in text
    locked.refresh_from_db()
    assert (locked.consent, Phase.objects.get().instructions) == ("Please agree.", "Look twice.")


def test_opening_the_form_of_an_amendment_and_sending_it_as_it_is_changes_nothing(desk: Client, locked: Study) -> None:
    changed(desk, AMEND, reason="None.")
    changed(desk, EDIT, reason="None.")
    assert locked.versions.count() == 2


def test_an_amendment_of_texts_asks_for_a_reason_and_a_consent(desk: Client, locked: Study) -> None:
    text = changed(desk, AMEND, consent=" ", reason="")
    assert "Say what readers agree to." in text
    assert "This field is required" in text


def test_before_the_lock_and_after_the_unblinding_there_are_no_pages_of_amendments(desk: Client, locked: Study) -> None:
    close_study(study=locked, actor=None)
    unblind_study(study=locked, reason="all have read", actor=None)
    assert "Amendments are made after the lock and before unblinding." in page(desk, AMEND, reason="x")
    assert "The plan of this study does not change any more." in page(desk, EDIT, reason="x")
    assert "Amend the plan" not in page(desk, PLAN)


def test_every_version_can_be_taken_away_as_the_characters_of_its_digest(desk: Client, locked: Study) -> None:
    for version in locked.versions.all():
        answer = desk.get(f"/studies/s/versions/{version.kind}/{version.number}/")
        assert answer.content.decode() == version.document
        assert version.number == 1
    assert desk.get("/studies/s/versions/plan/7/").status_code == 404
    assert desk.get("/studies/s/versions/other/1/").status_code == 404


def test_a_study_that_was_locked_without_a_plan_says_so(desk: Client, study: Study) -> None:
    Study.objects.update(status="running")
    text = page(desk, PLAN)
    assert "Everything in its report is exploratory" in text
    assert "Write a plan as an amendment" in text
