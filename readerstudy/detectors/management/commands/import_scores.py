"""`manage.py import_scores DETECTOR FILE --cohort NAME`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.cohorts.csv_table import TableError
from readerstudy.cohorts.services import UnknownCohortError, find_cohort
from readerstudy.command import JsonCommand
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
        try:
            cohort = find_cohort(options["cohort"])
            detector, count = services.import_scores(
                name=options["detector"],
                version=options["detector_version"],
                file=options["file"],
                cohort=cohort,
                actor=None,
            )
        except (UnknownCohortError, TableError) as error:
            raise CommandError(str(error)) from None
        self.say(f"{detector}: {count} cases of {cohort.slug} scored.")
        self.summarise({"detector": str(detector), "cohort": cohort.slug, "scores": count})
