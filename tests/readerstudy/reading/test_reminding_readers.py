"""Readers with unfinished work are reminded by mail: by a button or a timer, not too often, and nobody else is."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail as post_office
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.reading.services import remind_readers
from readerstudy.studies.models import Reader, Study
from readerstudy.studies.services import StudyError, close_study, withdraw_reader
from tests.readerstudy.makers import MakeStudy, enrol, read
from tests.readerstudy.protocols import a_draft, a_phase, run_with
from tests.readerstudy.reader_client import ReaderClient
from tests.readerstudy.unpictured import a_person

REMIND, MONITOR = "/studies/s/readers/remind/", "/studies/s/monitor/"


class DeadPostOffice(EmailBackend):
    """A mail server that is not there."""

    def open(self) -> bool:
        raise ConnectionRefusedError("Connection refused")


def with_address(name: str) -> User:
    user = a_person(name)
    user.email = f"{name}@example.org"
    user.save()
    return user


def reminded() -> list[str]:
    """Give whom letters went to."""
    return [letter.to[0].partition("@")[0] for letter in post_office.outbox]


def remind(study: Study, **options: Any) -> list[str]:
    """Remind, and give whom a letter went to."""
    return remind_readers(study=study, actor=None, address="http://x/reading/", **options).posted.sent


def test_those_who_can_go_on_are_reminded_and_those_who_have_finished_are_not(make_study: MakeStudy) -> None:
    study = make_study()
    enrol(study, with_address("joined"))
    for name, cases in (("agreed", 0), ("begun", 2), ("finished", None)):
        read(enrol(study, with_address(name), consent=True), at_most=cases)
    assert remind(study) == ["R01", "R02", "R03"]
    assert reminded() == ["joined", "agreed", "begun"]
    assert "http://x/reading/" in post_office.outbox[0].body
    assert "R03" in post_office.outbox[2].body


def test_who_waits_for_a_washout_is_left_in_peace(db: None) -> None:
    phases = [a_phase("first"), a_phase("second", modality="again", washout_days=28)]
    study = run_with(a_draft(*phases), with_address("waits"))
    read(study.readers.get(), at_most=6)
    assert remind(study) == []


def test_who_has_withdrawn_is_never_reminded(make_study: MakeStudy) -> None:
    study = make_study(readers=[with_address("gone")])
    withdraw_reader(reader=study.readers.get(), reason="", actor=None)
    assert remind(study) == []


def test_nobody_is_reminded_twice_within_three_days(make_study: MakeStudy) -> None:
    study = make_study(readers=[with_address("slow")])
    assert remind(study) == ["R01"]
    assert remind(study) == []
    Reader.objects.update(reminded_at=timezone.now() - timedelta(days=3, minutes=1))
    assert remind(study) == ["R01"]
    assert remind(study, after=timedelta()) == ["R01"]


def test_the_button_says_who_was_left_out_and_why(make_study: MakeStudy, coordinator: User) -> None:
    study = make_study(readers=[with_address("first"), with_address("second"), a_person("silent")])
    study.readers.filter(code="R01").update(reminded_at=timezone.now())
    desk = ReaderClient(coordinator)
    assertContains(desk.get(MONITOR), REMIND)
    page = desk.post(REMIND, follow=True)
    assertContains(page, "1 reader was reminded. Without an address: R03. Reminded lately: R01.")
    assert reminded() == ["second"]


def test_a_dead_mail_server_is_told_and_nobody_counts_as_reminded(
    make_study: MakeStudy, coordinator: User, settings: Settings
) -> None:
    make_study(readers=[with_address("first")])
    settings.EMAIL_BACKEND = f"{__name__}.DeadPostOffice"
    page = ReaderClient(coordinator).post(REMIND, follow=True)
    assertContains(page, "No mail could be sent to R01: Connection refused")
    assert Reader.objects.get().reminded_at is None
    assert not Event.objects.filter(verb="reading.reminded").exists()


def test_a_study_that_does_not_run_reminds_nobody(make_study: MakeStudy, coordinator: User) -> None:
    study = make_study(readers=[with_address("first")])
    close_study(study=study, actor=None)
    desk = ReaderClient(coordinator)
    assertNotContains(desk.get(MONITOR), REMIND)
    assertContains(desk.post(REMIND, follow=True), "there is nothing to remind of")


def test_reminders_are_audited_by_code(make_study: MakeStudy, coordinator: User) -> None:
    study = make_study(readers=[with_address("first"), with_address("second")])
    remind_readers(study=study, actor=coordinator, address="http://x/")
    event = Event.objects.get(verb="reading.reminded")
    assert (event.actor, event.detail) == (coordinator, {"readers": ["R01", "R02"]})


def test_the_command_reminds_and_sums_up(make_study: MakeStudy) -> None:
    make_study(readers=[with_address("first"), a_person("silent")])
    out = StringIO()
    call_command("remind_readers", "s", url="https://study.example.org/", json=True, stdout=out)
    assert json.loads(out.getvalue()) == {
        "study": "s", "status": "running", "reminded": ["R01"], "failed": [], "without_address": ["R02"], "lately": [],
    }  # fmt: skip
    assert "https://study.example.org/reading/" in post_office.outbox[0].body


def test_the_command_takes_the_address_from_the_settings(make_study: MakeStudy, settings: Settings) -> None:
    make_study(readers=[with_address("first")])
    settings.SITE_URL = "https://study.example.org"
    call_command("remind_readers", "s", stdout=StringIO())
    assert "https://study.example.org/reading/" in post_office.outbox[0].body


@pytest.mark.parametrize(
    ("options", "message"),
    [({}, "Say where readers find the server"), ({"url": "study.org"}, "Say where"), ({"after": -1}, "0 or more days")],
)
def test_the_command_says_what_it_needs(make_study: MakeStudy, options: dict[str, Any], message: str) -> None:
    make_study()
    with pytest.raises(CommandError, match=message):
        call_command("remind_readers", "s", **({"url": "http://x"} if "after" in options else {}), **options)


def test_the_command_fails_where_nobody_could_be_reminded(make_study: MakeStudy, settings: Settings) -> None:
    study = make_study(readers=[with_address("first")])
    settings.EMAIL_BACKEND = f"{__name__}.DeadPostOffice"
    with pytest.raises(CommandError, match="Nobody could be reminded"):
        call_command("remind_readers", "s", url="http://x", stdout=StringIO())
    close_study(study=study, actor=None)
    with pytest.raises(CommandError, match="nothing to remind of"):
        call_command("remind_readers", "s", url="http://x", stdout=StringIO())
    with pytest.raises(StudyError):
        remind(Study.objects.get())
