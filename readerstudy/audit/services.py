"""Writing and checking the audit log."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.utils import timezone

from readerstudy.audit.chain import check_chain
from readerstudy.audit.models import GENESIS, Event

_CHAIN_LOCK = 0x5EA1ED  # any constant: the one advisory lock that writers of the chain wait on


@transaction.atomic
def record(*, actor: AbstractBaseUser | None, verb: str, target: str, **detail: Any) -> Event:
    """Append one event to the log.

    Parameters
    ----------
    actor : user or None
        Who did it; None for the command line.
    verb : str
        What was done, as `room.verb`.
    target : str
        What it was done to, as `kind:code`.
    **detail
        What JSON can hold, but fractions: databases write them in different ways. Give those as text.

    Raises
    ------
    TypeError
        The detail holds a fraction, or what JSON cannot hold.
    """
    detail = json.loads(json.dumps(detail), parse_float=_refuse_fraction, parse_constant=_refuse_fraction)
    _hold_chain()
    head = Event.objects.order_by("-pk").values_list("digest", flat=True).first()
    event = Event(
        at=timezone.now(), actor_id=actor.pk if actor else None, verb=verb, target=target, detail=detail,
        previous=head or GENESIS,
    )  # fmt: skip
    event.digest = event.compute_digest()
    event.save(force_insert=True)
    return event


def _refuse_fraction(number: str) -> NoReturn:
    raise TypeError(f"An event cannot say {number}: its digest would not survive every database. Give it as text.")


def _hold_chain() -> None:
    """Make writers take turns before any of them reads the head, or two would chain to the same event.

    On SQLite the transaction already holds the write lock, as it began IMMEDIATE.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])


def first_broken_event() -> int | None:
    """Give the key of the first event whose hash or link does not hold, or None for a whole chain."""
    return check_chain().broken
