"""A coordinator sees a study as any of its readers will, with the time that it takes; nothing of it is stored."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from readerstudy.accounts.models import User
from readerstudy.reading.estimating import assumed_seconds, measured_seconds, time_of
from readerstudy.reading.models import Judgement
from readerstudy.reading.previewing import preview_of
from readerstudy.studies.models import HangingList, Reader, Study
from readerstudy.studies.services import create_study, draw_lists, invite_reader, make_pilot
from tests.readerstudy.makers import enrol, lock_without_audit
from tests.readerstudy.protocols import CALL, FINDING, QUALITY, a_draft, a_phase
from tests.readerstudy.reader_client import ReaderClient
from tests.readerstudy.unpictured import an_unpictured_cohort, an_unpictured_study

pytestmark = pytest.mark.django_db
PAGE = "/studies/s/preview/"


def orders(study: Study, number: int) -> dict[str, list[str]]:
    """Give the cases of each phase, in the order in which a reader of the preview sees them."""
    _arm, lists = draw_lists(study, number)
    return {drawn.phase.name: [place["case"] for place in drawn.places] for drawn in lists}


def test_what_is_previewed_in_a_draft_is_what_the_lock_draws() -> None:
    study = create_study(
        slug="s", preset="aided-vs-unaided", cohorts=[an_unpictured_cohort(name, cases=6) for name in ("main", "easy")]
    )
    Study.objects.update(seed=7)
    study.refresh_from_db()
    study.phases.exclude(purpose="practice").update(aid="none", purpose="informed")
    readers = [invite_reader(study=study, actor=None).number for _ in range(4)]
    before = {number: (draw_lists(study, number)[0].name, orders(study, number)) for number in readers}
    lock_without_audit(study)
    for reader in Reader.objects.select_related("arm"):
        assert reader.arm
        lists = HangingList.objects.filter(reader=reader).select_related("phase")
        drawn = {one.phase.name: [place["case"] for place in one.places] for one in lists}
        assert before[reader.number] == (reader.arm.name, drawn)
    assert len({arm for arm, _ in before.values()}) == 2


def test_a_preview_stores_nothing(desk: Client) -> None:
    an_unpictured_study(locked=False, practice=True, cases=4)

    def rows() -> dict[str, int]:
        return {model._meta.label: model._default_manager.count() for model in apps.get_models()}

    before = rows()
    assert desk.get(PAGE).status_code == 200
    assert rows() == before


def test_the_page_shows_all_that_a_reader_meets_in_order(desk: Client) -> None:
    first = a_phase("first", told="Look **well**.", questions=[CALL, QUALITY, {**FINDING, "asked": "end"}])
    second = a_phase("second", told="Now call.", disclosed_prevalence=40, reread_percent=50, washout_days=28)
    a_draft(first, second, cases=6)
    text = desk.get(PAGE).content.decode()
    words = [
        "I agree.", "I have read this and agree", "Look <strong>well</strong>.", "How good is it?", "At the end",
        "What is it?", "After 28 days of washout", "Now call.", "40 % of the cases are synthetic.",
    ]  # fmt: skip
    places = [text.find(word) for word in words]
    assert -1 not in places
    assert places == sorted(places)
    assert "The first 8 of 9." in text
    assert text.count("/thumbnail/") == 6 + 8


def test_each_reader_has_an_order_of_their_own_and_a_wrong_number_is_the_first(desk: Client) -> None:
    an_unpictured_study(locked=False, cases=8)

    def cases(query: str) -> list[str]:
        return re.findall(r"/cohorts/cases/(\w+)/thumbnail/", desk.get(PAGE + query).content.decode())

    assert sorted(cases("?reader=1")) == sorted(cases("?reader=2"))
    assert cases("?reader=1") != cases("?reader=2")
    for wrong in ("?reader=0", "?reader=-1", "?reader=x", "?reader=99999999999", "?reader=²", ""):
        assert cases(wrong) == cases("?reader=1")


def test_a_locked_study_is_previewed_by_the_lists_that_were_drawn(reader_user: User) -> None:
    study = an_unpictured_study(cases=6)
    reader = enrol(study, reader_user)
    drawn = [place["case"] for place in reader.hanging_lists.get().places]
    Study.objects.update(seed=study.seed + 1)
    study.refresh_from_db()
    (step,) = preview_of(study, reader.number).steps
    assert [place.case for place in step.shown] == drawn


def test_what_cannot_be_drawn_yet_is_said_and_the_texts_are_shown_all_the_same(desk: Client) -> None:
    study = a_draft(a_phase(case_count=9), cases=6)
    assert study.phases.count() == 1
    text = desk.get(PAGE).content.decode()
    assert "There is nothing to show yet" in text
    assert "wants 9 cases" in text
    assert "I agree." in text


def test_an_aid_that_was_not_chosen_yet_keeps_nothing_from_being_shown(desk: Client) -> None:
    aided = a_phase(purpose="aided", aid="sequential", modality="aided")
    a_draft(aided, cases=4)
    text = desk.get(PAGE).content.decode()
    assert "There is nothing to show yet" not in text
    assert text.count('<span class="badge">aided</span>') == 4


def test_time_is_assumed_by_purpose_and_questions_until_somebody_has_read() -> None:
    plain, rich = a_phase("plain"), a_phase("rich", questions=[CALL, QUALITY, FINDING])
    study = a_draft(plain, rich, cases=6)
    seconds = {phase.name: assumed_seconds(phase) for phase in study.phases.all()}
    assert seconds == {"plain": 20.0, "rich": 40.0}
    time = time_of(study, draw_lists(study, 1)[1])
    assert [(step.places, step.minutes, step.judgements) for step in time.steps] == [(6, 2, 0), (6, 4, 0)]
    assert (time.minutes, time.days) == (6, 0)


def test_breaks_and_washouts_are_counted_but_no_washout_before_the_first_test() -> None:
    practice = a_phase("practice", purpose="practice", cohort="P", feedback="after-each")
    first = a_phase("first", washout_days=14, break_after_minutes=1)
    study = a_draft(practice, first, a_phase("second", washout_days=28), cases=6)
    time = time_of(study, draw_lists(study, 1)[1])
    assert [step.washout_days for step in time.steps] == [0, 0, 28]
    assert [step.breaks for step in time.steps] == [0, 2, 0]
    assert [step.minutes for step in time.steps] == [2, 2 + 2 * 5, 2]
    assert time.days == 28


def judge_all(user: User, slug: str, seconds: float) -> None:
    """Let a person read a study, each case in so many seconds."""
    client = ReaderClient(user)
    code = client.start(slug).json()["code"]
    for position in range(1, 5):
        client.judge(code, position, seconds=seconds)


def test_what_people_took_in_a_pilot_takes_the_place_of_what_is_assumed(
    reader_user: User, colleague_user: User
) -> None:
    study = an_unpictured_study(locked=False, cases=4)
    pilot = lock_without_audit(make_pilot(study=study, actor=None))
    enrol(pilot, reader_user, consent=True)
    judge_all(reader_user, "s-pilot", 50)
    assert measured_seconds(study) == {"phase-1": [50.0] * 4}
    (step,) = time_of(study, draw_lists(study, 1)[1]).steps
    assert (step.seconds, step.judgements, step.minutes) == (50.0, 4, 4)
    lock_without_audit(study)
    enrol(study, colleague_user, consent=True)
    judge_all(colleague_user, "s", 10)
    assert measured_seconds(study) == {"phase-1": [10.0] * 4}, "the study's own readers say more than its pilot's"


def test_simulated_readers_have_no_time_of_their_own(reader_user: User) -> None:
    study = an_unpictured_study(cases=4)
    enrol(study, reader_user, consent=True)
    judge_all(reader_user, "s", 3)
    Reader.objects.update(is_simulated=True)
    assert Judgement.objects.count() == 4
    assert measured_seconds(study) == {"phase-1": []}


def test_the_page_says_where_the_seconds_come_from(desk: Client, reader_user: User) -> None:
    study = an_unpictured_study(cases=4)
    assert "assumed" in desk.get(PAGE).content.decode()
    enrol(study, reader_user, consent=True)
    judge_all(reader_user, "s", 30)
    text = desk.get(PAGE).content.decode()
    assert "4 judgements that were read (median)" in text
    assert "About <strong>2 minutes</strong> at the page" in text


def test_the_page_asks_the_database_alike_for_few_cases_and_for_many(desk: Client) -> None:
    def asked(slug: str, cases: int) -> int:
        an_unpictured_study(slug, locked=False, cases=cases)
        with CaptureQueriesContext(connection) as queries:
            desk.get(f"/studies/{slug}/preview/")
        return len(queries)

    assert asked("few", 4) == asked("many", 60)
