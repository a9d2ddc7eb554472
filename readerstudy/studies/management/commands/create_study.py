"""`manage.py create_study SLUG --preset … --cohort NAME [--cohort NAME …]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.cohorts.services import UnknownCohortError, find_cohort
from readerstudy.command import JsonCommand
from readerstudy.studies import services
from readerstudy.studies.presets import PRESETS


class Command(JsonCommand):
    help = "Make a draft study from a preset and the cohorts that it reads."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("--preset", choices=sorted(PRESETS), default="single-phase")
        parser.add_argument("--cohort", action="append", required=True, help="in the preset's order; may be repeated")
        parser.add_argument("--title", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            study = services.create_study(
                slug=options["slug"],
                preset=options["preset"],
                cohorts=[find_cohort(name) for name in options["cohort"]],
                title=options["title"],
            )
        except (UnknownCohortError, services.StudyError) as error:
            raise CommandError(str(error)) from None
        phases = [phase.name for phase in study.phases.all()]
        self.say(f"Study {study.slug} is a draft with {', '.join(phases)}. Next: manage.py lock_study {study.slug}")
        for reason in [*services.what_locking_misses(study), *services.what_the_audit_misses(study)]:
            self.say(f"Before it can be locked: {reason}")
        self.summarise({"study": study.slug, "status": study.status, "phases": phases})
