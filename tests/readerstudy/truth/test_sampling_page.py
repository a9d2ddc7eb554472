"""The sampling page shows what a pool has, what would be drawn, draws it, and tells how a cohort was drawn."""

from __future__ import annotations

import pytest
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.cohorts.models import Case, Cohort
from readerstudy.truth.models import Sample, Truth
from tests.readerstudy.unpictured import a_pool, an_unpictured_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool() -> Cohort:
    """Four chests and two hands of each class."""
    cohort = a_pool()
    for number, truth in enumerate(Truth.objects.order_by("value", "pk")):
        truth.anatomy = "chest" if number % 6 < 4 else "hand"
        truth.save()
    return cohort


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


ASKED = {"title": "Drawn one", "size": "6", "prevalence": "0.5", "by": ["anatomy"]}


def table(desk: Client, **asked: str) -> str:
    response = desk.get("/cohorts/pool/sample/", {**ASKED, **asked}, headers={"HX-Request": "true"})
    text = response.content.decode()
    assert "<html" not in text
    return text


def figures(text: str) -> list[list[str]]:
    """Give the numbers of each row."""
    rows = [line for line in text.split("<tr>") if "badge" in line]
    return [[part.split("<")[0] for part in row.split('class="number">')[1:]] for row in rows]


def test_the_page_shows_what_the_pool_has(desk: Client, pool: Cohort) -> None:
    text = desk.get("/cohorts/pool/sample/").content.decode()
    assert "12 cases with truth." in text
    assert figures(text) == [["6"], ["6"]]


def test_while_one_chooses_the_table_shows_what_would_be_drawn(desk: Client, pool: Cohort) -> None:
    text = table(desk, size="8")
    assert figures(text) == [["4", "2", "2"], ["2", "2", "2"], ["4", "2", "2"], ["2", "2", "2"]]
    assert "enough for even parts" in text
    assert Sample.objects.count() == 0


def test_uneven_parts_and_shortages_are_told_beforehand(desk: Client, pool: Cohort) -> None:
    assert "Some strata have less" in table(desk, size="12")
    assert "At most 12 can be drawn." in table(desk, size="14")
    assert "ask for 9 or 12" in table(desk, size="10", prevalence="1/3")
    assert "no number between 0 and 1" in table(desk, prevalence="1e99999999")


def test_the_cohort_is_drawn_and_its_page_tells_how(desk: Client, pool: Cohort, coordinator: User) -> None:
    response = desk.post("/cohorts/pool/sample/", {**ASKED, "seed": "5"}, follow=True)
    assert response.redirect_chain[-1][0] == "/cohorts/drawn-one/sample/"
    text = response.content.decode()
    assert "How this cohort was drawn" in text
    assert "Even parts for every anatomy" in text
    sample = Sample.objects.get()
    assert (sample.seed, sample.created_by, sample.cohort.cases.count()) == (5, coordinator, 6)
    assert sample.cohort.is_sealed
    assert "Drawn from" in desk.get("/cohorts/drawn-one/").content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": " "}, "Give the new cohort a name."),
        ({"title": "pool"}, "There is already a cohort"),
        ({"title": "!!!"}, "cannot be named"),
        ({"size": "40"}, "At most 12 can be drawn"),
        ({"size": "rubbish"}, "Enter a whole number"),
        ({"seed": "0"}, "greater than or equal to 1"),
        ({"pairs": "on"}, "in whole pairs"),
        ({"by": ["colour"]}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_words(
    desk: Client, pool: Cohort, change: dict[str, object], words: str
) -> None:
    text = desk.post("/cohorts/pool/sample/", {**ASKED, **change}).content.decode()
    assert words in text
    assert Cohort.objects.count() == 1


def test_cases_without_truth_are_counted_apart(desk: Client, pool: Cohort) -> None:
    Case.objects.create(cohort=pool)
    assert "12 cases with truth; 1 without, which cannot be drawn." in table(desk)


def test_an_empty_cohort_has_nothing_to_draw_from(desk: Client) -> None:
    an_unpictured_cohort("pool", cases=2).cases.update(excluded_at="2026-01-01T00:00Z")
    assert "Nothing to draw from" in desk.get("/cohorts/pool/sample/").content.decode()
