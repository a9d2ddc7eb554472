"""Pairs that look alike stand side by side and are decided at a click; the seal follows."""

from __future__ import annotations

import pytest
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.cohorts.models import Case, Cohort, NearDuplicate
from readerstudy.truth import cohort_pages
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> NearDuplicate:
    cohort = an_unpictured_cohort("mine", cases=6)
    first, second = cohort.cases.all()[:2]
    return NearDuplicate.objects.create(cohort=cohort, first=first, second=second, distance=7)


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def decide(desk: Client, pair: NearDuplicate, decision: str) -> str:
    response = desk.post(f"/cohorts/mine/duplicates/{pair.pk}/", {"decision": decision}, follow=True)
    pair.refresh_from_db()
    return response.content.decode()


def test_a_pair_is_shown_with_its_pictures_and_how_much_it_differs(desk: Client, pair: NearDuplicate) -> None:
    text = desk.get("/cohorts/mine/duplicates/").content.decode()
    for case in (pair.first, pair.second):
        assert f"/cohorts/cases/{case.code}/thumbnail/" in text
    assert "7 of 256 bits differ" in text
    assert "1 pair to decide" in text
    assert [word for word in ("Authentic", "Synthetic") if word in text] == []


def test_the_truth_of_a_pair_is_shown_on_request(desk: Client, pair: NearDuplicate) -> None:
    desk.post("/cohorts/mine/reveal/")
    text = desk.get("/cohorts/mine/duplicates/").content.decode()
    assert any(word in text for word in ("Authentic", "Synthetic"))


def test_both_are_kept(desk: Client, pair: NearDuplicate) -> None:
    text = decide(desk, pair, "keep")
    assert "Keep both" in text
    assert "All are decided" in text
    assert pair.cohort.cases.count() == 6


@pytest.mark.parametrize("which", ["first", "second"])
def test_one_is_excluded_the_truth_sealed_anew_and_all_of_it_can_be_taken_back(
    desk: Client, pair: NearDuplicate, which: str
) -> None:
    sealed = pair.cohort.sealed_digest
    decide(desk, pair, which)
    case: Case = getattr(pair, which)
    assert Case.with_excluded.get(pk=case.pk).excluded_at
    cohort = Cohort.objects.get(slug="mine")
    assert (cohort.is_sealed, cohort.sealed_cases) == (True, 5)
    decide(desk, pair, "undo")
    assert pair.decision == NearDuplicate.Decision.OPEN
    assert Cohort.objects.get(slug="mine").sealed_digest == sealed


def test_what_is_decided_is_not_decided_over_again(desk: Client, pair: NearDuplicate) -> None:
    decide(desk, pair, "keep")
    assert "decided already" in decide(desk, pair, "first")
    assert pair.cohort.cases.count() == 6


def test_a_locked_cohort_offers_no_decision_and_takes_none(desk: Client, pair: NearDuplicate) -> None:
    Cohort.objects.update(is_locked=True)
    assert 'name="decision"' not in desk.get("/cohorts/mine/duplicates/").content.decode()
    assert "part of a locked study" in decide(desk, pair, "first")
    assert pair.cohort.cases.count() == 6


def test_pairs_to_decide_come_first_and_then_the_closest(
    desk: Client, pair: NearDuplicate, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = list(pair.cohort.cases.all())
    closer = NearDuplicate.objects.create(cohort=pair.cohort, first=cases[2], second=cases[3], distance=1)
    decided = NearDuplicate.objects.create(
        cohort=pair.cohort, first=cases[4], second=cases[5], distance=0, decision=NearDuplicate.Decision.KEEP
    )
    monkeypatch.setattr(cohort_pages, "PAIRS_PER_PAGE", 2)
    first, second = (desk.get(f"/cohorts/mine/duplicates/?page={page}").content.decode() for page in (1, 2))
    assert first.index(f"pair-{closer.pk}") < first.index(f"pair-{pair.pk}")
    assert f"pair-{decided.pk}" in second


def test_a_cohort_without_such_pairs_says_what_was_looked_for(desk: Client) -> None:
    an_unpictured_cohort("mine", cases=2)
    assert "No near duplicates" in desk.get("/cohorts/mine/duplicates/").content.decode()


def test_a_pair_of_another_cohort_is_not_there(desk: Client, pair: NearDuplicate) -> None:
    an_unpictured_cohort("other", cases=2)
    assert desk.post(f"/cohorts/other/duplicates/{pair.pk}/", {"decision": "first"}).status_code == 404
