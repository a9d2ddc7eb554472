"""`manage.py run_worker`: do background jobs until told to end."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from readerstudy.command import JsonCommand
from readerstudy.jobs.worker import work


class Command(JsonCommand):
    help = "Do background jobs (imports, audits, reports) until told to end. On PostgreSQL any number may run."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--parent", type=int, metavar="PID", help="end when this process, which started it, ends")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["parent"]:
            self.say("Working. Ctrl-C ends it; a running job is handed to the next worker.")
        work(parent=options["parent"])
