"""A locked study is opened at once, by hand, or by itself at a time; until then nobody can read in it."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.reading.queries import enrolments
from readerstudy.reading.services import ReadingError, start_session
from readerstudy.studies.models import HangingList, Study
from readerstudy.studies.services import (
    StudyError,
    archive_study,
    close_study,
    invite_reader,
    join_study,
    lock_study,
    open_study,
    open_what_is_due,
    schedule_opening,
)
from tests.readerstudy.unpictured import an_unpictured_study

pytestmark = pytest.mark.django_db
REASON = "a test of something else"


@pytest.fixture
def study() -> Study:
    """A draft that lacks nothing."""
    return an_unpictured_study(locked=False, cases=4)


def lock(study: Study, **how: Any) -> Study:
    lock_study(study=study, actor=None, unaudited_because=REASON, **how)
    study.refresh_from_db()
    return study


def past_the_opening(study: Study) -> Study:
    """Let the planned time pass."""
    Study.objects.filter(pk=study.pk).update(opens_at=timezone.now() - timedelta(seconds=1))
    return study


def in_an_hour() -> Any:
    return timezone.now() + timedelta(hours=1)


def run(command: str, *arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command(command, *arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue().splitlines()[-1]))


def test_locking_opens_at_once_unless_it_is_told_to_wait(study: Study) -> None:
    lock(study)
    assert (study.status, study.opened_at is not None) == ("running", True)


def test_a_locked_study_takes_readers_and_draws_their_lists_but_nobody_reads(study: Study, reader_user: User) -> None:
    lock(study, waits=True)
    assert (study.status, study.opened_at, study.takes_readers) == ("locked", None, True)
    reader = invite_reader(study=study, actor=None)
    join_study(reader=reader, user=reader_user, years=None, subspecialty="", country="")
    assert HangingList.objects.filter(reader=reader).count() == 1
    assert not enrolments(reader_user).exists()
    with pytest.raises(ReadingError):
        start_session(reader=reader, actor=reader_user)


def test_opening_lets_them_read_and_is_audited(study: Study, reader_user: User) -> None:
    lock(study, waits=True)
    reader = invite_reader(study=study, actor=None)
    join_study(reader=reader, user=reader_user, years=None, subspecialty="", country="")
    open_study(study=study, actor=None)
    assert enrolments(reader_user).get().study.is_running
    assert Event.objects.latest("pk").verb == "studies.opened"


@pytest.mark.parametrize("state", ["draft", "running", "closed"])
def test_only_a_locked_study_can_be_opened(study: Study, state: str) -> None:
    if state != "draft":
        lock(study)
    if state == "closed":
        close_study(study=study, actor=None)
    for act in (open_study, lambda **who: schedule_opening(at=in_an_hour(), **who)):
        with pytest.raises(StudyError, match=f"The study s is {state}: only a locked study that waits can be opened"):
            act(study=study, actor=None)


def test_a_planned_opening_comes_when_somebody_comes_to_read(study: Study, reader_user: User) -> None:
    lock(study, opens_at=in_an_hour())
    assert not enrolments(reader_user).exists()
    study.refresh_from_db()
    assert study.status == "locked"
    enrolments(reader_user).exists()
    past_the_opening(study)
    enrolments(reader_user).exists()
    study.refresh_from_db()
    assert (study.status, study.opens_at) == ("running", None)
    event = Event.objects.get(verb="studies.opened")
    assert (event.actor_id, "planned" in event.detail) == (None, True)


def test_a_planned_opening_can_be_moved_and_taken_back(study: Study) -> None:
    lock(study, opens_at=in_an_hour())
    schedule_opening(study=study, at=in_an_hour(), actor=None)
    schedule_opening(study=study, at=None, actor=None)
    open_what_is_due()
    study.refresh_from_db()
    assert (study.status, study.opens_at) == ("locked", None)
    assert Event.objects.filter(verb="studies.opening_planned").count() == 3


def test_a_time_that_is_over_is_refused_and_nothing_is_locked(study: Study) -> None:
    with pytest.raises(StudyError, match="The time of the opening is over"):
        lock(study, opens_at=timezone.now() - timedelta(minutes=1))
    study.refresh_from_db()
    assert study.status == "draft"


def test_an_archived_study_does_not_open_by_itself(study: Study) -> None:
    archive_study(study=past_the_opening(lock(study, opens_at=in_an_hour())), actor=None)
    open_what_is_due()
    study.refresh_from_db()
    assert study.status == "locked"


def test_the_commands_lock_without_opening_and_open(study: Study) -> None:
    assert run("lock_study", "s", "--reason", REASON, "--wait") == {"study": "s", "status": "locked"}
    assert run("open_study", "s") == {"study": "s", "status": "running"}


def test_the_command_takes_the_time_of_the_opening(study: Study) -> None:
    for wrong in ("soon", "2026-13-01T08:00"):
        with pytest.raises(CommandError, match="is no time: write it as"):
            run("lock_study", "s", "--reason", REASON, "--opens-at", wrong)
    assert run("lock_study", "s", "--reason", REASON, "--opens-at", "2999-01-01T08:00")["status"] == "locked"
    study.refresh_from_db()
    assert study.opens_at
    assert study.opens_at.isoformat() == "2999-01-01T08:00:00+00:00"
