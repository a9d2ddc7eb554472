"""Burned-in text is blacked out by a person: kept as an edit, shown in the presentation image at once, audited."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.cohorts import frames
from readerstudy.cohorts.blackouts import (
    BLACKED_OUT,
    NO_TEXT,
    add_blackout,
    candidates_of,
    is_flagged,
    judge_candidate,
    mark_text_checked,
    remove_blackout,
)
from readerstudy.cohorts.models import Blackout, Case, Cohort, Image, Source
from readerstudy.cohorts.presenting import PresentingError, rebuilt_alike, represent_cohort
from readerstudy.cohorts.profiles import PresentationProfile, profile_named
from readerstudy.cohorts.services import CaseError, exclude_case, include_case
from tests.readerstudy.makers import MakeCohort

SIDE = 64  # of the drawn sources; each of their pixels is 16 × 16 of the presentation image


@pytest.fixture
def case(make_cohort: MakeCohort) -> Case:
    case = make_cohort(cases=2).cases.first()
    assert case is not None
    return case


@pytest.fixture
def source(case: Case) -> Source:
    """A source with two places that may hold text."""
    source = Source.objects.get(case=case)
    source.text_candidates = [[0, 0, 16, 8], [40, 50, 10, 10]]
    source.save()
    return source


def greys_of(case: Case, x: int, y: int, width: int, height: int) -> tuple[int, int]:
    """Give the lowest and highest grey value well inside a rectangle of the source, as a reader gets it."""
    image = Image.objects.get(case=case)
    profile = PresentationProfile.from_recipe(image.recipe)
    pixels = frames.read_pixels(frames.path_of(image), image.rows, image.columns, profile)
    scale = image.columns // SIDE
    edge = 2 * scale  # the antialiasing filter reaches across the border
    inside = pixels[y * scale + edge : (y + height) * scale - edge, x * scale + edge : (x + width) * scale - edge]
    return int(inside.min()), int(inside.max())


def events(case: Case) -> list[str]:
    of_case = Event.objects.filter(target=f"case:{case.code}").order_by("pk")
    return [event.verb for event in of_case if event.verb != "cohorts.represented"]


def test_a_black_out_is_dark_in_what_readers_get_and_nothing_else_is(case: Case) -> None:
    before = greys_of(case, 8, 8, 20, 12)
    assert before[1] > 200
    add_blackout(case=case, x=8, y=8, width=20, height=12, actor=None)
    # The darkest of the source; beside random texture the filter overshoots it a little.
    assert greys_of(case, 8, 8, 20, 12)[1] < 40
    assert greys_of(case, 30, 30, 20, 20)[1] > 200
    assert rebuilt_alike(Image.objects.get(case=case))


def test_taking_it_back_gives_the_very_image_that_there_was(case: Case) -> None:
    before = Image.objects.get(case=case).sha256
    blackout = add_blackout(case=case, x=8, y=8, width=20, height=12, actor=None)
    assert Image.objects.get(case=case).sha256 != before
    remove_blackout(blackout=blackout, actor=None)
    assert Image.objects.get(case=case).sha256 == before
    assert Blackout.objects.count() == 0


def test_each_change_is_audited_with_its_rectangle(case: Case, coordinator: User) -> None:
    blackout = add_blackout(case=case, x=8, y=8, width=20, height=12, actor=coordinator)
    remove_blackout(blackout=blackout, actor=coordinator)
    assert events(case) == ["cohorts.blacked_out", "cohorts.blackout_removed"]
    event = Event.objects.get(verb="cohorts.blacked_out")
    assert (event.actor_id, event.detail["rectangle"]) == (coordinator.pk, "20 × 12 at 8, 8")


def test_what_reaches_beyond_the_picture_is_cut_off(case: Case) -> None:
    blackout = add_blackout(case=case, x=-5, y=50, width=20, height=100, actor=None)
    assert str(blackout) == "15 × 14 at 0, 50"


@pytest.mark.parametrize("rectangle", [(64, 0, 5, 5), (-9, 0, 9, 5), (0, 0, 0, 5), (5, 5, -3, 3), (0, 64, 5, 5)])
def test_a_rectangle_without_a_pixel_of_the_picture_is_refused(
    case: Case, rectangle: tuple[int, int, int, int]
) -> None:
    x, y, width, height = rectangle
    with pytest.raises(CaseError, match="outside the picture, which is 64 × 64"):
        add_blackout(case=case, x=x, y=y, width=width, height=height, actor=None)


def test_blacking_all_out_is_refused_and_the_image_stays(case: Case) -> None:
    before = Image.objects.get(case=case).sha256
    with pytest.raises(PresentingError, match="is uniform"):
        add_blackout(case=case, x=0, y=0, width=64, height=64, actor=None)
    assert Image.objects.get(case=case).sha256 == before
    assert Blackout.objects.count() == 0


def test_an_audit_of_the_cohort_holds_no_longer(case: Case) -> None:
    before = case.cohort.state_digest()
    add_blackout(case=case, x=8, y=8, width=20, height=12, actor=None)
    assert case.cohort.state_digest() != before


def test_a_case_is_flagged_until_every_candidate_is_judged(case: Case, source: Source) -> None:
    assert is_flagged(source)
    judge_candidate(case=case, number=1, is_text=False, actor=None)
    source.refresh_from_db()
    assert is_flagged(source)
    judge_candidate(case=case, number=0, is_text=True, actor=None)
    source.refresh_from_db()
    assert not is_flagged(source)
    assert [one.verdict for one in candidates_of(source)] == [BLACKED_OUT, NO_TEXT]
    assert [str(one) for one in Blackout.objects.filter(case=case)] == ["16 × 8 at 0, 0"]
    assert events(case) == ["cohorts.no_text", "cohorts.blacked_out"]


def test_taking_a_candidates_black_out_back_opens_it_again(case: Case, source: Source) -> None:
    for number in (0, 1):
        judge_candidate(case=case, number=number, is_text=True, actor=None)
    remove_blackout(blackout=Blackout.objects.filter(case=case)[0], actor=None)
    source.refresh_from_db()
    assert is_flagged(source)
    assert [one.verdict for one in candidates_of(source)] == ["", BLACKED_OUT]


def test_a_candidate_is_judged_once(case: Case, source: Source) -> None:
    judge_candidate(case=case, number=0, is_text=False, actor=None)
    with pytest.raises(CaseError, match="judged already: no text"):
        judge_candidate(case=case, number=0, is_text=True, actor=None)
    with pytest.raises(CaseError, match="no such place"):
        judge_candidate(case=case, number=7, is_text=True, actor=None)


def test_a_person_may_say_that_all_was_looked_at_and_take_that_back(case: Case, source: Source) -> None:
    mark_text_checked(case=case, actor=None)
    source.refresh_from_db()
    assert not is_flagged(source)
    mark_text_checked(case=case, actor=None, checked=False)
    source.refresh_from_db()
    assert is_flagged(source)
    assert events(case) == ["cohorts.text_checked", "cohorts.text_unchecked"]


def test_a_locked_cohort_takes_no_edit(case: Case, source: Source) -> None:
    blackout = add_blackout(case=case, x=8, y=8, width=20, height=12, actor=None)
    Cohort.objects.update(is_locked=True)
    edits: list[Callable[[], object]] = [
        lambda: add_blackout(case=case, x=1, y=1, width=9, height=9, actor=None),
        lambda: remove_blackout(blackout=blackout, actor=None),
        lambda: judge_candidate(case=case, number=0, is_text=True, actor=None),
        lambda: mark_text_checked(case=case, actor=None),
    ]
    for edit in edits:
        with pytest.raises(CaseError, match="part of a locked study"):
            edit()
    assert Blackout.objects.count() == 1


def test_a_case_that_comes_back_is_presented_by_the_profile_that_the_cohort_has_by_now(case: Case) -> None:
    exclude_case(case=case, reason="blurred", actor=None)
    coarse = profile_named("square-512-8bit/1")
    represent_cohort(cohort=case.cohort, profile=coarse, actor=None)
    Image.objects.filter(case=case).update(recipe={}, profile="an older one")
    include_case(case=case, actor=None)
    assert Image.objects.get(case=case).profile == coarse.name
