"""Which text each reader agreed to is known for ever; a changed text is a new version, and is asked about anew."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client
from pytest_django.asserts import assertContains

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.reading.services import ReadingError, start_session
from readerstudy.studies.models import ConsentText, Reader, Study
from readerstudy.studies.services import Texts, amend_texts, change_recruitment, give_consent, texts_of
from tests.readerstudy.makers import enrol
from tests.readerstudy.unpictured import a_person, an_unpictured_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return an_unpictured_study("s", cases=2)


@pytest.fixture
def reader(study: Study, reader_user: User) -> Reader:
    """Somebody who has agreed to the first text."""
    return enrol(study, reader_user, consent=True)


def amended(study: Study, consent: str) -> Study:
    """Change the text of a study that runs."""
    now = texts_of(study)
    texts = Texts(now.title, now.shown_title, now.summary, consent, now.told)
    amend_texts(study=study, texts=texts, reason="the ethics committee asked for it", actor=None)
    study.refresh_from_db()
    return study


def test_the_text_that_was_agreed_to_is_kept_with_its_version_and_day(study: Study, reader: Reader) -> None:
    assert reader.consent is not None
    assert (reader.consent.version, reader.consent.text) == (1, study.consent)
    assert reader.consent.digest == hashlib.sha256(study.consent.encode()).hexdigest()
    event = Event.objects.get(verb="studies.consented")
    assert event.detail == {"reader": "R01", "text": reader.consent.digest, "version": 1}


def test_readers_who_agree_to_the_same_text_agree_to_the_same_version(study: Study, reader: Reader) -> None:
    other = enrol(study, a_person("other"), consent=True)
    assert other.consent == reader.consent
    assert ConsentText.objects.count() == 1


def test_after_an_amendment_a_reader_goes_on_only_after_agreeing_again(
    study: Study, reader: Reader, client: Client, reader_user: User
) -> None:
    start_session(reader=reader, actor=reader_user)
    amended(study, "A new text.")
    with pytest.raises(ReadingError, match="agree before you start"):
        start_session(reader=reader, actor=reader_user)
    client.force_login(reader_user)
    assertContains(client.get("/reading/"), "Read the information and agree")
    assertContains(client.get("/reading/s/consent/"), "This text has changed since you agreed on")
    client.post("/reading/s/consent/", {"agree": "yes"})
    reader.refresh_from_db()
    assert reader.consent is not None
    assert (reader.consent.version, reader.consent.text) == (2, "A new text.")
    assert start_session(reader=reader, actor=reader_user)[1] is False


def test_going_back_to_an_earlier_text_is_that_version_again(study: Study, reader: Reader, reader_user: User) -> None:
    first = study.consent
    amended(study, "A new text.")
    give_consent(reader=reader, actor=reader_user)
    amended(study, first)
    give_consent(reader=Reader.objects.get(), actor=reader_user)
    now = Reader.objects.select_related("consent").get()
    assert now.consent is not None
    assert now.consent.version == 1
    assert [event.detail["version"] for event in Event.objects.filter(verb="studies.consented").order_by("pk")] == [
        1, 2, 1,
    ]  # fmt: skip


def test_the_coordinator_sees_who_agreed_to_which_version(
    study: Study, reader: Reader, client: Client, coordinator: User
) -> None:
    amended(study, "A new text.")
    enrol(study, a_person("other"), consent=True)
    client.force_login(coordinator)
    page = client.get("/studies/s/readers/")
    assertContains(page, "to an older text", count=1)
    assertContains(page, "version 2", count=1)
    joining = client.get("/studies/s/readers/joining/")
    assertContains(joining, "The text as it is now")
    assertContains(joining, "An earlier text")
    assertContains(joining, "A new text.")


def test_what_was_agreed_to_before_there_were_versions_is_the_first(study: Study, reader: Reader) -> None:
    day = datetime(2026, 3, 24, tzinfo=UTC)
    Reader.objects.update(consent=None, consented_at=day)
    ConsentText.objects.all().delete()
    migration = import_module("readerstudy.studies.migrations.0012_consents_by_version")
    migration.note_what_was_agreed_to(apps, None)
    reader.refresh_from_db()
    assert reader.consent is not None
    assert (reader.consent.version, reader.consent.made_at, reader.has_agreed) == (1, day, True)


def test_nobody_agrees_to_a_text_that_was_changed_while_they_read_it(
    study: Study, client: Client, reader_user: User
) -> None:
    place = enrol(study, reader_user)
    client.force_login(reader_user)
    seen = study.consent_digest()
    assertContains(client.get("/reading/s/consent/"), f'name="text" value="{seen}"')
    amended(study, "A new text.")
    page = client.post("/reading/s/consent/", {"agree": "yes", "text": seen}, follow=True)
    assertContains(page, "changed while you were reading it")
    place.refresh_from_db()
    assert place.consent is None


def test_nobody_registers_by_a_text_that_was_changed_while_they_read_it(study: Study, client: Client) -> None:
    asked = dict.fromkeys(("years", "subspecialty", "country"), "optional")
    path = change_recruitment(study=study, is_open=True, limit=None, actor=None, **asked).path
    account = {"username": "newcomer", "password1": "a word for tests", "password2": "a word for tests"}
    seen = study.consent_digest()
    amended(study, "A new text.")
    page = client.post(path, {**account, "agree": "on", "text": seen}, follow=True)
    assertContains(page, "changed while you were reading it")
    assert not User.objects.filter(username="newcomer").exists()
