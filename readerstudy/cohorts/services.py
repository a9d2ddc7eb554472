"""Writing cohorts."""

from __future__ import annotations

import re
import unicodedata

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit.services import record
from readerstudy.cohorts.models import Case, Cohort, Image
from readerstudy.cohorts.presenting import is_current, represent
from readerstudy.cohorts.profiles import DEFAULT_PROFILE, PresentationProfile

# Words that stand in addresses where a cohort's name could.
_RESERVED = {"new", "cases"}


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
    if slugify(letters) in _RESERVED:
        raise CohortNameError(
            _("A cohort cannot be named %(name)r: a page has that address. Choose another name.") % {"name": name}
        )
    longest = Cohort._meta.get_field("slug").max_length or 50
    if not re.fullmatch(r"[A-Za-z0-9 _-]+", letters) or not slugify(letters).strip("-_"):
        raise CohortNameError(
            _("A cohort cannot be named %(name)r: use letters, digits, spaces, - and _.") % {"name": name}
        )
    if len(slugify(letters)) > longest:
        raise CohortNameError(
            _("The cohort's name is too long: use at most %(longest)s characters.") % {"longest": longest}
        )
    return slugify(letters)


@transaction.atomic
def create_cohort(
    *,
    name: str,
    actor: User | None,
    title: str = "",
    note: str = "",
    profile: PresentationProfile = DEFAULT_PROFILE,
) -> Cohort:
    """Create an empty cohort, whose images will be presented by the profile.

    Raises
    ------
    CohortNameError
        The name is taken or cannot be used.
    """
    slug = cohort_slug(name)
    if Cohort.objects.filter(slug=slug).exists():
        raise CohortNameError(_("There is already a cohort %(slug)r: choose another name.") % {"slug": slug})
    cohort = Cohort.objects.create(
        slug=slug, title=title.strip() or name.strip(), note=note, created_by=actor, recipe=profile.as_recipe()
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
    if not Case.with_excluded.filter(cohort=cohort).exists():
        cohort.import_runs.all().delete()
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


class CaseError(Exception):
    """What was asked of a case is not possible; the message says why and what to do."""


def hold_unlocked(cohort: Cohort) -> None:
    """Take the cohort's row until the transaction ends, so that no study can lock it meanwhile.

    Raises
    ------
    CaseError
        A study has locked it.
    """
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    cohort.refresh_from_db()
    if cohort.is_locked:
        raise CaseError(
            _("The cohort %(slug)s is part of a locked study: its cases stay as they are.") % {"slug": cohort.slug}
        )


@transaction.atomic
def exclude_case(*, case: Case, reason: str, actor: User | None) -> None:
    """Take a case out of its cohort: it stays stored, and is in no count, order, reading or statistic.

    The cohort's seal is broken, as it was over another set of cases.

    Raises
    ------
    CaseError
        A study has locked the cohort, there is no reason, or the case is excluded already.
    """
    hold_unlocked(case.cohort)
    case.refresh_from_db()
    reason = _one_line(reason)
    if not reason:
        raise CaseError(_("Say why the case is excluded: the reason belongs in the report of the study."))
    if case.excluded_at:
        raise CaseError(
            _("The case %(code)s is excluded already: %(excluded_because)s.")
            % {"code": case.code, "excluded_because": case.excluded_because}
        )
    case.excluded_at, case.excluded_because = timezone.now(), reason
    _save_exclusion(case, "cohorts.case_excluded", reason, actor)


@transaction.atomic
def include_case(*, case: Case, actor: User | None) -> None:
    """Take an excluded case back in, presented by the profile that the cohort has by now.

    Raises
    ------
    CaseError, PresentingError
        A study has locked the cohort, the case is not excluded, or the profile cannot present it.
    """
    hold_unlocked(case.cohort)
    case.refresh_from_db()
    if not case.excluded_at:
        raise CaseError(_("The case %(code)s is not excluded.") % {"code": case.code})
    reason, case.excluded_at, case.excluded_because = case.excluded_because, None, ""
    _save_exclusion(case, "cohorts.case_included", reason, actor)
    image = Image.objects.filter(case=case).select_related("case__cohort").first()
    if image and not is_current(image):
        represent(case=case, actor=actor)


def _save_exclusion(case: Case, verb: str, reason: str, actor: User | None) -> None:
    case.save(update_fields=["excluded_at", "excluded_because"])
    Cohort.objects.filter(pk=case.cohort_id).update(sealed_digest="", sealed_cases=0)
    case.cohort.refresh_from_db()
    record(actor=actor, verb=verb, target=f"case:{case.code}", cohort=case.cohort.slug, reason=reason)


def _one_line(text: str) -> str:
    """Put a person's words on one line that the column holds, without control characters."""
    longest = Case._meta.get_field("excluded_because").max_length or 200
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:longest]
