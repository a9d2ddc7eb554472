"""`manage.py verify_audit`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from readerstudy.audit.models import Event
from readerstudy.audit.services import first_broken_event
from readerstudy.command import JsonCommand


class Command(JsonCommand):
    help = "Check that no event of the audit log was edited, removed or moved."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = first_broken_event()
        if broken:
            raise CommandError(f"The chain breaks at event {broken.pk} ({broken}): it or one before it was changed.")
        head = Event.objects.order_by("-pk").first()
        self.say(
            f"{Event.objects.count()} events, all in their places. Head of the chain: {head.digest if head else '-'}"
        )
        self.summarise({"events": Event.objects.count(), "head": head.digest if head else None, "broken": None})
