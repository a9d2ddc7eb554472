"""A study is its team's: each role sees what it needs and no more, and what one may not see is not there."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from readerstudy.accounts.models import Role, User
from readerstudy.audit.models import Event
from readerstudy.studies.models import Member, Study, TeamRole
from readerstudy.studies.services import StudyError, create_study, invite_member, join_team, remove_member
from tests.readerstudy.makers import MakeStudy, close_and_unblind
from tests.readerstudy.unpictured import a_person, an_unpictured_cohort, an_unpictured_study

pytestmark = pytest.mark.django_db
ACCOUNT = {"username": "newcomer", "password1": "a word for tests", "password2": "a word for tests"}


@pytest.fixture
def make_study() -> MakeStudy:
    return an_unpictured_study


@pytest.fixture
def study(coordinator: User) -> Study:
    """A draft that the coordinator made."""
    return create_study(slug="s", preset="single-phase", cohorts=[an_unpictured_cohort("s-cases")], actor=coordinator)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def an_observer(study: Study, role: str, name: str = "observer") -> User:
    """Somebody who has joined the team of a study."""
    user = a_person(name, Role.OBSERVER)
    join_team(member=invite_member(study=study, role=role, actor=None), user=user)
    return user


def test_whoever_makes_a_study_is_its_first_coordinator_and_others_do_not_see_it(
    study: Study, coordinator: User
) -> None:
    assert list(study.members.values_list("user", "role")) == [(coordinator.pk, "coordinator")]
    outsider = logged_in(a_person("outsider", Role.COORDINATOR))
    assertNotContains(outsider.get("/studies/"), "/studies/s/")
    assertContains(logged_in(coordinator).get("/studies/"), "/studies/s/protocol/")
    pages = ("protocol", "readers", "monitor", "detectors", "results", "team", "protocol/texts")
    assert {outsider.get(f"/studies/s/{page}/").status_code for page in pages} == {404}
    assert {outsider.post(f"/studies/s/{act}/").status_code for act in ("lock", "close", "readers/invite")} == {404}


def test_a_study_made_on_the_command_line_is_every_coordinators_until_it_has_a_team(make_study: MakeStudy) -> None:
    study = make_study()
    first, second = (a_person(name, Role.COORDINATOR) for name in ("first", "second"))
    assert logged_in(first).get("/studies/s/protocol/").status_code == 200
    assert logged_in(second).get("/studies/s/protocol/").status_code == 200
    join_team(member=invite_member(study=study, role=TeamRole.COORDINATOR, actor=first), user=first)
    assert logged_in(first).get("/studies/s/protocol/").status_code == 200
    assert logged_in(second).get("/studies/s/protocol/").status_code == 404


def test_a_monitor_alone_leaves_a_study_of_the_command_line_open_to_every_coordinator(make_study: MakeStudy) -> None:
    study = make_study()
    an_observer(study, TeamRole.MONITOR)
    invite_member(study=study, role=TeamRole.COORDINATOR, actor=None)
    assert Study.objects.for_user(a_person("first", Role.COORDINATOR)).get() == study


def test_an_operator_is_a_coordinator_of_every_study(study: Study) -> None:
    operator = User.objects.create_superuser("operator", password=None)
    desk = logged_in(operator)
    assertRedirects(desk.get("/"), "/studies/")
    assertContains(desk.get("/studies/s/protocol/"), "What comes next")


@pytest.mark.parametrize("role", [TeamRole.STATISTICIAN, TeamRole.MONITOR])
def test_who_watches_over_a_study_sees_its_progress_and_may_change_nothing(study: Study, role: TeamRole) -> None:
    desk = logged_in(an_observer(study, role))
    page = desk.get("/studies/s/monitor/")
    assertContains(page, "Monitor")
    for tab in ("protocol", "readers", "detectors", "results", "team"):
        assertNotContains(page, f'href="/studies/s/{tab}/"')
        assert desk.get(f"/studies/s/{tab}/").status_code == 404
    for act in ("lock", "close", "unblind", "readers/invite", "team/invite", "results/make", "detectors/scores"):
        assert desk.post(f"/studies/s/{act}/").status_code == 404
    assert {desk.get(page).status_code for page in ("/cohorts/", "/jobs/", "/studies/new/", "/api/docs/")} == {404}


def test_the_front_door_of_an_observer_is_the_list_of_their_studies(study: Study) -> None:
    user = an_observer(study, TeamRole.MONITOR)
    create_study(slug="other", preset="single-phase", cohorts=[an_unpictured_cohort("other-cases")])
    page = logged_in(user).get("/", follow=True)
    assert page.redirect_chain == [("/studies/", 302)]
    assertContains(page, "/studies/s/monitor/")
    assertContains(page, "Monitor")
    assertNotContains(page, "/studies/other/")
    assertNotContains(page, "/studies/new/")


def test_an_observer_of_no_study_is_told_how_one_appears() -> None:
    assertContains(logged_in(a_person("nobody", Role.OBSERVER)).get("/studies/"), "invited you to its team")


def test_a_statistician_sees_results_after_the_unblinding_and_a_monitor_never(make_study: MakeStudy) -> None:
    study = make_study()
    statistician = logged_in(an_observer(study, TeamRole.STATISTICIAN, "statistician"))
    monitor = logged_in(an_observer(study, TeamRole.MONITOR, "monitor"))
    assert [desk.get("/studies/s/results/").status_code for desk in (statistician, monitor)] == [404, 404]
    close_and_unblind(study)
    results = statistician.get("/studies/s/results/")
    assertContains(results, "No report yet")
    assertNotContains(results, "/studies/s/results/make/")
    assertContains(statistician.get("/studies/s/monitor/"), "/studies/s/results/")
    assert statistician.post("/studies/s/results/make/").status_code == 404
    assert monitor.get("/studies/s/results/").status_code == 404


def test_a_link_makes_an_account_that_watches_and_does_not_read(study: Study, client: Client) -> None:
    member = invite_member(study=study, role=TeamRole.MONITOR, actor=None)
    assertContains(client.get(member.join_path), "never truth or results")
    assertRedirects(client.post(member.join_path, ACCOUNT), "/", target_status_code=302)
    user = User.objects.get(username="newcomer")
    assert (user.role, study.members.get(user=user).role) == ("observer", "monitor")
    assert client.get("/studies/s/monitor/").status_code == 200
    assertRedirects(client.get(member.join_path), "/", target_status_code=302)
    assert Client().get(member.join_path).status_code == 410


def test_an_observer_joins_a_second_team_under_the_same_account(study: Study, make_study: MakeStudy) -> None:
    user = an_observer(study, TeamRole.MONITOR)
    other = invite_member(study=make_study("other"), role=TeamRole.STATISTICIAN, actor=None)
    logged_in(user).post(other.join_path)
    assert {study.slug for study in Study.objects.for_user(user)} == {"s", "other"}


def test_the_link_of_a_coordinator_asks_for_a_coordinators_account(study: Study, client: Client) -> None:
    member = invite_member(study=study, role=TeamRole.COORDINATOR, actor=None)
    assertContains(client.get(member.join_path), "Log in with a coordinator")
    client.post(member.join_path, ACCOUNT)
    assert not User.objects.filter(username="newcomer").exists()
    colleague = a_person("second", Role.COORDINATOR)
    logged_in(colleague).post(member.join_path)
    assert logged_in(colleague).get("/studies/s/protocol/").status_code == 200


def test_no_account_gets_a_role_that_it_must_not_have(study: Study) -> None:
    places = {role: invite_member(study=study, role=role, actor=None) for role in TeamRole}
    with pytest.raises(StudyError, match="for a coordinator"):
        join_team(member=places[TeamRole.COORDINATOR], user=a_person("observer", Role.OBSERVER))
    for role in (TeamRole.STATISTICIAN, TeamRole.MONITOR):
        for account in (Role.COORDINATOR, Role.READER):
            with pytest.raises(StudyError, match="which can see no truth"):
                join_team(member=places[role], user=a_person(f"{account}-{role}", account))
    assert study.members.exclude(user=None).count() == 1


def test_readers_do_not_learn_by_a_link_of_the_team_what_the_study_is_called(study: Study, reader_user: User) -> None:
    member = invite_member(study=study, role=TeamRole.MONITOR, actor=None)
    assert logged_in(reader_user).get(member.join_path).status_code == 404


def test_nobody_is_in_a_team_twice(study: Study) -> None:
    user = an_observer(study, TeamRole.MONITOR)
    with pytest.raises(StudyError, match="in the team of this study already"):
        join_team(member=invite_member(study=study, role=TeamRole.MONITOR, actor=None), user=user)


def test_a_name_that_is_taken_leaves_the_place_open(study: Study, client: Client, reader_user: User) -> None:
    member = invite_member(study=study, role=TeamRole.MONITOR, actor=None)
    assertContains(client.post(member.join_path, {**ACCOUNT, "username": "reader"}), "already exists")
    member.refresh_from_db()
    assert member.user is None


def test_the_page_invites_shows_the_link_and_takes_it_back(study: Study, coordinator: User) -> None:
    desk = logged_in(coordinator)
    page = desk.post("/studies/s/team/invite/", {"role": "monitor"}, follow=True)
    member = Member.objects.get(user=None)
    assertContains(page, f"http://testserver{member.join_path}")
    desk.post(f"/studies/s/team/{member.pk}/remove/")
    assert desk.get(member.join_path).status_code == 404
    assertContains(desk.post("/studies/s/team/invite/", {"role": "king"}, follow=True), "Choose a role")


def test_a_removed_member_no_longer_sees_the_study(study: Study, coordinator: User) -> None:
    user = an_observer(study, TeamRole.MONITOR)
    desk = logged_in(coordinator)
    assertContains(desk.get("/studies/s/team/"), "Remove observer from the team?")
    desk.post(f"/studies/s/team/{study.members.get(user=user).pk}/remove/")
    assert logged_in(user).get("/studies/s/monitor/").status_code == 404


def test_a_study_keeps_one_coordinator(study: Study, coordinator: User) -> None:
    own = study.members.get(user=coordinator)
    desk = logged_in(coordinator)
    assertContains(desk.post(f"/studies/s/team/{own.pk}/remove/", follow=True), "keeps one coordinator at least")
    second = a_person("second", Role.COORDINATOR)
    join_team(member=invite_member(study=study, role=TeamRole.COORDINATOR, actor=None), user=second)
    assertRedirects(desk.post(f"/studies/s/team/{own.pk}/remove/"), "/studies/")
    assert desk.get("/studies/s/team/").status_code == 404


def test_a_member_of_another_study_cannot_be_removed_from_here(study: Study, coordinator: User) -> None:
    other = create_study(slug="other", preset="single-phase", cohorts=[an_unpictured_cohort("o")], actor=coordinator)
    member = invite_member(study=other, role=TeamRole.MONITOR, actor=None)
    assert logged_in(coordinator).post(f"/studies/s/team/{member.pk}/remove/").status_code == 404


def test_every_change_of_a_team_is_audited_without_names(study: Study, coordinator: User) -> None:
    user = an_observer(study, TeamRole.MONITOR)
    member = study.members.get(user=user)
    number = member.pk
    remove_member(member=member, actor=coordinator)
    told = Event.objects.filter(verb__startswith="studies.member_").values_list("verb", "actor", "detail")
    assert [(verb, actor) for verb, actor, _ in told] == [
        ("studies.member_invited", None),
        ("studies.member_joined", user.pk),
        ("studies.member_removed", coordinator.pk),
    ]
    assert all(detail == {"member": number, "role": "monitor"} for *_, detail in told)


def test_long_lists_of_studies_come_in_pages(coordinator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readerstudy.studies.views.STUDIES_PER_PAGE", 1)
    for number in range(2):
        create_study(
            slug=f"s{number}", preset="single-phase", cohorts=[an_unpictured_cohort(f"c{number}")], actor=coordinator
        )
    desk = logged_in(coordinator)
    assertContains(desk.get("/studies/"), "Page 1 of 2")
    assertContains(desk.get("/studies/?page=2"), "/studies/s0/")
