"""`manage.py simulate_readers SLUG --readers N --seed S`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.demo.services import drawn_profiles, simulate_readers
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Let simulated readers read a running study through the HTTP API."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--readers", type=int, required=True, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S")
        parser.add_argument("--auc", type=float, default=0.8, help="the readers' mean AUC, 0.5 to 0.99 (default 0.8)")

    def act(self, study: Study, **options: Any) -> str:
        if options["readers"] < 1:
            raise CommandError("--readers must be at least 1.")
        if not 0.5 <= options["auc"] <= 0.99:
            raise CommandError("--auc must lie between 0.5 and 0.99.")
        if options["seed"] < 0:
            raise CommandError("--seed must not be negative.")
        profiles = drawn_profiles(options["readers"], seed=options["seed"], auc=options["auc"])
        sent = simulate_readers(study=study, profiles=profiles, seed=options["seed"], progress=self.say)
        self.more = {"readers": len(profiles), "judgements": sent}
        return f"{len(profiles)} simulated readers sent {sent} judgements."
