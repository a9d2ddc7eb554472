"""`manage.py lock_study SLUG [--reason TEXT] [--wait | --opens-at TIME]`."""

from __future__ import annotations

from datetime import datetime

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from readerstudy.studies import services
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Fix a study's protocol, and let its readers begin unless it is to wait."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--reason", default="", help="why without a passed and acknowledged blinding audit; kept with the study"
        )
        opening = parser.add_mutually_exclusive_group()
        opening.add_argument("--wait", action="store_true", help="lock only: `open_study` opens it")
        opening.add_argument("--opens-at", metavar="TIME", help="lock, and open by itself then: 2026-03-01T08:00")

    def act(self, study: Study, **options: object) -> str:
        opens_at = _time(str(options["opens_at"])) if options["opens_at"] else None
        services.lock_study(
            study=study, actor=None, unaudited_because=str(options["reason"]), waits=bool(options["wait"]),
            opens_at=opens_at,
        )  # fmt: skip
        if opens_at:
            return f"{study.slug} is locked, and opens for reading at {opens_at:%Y-%m-%d %H:%M} UTC."
        if options["wait"]:
            return f"{study.slug} is locked. Next: manage.py open_study {study.slug}"
        return f"{study.slug} is locked and open for reading."


def _time(text: str) -> datetime:
    """Read a time; without a zone it is UTC."""
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"{text!r} is no time: write it as 2026-03-01T08:00 (UTC).")
    return found if timezone.is_aware(found) else timezone.make_aware(found)
