"""A draft is made from a preset and cohorts, on the page or by command; what does not fit is refused in words."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.cohorts.services import create_cohort
from readerstudy.studies.models import Phase, Study
from readerstudy.studies.services import StudyError, create_study
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db


def create(slug: str, *cohorts: str, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("create_study", slug, *(f"--cohort={name}" for name in cohorts), json=True, stdout=out, **options)
    summary: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return summary


def test_one_cohort_makes_a_draft_of_one_phase() -> None:
    an_unpictured_cohort("main", cases=2)
    assert create("mine", "main") == {"study": "mine", "status": "draft", "phases": ["phase-1"]}
    phase = Phase.objects.get()
    assert (phase.cohort.slug, phase.purpose, phase.feedback) == ("main", "informed", "none")


def test_a_second_cohort_is_practised_on_first_with_feedback() -> None:
    for slug in ("main", "warm-up"):
        an_unpictured_cohort(slug, cases=2)
    assert create("mine", "main", "warm-up", title="My study")["phases"] == ["practice", "phase-1"]
    practice, test = Phase.objects.order_by("position")
    assert (practice.cohort.slug, practice.feedback, practice.is_practice) == ("warm-up", "after-each", True)
    assert (test.cohort.slug, test.feedback, test.is_practice) == ("main", "none", False)
    assert Study.objects.get().title == "My study"


def test_making_a_study_is_audited(coordinator: User) -> None:
    cohort = an_unpictured_cohort("main", cases=2)
    create_study(slug="mine", preset="single-phase", cohorts=[cohort], actor=coordinator)
    event = Event.objects.latest("pk")
    assert (event.actor_id, event.verb, event.target) == (coordinator.pk, "studies.created", "study:mine")
    assert event.detail == {"preset": "single-phase", "cohorts": ["main"]}


@pytest.mark.parametrize("slug", ["two words", "a/b", "", "ü", "x" * 51, "../etc"])
def test_a_short_name_that_no_address_can_hold_is_refused(slug: str) -> None:
    cohort = an_unpictured_cohort("main", cases=2)
    with pytest.raises(StudyError):
        create_study(slug=slug, preset="single-phase", cohorts=[cohort])
    assert not Study.objects.exists()


@pytest.mark.parametrize("slug", ["new", "join"])
def test_a_short_name_that_would_hide_behind_a_page_of_its_own_still_has_its_pages(
    client: Client, coordinator: User, slug: str
) -> None:
    create_study(slug=slug, preset="single-phase", cohorts=[an_unpictured_cohort("main", cases=2)])
    client.force_login(coordinator)
    for tab in ("protocol", "readers", "monitor", "results"):
        assert client.get(f"/studies/{slug}/{tab}/").status_code == 200


def test_a_taken_short_name_is_refused() -> None:
    an_unpictured_cohort("main", cases=2)
    create("mine", "main")
    with pytest.raises(CommandError, match="Study with this Slug already exists"):
        create("mine", "main")
    assert Study.objects.count() == 1


def test_an_unknown_cohort_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(CommandError, match=r"There is no cohort 'main'\. Known: none yet \(import_cases makes one\)"):
        create("mine", "main")
    create_cohort(name="other", actor=None)
    with pytest.raises(CommandError, match=r"Known: other\."):
        create("mine", "main")


def test_the_same_cohort_twice_is_refused() -> None:
    an_unpictured_cohort("main", cases=2)
    with pytest.raises(CommandError, match="practice cases must not be read again in the test"):
        create("mine", "main", "main")


def test_too_many_cohorts_are_refused_with_what_the_preset_takes() -> None:
    for slug in ("a", "b", "c"):
        an_unpictured_cohort(slug, cases=2)
    with pytest.raises(CommandError, match="This preset takes 1 to 2 cohorts, in this order: cases to read; practice"):
        create("mine", "a", "b", "c")


def test_an_unknown_preset_is_refused_with_those_that_are_known() -> None:
    cohort = an_unpictured_cohort("main", cases=2)
    with pytest.raises(StudyError, match=r"There is no preset “double”\. Known: rsna2026, single-phase"):
        create_study(slug="mine", preset="double", cohorts=[cohort])


def test_the_command_says_what_is_missing_before_the_draft_can_be_locked() -> None:
    create_cohort(name="empty", actor=None)
    out = StringIO()
    call_command("create_study", "mine", "--cohort=empty", stdout=out)
    assert "Before it can be locked: The cohort empty has no cases: import some (import_cases)." in out.getvalue()


def test_the_page_makes_a_draft_and_leads_to_its_protocol(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    main, warm_up = (an_unpictured_cohort(slug, cases=2) for slug in ("main", "warm-up"))
    form = {"title": "My study", "slug": "mine", "cohort": main.pk, "practice": warm_up.pk}
    assert client.post("/studies/new/", form).headers["Location"] == "/studies/mine/protocol/"
    study = Study.objects.get()
    assert study.created_by == coordinator
    assert [phase.name for phase in study.phases.all()] == ["practice", "phase-1"]
    assert "My study" in client.get("/studies/").content.decode()


def test_the_page_says_what_is_wrong_and_makes_nothing(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    cohort = an_unpictured_cohort("main", cases=2)
    create_study(slug="taken", preset="single-phase", cohorts=[cohort])
    wrong: dict[str, dict[str, object]] = {
        "There is a study of this name: choose another.": {"slug": "taken", "cohort": cohort.pk},
        "Enter a valid “slug”": {"slug": "two words", "cohort": cohort.pk},
        "This field is required.": {"slug": "mine"},
        "Choose other cases than those of the test.": {"slug": "mine", "cohort": cohort.pk, "practice": cohort.pk},
    }
    for message, fields in wrong.items():
        assert message in client.post("/studies/new/", {"title": "T", **fields}).content.decode()
    assert Study.objects.count() == 1


def test_without_a_study_the_page_says_how_to_begin(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    assert "No study yet" in client.get("/studies/").content.decode()
