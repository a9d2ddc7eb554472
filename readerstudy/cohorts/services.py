"""Writing cohorts."""

from __future__ import annotations

import re
import unicodedata

from django.db import transaction
from django.utils.text import slugify

from readerstudy.accounts.models import User
from readerstudy.audit.services import record
from readerstudy.cohorts.models import Cohort
from readerstudy.cohorts.profiles import DEFAULT_PROFILE, PresentationProfile


class CohortNameError(Exception):
    """A cohort cannot have this name; the message says why and what to do."""


def cohort_slug(name: str) -> str:
    """Give the slug by which commands and addresses know a cohort.

    Raises
    ------
    CohortNameError
        The name has no letter or digit, other signs than a slug can stand for, or is too long.
    """
    plain = unicodedata.normalize("NFKD", name.strip())
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    longest = Cohort._meta.get_field("slug").max_length or 50
    if not re.fullmatch(r"[A-Za-z0-9 _-]+", letters) or not slugify(letters).strip("-_"):
        raise CohortNameError(f"A cohort cannot be named {name!r}: use letters, digits, spaces, - and _.")
    if len(slugify(letters)) > longest:
        raise CohortNameError(f"The cohort's name is too long: use at most {longest} characters.")
    return slugify(letters)


@transaction.atomic
def create_cohort(
    *, name: str, actor: User | None, note: str = "", profile: PresentationProfile = DEFAULT_PROFILE
) -> Cohort:
    """Create an empty cohort, whose images will be presented by the profile.

    Raises
    ------
    CohortNameError
        The name is taken or cannot be used.
    """
    slug = cohort_slug(name)
    if Cohort.objects.filter(slug=slug).exists():
        raise CohortNameError(f"There is already a cohort {slug!r}: choose another name.")
    cohort = Cohort.objects.create(
        slug=slug, title=name.strip(), note=note, created_by=actor, recipe=profile.as_recipe()
    )
    record(actor=actor, verb="cohorts.created", target=f"cohort:{slug}", profile=profile.name)
    return cohort


def get_or_create_cohort(*, name: str, actor: User | None) -> Cohort:
    """Give the cohort of this name, made if there is none."""
    existing = Cohort.objects.filter(slug=cohort_slug(name)).first()
    return existing or create_cohort(name=name, actor=actor)


@transaction.atomic
def discard_empty_cohort(*, cohort: Cohort, actor: User | None) -> None:
    """Take a cohort away again that an import made and could not fill; one that holds a case stays."""
    if not cohort.cases.exists():
        Cohort.objects.filter(pk=cohort.pk).delete()
        record(actor=actor, verb="cohorts.discarded", target=f"cohort:{cohort.slug}")


class UnknownCohortError(Exception):
    """There is no such cohort; the message names those there are."""


def find_cohort(name: str) -> Cohort:
    """Give the cohort of this name or slug.

    Raises
    ------
    UnknownCohortError
        There is none.
    """
    found = Cohort.objects.filter(slug=name).first() or Cohort.objects.filter(slug=slugify(name)).first()
    if found is None:
        known = ", ".join(Cohort.objects.values_list("slug", flat=True)) or "none yet (import_cases makes one)"
        raise UnknownCohortError(f"There is no cohort {name!r}. Known: {known}.")
    return found
