"""A cohort is known by a slug made of its name."""

from __future__ import annotations

import pytest

from readerstudy.audit.models import Event
from readerstudy.cohorts.models import Cohort
from readerstudy.cohorts.services import CohortNameError, cohort_slug, create_cohort, get_or_create_cohort


@pytest.mark.parametrize(
    ("name", "slug"), [("mine", "mine"), ("Köln  2026", "koln-2026"), (" Set_A - knees ", "set_a-knees")]
)
def test_a_name_becomes_a_slug(name: str, slug: str) -> None:
    assert cohort_slug(name) == slug


@pytest.mark.parametrize("name", ["", "  ", "--", "胸部", "a/b", "../etc", "a\x00b", "x<y", "a\nb"])
def test_a_name_with_unknown_signs_is_refused_with_advice(name: str) -> None:
    with pytest.raises(CohortNameError, match="use letters, digits"):
        cohort_slug(name)


def test_a_name_that_is_too_long_is_refused() -> None:
    with pytest.raises(CohortNameError, match="at most 50"):
        cohort_slug("x" * 51)


@pytest.mark.django_db
def test_a_cohort_is_made_once() -> None:
    first = get_or_create_cohort(name="Mine", actor=None)
    assert get_or_create_cohort(name="mine", actor=None) == first
    assert Cohort.objects.count() == Event.objects.filter(verb="cohorts.created").count() == 1


@pytest.mark.django_db
def test_a_second_cohort_of_one_name_is_refused() -> None:
    create_cohort(name="mine", actor=None)
    with pytest.raises(CohortNameError, match="already a cohort 'mine'"):
        create_cohort(name="Mine", actor=None)
