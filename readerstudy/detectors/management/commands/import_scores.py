"""`manage.py import_scores DETECTOR FILE --cohort NAME`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.cohorts.models import Cohort
from readerstudy.command import JsonCommand
from readerstudy.csv_table import TableError
from readerstudy.detectors import services


class Command(JsonCommand):
    help = "Import a detector's scores (or calls) for the cases of a cohort."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("detector", help="the detector's name")
        parser.add_argument("file", type=Path, help="CSV with file or case, and score or call")
        parser.add_argument("--cohort", required=True)
        parser.add_argument("--detector-version", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        cohort = Cohort.objects.filter(slug=options["cohort"]).first()
        if cohort is None:
            raise CommandError(f"There is no cohort {options['cohort']!r}. Import its images first (import_cases).")
        try:
            detector, count = services.import_scores(
                name=options["detector"],
                version=options["detector_version"],
                file=options["file"],
                cohort=cohort,
                actor=None,
            )
        except TableError as error:
            raise CommandError(str(error)) from None
        self.say(f"{detector}: {count} cases of {cohort.slug} scored.")
        self.summarise({"detector": str(detector), "cohort": cohort.slug, "scores": count})
