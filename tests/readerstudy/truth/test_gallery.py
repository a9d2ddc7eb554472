"""The coordinator's gallery shows what readers see; the truth only after it was asked for, and that is noted."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.cohorts.models import Cohort
from readerstudy.truth import views
from tests.readerstudy.makers import MakeCohort
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort() -> Cohort:
    return an_unpictured_cohort("mine", cases=4)


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def truth_is_shown(desk: Client, slug: str = "mine") -> bool:
    text = desk.get(f"/cohorts/{slug}/").content.decode()
    shown = "Synthetic" in text
    assert shown == ("Authentic" in text) == ("grain; spine" in text)
    return shown


def test_cohorts_are_listed_with_what_they_are_worth(desk: Client, cohort: Cohort) -> None:
    text = desk.get("/cohorts/").content.decode()
    assert "mine" in text
    assert "Sealed" in text


def test_without_a_cohort_the_page_says_how_to_make_one(desk: Client) -> None:
    assert "import_cases FOLDER" in desk.get("/cohorts/").content.decode()


def test_the_truth_is_hidden_until_it_is_asked_for_and_can_be_hidden_again(desk: Client, cohort: Cohort) -> None:
    assert not truth_is_shown(desk)
    desk.post("/cohorts/mine/reveal/")
    assert truth_is_shown(desk)
    desk.post("/cohorts/mine/hide/")
    assert not truth_is_shown(desk)


def test_asking_for_the_truth_is_noted_with_who_asked(desk: Client, cohort: Cohort, coordinator: User) -> None:
    desk.post("/cohorts/mine/reveal/")
    event = Event.objects.latest("pk")
    assert (event.actor_id, event.verb, event.target) == (coordinator.pk, "truth.seen", "cohort:mine")


def test_the_truth_of_one_cohort_opens_no_other(desk: Client, cohort: Cohort) -> None:
    an_unpictured_cohort("other", cases=2)
    desk.post("/cohorts/other/reveal/")
    assert not truth_is_shown(desk)


def test_the_truth_is_not_opened_for_other_logins(desk: Client, cohort: Cohort, coordinator: User) -> None:
    desk.post("/cohorts/mine/reveal/")
    other = Client()
    other.force_login(coordinator)
    assert not truth_is_shown(other)


def test_a_mere_link_opens_no_truth(desk: Client, cohort: Cohort) -> None:
    assert desk.get("/cohorts/mine/reveal/").status_code == 405
    assert not truth_is_shown(desk)


def test_the_order_of_the_tiles_says_nothing_of_the_order_of_the_import(desk: Client, cohort: Cohort) -> None:
    text = desk.get("/cohorts/mine/").content.decode()
    places = [text.index(f"<code>{code}</code>") for code in sorted(cohort.cases.values_list("code", flat=True))]
    assert places == sorted(places)


def test_a_large_cohort_comes_in_pages(desk: Client, cohort: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "CASES_PER_PAGE", 3)
    codes = set(cohort.cases.values_list("code", flat=True))
    texts = [desk.get(f"/cohorts/mine/?page={number}").content.decode() for number in (1, 2)]
    assert [sum(code in text for code in codes) for text in texts] == [3, 1]
    assert "Page 1 of 2" in texts[0]
    assert desk.get("/cohorts/mine/?page=rubbish").status_code == 200


def test_a_thumbnail_is_a_small_picture_that_no_cache_keeps(desk: Client, make_cohort: MakeCohort) -> None:
    case = make_cohort("drawn", cases=2).cases.first()
    assert case is not None
    response = desk.get(f"/cohorts/cases/{case.code}/thumbnail/")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert Image.open(BytesIO(response.content)).size == (320, 320)


@pytest.mark.parametrize("address", ["/cohorts/none/", "/cohorts/cases/NONE/thumbnail/"])
def test_what_is_not_there_is_404(desk: Client, address: str) -> None:
    assert desk.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/cohorts/", "/cohorts/mine/", "/cohorts/cases/{code}/thumbnail/"])
def test_a_reader_sees_nothing_of_it(client: Client, reader_user: User, cohort: Cohort, address: str) -> None:
    client.force_login(reader_user)
    case = cohort.cases.first()
    assert case is not None
    assert client.get(address.format(code=case.code)).status_code == 404
    assert client.post("/cohorts/mine/reveal/").status_code == 404


def test_many_cohorts_come_in_pages(client: Client, coordinator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readerstudy.truth.views.COHORTS_PER_PAGE", 1)
    for slug in ("older", "newer"):
        Cohort.objects.create(slug=slug, title=slug)
    client.force_login(coordinator)
    first, second = (client.get(f"/cohorts/?page={number}").content.decode() for number in (1, 2))
    assert "/cohorts/newer/" in first
    assert "/cohorts/older/" in second
