"""The coordinator brings a study through its life on its pages; what has no way back asks for reason and password."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.cohorts.models import Cohort
from readerstudy.studies.models import Study
from readerstudy.studies.services import (
    archive_study,
    close_study,
    create_study,
    invite_reader,
    lock_study,
    make_pilot,
)
from tests.readerstudy.conftest import PASSWORD
from tests.readerstudy.unpictured import an_unpictured_cohort, an_unpictured_study

pytestmark = pytest.mark.django_db
ACT = {"reason": "all have read", "password": PASSWORD}


@pytest.fixture
def study(coordinator: User) -> Study:
    """A draft that lacks nothing but the audit."""
    cohorts = [an_unpictured_cohort("main", cases=4)]
    return create_study(slug="s", title="Our study", preset="single-phase", cohorts=cohorts, actor=coordinator)


def page(client: Client, path: str, **fields: Any) -> str:
    """Get a page, or post the fields, and follow where it leads."""
    answer = client.post(path, fields, follow=True) if fields else client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def state(study: Study) -> str:
    study.refresh_from_db()
    return study.status


def test_the_pages_bring_a_study_from_draft_to_unblinded(desk: Client, coordinator: User, study: Study) -> None:
    assert "Close the study" in page(desk, "/studies/s/lock/", reason="a trial", opening="at-once")
    assert "Reading has ended" in page(desk, "/studies/s/close/", **ACT)
    assert "See the results" in page(desk, "/studies/s/unblind/", **ACT)
    verbs = Event.objects.filter(actor=coordinator, target="study:s").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [f"studies.{verb}" for verb in ("created", "locked", "opened", "closed", "unblinded")]
    text = page(desk, "/studies/s/protocol/")
    assert text.count("all have read") == 2


def test_a_locked_study_waits_for_its_coordinator(desk: Client, study: Study) -> None:
    text = page(desk, "/studies/s/lock/", reason="a trial", opening="waits")
    assert "Readers can be invited; they begin once you open the study" in text
    assert state(study) == "locked"
    page(desk, "/studies/s/open/", now="yes")
    assert state(study) == "running"


def test_a_locked_study_opens_by_itself_once_anybody_looks(desk: Client, study: Study) -> None:
    text = page(desk, "/studies/s/lock/", reason="a trial", opening="planned", opens_at="2999-01-01T08:00")
    assert "It opens by itself on 1 Jan 2999, 08:00 UTC" in text
    Study.objects.update(opens_at=timezone.now() - timedelta(seconds=1))
    assert "Readers are reading" in page(desk, "/studies/s/protocol/")


def test_the_time_of_the_opening_is_changed_and_taken_back(desk: Client, study: Study) -> None:
    page(desk, "/studies/s/lock/", reason="a trial", opening="waits")
    assert "1 Jan 2999" in page(desk, "/studies/s/schedule/", opens_at="2999-01-01T08:00")
    assert "they begin once you open the study" in page(desk, "/studies/s/schedule/", opens_at="")
    assert "This is no time" in page(desk, "/studies/s/schedule/", opens_at="soon")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"opening": "planned"}, "Say when the study is to open."),
        ({"opening": "planned", "opens_at": "2001-01-01T08:00"}, "The time of the opening is over"),
        ({"opening": "never"}, "Select a valid choice"),
        ({"opening": "at-once", "reason": ""}, "Or give a reason to lock without"),
    ],
)
def test_a_lock_that_cannot_be_says_why(desk: Client, study: Study, fields: dict[str, str], words: str) -> None:
    assert words in page(desk, "/studies/s/lock/", **{"reason": "a trial", **fields})
    assert state(study) == "draft"


def test_closing_and_unblinding_tell_beforehand_what_they_do(desk: Client, study: Study) -> None:
    assert "Reading ends for everybody at once" in page(desk, "/studies/s/close/")
    assert "The judgements are put next to the truth" in page(desk, "/studies/s/unblind/")


@pytest.mark.parametrize(("act", "before"), [("close", "running"), ("unblind", "closed")])
class TestActsWithoutAWayBack:
    """What holds for closing and for unblinding."""

    def prepared(self, study: Study, before: str) -> Study:
        lock_study(study=study, actor=None, unaudited_because="a trial")
        if before == "closed":
            close_study(study=study, actor=None)
        assert state(study) == before
        return study

    def test_it_asks_for_a_reason(self, desk: Client, study: Study, act: str, before: str) -> None:
        self.prepared(study, before)
        assert "This field is required" in page(desk, f"/studies/s/{act}/", reason=" ", password=PASSWORD)
        assert state(study) == before

    def test_it_asks_for_the_own_password(self, desk: Client, study: Study, act: str, before: str) -> None:
        self.prepared(study, before)
        for wrong, words in {"": "This field is required", "guessed": "This is not your password."}.items():
            text = page(desk, f"/studies/s/{act}/", reason="all have read", password=wrong)
            assert words in text
            assert "all have read" in text, "what was entered stays"
            assert wrong == "" or wrong not in text
        assert state(study) == before

    def test_after_too_many_wrong_passwords_the_right_one_has_to_wait(
        self, desk: Client, study: Study, act: str, before: str
    ) -> None:
        self.prepared(study, before)
        for _ in range(5):
            page(desk, f"/studies/s/{act}/", reason="all have read", password="guessed")
        assert "too many wrong passwords" in page(desk, f"/studies/s/{act}/", **ACT)
        assert state(study) == before

    def test_a_reason_with_a_zero_byte_is_refused(self, desk: Client, study: Study, act: str, before: str) -> None:
        self.prepared(study, before)
        text = page(desk, f"/studies/s/{act}/", reason="all\0 have read", password=PASSWORD)
        assert "Null characters are not allowed" in text
        assert state(study) == before

    def test_in_another_state_it_says_why_not(self, desk: Client, study: Study, act: str, before: str) -> None:
        assert "The study s is draft: " in page(desk, f"/studies/s/{act}/", **ACT)


def test_the_checklist_says_what_is_missing_and_leads_to_the_cure(desk: Client, study: Study) -> None:
    text = page(desk, "/studies/s/protocol/")
    for words, way in {
        "Nobody has looked whether the cohort main is blinded": "/cohorts/main/blinding/",
        "Nobody has looked at the proposed plan yet": "/studies/s/plan/",
        "Nobody is invited yet": "/studies/s/readers/",
    }.items():
        assert words in text
        assert f'href="{way}"' in text
    assert 'class="excuse"' in text
    assert 'name="reason" required' in text


def test_the_checklist_counts_places_and_planned_readers(desk: Client, study: Study) -> None:
    invite_reader(study=study, actor=None)
    assert "One place is offered." in page(desk, "/studies/s/protocol/")
    invite_reader(study=study, actor=None)
    assert "2 places are offered, 0 taken." in page(desk, "/studies/s/protocol/")


def test_a_cohort_without_truth_is_led_to_its_import(desk: Client, study: Study) -> None:
    Cohort.objects.update(sealed_digest="")
    text = page(desk, "/studies/s/protocol/")
    assert "The truth of the cohort main is not sealed" in text
    assert 'href="/cohorts/main/import/"' in text
    assert "The study cannot be locked yet" in text


def test_what_was_locked_is_shown_by_its_digests_and_is_still_the_same(desk: Client, study: Study) -> None:
    lock_study(study=study, actor=None, unaudited_because="a trial")
    study.refresh_from_db()
    slot = study.slots.get()
    text = page(desk, "/studies/s/protocol/")
    for digest in (study.protocol_digest, study.plan_digest, slot.state_digest, slot.truth_digest):
        assert digest in text
    assert text.count("<td>as locked</td>") == 4
    Cohort.objects.update(sealed_digest="1" * 64)
    assert page(desk, "/studies/s/protocol/").count("<strong>changed</strong>") == 2


def test_an_archived_study_leaves_the_list_and_can_be_found_and_taken_out(desk: Client, study: Study) -> None:
    text = page(desk, "/studies/s/archive/", yes="yes")
    assert "Put away on" in text
    assert "Our study" not in page(desk, "/studies/")
    assert "1 archived" in page(desk, "/studies/")
    assert "Our study" in page(desk, "/studies/?archived=1")
    assert "mend what is missing" not in text
    page(desk, "/studies/s/unarchive/", yes="yes")
    assert "Our study" in page(desk, "/studies/")
    assert "Nothing is archived" in page(desk, "/studies/?archived=1")


@pytest.mark.parametrize("way", ["texts/", "phases/phase-1/", "arms/", "document/"])
def test_an_archived_draft_has_no_page_that_changes_it(desk: Client, study: Study, way: str) -> None:
    archive_study(study=study, actor=None)
    assert desk.get(f"/studies/s/protocol/{way}").status_code == 404


def test_a_pilot_is_made_by_one_click_and_both_lead_to_each_other(desk: Client, study: Study) -> None:
    text = page(desk, "/studies/s/pilot/", yes="yes")
    assert "This is the pilot: a study of its own" in text
    assert 'A pilot of <a href="/studies/s/protocol/">Our study</a>' in text
    assert 'href="/studies/s-pilot/protocol/"' in page(desk, "/studies/s/protocol/")


def test_the_results_of_a_pilot_are_reached_from_the_study(desk: Client, study: Study) -> None:
    pilot = make_pilot(study=study, actor=None)
    Study.objects.filter(pk=pilot.pk).update(status="unblinded")
    assert 'href="/studies/s-pilot/results/"' in page(desk, "/studies/s/protocol/")


def test_a_copy_is_made_on_its_page(desk: Client, study: Study) -> None:
    text = page(desk, "/studies/s/copy/")
    assert 'value="Copy of Our study"' in text
    assert 'value="s-2"' in text
    cohort = Cohort.objects.get()
    text = page(desk, "/studies/s/copy/", **{"title": "Another", "slug": "s-2", "cohort-A": cohort.pk})
    assert "The copy is made" in text
    assert 'Copied from</dt><dd><a href="/studies/s/protocol/">Our study</a>' in text


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"slug": "s"}, "There is a study of this name"), ({"cohort-A": ""}, "This field is required")],
)
def test_a_copy_that_cannot_be_says_why(desk: Client, study: Study, fields: dict[str, str], words: str) -> None:
    sound = {"title": "Another", "slug": "t", "cohort-A": str(Cohort.objects.get().pk)}
    assert words in page(desk, "/studies/s/copy/", **{**sound, **fields})
    assert Study.objects.count() == 1


def test_lists_are_paged_and_ask_the_database_alike_for_few_and_for_many(desk: Client, study: Study) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            page(desk, path)
        return len(asked)

    few = queries("/studies/")
    for number in range(60):
        an_unpictured_draft(f"n{number}")
    assert queries("/studies/") <= few + 2
    assert "Page 1 of 2" in page(desk, "/studies/")


def an_unpictured_draft(slug: str) -> Study:
    """Make a draft on the one cohort that there is."""
    return create_study(slug=slug, preset="single-phase", cohorts=[Cohort.objects.get(slug="main")])


def test_the_page_of_a_study_asks_the_database_alike_for_few_readers_and_for_many(
    desk: Client, coordinator: User
) -> None:
    study = an_unpictured_study(cases=4)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(desk, "/studies/s/protocol/")
        return len(queries)

    few = asked()
    for _ in range(10):
        invite_reader(study=study, actor=None)
    assert asked() == few
