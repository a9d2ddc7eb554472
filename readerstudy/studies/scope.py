"""Whose study it is: a page gives the study to those of its team who may open the page, and is 404 to all others."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from readerstudy.accounts.models import User
from readerstudy.accounts.permissions import user_of
from readerstudy.studies.models import Member, Study, TeamRole

WHOLE_TEAM = tuple(TeamRole.values)


def study_or_404(request: HttpRequest, slug: str, *roles: str) -> Study:
    """Give the study of a page, with the role in which it is opened.

    Parameters
    ----------
    roles : str
        Who may open the page (`TeamRole`); without any, coordinators alone.
    """
    user = user_of(request)
    study = get_object_or_404(Study.objects.for_user(user, *roles or (TeamRole.COORDINATOR,)), slug=slug)
    return note_roles(user, [study])[0]


def slugs_run_by(user: User) -> list[str]:
    """Name the studies that a person coordinates."""
    return list(Study.objects.for_user(user, TeamRole.COORDINATOR).values_list("slug", flat=True))


def note_roles(user: User, studies: Iterable[Study]) -> list[Study]:
    """Give studies that a person may open, each with the role in which it opens."""
    found = list(studies)
    mine = Member.objects.filter(user=user, study__in=found) if not user.is_superuser else Member.objects.none()
    roles = dict(mine.values_list("study", "role"))
    for study in found:
        study.opened_as = roles.get(study.pk, TeamRole.COORDINATOR)
    return found
