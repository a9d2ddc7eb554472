"""`manage.py verify_audit [--head DIGEST]`."""

from __future__ import annotations

import re
from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.audit.chain import Verdict, check_chain
from readerstudy.audit.models import Event
from readerstudy.command import JsonCommand

_SAY_EVERY = 100_000


class Command(JsonCommand):
    help = (
        "Check that no event of the audit log was edited, moved, removed or put in. Whether the newest were cut off, "
        "or the whole log written anew, shows against a head of the chain that you noted before: give it with --head."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--head", metavar="DIGEST", help="the head of the chain that an earlier check printed")

    def handle(self, *args: Any, head: str | None, **options: Any) -> None:
        if head is not None and not re.fullmatch(r"[0-9a-f]{64}", head := head.strip().lower()):
            raise CommandError("--head must be a digest as this command prints it: 64 characters of 0-9 and a-f.")
        self._count, self._said = Event.objects.count(), 0
        verdict = check_chain(noted=head, progress=self._tell)
        self.summarise(self._summary(verdict, head))
        self._complain(verdict, head)
        self.say(f"{verdict.events} events, all in their places. Head of the chain: {verdict.head or '-'}")

    def _tell(self, events: int) -> None:
        """Show progress where the log is long."""
        if events - self._said >= _SAY_EVERY:
            self._said = events
            self.say(f"{events} of {self._count} events hold …")

    def _summary(self, verdict: Verdict, head: str | None) -> dict[str, Any]:
        newest = Event.objects.order_by("-pk").values_list("digest", flat=True).first()
        summary = {"events": self._count, "head": newest, "broken": verdict.broken}
        return summary if head is None else {**summary, "noted_head_found": not verdict.noted_missing}

    def _complain(self, verdict: Verdict, head: str | None) -> None:
        if verdict.broken is not None:
            raise CommandError(
                f"The chain breaks at event {verdict.broken} ({verdict.broken_says}): it or one before it was changed."
            )
        if verdict.noted_missing:
            raise CommandError(
                f"The chain is whole, but the head that you noted ({head}) is not in it: events at the end were cut "
                "off, or the log was written anew. Compare it with a backup."
            )
