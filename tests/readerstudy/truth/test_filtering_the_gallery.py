"""The gallery shows the cases that a coordinator asks for; what tells the truth can be asked only while it is shown."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from readerstudy.accounts.models import User
from readerstudy.cohorts.models import Blackout, Case, Source
from readerstudy.cohorts.services import exclude_case
from readerstudy.truth import views
from readerstudy.truth.models import Truth
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def cases() -> list[Case]:
    """Six cases by code: excluded, flagged, checked, blacked out, and two of nothing special."""
    cohort = an_unpictured_cohort("mine", cases=6)
    cases = list(cohort.cases.all())
    for number, case in enumerate(cases):
        Source.objects.create(
            case=case, cohort=cohort, name=f"{number}.png", format="PNG", rows=64, columns=64, bits=8,
            pixel_digest=str(number),
        )  # fmt: skip
    exclude_case(case=cases[0], reason="blurred", actor=None)
    Source.objects.filter(case=cases[1]).update(text_candidates=[[1, 1, 5, 5]])
    Source.objects.filter(case=cases[2]).update(text_candidates=[[1, 1, 5, 5]], text_checked_at=timezone.now())
    Blackout.objects.create(case=cases[3], x=1, y=1, width=2, height=2)
    Truth.objects.filter(case__in=cases[4:]).update(anatomy="hand", generator="canary-generator")
    return cases


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def shown(desk: Client, query: str) -> set[str]:
    text = desk.get(f"/cohorts/mine/?{query}").content.decode()
    return {code for code in Case.with_excluded.values_list("code", flat=True) if f"<code>{code}</code>" in text}


def codes(*cases: Case) -> set[str]:
    return {case.code for case in cases}


def test_excluded_cases_are_left_out_unless_they_are_asked_for(desk: Client, cases: list[Case]) -> None:
    assert shown(desk, "") == codes(*cases[1:])
    assert shown(desk, "state=excluded") == codes(cases[0])
    assert shown(desk, "state=all") == codes(*cases)


@pytest.mark.parametrize(
    ("query", "expected"), [("flagged", [1]), ("unchecked", [1, 3, 4, 5]), ("checked", [2]), ("blacked", [3])]
)
def test_cases_are_found_by_what_is_known_of_their_text(
    desk: Client, cases: list[Case], query: str, expected: list[int]
) -> None:
    assert shown(desk, f"text={query}") == codes(*(cases[number] for number in expected))


def test_the_choices_say_how_many_cases_they_hold(desk: Client, cases: list[Case]) -> None:
    text = desk.get("/cohorts/mine/").content.decode()
    for choice in ("Included (5)", "Excluded (1)", "All (6)", "May hold text (1)", "Not checked (4)", "Checked (1)"):
        assert choice in text
    assert "1 to look at" in text


def test_class_anatomy_and_generator_can_be_asked_for_only_while_the_truth_is_shown(
    desk: Client, cases: list[Case]
) -> None:
    everything = codes(*cases[1:])
    for query in ("value=synthetic", "anatomy=hand", "generator=canary-generator"):
        assert shown(desk, query) == everything
    text = desk.get("/cohorts/mine/").content.decode()
    assert [word for word in ("canary-generator", "Synthetic", 'name="value"') if word in text] == []
    desk.post("/cohorts/mine/reveal/")
    synthetic = Truth.objects.filter(value="synthetic", case__excluded_at=None).select_related("case")
    assert shown(desk, "value=synthetic") == {truth.case.code for truth in synthetic}
    assert shown(desk, "anatomy=hand") == codes(*cases[4:])
    assert shown(desk, "generator=canary-generator") == codes(*cases[4:])
    assert shown(desk, "anatomy=%E2%80%93") == codes(*cases[1:4])  # –: where the table says nothing


def test_filters_hold_over_pages_and_together(desk: Client, cases: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "CASES_PER_PAGE", 3)
    text = desk.get("/cohorts/mine/?text=unchecked").content.decode()
    assert "4 cases shown" in text
    assert "?text=unchecked&amp;page=2" in text
    assert len(shown(desk, "text=unchecked&page=2")) == 1
    assert shown(desk, "text=unchecked&state=excluded") == codes(cases[0])


def test_rubbish_in_an_address_is_as_good_as_nothing(desk: Client, cases: list[Case]) -> None:
    for query in ("text=rubbish", "state=%00", "value=synthetic'--", "anatomy=" + "x" * 5000):
        assert shown(desk, query) == codes(*cases[1:])


def test_no_case_left_is_told_with_the_way_back(desk: Client, cases: list[Case]) -> None:
    assert "No case is left by these choices" in desk.get("/cohorts/mine/?text=checked&state=excluded").content.decode()
