"""`manage.py verify_audit`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from readerstudy.audit.models import Event
from readerstudy.audit.services import first_broken_event
from readerstudy.command import JsonCommand


class Command(JsonCommand):
    help = (
        "Check that no event of the audit log was edited, moved, or removed from between others. Whether the newest "
        "were cut off shows against a head of the chain that you noted before."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        count, broken = Event.objects.count(), first_broken_event()
        head = Event.objects.order_by("-pk").values_list("digest", flat=True).first()
        self.summarise({"events": count, "head": head, "broken": broken.pk if broken else None})
        if broken:
            raise CommandError(f"The chain breaks at event {broken.pk} ({broken}): it or one before it was changed.")
        self.say(f"{count} events, all in their places. Head of the chain: {head or '-'}")
