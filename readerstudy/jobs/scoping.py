"""Whose jobs: what is about something that not everybody may see is seen by those who may.

This room knows nothing of what its jobs are about. The room that owns a kind of target says at the start which of them
a person may see; targets of other kinds are every coordinator's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Q, QuerySet

from readerstudy.accounts.models import User
from readerstudy.jobs.models import Job

CodesOf = Callable[[User], Iterable[str]]

_SCOPES: dict[str, CodesOf] = {}


def scope(kind: str, codes_of: CodesOf) -> None:
    """Name the function that gives the codes of the targets of a kind that a person may see; in `AppConfig.ready()`."""
    _SCOPES[kind] = codes_of


def jobs_of(user: User) -> QuerySet[Job]:
    """Give the jobs that a coordinator may see and stop."""
    found = Job.objects.all()
    for kind, codes_of in _SCOPES.items():
        seen = [f"{kind}:{code}" for code in codes_of(user)]
        found = found.exclude(Q(target__startswith=f"{kind}:") & ~Q(target__in=seen))
    return found
