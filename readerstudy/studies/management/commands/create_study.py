"""`manage.py create_study SLUG --preset … --cohort NAME [--cohort NAME …]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.cohorts.models import Cohort
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
                cohorts=[self.cohort(slug) for slug in options["cohort"]],
                title=options["title"],
            )
        except services.StudyError as error:
            raise CommandError(str(error)) from None
        phases = [phase.name for phase in study.phases.all()]
        self.say(f"Study {study.slug} is a draft with {', '.join(phases)}. Next: manage.py lock_study {study.slug}")
        for reason in services.what_locking_misses(study):
            self.say(f"Before it can be locked: {reason}")
        self.summarise({"study": study.slug, "status": study.status, "phases": phases})

    def cohort(self, slug: str) -> Cohort:
        """Find a cohort, or say which there are."""
        found = Cohort.objects.filter(slug=slug).first()
        if found is None:
            known = ", ".join(Cohort.objects.values_list("slug", flat=True)) or "none yet (import_cases makes one)"
            raise CommandError(f"There is no cohort {slug!r}. Known: {known}.")
        return found
