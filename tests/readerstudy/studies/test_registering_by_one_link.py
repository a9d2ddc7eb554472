"""By one link for everybody people read what a study is about, agree, and have a place, as long as it is open."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from readerstudy.accounts.models import Role, User
from readerstudy.audit.models import Event
from readerstudy.studies.models import Reader, Recruitment, Study, Told
from readerstudy.studies.services import (
    StudyError,
    change_recruitment,
    close_study,
    invite_reader,
    join_study,
    register_reader,
)
from readerstudy.studies.services import withdraw_reader as withdraw
from tests.readerstudy.makers import lock_without_audit
from tests.readerstudy.unpictured import a_person, an_unpictured_study

pytestmark = pytest.mark.django_db
JOINING = "/studies/s/readers/joining/"
ASKED = {"years": "optional", "subspecialty": "optional", "country": "optional"}
ACCOUNT = {"username": "newcomer", "password1": "a word for tests", "password2": "a word for tests"}


@pytest.fixture
def study() -> Study:
    return an_unpictured_study("s", cases=2)


def opened(study: Study, *, limit: int | None = None, **asked: str) -> Recruitment:
    """Open the link of a study."""
    return change_recruitment(study=study, is_open=True, limit=limit, actor=None, **{**ASKED, **asked})


def registered(study: Study, name: str) -> Reader:
    return register_reader(study=study, user=a_person(name), years=None, subspecialty="", country="")


def test_nobody_registers_until_the_coordinator_opens_the_link(study: Study, client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    assertNotContains(client.get(JOINING), "/studies/register/")
    client.post(JOINING, {"is_open": "on", "limit": "20", **ASKED})
    path = Recruitment.objects.get().path
    assertContains(client.get(JOINING), f"http://testserver{path}")
    assert Client().get(path).status_code == 200
    client.post(JOINING, {"limit": "20", **ASKED})
    assert Client().get(path).status_code == 410


def test_who_follows_it_reads_the_text_agrees_and_has_a_place_at_once(study: Study, client: Client) -> None:
    path = opened(study).path
    assertContains(client.get(path), "You are invited to take part in a reader study")
    answer = client.post(path, {**ACCOUNT, "years": "7", "agree": "on", "email": "me@example.org"}, follow=True)
    assertContains(answer, "Start reading")
    reader = Reader.objects.get()
    assert reader.user is not None
    assert (reader.code, reader.user.username, reader.years, reader.has_agreed) == ("R01", "newcomer", 7, True)
    assert (reader.user.email, reader.user.role) == ("me@example.org", "reader")
    assert reader.hanging_lists.count() == 1


def test_without_the_tick_there_is_no_account_and_no_place(study: Study, client: Client) -> None:
    assertContains(client.post(opened(study).path, ACCOUNT), "Tick the box")
    assert not Reader.objects.exists()
    assert not User.objects.exists()


def test_somebody_with_an_account_registers_under_it_once(study: Study, client: Client, reader_user: User) -> None:
    path = opened(study).path
    client.force_login(reader_user)
    client.post(path, {"agree": "on"})
    assert Reader.objects.get().user == reader_user
    assertRedirects(client.get(path), "/", target_status_code=302)
    with pytest.raises(StudyError, match="in this study already"):
        register_reader(study=study, user=reader_user, years=None, subspecialty="", country="")


def test_in_a_draft_one_is_asked_again_if_the_text_is_another_by_the_time_it_runs(client: Client) -> None:
    study = an_unpictured_study("s", locked=False)
    reader = registered(study, "early") if opened(study) else None
    assert reader is not None
    assert reader.has_agreed
    Study.objects.update(consent="Another text.")
    lock_without_audit(Study.objects.get())
    assert reader.user is not None
    client.force_login(reader.user)
    assertContains(client.get("/reading/"), "Read the information and agree")


def test_no_more_register_than_the_limit_says_and_who_withdraws_makes_room(study: Study) -> None:
    opened(study, limit=1)
    invite_reader(study=study, actor=None)  # who is invited does not count
    first = registered(study, "first")
    with pytest.raises(StudyError, match="All places of this study are taken"):
        registered(study, "second")
    withdraw(reader=first, reason="no time", actor=first.user)
    assert registered(study, "third").code == "R03"


def test_a_full_study_makes_no_half_made_account(study: Study, client: Client) -> None:
    path = opened(study, limit=1).path
    registered(study, "first")
    page = client.post(path, {**ACCOUNT, "agree": "on"}, follow=True)
    assertContains(page, "All places of this study are taken")
    assert not User.objects.filter(username="newcomer").exists()


def test_a_closed_study_takes_nobody_and_its_link_cannot_be_opened(study: Study, client: Client) -> None:
    path = opened(study).path
    close_study(study=study, actor=None)
    assert client.get(path).status_code == 410
    with pytest.raises(StudyError, match="no more readers by this link"):
        registered(study, "late")
    with pytest.raises(StudyError, match="Reading in this study has ended"):
        opened(study)


def test_a_link_that_was_never_given_is_404(client: Client) -> None:
    assert client.get("/studies/register/guessed/").status_code == 404


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.OBSERVER])
def test_who_is_at_a_desk_does_not_register(study: Study, client: Client, role: Role) -> None:
    client.force_login(a_person("desk", role))
    page = client.post(opened(study).path, {"agree": "on"}, follow=True)
    assertContains(page, "This link is for a reader")
    assert not Reader.objects.exists()


def test_simulated_readers_and_people_do_not_mix(study: Study) -> None:
    opened(study)
    place = invite_reader(study=study, actor=None, simulated=True)
    Reader.objects.filter(pk=place.pk).update(user=a_person("simulated"))
    with pytest.raises(StudyError, match="must not mix"):
        registered(study, "person")


@pytest.mark.parametrize(
    ("told", "kept"),
    [(Told.OPTIONAL, 7), (Told.REQUIRED, 7), (Told.NO, None)],
)
def test_what_is_not_asked_is_not_kept(study: Study, told: str, kept: int | None) -> None:
    opened(study, years=told)
    reader = register_reader(study=study, user=a_person("r"), years=7, subspecialty="chest", country="NO")
    assert (reader.years, reader.subspecialty, reader.country) == (kept, "chest", "NO")


def test_what_is_required_is_required_by_page_and_service(study: Study, client: Client) -> None:
    path = opened(study, country="required", subspecialty="no").path
    page = client.get(path)
    assertContains(page, "Country")
    assertContains(page, "Years of experience in radiology (optional)")
    assertNotContains(page, "Subspecialty")
    assertContains(client.post(path, {**ACCOUNT, "agree": "on"}), "This field is required")
    with pytest.raises(StudyError, match=r"more about themselves than was told \(country\)"):
        registered(study, "silent")


def test_an_invitation_asks_the_same(study: Study, client: Client) -> None:
    opened(study, years="no", country="required")
    page = client.get(invite_reader(study=study, actor=None).join_path)
    assertContains(page, 'name="country"')
    assertNotContains(page, 'name="years"')


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"limit": "0"}, "greater than or equal to 1"),
        ({"limit": "many"}, "Enter a whole number"),
        ({"years": "perhaps"}, "Select a valid choice"),
    ],
)
def test_settings_that_do_not_do_are_told_and_change_nothing(
    study: Study, client: Client, coordinator: User, fields: dict[str, str], message: str
) -> None:
    client.force_login(coordinator)
    assertContains(client.post(JOINING, {"is_open": "on", **ASKED, **fields}), message)
    assert not Recruitment.objects.exists()


def test_opening_and_registering_are_audited_without_names(study: Study, coordinator: User) -> None:
    change_recruitment(study=study, is_open=True, limit=3, actor=coordinator, **ASKED)
    reader = registered(study, "newcomer")
    told = {event.verb: event for event in Event.objects.filter(target="study:s")}
    assert told["studies.recruitment_changed"].detail == {"open": True, "limit": 3, **ASKED}
    assert told["studies.reader_registered"].detail == {"reader": "R01"}
    assert told["studies.consented"].detail["version"] == 1
    assert told["studies.consented"].actor == reader.user


def test_the_page_counts_who_registered(study: Study, client: Client, coordinator: User) -> None:
    opened(study, limit=5)
    registered(study, "first")
    client.force_login(coordinator)
    assertContains(client.get(JOINING), "1 of 5 have registered.")
    assertContains(client.get("/studies/s/readers/"), "registered")


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.OBSERVER])
def test_no_account_that_may_see_more_takes_a_place(study: Study, role: Role) -> None:
    opened(study)
    desk = a_person("desk", role)
    with pytest.raises(StudyError, match="it reads in none"):
        register_reader(study=study, user=desk, years=None, subspecialty="", country="")
    with pytest.raises(StudyError, match="it reads in none"):
        join_study(reader=invite_reader(study=study, actor=None), user=desk, years=None, subspecialty="", country="")
